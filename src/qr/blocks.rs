//! Data codewords to all codewords: split into blocks, each with its Reed-Solomon remainder, interleaved.

use alloc::{vec, vec::Vec};

/// Error correction codewords in each block, by level and version.
const CORRECTION_LEN: [&[u8; 40]; 4] = [
    &[
        7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    &[
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ],
    &[
        13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    &[
        17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
];

/// Into how many blocks, by level and version.
const BLOCKS: [&[u8; 40]; 4] = [
    &[
        1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18,
        19, 19, 20, 21, 22, 24, 25,
    ],
    &[
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31,
        33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
    &[
        1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40,
        43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
    ],
    &[
        1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48,
        51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
    ],
];

/// How many data codewords a code of that version holds at that level.
pub fn data_len(version: usize, level: usize) -> usize {
    all_len(version) - entry(&BLOCKS, version, level) * entry(&CORRECTION_LEN, version, level)
}

/// How many codewords there are room for: what the fixed patterns leave.
fn all_len(version: usize) -> usize {
    let mut modules = (16 * version + 128) * version + 64;
    if version > 1 {
        let aligned = version / 7 + 2;
        modules -= (25 * aligned - 10) * aligned - 55;
    }
    if version > 6 {
        modules -= 36;
    }
    modules / 8
}

fn entry(table: &[&[u8; 40]; 4], version: usize, level: usize) -> usize {
    table.get(level).and_then(|row| row.get(version - 1)).copied().unwrap_or_default().into()
}

pub fn with_error_correction(data: &[u8], version: usize, level: usize) -> Vec<u8> {
    let count = entry(&BLOCKS, version, level);
    let divisor = Divisor::new(entry(&CORRECTION_LEN, version, level));
    let short_len = data.len() / count;
    let short = count - data.len() % count;

    let mut all = vec![0; all_len(version)];
    let mut put = |index: usize, byte| {
        if let Some(to) = all.get_mut(index) {
            *to = byte;
        }
    };
    let mut rest = data;
    for index in 0..count {
        let Some((block, after)) = rest.split_at_checked(short_len + usize::from(index >= short)) else { break };
        rest = after;
        for (row, byte) in block.iter().enumerate() {
            // The last row is that of the longer blocks only.
            put(row * count + index - if row == short_len { short } else { 0 }, *byte);
        }
        for (row, byte) in divisor.remainder(block).iter().enumerate() {
            put(data.len() + row * count + index, *byte);
        }
    }
    all
}

/// The polynomial that blocks are divided by, without its highest term.
struct Divisor {
    terms: Vec<u8>,
    field: Field,
}

impl Divisor {
    fn new(degree: usize) -> Self {
        let field = Field::new();
        // The product of x - 2^0, x - 2^1, and so on.
        let mut terms = vec![0; degree];
        if let Some(last) = terms.last_mut() {
            *last = 1;
        }
        for exponent in 0..degree {
            let mut next = 0;
            for term in terms.iter_mut().rev() {
                next = core::mem::replace(term, field.times_power(*term, exponent) ^ next);
            }
        }
        Self { terms, field }
    }

    fn remainder(&self, block: &[u8]) -> Vec<u8> {
        let mut remainder = vec![0; self.terms.len()];
        for byte in block {
            let factor = self.field.logarithm(byte ^ remainder.first().unwrap_or(&0));
            let mut next = 0;
            for (rest, term) in remainder.iter_mut().zip(&self.terms).rev() {
                let product = factor.map_or(0, |exponent| self.field.times_power(*term, exponent));
                next = core::mem::replace(rest, next ^ product);
            }
        }
        remainder
    }
}

/// The field of 256 elements in which the blocks are numbers: powers of 2, and back.
struct Field {
    powers: [u8; 255],
    logarithms: [u8; 256],
}

impl Field {
    fn new() -> Self {
        let mut field = Self { powers: [0; 255], logarithms: [0; 256] };
        let mut value = 1_u8;
        for (exponent, power) in field.powers.iter_mut().enumerate() {
            *power = value;
            if let Some(logarithm) = field.logarithms.get_mut(usize::from(value)) {
                *logarithm = exponent as u8;
            }
            value = value << 1 ^ if value >> 7 == 1 { 0x1D } else { 0 };
        }
        field
    }

    fn logarithm(&self, value: u8) -> Option<usize> {
        if value == 0 { None } else { self.logarithms.get(usize::from(value)).map(|logarithm| usize::from(*logarithm)) }
    }

    fn times_power(&self, value: u8, exponent: usize) -> u8 {
        let sum = self.logarithm(value).map(|logarithm| (logarithm + exponent) % 255);
        sum.and_then(|sum| self.powers.get(sum)).copied().unwrap_or_default()
    }
}
