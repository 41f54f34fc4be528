//! Chooses the mask of a code: of the eight patterns, the one that misleads a scanner the least.
//!
//! The rules of the standard are evaluated for 63 columns at once, on words with a bit for each of them. Going module by
//! module would take most of the time of a code.

#![allow(
    clippy::indexing_slicing,
    reason = "indexes depend on the version alone, and tests/qr_encoder.rs makes codes of all versions"
)]

use super::modules::{DARK, FUNCTION, Modules};

const MASKS: usize = 8;

const MAX_SIZE: usize = 177;
const COLUMNS_PER_WORD: usize = 63;
const WORDS: usize = MAX_SIZE.div_ceil(COLUMNS_PER_WORD);
/// Light lines before the first and after the last line, as many as a finder-like pattern needs around it.
const BEFORE: usize = 4;
const AFTER: usize = 10;

/// Bit `x % 63` of word `x / 63` of a line is the module in column `x`. The highest bit repeats the next word's first column,
/// so that each column has its neighbor in the same word. 1 is dark.
type Grid = [[u64; BEFORE + MAX_SIZE + AFTER]; WORDS];

fn add(grid: &mut Grid, x: usize, y: usize, is_dark: bool) {
    let (word, bit) = (x / COLUMNS_PER_WORD, x % COLUMNS_PER_WORD);
    grid[word][BEFORE + y] |= u64::from(is_dark) << bit;
    if bit == 0 && word > 0 {
        grid[word - 1][BEFORE + y] |= u64::from(is_dark) << COLUMNS_PER_WORD;
    }
}

/// The penalty of the columns, to be added to that of the rows. Both count areas, so everything else counts twice.
fn penalty(grid: &Grid, size: usize) -> u32 {
    let mut penalty = 0;
    let mut dark = 0;
    for (index, words) in grid.iter().enumerate() {
        let columns = size.saturating_sub(index * COLUMNS_PER_WORD).min(COLUMNS_PER_WORD);
        let valid = (1 << columns) - 1;
        let has_neighbor = if columns == COLUMNS_PER_WORD { valid } else { valid >> 1 };
        let mut previous = 0;
        for y in 0..size {
            let [w0, w1, w2, w3, a, b, c, d, e, f, g, w11, w12, w13, w14] =
                core::array::from_fn(|line| words[y + line]);
            // Rule 1: runs of five and more.
            if y + 5 <= size {
                let run = (a & b & c & d & e | !(a | b | c | d | e)) & valid;
                penalty += 2 * run.count_ones() + 4 * (run & !previous).count_ones();
                previous = run;
            }
            // Rule 2: blocks of four.
            if y + 1 < size {
                let (right, below_right) = (a >> 1, b >> 1);
                let block = (a & b & right & below_right | !(a | b | right | below_right)) & has_neighbor;
                penalty += 3 * block.count_ones();
            }
            // Rule 3: patterns that look like a finder.
            let finder = valid & !w3 & a & !b & c & d & e & !f & g & !w11;
            penalty += 80 * (finder & !(w0 | w1 | w2)).count_ones() + 80 * (finder & !(w12 | w13 | w14)).count_ones();
            dark += (a & valid).count_ones();
        }
    }
    // Rule 4: the share of dark modules.
    let total = (size * size) as u32;
    penalty + 10 * ((dark * 20).abs_diff(total * 10).div_ceil(total).saturating_sub(1))
}

/// Applies the mask with the lowest penalty. The flags are 1 for dark modules afterwards, and 0 for light ones.
pub(super) fn apply_best_mask(modules: &mut Modules, level: usize) {
    let size = modules.size;
    let mut best = (u32::MAX, 0);
    for step in 0..=MASKS {
        let mask = if step < MASKS { step } else { best.1 };
        modules.draw_format(level, mask);
        let [mut columns, mut rows] = [[[0; BEFORE + MAX_SIZE + AFTER]; WORDS]; 2];
        for (index, flags) in modules.flags.iter_mut().enumerate() {
            let (x, y) = (index % size, index / size);
            let is_dark = (*flags & DARK == DARK) != (*flags & FUNCTION == 0 && inverts(mask, x, y));
            add(&mut columns, x, y, is_dark);
            add(&mut rows, y, x, is_dark);
            if step == MASKS {
                *flags = is_dark.into();
            }
        }
        best = best.min((penalty(&columns, size) + penalty(&rows, size), mask));
    }
}

/// Whether a mask inverts a module, by the formulas of the standard.
fn inverts(mask: usize, x: usize, y: usize) -> bool {
    let product = x * y;
    let remainder = match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => product % 2 + product % 3,
        6 => (product % 2 + product % 3) % 2,
        _ => ((x + y) % 2 + product % 3) % 2,
    };
    remainder == 0
}
