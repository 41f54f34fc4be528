//! Identifiers that the gateway chooses: a prefix and a UUIDv7.

use alloc::{format, string::String};

use uuid::Builder;

/// Tells ids apart even where the clock stands still and the random bytes repeat, as in a test.
#[derive(Default)]
pub(super) struct Ids {
    pub drawn: u64,
}

impl Ids {
    pub fn draw(&mut self, prefix: &str, now_ms: u64, random: &[u8; 16]) -> String {
        self.drawn = self.drawn.wrapping_add(1);
        let [a, b, c, d, e, f, tail @ ..] = *random;
        let [g, h, i, j, ..] = tail;
        // The last four bytes are those that the UUID's version and variant leave alone.
        let [g, h, i, j] = u32::from_be_bytes([g, h, i, j]).wrapping_add(self.drawn as u32).to_be_bytes();
        let id = Builder::from_unix_timestamp_millis(now_ms, &[a, b, c, d, e, f, g, h, i, j]).into_uuid();
        format!("{prefix}_{}", id.hyphenated())
    }
}
