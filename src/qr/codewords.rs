//! From the bits of a text to the codewords of a code: the version, the padding, and the error correction.

#![allow(
    clippy::indexing_slicing,
    reason = "indexes depend on the version alone, and tests/qr_encoder.rs makes codes of all versions"
)]

use alloc::{vec, vec::Vec};

/// Codewords for error correction in each block, by level and version.
#[rustfmt::skip]
const ECC_PER_BLOCK: [[u8; 40]; 4] = [
    [ 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
    [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
];

/// Blocks that a code is divided into, by level and version.
#[rustfmt::skip]
const BLOCKS: [[u8; 40]; 4] = [
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4,  4,  4,  4,  4,  6,  6,  6,  6,  7,  8,  8,  9,  9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
    [1, 1, 1, 2, 2, 4, 4, 4, 5, 5,  5,  8,  9,  9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
    [1, 1, 2, 2, 4, 4, 6, 6, 8, 8,  8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
];

/// A version and a level, by their places in the tables.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) version: usize,
    pub(super) level: usize,
}

impl Layout {
    fn table(self, table: &[[u8; 40]; 4]) -> usize {
        table[self.level][self.version - 1].into()
    }

    /// Codewords for data and error correction.
    fn codewords(self) -> usize {
        let Self { version, .. } = self;
        let mut modules = (16 * version + 128) * version + 64;
        if version >= 2 {
            let alignments = version / 7 + 2;
            modules -= (25 * alignments - 10) * alignments - 55;
        }
        if version >= 7 {
            modules -= 36;
        }
        modules / 8
    }

    pub(super) fn data_codewords(self) -> usize {
        self.codewords() - self.table(&ECC_PER_BLOCK) * self.table(&BLOCKS)
    }

    /// The codewords in the order in which they are drawn. There are at most as many bits as the code has room for.
    pub(super) fn codewords_of(self, mut bits: Vec<bool>) -> Vec<u8> {
        let (blocks, ecc_len) = (self.table(&BLOCKS), self.table(&ECC_PER_BLOCK));
        let (capacity, codewords) = (self.data_codewords(), self.codewords());
        // Four bits end the text, as far as there is room for them.
        bits.resize((bits.len() + 4).min(capacity * 8), false);
        let mut data: Vec<u8> = bits
            .chunks(8)
            .map(|bits| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(bits.get(bit) == Some(&true))))
            .collect();
        data.extend([0xec, 0x11].iter().cycle().take(capacity - data.len()));

        let divisor = divisor(ecc_len);
        // The last blocks have one codeword more.
        let (short_len, short_blocks) = (capacity / blocks, blocks - codewords % blocks);
        let mut result = vec![0; codewords];
        let mut rest = &*data;
        for block in 0..blocks {
            let (own, others) = rest.split_at(short_len + usize::from(block >= short_blocks));
            rest = others;
            for (index, codeword) in own.iter().enumerate() {
                let skipped = if index == short_len { short_blocks } else { 0 };
                result[index * blocks + block - skipped] = *codeword;
            }
            for (index, codeword) in remainder(own, &divisor).iter().enumerate() {
                result[capacity + index * blocks + block] = *codeword;
            }
        }
        result
    }
}

/// The generator polynomial of Reed-Solomon codes, without its leading 1.
fn divisor(degree: usize) -> Vec<u8> {
    let mut result = vec![0; degree];
    result[degree - 1] = 1;
    let mut root = 1;
    for _ in 0..degree {
        for index in 0..degree {
            result[index] = multiply(result[index], root) ^ result.get(index + 1).unwrap_or(&0);
        }
        root = multiply(root, 2);
    }
    result
}

fn remainder(data: &[u8], divisor: &[u8]) -> Vec<u8> {
    let mut result = vec![0; divisor.len()];
    for codeword in data {
        let factor = codeword ^ result[0];
        result.rotate_left(1);
        result[divisor.len() - 1] = 0;
        for (codeword, coefficient) in result.iter_mut().zip(divisor) {
            *codeword ^= multiply(*coefficient, factor);
        }
    }
    result
}

/// The product in the field of 256 elements modulo 0x11d.
fn multiply(x: u8, y: u8) -> u8 {
    (0..8).rev().fold(0, |product: u8, bit| (product << 1) ^ ((product >> 7) * 0x1d) ^ (((y >> bit) & 1) * x))
}
