//! Ids that the gateway chooses: a prefix and a UUIDv7.

use alloc::{format, string::String};

use uuid::Builder;

/// Makes ids unique even if the clock stands still and the random bytes repeat, as in a test.
#[derive(Default)]
pub(super) struct IdGenerator {
    pub issued: u64,
}

impl IdGenerator {
    pub fn next_id(&mut self, prefix: &str, now_ms: u64, random: &[u8; 16]) -> String {
        self.issued = self.issued.wrapping_add(1);
        let [a, b, c, d, e, f, tail @ ..] = *random;
        let [g, h, i, j, ..] = tail;
        // The version and the variant of a UUID do not overwrite the last four bytes.
        let [g, h, i, j] = u32::from_be_bytes([g, h, i, j]).wrapping_add(self.issued as u32).to_be_bytes();
        let id = Builder::from_unix_timestamp_millis(now_ms, &[a, b, c, d, e, f, g, h, i, j]).into_uuid();
        format!("{prefix}_{}", id.hyphenated())
    }
}
