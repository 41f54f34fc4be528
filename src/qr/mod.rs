//! Encodes text as a QR code, and draws it for a page, a file or a terminal.
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

mod codewords;
mod encode;
mod mask;
mod modules;
#[cfg(feature = "qr-png")]
mod png;
mod segments;
mod svg;
mod terminal;

use core::fmt;

#[cfg(feature = "qr-png")]
pub use self::png::{PngOptions, PngSize};
pub use self::{
    encode::{ErrorCorrection, QrCode},
    svg::SvgOptions,
    terminal::TerminalOptions,
};

/// A code could not be made or drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The text is empty.
    Empty,
    /// The color of the dark modules is not a CSS color.
    InvalidDark,
    /// The color of the light modules is not a CSS color.
    InvalidLight,
    /// The picture would be wider than 10,000 pixels.
    #[cfg(feature = "qr-png")]
    PictureTooLarge,
    /// The picture has less than one pixel for a module.
    #[cfg(feature = "qr-png")]
    PictureTooSmall,
    /// No QR code holds so much text at this error correction level.
    TooLong,
}

impl Error {
    /// The problem and its solution. [`Display`](fmt::Display) writes the same.
    pub fn message(&self) -> &'static str {
        match self {
            Self::Empty => "`data` must not be empty: there is no text to encode",
            Self::InvalidDark => "`dark` must be a CSS color, such as #000 or rgb(0 0 0)",
            Self::InvalidLight => "`light` must be a CSS color, such as #fff or rgb(255 255 255)",
            #[cfg(feature = "qr-png")]
            Self::PictureTooLarge => "the picture must be at most 10000 pixels wide: use a smaller `scale`",
            #[cfg(feature = "qr-png")]
            Self::PictureTooSmall => "`width` must be at least one pixel for each module and for the margin",
            Self::TooLong => "`data` is too long for a QR code: shorten it, or use a lower `errorCorrection`",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}
