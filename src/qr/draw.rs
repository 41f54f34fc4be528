//! Codewords to modules: the fixed patterns, the data around them, under the mask that suits them best.
//!
//! All eight masks are drawn at once: a module is a byte, with one bit for each mask.

use alloc::{vec, vec::Vec};

use super::mask;

/// Modules per side.
pub fn size(version: usize) -> usize {
    version * 4 + 17
}

/// Row by row, whether the module is dark.
pub fn modules(codewords: &[u8], version: usize, level: usize) -> Vec<bool> {
    let size = size(version);
    let mut drawing = Drawing { size, modules: vec![0; size * size], fixed: vec![false; size * size] };
    drawing.fix_patterns(version);
    drawing.fix_format(level);
    drawing.fill(codewords);
    let best = mask::best(&drawing.modules, size);
    drawing.modules.iter().map(|module| module >> best & 1 == 1).collect()
}

struct Drawing {
    size: usize,
    modules: Vec<u8>,
    fixed: Vec<bool>,
}

impl Drawing {
    fn fix(&mut self, x: usize, y: usize, module: u8) {
        if x < self.size && y < self.size {
            let index = y * self.size + x;
            if let (Some(to), Some(fixed)) = (self.modules.get_mut(index), self.fixed.get_mut(index)) {
                (*to, *fixed) = (module, true);
            }
        }
    }

    fn fix_patterns(&mut self, version: usize) {
        let size = self.size;
        for at in 0..size {
            self.fix(at, 6, all(at % 2 == 0));
            self.fix(6, at, all(at % 2 == 0));
        }
        let corner = |x, y| x == 6 && (y == 6 || y == size - 7);
        for x in alignment(version) {
            for y in alignment(version) {
                // Three corners are the finders'.
                if !corner(x, y) && !corner(y, x) {
                    self.fix_squares(x, y, 2, 0b101);
                }
            }
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            self.fix_squares(x, y, 4, 0b01011);
        }
        if version > 6 {
            let bits = with_remainder(version, 12, 0x1F25);
            for index in 0..18 {
                let (near, far) = (index / 3, size - 11 + index % 3);
                self.fix(near, far, all(bits >> index & 1 == 1));
                self.fix(far, near, all(bits >> index & 1 == 1));
            }
        }
    }

    /// Squares around a centre; the bits say which are dark, from the centre on.
    fn fix_squares(&mut self, x: usize, y: usize, radius: usize, dark: usize) {
        for dx in 0..=2 * radius {
            for dy in 0..=2 * radius {
                let distance = dx.abs_diff(radius).max(dy.abs_diff(radius));
                // What is beyond an edge wraps around, to where nothing is.
                self.fix((x + dx).wrapping_sub(radius), (y + dy).wrapping_sub(radius), all(dark >> distance & 1 == 1));
            }
        }
    }

    /// The level and the mask, twice.
    fn fix_format(&mut self, level: usize) {
        let size = self.size;
        let bits = [0, 1, 2, 3, 4, 5, 6, 7].map(|mask| with_remainder((level ^ 1) << 3 | mask, 10, 0x537) ^ 0x5412);
        for index in 0..15 {
            let module = bits.iter().rev().fold(0, |module, bits| module << 1 | (bits >> index & 1) as u8);
            // Along the corner, over the timing patterns; and once more, half below one finder and half beside the other.
            let (near, far) = (index + usize::from(index > 5), size - 15 + index);
            if index < 8 {
                self.fix(8, near, module);
                self.fix(size - 1 - index, 8, module);
            } else {
                self.fix(14 - index + usize::from(index == 8), 8, module);
                self.fix(8, far, module);
            }
        }
        self.fix(8, size - 8, 255);
    }

    /// Up and down in columns of two, from the right.
    fn fill(&mut self, codewords: &[u8]) {
        let size = self.size;
        let mut bit = 0;
        for pair in 0..size / 2 {
            // The column of the timing pattern is in none.
            let right = size - 1 - 2 * pair - usize::from(size - 1 - 2 * pair <= 6);
            for step in 0..size {
                let y = if pair % 2 == 0 { size - 1 - step } else { step };
                for x in [right, right - 1] {
                    let index = y * size + x;
                    if self.fixed.get(index) == Some(&false) {
                        let dark = codewords.get(bit / 8).is_some_and(|byte| byte << (bit % 8) & 128 == 128);
                        bit += 1;
                        if let Some(module) = self.modules.get_mut(index) {
                            *module = all(dark) ^ mask::patterns(x, y);
                        }
                    }
                }
            }
        }
    }
}

/// The same under every mask.
fn all(dark: bool) -> u8 {
    if dark { 255 } else { 0 }
}

/// Where the centres of the alignment patterns are, in both directions.
fn alignment(version: usize) -> impl Iterator<Item = usize> {
    let gaps = version / 7 + 1;
    let step = (version * 8 + gaps * 3 + 8) / (gaps * 4) * 2;
    let count = if version == 1 { 0 } else { gaps + 1 };
    (0..count).map(move |index| if index == 0 { 6 } else { size(version) - 7 - step * (gaps - index) })
}

/// The number, followed by so many bits of what is left when it is divided.
fn with_remainder(number: usize, bits: usize, divisor: usize) -> usize {
    let remainder = (0..bits).fold(number, |rest, _| (rest << 1) ^ ((rest >> (bits - 1)) * divisor));
    number << bits | remainder
}
