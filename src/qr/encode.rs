//! Text to modules.
//!
//! By qrcodegen-no-heap: correct in every version, no dependency, no unsafe, and in wasm less than a third of fast_qr's size.

use alloc::vec::Vec;

use qrcodegen_no_heap::{BitBuffer, QrCode as Encoder, QrCodeEcc, QrSegment, QrSegmentMode, Version};

use super::Error;

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
        let level = match error_correction {
            ErrorCorrection::Low => QrCodeEcc::Low,
            ErrorCorrection::Medium => QrCodeEcc::Medium,
            ErrorCorrection::Quartile => QrCodeEcc::Quartile,
            ErrorCorrection::High => QrCodeEcc::High,
        };
        let mut scratch = [0; Version::MAX.buffer_len()];
        let mut output = [0; Version::MAX.buffer_len()];
        let segment = segment(text.as_bytes(), &mut scratch).ok_or(Error::TooLong)?;
        let (len, level, version) =
            Encoder::encode_segments_to_codewords(&[segment], &mut output, level, Version::MIN, Version::MAX, true)
                .map_err(|_| Error::TooLong)?;
        let code = Encoder::encode_codewords(&mut output, len, &mut scratch, level, version, None);
        let size = code.size();
        let modules = (0..size * size).map(|index| code.get_module(index % size, index / size)).collect();
        Ok(Self { size: size as usize, modules })
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

/// As digits or as capitals with some punctuation, which takes less room, where the text is nothing else.
/// `None` if it can't fit. Not by the crate's own functions: they search with `char`, and weigh 1.3 KB gzip.
fn segment<'a>(text: &'a [u8], buffer: &'a mut [u8]) -> Option<QrSegment<'a>> {
    let value = |byte| ALPHANUMERIC.iter().position(|other| other == byte);
    let (mode, base, per_chunk, bits_each) = if text.iter().all(u8::is_ascii_digit) {
        (QrSegmentMode::Numeric, 10, 3, 3)
    } else if text.iter().all(|byte| value(byte).is_some()) {
        (QrSegmentMode::Alphanumeric, 45, 2, 5)
    } else {
        return Some(QrSegment::make_bytes(text));
    };
    if QrSegment::calc_buffer_size(mode, text.len())? > buffer.len() {
        return None;
    }
    let mut bits = BitBuffer::new(buffer);
    for chunk in text.chunks(per_chunk) {
        let number = chunk.iter().fold(0, |number, byte| number * base + value(byte).unwrap_or_default() as u32);
        bits.append_bits(number, chunk.len() as u8 * bits_each + 1);
    }
    let len = bits.len();
    Some(QrSegment::new(mode, text.len(), buffer, len))
}

/// Each character's place is its value.
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
