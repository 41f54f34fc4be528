//! Waiting for a payment's end: when to look again, and when to stop. Pure; the caller polls and sleeps.

use alloc::string::String;

use super::Status;
use crate::{Error, retry::MAX_RETRY_AFTER};

/// How long to wait altogether unless the caller says otherwise, in milliseconds.
pub const DEFAULT_WAIT: u64 = 300_000;
/// How long to wait between two looks unless the caller says otherwise, in milliseconds.
pub const DEFAULT_POLL_INTERVAL: u64 = 2_000;

/// What a look showed, and what follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The payment has ended.
    Ended,
    /// Not yet: look again at this time.
    Again {
        /// Unix milliseconds.
        at: u64,
    },
    /// The time is up.
    TimedOut,
    /// Looking again would not help.
    Failed,
}

/// A payment being waited for.
pub struct Poller {
    deadline: u64,
    interval: u64,
    last: Option<String>,
}

impl Poller {
    /// Starts waiting. All times are in milliseconds.
    pub fn new(now: u64, timeout: u64, interval: u64) -> Poller {
        Poller { deadline: now.saturating_add(timeout), interval, last: None }
    }

    /// How much time is left; no look may take longer.
    pub fn remaining(&self, now: u64) -> u64 {
        self.deadline.saturating_sub(now)
    }

    /// Whether this status differs from the one before: once per change.
    pub fn is_news(&mut self, status: &Status) -> bool {
        let news = self.last.as_deref() != Some(status.as_str());
        self.last = Some(status.as_str().into());
        news
    }

    /// What follows from an intent in this status.
    pub fn after(&self, status: &Status, now: u64) -> Seen {
        if status.is_terminal() { Seen::Ended } else { self.again(now, self.interval) }
    }

    /// What follows from a look that failed: what may pass is waited out, a 429 as long as it asks.
    pub fn after_error(&self, error: &Error, now: u64) -> Seen {
        match error {
            Error::Api(answer) if error.is_retryable() => {
                let asked = answer.retry_after.unwrap_or(0).min(MAX_RETRY_AFTER);
                // A gateway that is told to slow down by nobody is still asked half as often.
                let slower = if answer.status == 429 { self.interval.saturating_mul(2) } else { self.interval };
                self.again(now, asked.max(slower))
            }
            _ => Seen::Failed,
        }
    }

    /// What follows from a look that got no answer.
    pub fn after_no_answer(&self, now: u64) -> Seen {
        self.again(now, self.interval)
    }

    /// The last look falls on the deadline.
    fn again(&self, now: u64, wait: u64) -> Seen {
        if now >= self.deadline {
            Seen::TimedOut
        } else {
            Seen::Again { at: now.saturating_add(wait).min(self.deadline) }
        }
    }
}
