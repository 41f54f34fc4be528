//! The eight masks, and which of them makes a code easiest to read.
//!
//! One walk over the code weighs all eight: a module is a byte, with one bit for each mask.

/// Which masks turn the module over.
pub fn patterns(x: usize, y: usize) -> u8 {
    [
        (x + y) % 2,
        y % 2,
        x % 3,
        (x + y) % 3,
        (x / 3 + y / 2) % 2,
        x * y % 2 + x * y % 3,
        (x * y % 2 + x * y % 3) % 2,
        ((x + y) % 2 + x * y % 3) % 2,
    ]
    .iter()
    .rev()
    .fold(0, |bits, rest| bits << 1 | u8::from(*rest == 0))
}

/// The mask with the least penalty, as ISO/IEC 18004 counts: long runs, squares of one colour, what looks like a
/// finder, too much of one colour.
pub fn best(modules: &[u8], size: usize) -> u8 {
    let module = |x: usize, y: usize| modules.get(y * size + x).copied().unwrap_or_default();
    let (mut found, mut dark) = (Tally::default(), Tally::default());
    for y in 0..size {
        line(size, |x| module(x, y), &mut found);
        line(size, |x| module(y, x), &mut found);
        for x in 0..size {
            let this = module(x, y);
            dark.add(this, 1);
            if x > 0 && y > 0 {
                found.add(!(this ^ module(x - 1, y) | this ^ module(x, y - 1) | this ^ module(x - 1, y - 1)), 3);
            }
        }
    }
    let area = size * size;
    let penalty = |mask: &u8| found.of(*mask) + (dark.of(*mask) * 20).abs_diff(area * 10) / area * 10;
    (0..8).min_by_key(penalty).unwrap_or_default()
}

/// A row or a column. What was before is kept bytewise, the latest lowest.
fn line(size: usize, module: impl Fn(usize) -> u8, found: &mut Tally) {
    let (mut seen, mut same, mut long) = (0_u64, 0_u32, 0);
    // The margin is light, and part of what looks like a finder.
    let (mut cores, mut lights) = (0_u64, u64::MAX);
    for x in 0..size + 4 {
        let now = if x < size { module(x) } else { 0 };
        let before = |n: u8| (seen >> (8 * n)) as u8;
        same = same << 8 | u32::from(if x == 0 { 0 } else { !(now ^ before(0)) });
        cores = cores << 8 | u64::from(now & !before(0) & before(1) & before(2) & before(3) & !before(4) & before(5));
        lights = lights << 8 | u64::from(!(now | before(0) | before(1) | before(2)));
        seen = seen << 8 | u64::from(now);
        found.add(lights as u8 & (cores >> 32) as u8 | cores as u8 & (lights >> 56) as u8, 40);
        if x < size {
            let began = !long;
            long = (same & same >> 8 & same >> 16 & same >> 24) as u8;
            found.add(long, 1);
            found.add(long & began, 2);
        }
    }
}

/// How much was counted for each set of masks.
struct Tally([usize; 256]);

impl Default for Tally {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Tally {
    fn add(&mut self, masks: u8, weight: usize) {
        if let Some(count) = self.0.get_mut(usize::from(masks)) {
            *count += weight;
        }
    }

    fn of(&self, mask: u8) -> usize {
        (0..=255_u8).zip(self.0).filter(|(masks, _)| masks >> mask & 1 == 1).map(|(_, count)| count).sum()
    }
}
