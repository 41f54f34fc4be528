//! Whether a failed attempt is followed by another, and after how long: a pure function from what happened.

use crate::{http::Response, time};

/// The longest wait that a gateway can ask for, in milliseconds.
pub const MAX_RETRY_AFTER: u64 = 60_000;
const FIRST_WAIT: u64 = 500;
const LONGEST_WAIT: u64 = 8_000;

/// How an attempt ended without success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The gateway responded with this status and, perhaps, a wait in milliseconds.
    Status {
        /// The HTTP status.
        status: u16,
        /// The wait that `Retry-After` asks for.
        retry_after: Option<u64>,
    },
    /// The response began and cannot be used, or never ended. The call was probably processed.
    IncompleteResponse,
    /// No response came. The gateway may have processed the call or not.
    NoResponse,
    /// No connection could be made. The gateway has certainly not processed the call.
    ConnectionRefused,
}

/// How long to wait before the next attempt, in milliseconds. `None` means that there is no other attempt.
///
/// A repeatable call (a GET, or one with its own idempotency key) is sent again after every transient failure. Any
/// other call is sent again only where the gateway certainly did not process it. `retries` counts the retries so far.
/// `random` lies in 0..1 and spreads the waits, so that clients do not return all at once. `Retry-After` can prolong
/// a wait and never shortens it.
pub fn wait(failure: Failure, repeatable: bool, retries: u32, max_retries: u32, random: f64) -> Option<u64> {
    if retries >= max_retries {
        return None;
    }
    let (is_retried, asked) = match failure {
        Failure::Status { status, retry_after } => {
            let unprocessed = status == 429 || (status == 503 && retry_after.is_some());
            (is_transient(status) && (repeatable || unprocessed), retry_after)
        }
        Failure::IncompleteResponse => (false, None),
        Failure::NoResponse => (repeatable, None),
        Failure::ConnectionRefused => (true, None),
    };
    let backoff = FIRST_WAIT.saturating_mul(1 << retries.min(16)).min(LONGEST_WAIT);
    let backoff = (backoff as f64 * random.clamp(0.0, 1.0)) as u64;
    is_retried.then(|| asked.unwrap_or(0).min(MAX_RETRY_AFTER).max(backoff))
}

/// Whether a status says that the same call may succeed later: 408, 425, 429, and any 5xx but 501 and 505. Proxies add
/// statuses of their own, such as 520 to 530.
pub fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504 | 506..=599)
}

/// `Retry-After` in milliseconds: seconds with or without a fraction, or an HTTP date compared with `now_ms`.
pub fn retry_after(response: &Response, now_ms: u64) -> Option<u64> {
    let value = response.headers.get("retry-after")?.trim();
    seconds(value).or_else(|| time::parse_http_date(value).map(|date| date.saturating_sub(now_ms)))
}

/// A decimal of seconds in milliseconds, rounded up.
fn seconds(value: &str) -> Option<u64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    // Nobody waits as long as an overflow.
    let number = |ms: u64, byte: u8| ms.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    let ms = whole.bytes().chain(fraction.bytes().chain([b'0'; 3]).take(3)).fold(0, number);
    Some(ms.saturating_add(u64::from(fraction.bytes().skip(3).any(|byte| byte != b'0'))))
}
