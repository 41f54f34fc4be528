//! Draws the modules of a code before a mask is applied: function patterns and codewords.

#![allow(
    clippy::indexing_slicing,
    reason = "indexes depend on the version alone, and tests/qr_encoder.rs makes codes of all versions"
)]

use alloc::{vec, vec::Vec};

use super::codewords::Layout;

pub(super) const DARK: u8 = 1;
/// The module belongs to a function pattern or to the format, and no mask inverts it.
pub(super) const FUNCTION: u8 = 2;

/// The modules of a code, row by row.
pub(super) struct Modules {
    pub(super) size: usize,
    pub(super) flags: Vec<u8>,
}

impl Modules {
    pub(super) fn new(layout: Layout, codewords: &[u8]) -> Self {
        let Layout { version, .. } = layout;
        let size = version * 4 + 17;
        let mut modules = Self { size, flags: vec![0; size * size] };
        for index in 0..size {
            modules.set_function(6, index, index % 2 == 0);
            modules.set_function(index, 6, index % 2 == 0);
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            modules.draw_squares(x, y, 4);
        }
        modules.draw_alignment(version);
        if version >= 7 {
            modules.draw_version(version);
        }
        // The place of the format is taken before the codewords are drawn.
        modules.draw_format(layout.level, 0);
        modules.draw_codewords(codewords);
        modules
    }

    fn set_function(&mut self, x: usize, y: usize, is_dark: bool) {
        if x < self.size && y < self.size {
            self.flags[y * self.size + x] = FUNCTION | u8::from(is_dark);
        }
    }

    /// Squares around a center, alternately dark and light from the outside: a finder's light border is the fifth.
    fn draw_squares(&mut self, x: usize, y: usize, radius: usize) {
        for dy in 0..=2 * radius {
            for dx in 0..=2 * radius {
                let distance = dx.abs_diff(radius).max(dy.abs_diff(radius));
                // Left of the first column is outside, too.
                let (x, y) = ((x + dx).wrapping_sub(radius), (y + dy).wrapping_sub(radius));
                self.set_function(x, y, if radius == 2 { distance != 1 } else { distance % 2 == 1 || distance == 0 });
            }
        }
    }

    fn draw_alignment(&mut self, version: usize) {
        if version < 2 {
            return;
        }
        let last = version / 7 + 1;
        let step = if version == 32 { 26 } else { (version * 4 + last * 2 + 3) / (last * 2) * 2 };
        let end = self.size - 7;
        let position = |index: usize| if index == 0 { 6 } else { end - (last - index) * step };
        for i in 0..=last {
            for j in 0..=last {
                // Finder patterns have three of the corners.
                if ![(0, 0), (0, last), (last, 0)].contains(&(i, j)) {
                    self.draw_squares(position(i), position(j), 2);
                }
            }
        }
    }

    fn draw_version(&mut self, version: usize) {
        let remainder = (0..12).fold(version, |remainder, _| (remainder << 1) ^ ((remainder >> 11) * 0x1f25));
        let bits = version << 12 | remainder;
        for bit in 0..18 {
            let (a, b) = (self.size - 11 + bit % 3, bit / 3);
            self.set_function(a, b, bits >> bit & 1 == 1);
            self.set_function(b, a, bits >> bit & 1 == 1);
        }
    }

    /// Draws the level and the mask, twice, with their error correction.
    pub(super) fn draw_format(&mut self, level: usize, mask: usize) {
        // The standard numbers the levels M, L, H, Q.
        let data = (level ^ 1) << 3 | mask;
        let remainder = (0..10).fold(data, |remainder, _| (remainder << 1) ^ ((remainder >> 9) * 0x537));
        let bits = (data << 10 | remainder) ^ 0x5412;
        let size = self.size;
        for bit in 0..15 {
            let is_dark = bits >> bit & 1 == 1;
            if bit < 8 {
                // Timing patterns are left out.
                self.set_function(8, bit + bit / 6, is_dark);
                self.set_function(size - 1 - bit, 8, is_dark);
            } else {
                self.set_function(14 - bit + 8 / bit, 8, is_dark);
                self.set_function(8, size - 15 + bit, is_dark);
            }
        }
        self.set_function(8, size - 8, true);
    }

    /// Upwards and downwards in pairs of columns, from the right.
    fn draw_codewords(&mut self, codewords: &[u8]) {
        let size = self.size;
        let mut bits = codewords.iter().flat_map(|codeword| (0..8).rev().map(move |bit| codeword >> bit & 1));
        for pair in 0..size / 2 {
            // The column of the timing pattern belongs to no pair.
            let right = size - 1 - 2 * pair;
            let right = if right <= 6 { right - 1 } else { right };
            for step in 0..size {
                let y = if pair % 2 == 0 { size - 1 - step } else { step };
                for x in [right, right - 1] {
                    let flags = &mut self.flags[y * size + x];
                    if *flags & FUNCTION == 0 {
                        // The last modules may be left over.
                        *flags = bits.next().unwrap_or(0);
                    }
                }
            }
        }
    }
}
