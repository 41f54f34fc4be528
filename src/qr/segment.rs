//! Text to data codewords.

use alloc::{vec, vec::Vec};

/// The text in the mode that takes the least room for all of it: digits, capitals with some punctuation, or bytes.
pub struct Segment<'a> {
    text: &'a [u8],
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
}

/// Each character's place is its value.
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn value(byte: &u8) -> Option<usize> {
    ALPHANUMERIC.iter().position(|other| other == byte)
}

impl<'a> Segment<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        let mode = if text.iter().all(u8::is_ascii_digit) {
            Mode::Numeric
        } else if text.iter().all(|byte| value(byte).is_some()) {
            Mode::Alphanumeric
        } else {
            Mode::Byte
        };
        Self { text, mode }
    }

    /// How many it takes, header and all.
    pub fn bits(&self, version: usize) -> usize {
        let len = self.text.len();
        4 + self.length_bits(version)
            + match self.mode {
                Mode::Numeric => len * 3 + len.div_ceil(3),
                Mode::Alphanumeric => len * 5 + len.div_ceil(2),
                Mode::Byte => len * 8,
            }
    }

    fn length_bits(&self, version: usize) -> usize {
        let step = 2 * ((version + 7) / 17);
        match self.mode {
            Mode::Numeric => 10 + step,
            Mode::Alphanumeric => 9 + step,
            Mode::Byte => {
                if step == 0 {
                    8
                } else {
                    16
                }
            }
        }
    }

    /// Exactly so many codewords, which must be enough.
    pub fn codewords(&self, version: usize, len: usize) -> Vec<u8> {
        let (indicator, per_chunk, base) = match self.mode {
            Mode::Numeric => (1, 3, 10),
            Mode::Alphanumeric => (2, 2, 45),
            Mode::Byte => (4, 1, 0),
        };
        let mut bits = Bits { bytes: vec![0; len], len: 0 };
        bits.push(indicator, 4);
        bits.push(self.text.len(), self.length_bits(version));
        for chunk in self.text.chunks(per_chunk) {
            let (number, width) = match (self.mode, chunk) {
                (Mode::Byte, [byte]) => (usize::from(*byte), 8),
                _ => (
                    chunk.iter().fold(0, |number, byte| number * base + value(byte).unwrap_or_default()),
                    if base == 10 { 3 } else { 5 } * chunk.len() + 1,
                ),
            };
            bits.push(number, width);
        }
        // Four bits of 0 are the end mark, where there is room for them.
        let padding = bits.bytes.iter_mut().skip((bits.len + 4).div_ceil(8));
        for (index, byte) in padding.enumerate() {
            *byte = if index % 2 == 0 { 0xEC } else { 0x11 };
        }
        bits.bytes
    }
}

struct Bits {
    bytes: Vec<u8>,
    len: usize,
}

impl Bits {
    fn push(&mut self, value: usize, width: usize) {
        for bit in (0..width).rev() {
            if let Some(byte) = self.bytes.get_mut(self.len / 8) {
                *byte |= ((value >> bit & 1) << (7 - self.len % 8)) as u8;
            }
            self.len += 1;
        }
    }
}
