//! QR codes: text to modules, modules to a picture.
