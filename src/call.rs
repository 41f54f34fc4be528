//! A call as a state machine without I/O. It returns the next step, and receives an event for the result.
//!
//! A program drives it: it performs each [`Step`] with its own HTTP client and its own timer, and reports the outcome
//! as an [`Event`]. The flows are written as `async fn`s over [`Io`], so the compiler writes the states. They await
//! nothing but [`Io`], so there is no executor here: a step runs until the flow needs something from outside.

use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};
use core::{
    any::Any,
    cell::RefCell,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use crate::{
    Secret,
    http::{Headers, Method, Response},
};

/// The time of a step, and a random number for it. The core reads no clock and draws no randomness.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Now {
    /// Wall time in Unix milliseconds, for signatures and dates.
    pub unix_ms: u64,
    /// Milliseconds of a clock that never goes back, for time limits.
    pub monotonic_ms: u64,
    /// From 0 to 1, for the jitter of retries.
    pub random: f64,
}

/// One HTTP request to send, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The HTTP method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// All headers, including those that sign the request.
    pub headers: Headers,
    /// The raw bytes; empty for none.
    pub body: Vec<u8>,
    /// How long the attempt may take, headers and body together, in milliseconds.
    pub timeout_ms: u64,
    /// The most bytes of a response body to read. A longer body is a [`TransportErrorKind::TooLarge`].
    pub max_body_bytes: u64,
    /// Whether the body of a successful response is a file and not text.
    pub is_file: bool,
    /// Which attempt of its API call this is, from 1, for logs.
    pub number: u32,
    /// The most attempts that the API call can have, for logs.
    pub max_number: u32,
}

/// The next step for the program.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<T> {
    /// Send this request and report the response or the failure.
    Send(Box<Attempt>),
    /// Wait this many milliseconds, then report [`Event::WaitEnded`].
    Wait(u64),
    /// Notify the caller with this JSON, then report [`Event::Notified`].
    Notify(String),
    /// Read this key of the caller's cache, then report [`Event::CacheRead`].
    ReadCache(String),
    /// Write an entry to the caller's cache, then report [`Event::CacheRead`] with nothing.
    WriteCache(Box<CacheEntry>),
    /// The call has ended.
    Done(T),
}

/// An entry of a cache that several processes share.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheEntry {
    /// The key.
    pub key: String,
    /// The value, which is as secret as a password.
    pub value: Secret,
    /// How long the entry is good for, in milliseconds.
    pub ttl_ms: u64,
}

/// The result of the last step.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Nothing yet: the first step.
    Started,
    /// The response arrived, headers and body.
    Response(Response),
    /// The attempt failed without a whole response.
    Failed(TransportError),
    /// The wait ended.
    WaitEnded,
    /// The value in the caller's cache, or nothing.
    CacheRead(Option<String>),
    /// The caller was notified.
    Notified,
    /// The caller aborted the call: before the step was begun, or during it.
    Aborted {
        /// Whether an attempt had been sent in this step.
        sent: bool,
    },
}

/// An attempt without a whole response.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportError {
    /// How it failed.
    pub kind: TransportErrorKind,
    /// The status, if the response had begun.
    pub status: Option<u16>,
    /// The error of the program's HTTP client.
    pub cause: Option<Cause>,
}

impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> TransportError {
        TransportError { kind, status: None, cause: None }
    }
}

impl TransportError {
    /// The stable code of the error that a call ends with.
    pub fn code(&self) -> &'static str {
        match (self.kind, self.status) {
            (TransportErrorKind::ConnectionFailed, Some(_)) => "broken_answer",
            (TransportErrorKind::ConnectionFailed, None) => "connection_failed",
            (TransportErrorKind::ConnectionRefused, _) => "connection_refused",
            (TransportErrorKind::HostNotFound, _) => "host_not_found",
            (TransportErrorKind::NotAResponse, _) => "invalid_request",
            (TransportErrorKind::TimedOut, _) => "timeout",
            (TransportErrorKind::TooLarge, _) => "response_too_large",
        }
    }
}

