//! Ids that the client generates.

use alloc::string::String;

use uuid::Builder;

/// Generates a PaymentIntent id: `pi_` and a UUIDv7. The id is also the idempotency key of the create call.
///
/// `unix_ms` is the time in milliseconds, `random` ten bytes from a cryptographic source.
pub fn payment_intent_id(unix_ms: u64, random: &[u8; 10]) -> String {
    ["pi_", Builder::from_unix_timestamp_millis(unix_ms, random).into_uuid().hyphenated().encode_lower(&mut [0; 36])]
        .concat()
}
