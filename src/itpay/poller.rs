//! Waits for the end of a payment: decides when to poll and when to stop.

use alloc::{boxed::Box, format, string::String};

use super::{PaymentIntent, RetrievePaymentIntent, Session, Status};
use crate::{
    CallError, CallResult, Endpoint as _, Error, ErrorCause, ErrorName,
    call::Io,
    exchange::CallOptions,
    http::Response,
    json::RawJson,
    retry::{Failure, MAX_RETRY_AFTER, is_transient},
};

/// The default time limit, in milliseconds.
pub const DEFAULT_WAIT: u64 = 300_000;
/// The default pause between two polls, in milliseconds.
pub const DEFAULT_POLL_INTERVAL: u64 = 2_000;

/// The options of [`Session::wait_for_completion`].
#[derive(Clone, Debug, PartialEq)]
pub struct WaitOptions {
    /// The time limit, in milliseconds.
    pub timeout_ms: u64,
    /// The pause between two polls, in milliseconds.
    pub poll_interval_ms: u64,
    /// Whether to notify the caller of each change of status and of the first status.
    pub notifies: bool,
}

impl Default for WaitOptions {
    fn default() -> WaitOptions {
        WaitOptions { timeout_ms: DEFAULT_WAIT, poll_interval_ms: DEFAULT_POLL_INTERVAL, notifies: false }
    }
}

impl Session {
    /// Polls until a payment has ended. Returns the gateway's JSON. An error of the type [`ErrorName::Timeout`] contains
    /// the payment as it was last seen.
    pub async fn wait_for_completion(&self, io: &Io, id: &str, options: &WaitOptions) -> CallResult<RawJson> {
        let request = RetrievePaymentIntent { id: id.into() }.request()?;
        let now = || io.now().monotonic_ms;
        let mut poller = Poller::new(now(), options.timeout_ms, options.poll_interval_ms);
        let mut last_seen = None;
        let mut polls = 0;
        loop {
            polls += 1;
            let timeout_ms = self.config.timeout_ms.min(poller.remaining(now()).max(1));
            let call_options =
                CallOptions { timeout_ms: Some(timeout_ms), max_retries: Some(0), ..CallOptions::default() };
            let status = core::cell::Cell::new(None);
            let verify = |response: &Response| -> Result<(), Error> {
                status.set(Some(PaymentIntent::status_in(response, Some(id))?));
                Ok(())
            };
            let result = Box::pin(self.send(io, request.clone(), &verify, &call_options)).await;
            let (decision, failure) = match (result, status.take()) {
                (Ok(exchanged), Some(status)) => {
                    let json = core::str::from_utf8(&exchanged.response.body).ok().and_then(RawJson::of);
                    if let (true, true, Some(json)) = (poller.is_news(&status), options.notifies, &json) {
                        let notified = io.notify(json.as_str().into()).await;
                        notified.map_err(|_| CallError::aborted(polls))?;
                    }
                    last_seen = json;
                    (poller.after(&status, now()), None)
                }
                (Err(error), _) => (poller.after_error(&error, now()), Some(error)),
                (Ok(_), None) => (PollDecision::Failed, None),
            };
            match (decision, failure) {
                (PollDecision::Ended, _) => {
                    // An intent that has a status is JSON.
                    return last_seen.ok_or_else(|| Error::invalid("response", "is not JSON").into());
                }
                (PollDecision::PollAgain { at }, _) => {
                    let pause = at.saturating_sub(now());
                    io.wait(pause).await.map_err(|_| CallError::aborted(polls))?;
                }
                (PollDecision::Failed, Some(mut error)) => {
                    error.attempts = if error.attempts == 0 { polls - 1 } else { polls };
                    return Err(error);
                }
                (PollDecision::TimedOut | PollDecision::Failed, failure) => {
                    return Err(timed_out(options.timeout_ms, polls, last_seen, failure));
                }
            }
        }
    }
}

#[cold]
fn timed_out(timeout_ms: u64, polls: u32, intent: Option<RawJson>, failure: Option<Box<CallError>>) -> Box<CallError> {
    let message = format!("The payment had not ended after {timeout_ms} ms; it may still be paid");
    let mut error = CallError::new(ErrorName::Timeout, "timeout", message);
    error.attempts = polls;
    error.retryable = true;
    error.intent = intent;
    error.cause = failure.map(|mut failure| {
        failure.attempts = polls;
        ErrorCause::Call(failure)
    });
    error
}

/// The decision after one poll.
#[derive(Clone, Debug, PartialEq)]
pub enum PollDecision {
    /// The payment has ended.
    Ended,
    /// Polling would not help.
    Failed,
    /// The payment has not ended: poll again at this time.
    PollAgain {
        /// Milliseconds of the clock that the poller was started with.
        at: u64,
    },
    /// The time is up.
    TimedOut,
}

/// The state of one wait.
pub struct Poller {
    deadline: u64,
    interval: u64,
    last: Option<String>,
}

impl Poller {
    /// Starts waiting. All times are in milliseconds of a clock that never goes back.
    pub fn new(now: u64, timeout: u64, interval: u64) -> Poller {
        Poller { deadline: now.saturating_add(timeout), interval, last: None }
    }

    /// How much time is left. No poll may take longer.
    pub fn remaining(&self, now: u64) -> u64 {
        self.deadline.saturating_sub(now)
    }

    /// Whether this status differs from the one before.
    pub fn is_news(&mut self, status: &Status) -> bool {
        let news = self.last.as_deref() != Some(status.as_str());
        self.last = Some(status.as_str().into());
        news
    }

    /// The decision after a poll that showed this status.
    pub fn after(&self, status: &Status, now: u64) -> PollDecision {
        if status.is_terminal() { PollDecision::Ended } else { self.poll_after(now, self.interval) }
    }

    /// The decision after a poll that failed. Transient failures are retried. A 429 response can prolong the wait.
    pub fn after_error(&self, error: &CallError, now: u64) -> PollDecision {
        match error.failure {
            Some(Failure::Status { status, retry_after }) if is_transient(status) => {
                let asked = retry_after.unwrap_or(0).min(MAX_RETRY_AFTER);
                // A 429 response without `Retry-After` doubles the pause.
                let slower = if status == 429 { self.interval.saturating_mul(2) } else { self.interval };
                self.poll_after(now, asked.max(slower))
            }
            Some(Failure::NoResponse | Failure::ConnectionRefused) => self.poll_after(now, self.interval),
            // The next response may be complete. A response that is too large will be too large again.
            Some(Failure::IncompleteResponse) if error.status.is_none() => self.poll_after(now, self.interval),
            _ => PollDecision::Failed,
        }
    }

    /// The last poll falls on the deadline.
    fn poll_after(&self, now: u64, wait: u64) -> PollDecision {
        if now >= self.deadline {
            PollDecision::TimedOut
        } else {
            PollDecision::PollAgain { at: now.saturating_add(wait.max(1)).min(self.deadline) }
        }
    }
}
