//! Whether a failed call is sent again, and after how long: a pure function from what happened.

use crate::{http::Response, time};

/// The longest wait that a gateway can ask for, in milliseconds.
pub const MAX_RETRY_AFTER: u64 = 60_000;
const FIRST_WAIT: u64 = 500;
const LONGEST_WAIT: u64 = 8_000;

/// How an attempt ended without success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The gateway answered with this status and, perhaps, a wait in milliseconds.
    Status {
        /// The HTTP status.
        status: u16,
        /// What `Retry-After` said.
        retry_after: Option<u64>,
    },
    /// The answer began and then broke off: the call was processed.
    IncompleteResponse,
    /// No answer came; the gateway may have processed the call or not.
    NoResponse,
    /// The connection was refused: the gateway certainly has not processed the call.
    ConnectionRefused,
}

/// How long to wait in milliseconds before the next attempt; `None` means that there is none.
///
/// A repeatable call (GET, or one with its own idempotency key) is sent again after whatever may pass.
/// Any other only where the gateway certainly did not process it. `retries` counts those already made,
/// `random` lies in 0..1 and spreads the wait over its whole range, so that clients do not return as one.
pub fn wait(failure: Failure, repeatable: bool, retries: u32, max_retries: u32, random: f64) -> Option<u64> {
    if retries >= max_retries {
        return None;
    }
    let (again, asked) = match failure {
        Failure::Status { status, retry_after } => {
            let unprocessed = status == 429 || (status == 503 && retry_after.is_some());
            (is_transient(status) && (repeatable || unprocessed), retry_after)
        }
        Failure::IncompleteResponse => (false, None),
        Failure::NoResponse => (repeatable, None),
        Failure::ConnectionRefused => (true, None),
    };
    let backoff = FIRST_WAIT.saturating_mul(1 << retries.min(16)).min(LONGEST_WAIT);
    again.then(|| asked.map_or((backoff as f64 * random.clamp(0.0, 1.0)) as u64, |asked| asked.min(MAX_RETRY_AFTER)))
}

/// Whether a status says that the same call may succeed later.
pub fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// `Retry-After` in milliseconds: seconds, or an HTTP date held against `now_ms`.
pub fn retry_after(response: &Response, now_ms: u64) -> Option<u64> {
    let value = response.headers.get("retry-after")?.trim();
    match value.parse::<u64>() {
        Ok(seconds) => Some(seconds.saturating_mul(1000)),
        Err(_) => time::parse_http_date(value).map(|date| date.saturating_sub(now_ms)),
    }
}
