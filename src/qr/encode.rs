//! Encodes text as modules with qrcodegen-no-heap: no dependency, no unsafe code, and a third of fast_qr's size in wasm.

use alloc::{vec, vec::Vec};

use qrcodegen_no_heap::{QrCode as Encoder, QrCodeEcc, Version};

use super::{
    Error,
    segments::{VERSION_RANGES, optimal_segments},
};

/// The most characters that any code holds: digits at version 40, level L.
const MAX_CHARS: usize = 7089;

/// How much of a code may be damaged or hidden before it becomes unreadable.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ErrorCorrection {
    /// About 7 %.
    Low,
    /// About 15 %.
    #[default]
    Medium,
    /// About 25 %.
    Quartile,
    /// About 30 %.
    High,
}

/// A QR code: a square of dark and light modules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QrCode {
    size: usize,
    /// Row by row. 1 is dark.
    modules: Vec<u8>,
}

impl QrCode {
    /// Makes the smallest code that holds the text. If that size has room for a higher error correction level, the
    /// code gets it.
    pub fn new(text: &str, error_correction: ErrorCorrection) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::Empty);
        }
        let level = match error_correction {
            ErrorCorrection::Low => QrCodeEcc::Low,
            ErrorCorrection::Medium => QrCodeEcc::Medium,
            ErrorCorrection::Quartile => QrCodeEcc::Quartile,
            ErrorCorrection::High => QrCodeEcc::High,
        };
        if text.len() > MAX_CHARS {
            return Err(Error::TooLong);
        }
        let mut bits = vec![0; text.len()];
        let mut scratch = [0; Version::MAX.buffer_len()];
        let mut output = [0; Version::MAX.buffer_len()];
        for range in &VERSION_RANGES {
            let segments = optimal_segments(text.as_bytes(), range, &mut bits).ok_or(Error::TooLong)?;
            let (first, last) = (Version::new(range.first), Version::new(range.last));
            if let Ok((len, level, version)) =
                Encoder::encode_segments_to_codewords(&segments, &mut output, level, first, last, true)
            {
                let code = Encoder::encode_codewords(&mut output, len, &mut scratch, level, version, None);
                let size = code.size();
                let modules =
                    (0..size * size).map(|index| code.get_module(index % size, index / size).into()).collect();
                return Ok(Self { size: size as usize, modules });
            }
        }
        Err(Error::TooLong)
    }

    /// Modules per side, 21 to 177, without the margin.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether the module is dark. No module outside of the code is.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && y < self.size && self.modules.get(y * self.size + x) == Some(&1)
    }

    /// The modules, row by row: 1 is dark.
    #[cfg(feature = "js-qr")]
    pub(crate) fn into_modules(self) -> Vec<u8> {
        self.modules
    }
}
