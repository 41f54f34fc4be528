//! Text to modules, as ISO/IEC 18004 has it: from here the way leads through segment.rs (text to codewords),
//! blocks.rs (error correction), draw.rs (codewords to modules) and mask.rs.
//!
//! Ours, because a page loads it: half of qrcodegen-no-heap in wasm, and more than ten times as fast (`make bench-qr`).
//! tests/qr.rs compares the two, module by module.

use alloc::vec::Vec;

use super::{Error, blocks, draw, segment::Segment};

/// How much of a code may be dirty, torn or glared away with the rest still read.
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
    modules: Vec<bool>,
}

impl QrCode {
    /// The smallest code that holds the text. Where this size has room for more error correction than asked
    /// for, it gets it.
    pub fn new(text: &str, error_correction: ErrorCorrection) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::Empty);
        }
        let segment = Segment::new(text.as_bytes());
        let fits = |version, level| segment.bits(version) <= 8 * blocks::data_len(version, level);
        let asked = error_correction as usize;
        let version = (1..=40).find(|version| fits(*version, asked)).ok_or(Error::TooLong)?;
        let level = (asked..4).rev().find(|level| fits(version, *level)).unwrap_or(asked);

        let data = segment.codewords(version, blocks::data_len(version, level));
        let codewords = blocks::with_error_correction(&data, version, level);
        Ok(Self { size: draw::size(version), modules: draw::modules(&codewords, version, level) })
    }

    /// Modules per side, 21 to 177, without a margin.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether that module is dark; outside of the code, none is.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && y < self.size && self.modules.get(y * self.size + x) == Some(&true)
    }
}
