//! QR codes: text to modules, modules to a picture for a page or a terminal.
//!
//! ```
//! use itpay::qr::{ErrorCorrection, QrCode, SvgOptions, TerminalOptions};
//!
//! let code = QrCode::new("https://itpay.ai", ErrorCorrection::Medium)?;
//! let picture = code.to_svg(&SvgOptions { title: Some("Pay by phone"), ..SvgOptions::default() })?;
//! println!("{}", code.to_terminal(&TerminalOptions::default()));
//! # assert!(picture.starts_with("<svg "));
//! # Ok::<(), itpay::qr::Error>(())
//! ```

mod encode;
mod svg;
mod terminal;

use core::fmt;

pub use self::{
    encode::{ErrorCorrection, QrCode},
    svg::SvgOptions,
    terminal::TerminalOptions,
};

/// Why there is no picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// There is no text to encode.
    Empty,
    /// The colour of the dark modules isn't one.
    InvalidDark,
    /// The colour of the light modules isn't one.
    InvalidLight,
    /// No QR code holds so much text at this error correction level.
    TooLong,
}

impl Error {
    /// What happened and what to do, as [`Display`](fmt::Display) has it.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Empty => "there is no text to make a QR code of",
            Self::InvalidDark => "`dark` must be a CSS colour, such as #000 or rgb(0 0 0)",
            Self::InvalidLight => "`light` must be a CSS colour, such as #fff or rgb(255 255 255)",
            Self::TooLong => "the text is too long for a QR code: shorten it, or take a lower error correction level",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}