/// An error of the program's own. The core passes it on unchanged.
#[derive(Clone)]
pub struct Cause(Rc<dyn Any>);

impl Cause {
    /// Wraps an error.
    pub fn new(error: impl Any) -> Cause {
        Cause(Rc::new(error))
    }

    /// The error, if it is one of that type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause(…)")
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Cause) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransportErrorKind {
    /// The host name was not found. Nothing was sent.
    HostNotFound,
    /// Nothing listens at the address. Nothing was sent.
    ConnectionRefused,
    /// The connection failed or broke. The request may have been processed.
    ConnectionFailed,
    /// The time limit of the attempt ran out.
    TimedOut,
    /// The response body is longer than the limit.
    TooLarge,
    /// The program's HTTP client returned something that is not a response.
    NotAResponse,
}

/// The caller aborted the call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aborted {
    /// Whether an attempt without a response had been sent.
    pub sent: bool,
}

enum Request {
    Notify(String),
    ReadCache(String),
    WriteCache(Box<CacheEntry>),
    Send(Box<Attempt>),
    Wait(u64),
}

#[derive(Default)]
struct Mailbox {
    request: Option<Request>,
    event: Option<Event>,
    now: Now,
    /// How far the call's clock is ahead of the program's.
    ahead_ms: u64,
    /// When the wait in progress ends.
    wait_ends_at: Option<u64>,
}

impl Mailbox {
    /// After a wait, the clock has advanced by at least that wait. Tests replace timers but not the clock, and without this
    /// rule, time limits would never be reached in them.
    fn set_now(&mut self, now: Now) {
        let monotonic_ms = now.monotonic_ms.saturating_add(self.ahead_ms).max(self.now.monotonic_ms);
        self.now = Now { monotonic_ms, ..now };
        if let (Some(ends_at), Some(Event::WaitEnded)) = (self.wait_ends_at.take(), &self.event) {
            self.ahead_ms = self.ahead_ms.saturating_add(ends_at.saturating_sub(monotonic_ms));
            self.now.monotonic_ms = monotonic_ms.max(ends_at);
        }
    }
}

/// A flow's only way to the outside.
#[derive(Clone, Default)]
pub struct Io(Rc<RefCell<Mailbox>>);

impl Io {
    /// The time of the current step.
    pub fn now(&self) -> Now {
        self.0.borrow().now
    }

    /// Sends one attempt. `Ok(Err(_))` is an attempt that failed. `Err` is an abort.
    pub async fn send(&self, attempt: Attempt) -> Result<Result<Response, TransportError>, Aborted> {
        match self.ask(Request::Send(Box::new(attempt))).await {
            Event::Response(response) => Ok(Ok(response)),
            Event::Failed(error) => Ok(Err(error)),
            Event::Aborted { sent } => Err(Aborted { sent }),
            // A driver that reports any other event has no response.
            Event::Started | Event::CacheRead(_) | Event::Notified | Event::WaitEnded => {
                Ok(Err(TransportErrorKind::NotAResponse.into()))
            }
        }
    }

    /// Waits.
    pub async fn wait(&self, ms: u64) -> Result<(), Aborted> {
        match self.ask(Request::Wait(ms)).await {
            Event::Aborted { .. } => Err(Aborted { sent: false }),
            _ => Ok(()),
        }
    }

    /// Reads the caller's cache.
    pub async fn read_cache(&self, key: String) -> Option<String> {
        match self.ask(Request::ReadCache(key)).await {
            Event::CacheRead(value) => value,
            _ => None,
        }
    }

    /// Writes to the caller's cache.
    pub async fn write_cache(&self, entry: CacheEntry) {
        self.ask(Request::WriteCache(Box::new(entry))).await;
    }

    /// Notifies the caller of progress, as JSON.
    pub async fn notify(&self, json: String) -> Result<(), Aborted> {
        match self.ask(Request::Notify(json)).await {
            Event::Aborted { .. } => Err(Aborted { sent: false }),
            _ => Ok(()),
        }
    }

