//! The calls under way. Each is a future that pkg-template/src/internal/call.ts polls: a call that has to wait tells its `Call`
//! what for, and is resumed once that has ended. There is no executor, no waker and no promise on this side.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::thread_local;

use js_sys::Date;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use super::{error::Record, transport::Seen};

#[wasm_bindgen]
extern "C" {
    /// What a call waits for, and what comes of it. What it is asked to wait for never ends before it has returned.
    #[derive(Clone)]
    pub(super) type Call;
    #[wasm_bindgen(method, structural)]
    pub(super) fn send(this: &Call, message: &str, ms: f64, signal: Option<&AbortSignal>, binary: bool) -> Seen;
    /// Its end.
    #[wasm_bindgen(method, structural)]
    fn end(this: &Call, answer: &JsValue);
    /// Its end, by what it throws.
    #[wasm_bindgen(method, structural)]
    fn fail(this: &Call, error: &JsValue);
    #[wasm_bindgen(method, structural)]
    pub(super) fn pause(this: &Call, ms: f64, signal: Option<&AbortSignal>);
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, structural, js_name = waitFor)]
    pub(super) fn wait_for(this: &Call, made: &JsValue, ms: f64, signal: Option<&AbortSignal>) -> Seen;
    /// Another one, over the same `fetch`.
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, structural)]
    pub(super) fn another(this: &Call) -> Call;
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, structural)]
    pub(super) fn run(this: &Call, index: usize) -> JsValue;
}

/// How a wait ended: pkg-template/src/within.ts says the same.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub(super) enum Ended {
    #[default]
    Done,
    Aborted,
    TimeUp,
    Failed,
}

/// The end of a wait, and what had come until then of an answer.
#[derive(Default)]
pub(super) struct Woken {
    pub ended: Ended,
    /// Of an answer that has begun.
    pub status: Option<u16>,
    pub request_id: Option<String>,
    pub retry_after: Option<String>,
    pub body: Option<String>,
}

/// What a call still has to do.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

#[derive(Default)]
struct Calls {
    /// None where a call is being polled, and in the places that are free.
    running: Vec<Option<(Call, Work)>>,
    free: Vec<usize>,
}

thread_local! {
    static CALLS: RefCell<Calls> = const { RefCell::new(Calls { running: Vec::new(), free: Vec::new() }) };
    static WOKEN: RefCell<Option<Woken>> = const { RefCell::new(None) };
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Begins a call, and says by which number to resume it. What becomes of it, `call` is told.
pub(super) fn begin(call: Call, prepare: impl FnOnce(&Call) -> Result<Work, Record>) -> usize {
    NOW.set(Date::now());
    match prepare(&call) {
        Ok(work) => {
            let index = keep(call, work);
            poll(index);
            index
        }
        Err(record) => {
            call.fail(&record.into());
            0
        }
    }
}

/// Keeps a call, and says where. Nothing of it happens before it is resumed for the first time.
pub(super) fn keep(call: Call, work: Work) -> usize {
    CALLS.with_borrow_mut(|Calls { running, free }| {
        let index = free.pop().unwrap_or_else(|| {
            running.push(None);
            running.len() - 1
        });
        if let Some(place) = running.get_mut(index) {
            *place = Some((call, work));
        }
        index
    })
}

/// Goes on with a call, whose wait has ended.
#[wasm_bindgen]
pub fn resume(
    index: usize,
    now: f64,
    ended: u8,
    status: Option<f64>,
    request_id: Option<String>,
    retry_after: Option<String>,
    body: Option<String>,
) {
    let ended = match ended {
        1 => Ended::Aborted,
        2 => Ended::TimeUp,
        3 => Ended::Failed,
        _ => Ended::Done,
    };
    NOW.set(now);
    let status = status.map(|status| status as u16);
    WOKEN.set(Some(Woken { ended, status, request_id, retry_after, body }));
    poll(index);
}

fn poll(index: usize) {
    // Taken out meanwhile: the caller's `fetch` may begin another call.
    let running = CALLS.with_borrow_mut(|calls| calls.running.get_mut(index).and_then(Option::take));
    let Some((call, mut work)) = running else { return };
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => CALLS.with_borrow_mut(|calls| {
            if let Some(place) = calls.running.get_mut(index) {
                *place = Some((call, work));
            }
        }),
        Poll::Ready(result) => {
            CALLS.with_borrow_mut(|calls| calls.free.push(index));
            match result {
                Ok(answer) => call.end(&answer),
                Err(error) => call.fail(&error),
            }
        }
    }
}

/// Waits for what the running call has just asked for.
pub(super) async fn woken() -> Woken {
    let mut asked = false;
    poll_fn(
        |_| if mem::replace(&mut asked, true) { Poll::Ready(WOKEN.take().unwrap_or_default()) } else { Poll::Pending },
    )
    .await
}

/// The time when the running call was resumed, in Unix milliseconds.
pub(super) fn now() -> f64 {
    NOW.get()
}
