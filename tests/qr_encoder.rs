//! QR codes, module by module, beside those of another encoder; and their masks beside the rules of the standard.
#![cfg(feature = "qr")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail that way")]

use std::collections::BTreeSet;

use itpay::qr::{ErrorCorrection, QrCode};
use qrcodegen_no_heap::{Mask, QrCode as Other, QrCodeEcc, Version};

const LEVELS: [(ErrorCorrection, QrCodeEcc); 4] = [
    (ErrorCorrection::Low, QrCodeEcc::Low),
    (ErrorCorrection::Medium, QrCodeEcc::Medium),
    (ErrorCorrection::Quartile, QrCodeEcc::Quartile),
    (ErrorCorrection::High, QrCodeEcc::High),
];

/// Rows of modules, dark ones true.
type Grid = Vec<Vec<bool>>;

#[test]
fn every_version_and_level_has_the_modules_of_another_encoder_and_the_mask_with_the_lowest_penalty() {
    let mut seen = BTreeSet::new();
    // Texts of one mode, which the other encoder puts into one segment, too.
    for (alphabet, longest) in [("8675309", 3057), ("HTTPS://ITPAY.AI/", 1852), ("https://itpay.ai/?", 1273)] {
        for (index, len) in (1..=longest).step_by(if cfg!(debug_assertions) { 31 } else { 7 }).enumerate() {
            let text: String = alphabet.chars().cycle().skip(index).take(len).collect();
            let (level, other_level) = LEVELS[index % 4];
            let grid = grid_of(&QrCode::new(&text, level).unwrap());
            let others = other_grids(&text, other_level);
            let mask = others.iter().position(|other| *other == grid);
            assert!(mask.is_some(), "{len} of {alphabet} at {level:?}");
            if grid.len() < 60 || index % 16 == 0 {
                let penalties: Vec<_> = others.iter().map(penalty).collect();
                let least = penalties.iter().min().unwrap();
                assert_eq!(mask, penalties.iter().position(|penalty| penalty == least), "{penalties:?}");
            }
            seen.insert((grid.len(), index % 4));
        }
    }
    assert!(seen.len() >= 100, "{}", seen.len());
    assert_eq!(seen.iter().map(|(size, _)| size).collect::<BTreeSet<_>>().len(), 40);
}

fn grid_of(code: &QrCode) -> Grid {
    (0..code.size()).map(|y| (0..code.size()).map(|x| code.is_dark(x, y)).collect()).collect()
}

/// The text's codes under each mask.
fn other_grids(text: &str, level: QrCodeEcc) -> Vec<Grid> {
    (0..8)
        .map(|mask| {
            let (mut scratch, mut output) = (vec![0; Version::MAX.buffer_len()], vec![0; Version::MAX.buffer_len()]);
            let mask = Some(Mask::new(mask));
            let code =
                Other::encode_text(text, &mut scratch, &mut output, level, Version::MIN, Version::MAX, mask, true)
                    .unwrap();
            (0..code.size()).map(|y| (0..code.size()).map(|x| code.get_module(x, y)).collect()).collect()
        })
        .collect()
}

/// The rules of the standard, module by module.
fn penalty(grid: &Grid) -> usize {
    let size = grid.len();
    let transposed: Grid = (0..size).map(|x| (0..size).map(|y| grid[y][x]).collect()).collect();
    let lines = || grid.iter().chain(&transposed);
    let runs: usize = lines()
        .flat_map(|line| line.chunk_by(|a, b| a == b))
        .filter(|run| run.len() >= 5)
        .map(|run| run.len() - 2)
        .sum();
    let blocks = grid
        .windows(2)
        .flat_map(|rows| rows[0].windows(2).zip(rows[1].windows(2)))
        .filter(|(above, below)| above.iter().chain(*below).all(|dark| *dark == above[0]))
        .count();
    let finders: usize = lines().map(|line| finders_in(line)).sum();
    let dark = grid.iter().flatten().filter(|dark| **dark).count();
    let share = (dark * 20).abs_diff(size * size * 10);
    runs + 3 * blocks + 40 * finders + 10 * (share.div_ceil(size * size).max(1) - 1)
}

/// Dark, light, dark, dark, dark, light, dark, and four light ones before or after. Around the code all is light.
fn finders_in(line: &[bool]) -> usize {
    let around = |len| std::iter::repeat_n(false, len);
    let line: Vec<bool> = around(10).chain(line.iter().copied()).chain(around(10)).collect();
    let core = [false, true, false, true, true, true, false, true, false];
    (10..line.len() - 10)
        .filter(|start| line[start - 1..start + 8] == core)
        .map(|start| {
            let is_light = |from: usize| line[from..from + 4].iter().all(|dark| !dark);
            usize::from(is_light(start - 4)) + usize::from(is_light(start + 7))
        })
        .sum()
}