    async fn ask(&self, request: Request) -> Event {
        self.0.borrow_mut().request = Some(request);
        poll_fn(|_| match self.0.borrow_mut().event.take() {
            Some(event) => Poll::Ready(event),
            None => Poll::Pending,
        })
        .await
    }
}

/// A call in progress.
pub struct Call<T> {
    flow: Option<Pin<Box<dyn Future<Output = T>>>>,
    io: Io,
}

impl<T> Call<T> {
    /// Creates a call of a flow. Nothing happens before its first step.
    pub fn new<F: Future<Output = T> + 'static>(flow: impl FnOnce(Io) -> F) -> Call<T> {
        let io = Io::default();
        Call { flow: Some(Box::pin(flow(io.clone()))), io }
    }

    /// Reports an event and returns the next step. None once the call has ended.
    pub fn step(&mut self, event: Event, now: Now) -> Option<Step<T>> {
        let flow = self.flow.as_mut()?;
        {
            let mut mailbox = self.io.0.borrow_mut();
            // The first step reports nothing that a flow could await.
            mailbox.event = (event != Event::Started).then_some(event);
            mailbox.request = None;
            mailbox.set_now(now);
        }
        if let Poll::Ready(output) = flow.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            self.flow = None;
            return Some(Step::Done(output));
        }
        let request = self.io.0.borrow_mut().request.take();
        Some(match request {
            Some(Request::Notify(json)) => Step::Notify(json),
            Some(Request::ReadCache(key)) => Step::ReadCache(key),
            Some(Request::WriteCache(entry)) => Step::WriteCache(entry),
            Some(Request::Send(attempt)) => Step::Send(attempt),
            Some(Request::Wait(ms)) => {
                let mut mailbox = self.io.0.borrow_mut();
                mailbox.wait_ends_at = Some(mailbox.now.monotonic_ms.saturating_add(ms));
                Step::Wait(ms)
            }
            // A flow that awaits anything but `Io` would never be resumed, so it is polled again after a pause.
            None => Step::Wait(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(monotonic_ms: u64) -> Now {
        Now { unix_ms: 0, monotonic_ms, random: 0.0 }
    }

    #[test]
    fn a_call_returns_steps_and_receives_events() {
        let mut call = Call::new(|io| async move {
            let first = io.now().monotonic_ms;
            io.wait(50).await.map(|()| io.now().monotonic_ms - first)
        });
        assert_eq!(call.step(Event::Started, at(10)), Some(Step::Wait(50)));
        assert_eq!(call.step(Event::WaitEnded, at(61)), Some(Step::Done(Ok(51))));
        assert_eq!(call.step(Event::WaitEnded, at(62)), None);
    }

    #[test]
    fn an_abort_ends_a_wait() {
        let mut call = Call::new(|io| async move { io.wait(50).await });
        assert_eq!(call.step(Event::Started, at(0)), Some(Step::Wait(50)));
        assert_eq!(call.step(Event::Aborted { sent: false }, at(1)), Some(Step::Done(Err(Aborted { sent: false }))));
    }

    #[test]
    fn a_calls_clock_never_goes_back_and_a_wait_that_ended_has_lasted() {
        let mut call = Call::new(|io| async move {
            let mut times = alloc::vec![];
            for ms in [100, 100, 0, 50] {
                let _ = io.wait(ms).await;
                times.push(io.now().monotonic_ms);
            }
            times
        });
        let mut step = call.step(Event::Started, at(1000));
        // The clock stands still, then goes back, then forward.
        for ms in [1000, 500, 500, 1500] {
            assert!(matches!(step, Some(Step::Wait(_))), "{step:?}");
            step = call.step(Event::WaitEnded, at(ms));
        }
        assert_eq!(step, Some(Step::Done(alloc::vec![1100, 1200, 1200, 1700])));
    }

    #[test]
    fn a_caller_is_notified_of_progress() {
        let mut call = Call::new(|io| async move { io.notify("{}".into()).await });
        assert_eq!(call.step(Event::Started, at(0)), Some(Step::Notify("{}".into())));
        assert_eq!(call.step(Event::Notified, at(0)), Some(Step::Done(Ok(()))));
    }
}
