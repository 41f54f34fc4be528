//! Encodes text as modules. tests/qr.rs compares the codes with those of another encoder.

use alloc::vec::Vec;

use super::{
    Error,
    codewords::Layout,
    mask::apply_best_mask,
    modules::Modules,
    segments::{VERSION_RANGES, optimal_bits},
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
        if text.len() > MAX_CHARS {
            return Err(Error::TooLong);
        }
        for range in &VERSION_RANGES {
            let bits = optimal_bits(text.as_bytes(), range);
            for version in range.first..=range.last {
                let fits = |level: &usize| Layout { version, level: *level }.data_codewords() * 8 >= bits.len();
                // The highest level of those that fit.
                if let Some(level) = (error_correction as usize..=ErrorCorrection::High as usize).rev().find(fits) {
                    let layout = Layout { version, level };
                    let mut modules = Modules::new(layout, &layout.codewords_of(bits));
                    apply_best_mask(&mut modules, level);
                    return Ok(Self { size: modules.size, modules: modules.flags });
                }
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
