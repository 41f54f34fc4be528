//! Splits a text into numeric, alphanumeric and byte segments so that it takes the fewest bits.

use alloc::vec::Vec;

/// Versions whose segment headers have the same length, so that one split is the best in all of them.
pub(super) struct VersionRange {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Bits of a segment's mode indicator and character count, by mode.
    header_bits: [u32; 3],
}

pub(super) const VERSION_RANGES: [VersionRange; 3] = [
    VersionRange { first: 1, last: 9, header_bits: [14, 13, 12] },
    VersionRange { first: 10, last: 26, header_bits: [16, 15, 20] },
    VersionRange { first: 27, last: 40, header_bits: [18, 17, 20] },
];

const NUMERIC: u8 = 0;
const ALPHANUMERIC: u8 = 1;
const BYTE: u8 = 2;

/// Costs are in sixths of a bit, because three digits take 10 bits and two alphanumeric characters 11.
const CHAR_COSTS: [u32; 3] = [20, 33, 48];
const BIT_COST: u32 = 6;
const UNREACHABLE: u32 = 1 << 24;

/// The index of a character is its value.
const ALPHANUMERIC_CHARS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The bits of the segments that take the fewest in total.
pub(super) fn optimal_bits(mut text: &[u8], range: &VersionRange) -> Vec<bool> {
    let mut bits = Vec::new();
    let mut append = |number: u32, len: u32| bits.extend((0..len).rev().map(|bit| number >> bit & 1 == 1));
    for run in optimal_modes(text, range).chunk_by(|mode, next| mode == next) {
        let [numeric, alphanumeric, byte] = range.header_bits;
        let (indicator, header_bits, base, chars_per_chunk, bits_per_char) = match run {
            [NUMERIC, ..] => (1, numeric, 10, 3, 3),
            [ALPHANUMERIC, ..] => (2, alphanumeric, 45, 2, 5),
            _ => (4, byte, 0, 1, 7),
        };
        let (chars, rest) = text.split_at(run.len());
        text = rest;
        append(indicator, 4);
        append(run.len() as u32, header_bits - 4);
        for chunk in chars.chunks(chars_per_chunk) {
            let value = |char: &u8| if base == 0 { (*char).into() } else { alphanumeric_value(*char) };
            append(
                chunk.iter().fold(0, |number, char| number * base + value(char)),
                chunk.len() as u32 * bits_per_char + 1,
            );
        }
    }
    bits
}

/// The mode of each character. Dynamic programming over the characters: the cheapest way to encode the text so far and
/// to continue in each mode.
fn optimal_modes(text: &[u8], range: &VersionRange) -> Vec<u8> {
    let headers = range.header_bits.map(|bits| bits * BIT_COST);
    let mut costs = headers;
    let mut cheapest = NUMERIC;
    // For each character, and for each mode that it may have, two bits with the mode of the character before it.
    let mut step = 0;
    let mut steps = Vec::from(text);
    for step_or_char in &mut steps {
        let value = alphanumeric_value(*step_or_char);
        *step_or_char = step;
        // The modes below the first allowed one are impossible.
        let allowed = if value < 10 {
            NUMERIC
        } else if value < 45 {
            ALPHANUMERIC
        } else {
            BYTE
        };
        let mut end = UNREACHABLE;
        for (mode, (cost, char_cost)) in (NUMERIC..).zip(costs.iter_mut().zip(CHAR_COSTS)) {
            *cost += if mode < allowed { UNREACHABLE } else { char_cost };
            // A segment ends with a whole bit.
            let rounded = cost.div_ceil(BIT_COST) * BIT_COST;
            if rounded < end {
                (end, cheapest) = (rounded, mode);
            }
        }
        step = 0;
        for (mode, (cost, header)) in (NUMERIC..).zip(costs.iter_mut().zip(headers)) {
            let mut previous = mode;
            if end + header < *cost {
                *cost = end + header;
                previous = cheapest;
            }
            step |= previous << (2 * mode);
        }
    }
    let mut mode = cheapest;
    for step_or_mode in steps.iter_mut().rev() {
        let step = *step_or_mode;
        *step_or_mode = mode;
        mode = (step >> (2 * mode)) & 3;
    }
    steps
}

/// 45 for a character that is not alphanumeric.
fn alphanumeric_value(char: u8) -> u32 {
    ALPHANUMERIC_CHARS.iter().take_while(|other| **other != char).count() as u32
}
