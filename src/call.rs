//! A call as a state machine without I/O. It is asked what to do next, and told what happened.
//!
//! A program drives it: it performs each [`Step`] with its own HTTP client and its own timer, and reports the outcome
//! as an [`Event`]. The flows are written as `async fn`s over [`Io`], so the compiler writes the states. They await
//! nothing but [`Io`], so there is no executor here: a step runs until the flow needs something from outside.

use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};
use core::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use crate::http::{Headers, Method, Response};

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
}

/// What the program has to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<T> {
    /// Send this request and report the response or the failure.
    Send(Box<Attempt>),
    /// Wait this many milliseconds, then report [`Event::WaitEnded`].
    Wait(u64),
    /// The call has ended.
    Done(T),
}

/// What happened since the last step.
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
    /// The caller gave the call up, during an attempt or during a wait.
    Aborted,
}

/// An attempt that has no whole response.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportError {
    /// How it failed.
    pub kind: TransportErrorKind,
    /// The status, if the response had begun.
    pub status: Option<u16>,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransportErrorKind {
    /// The host name was not found. Nothing was sent.
    HostNotFound,
    /// Nobody listens at the address. Nothing was sent.
    ConnectionRefused,
    /// The connection failed or broke. The request may have been processed.
    ConnectionFailed,
    /// The time limit of the attempt ran out.
    TimedOut,
    /// The response body is longer than the limit.
    TooLarge,
    /// The program's HTTP client returned something that is no response.
    NotAResponse,
}

/// The caller gave the call up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aborted;

enum Request {
    Send(Box<Attempt>),
    Wait(u64),
}

#[derive(Default)]
struct Mailbox {
    request: Option<Request>,
    event: Option<Event>,
    now: Now,
}

/// A flow's only way to the outside.
#[derive(Clone, Default)]
pub struct Io(Rc<RefCell<Mailbox>>);

impl Io {
    /// The time of the current step.
    pub fn now(&self) -> Now {
        self.0.borrow().now
    }

    /// Has one attempt made. `Ok(Err(_))` is an attempt that failed; `Err` is a caller who gave up.
    pub async fn send(&self, attempt: Attempt) -> Result<Result<Response, TransportError>, Aborted> {
        match self.ask(Request::Send(Box::new(attempt))).await {
            Event::Response(response) => Ok(Ok(response)),
            Event::Failed(error) => Ok(Err(error)),
            Event::Aborted => Err(Aborted),
            // A driver that reports something else has no response.
            Event::Started | Event::WaitEnded => {
                Ok(Err(TransportError { kind: TransportErrorKind::NotAResponse, status: None }))
            }
        }
    }

    /// Waits.
    pub async fn wait(&self, ms: u64) -> Result<(), Aborted> {
        match self.ask(Request::Wait(ms)).await {
            Event::Aborted => Err(Aborted),
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
    /// Makes a call of a flow. Nothing happens before its first step.
    pub fn new<F: Future<Output = T> + 'static>(flow: impl FnOnce(Io) -> F) -> Call<T> {
        let io = Io::default();
        Call { flow: Some(Box::pin(flow(io.clone()))), io }
    }

    /// Reports what happened and returns what to do next; none once the call has ended.
    pub fn step(&mut self, event: Event, now: Now) -> Option<Step<T>> {
        let flow = self.flow.as_mut()?;
        {
            let mut mailbox = self.io.0.borrow_mut();
            mailbox.now = now;
            // The first step reports nothing that a flow could wait for.
            mailbox.event = (event != Event::Started).then_some(event);
            mailbox.request = None;
        }
        if let Poll::Ready(output) = flow.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            self.flow = None;
            return Some(Step::Done(output));
        }
        let request = self.io.0.borrow_mut().request.take();
        Some(match request {
            Some(Request::Send(attempt)) => Step::Send(attempt),
            Some(Request::Wait(ms)) => Step::Wait(ms),
            // A flow that awaits something else than `Io` would never be resumed: ask again, after a pause.
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
    fn a_call_says_what_to_do_and_is_told_what_happened() {
        let mut call = Call::new(|io| async move {
            let first = io.now().monotonic_ms;
            io.wait(50).await.map(|()| io.now().monotonic_ms - first)
        });
        assert_eq!(call.step(Event::Started, at(10)), Some(Step::Wait(50)));
        assert_eq!(call.step(Event::WaitEnded, at(61)), Some(Step::Done(Ok(51))));
        assert_eq!(call.step(Event::WaitEnded, at(62)), None);
    }

    #[test]
    fn an_abort_ends_what_a_call_waits_for() {
        let mut call = Call::new(|io| async move { io.wait(50).await });
        assert_eq!(call.step(Event::Started, at(0)), Some(Step::Wait(50)));
        assert_eq!(call.step(Event::Aborted, at(1)), Some(Step::Done(Err(Aborted))));
    }
}
