//! A moment that ends a wait: a number of milliseconds from now, or a signal that fires before.

use alloc::rc::Rc;
use core::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::pin,
    task::{Poll, Waker},
};

use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{AbortController, AbortSignal};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &JsValue, ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Timers count in 32 bits; what is longer would fire at once.
const LONGEST: f64 = 2_147_483_647.0;

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Reason {
    Aborted,
    TimeUp,
}

#[derive(Default)]
struct State {
    rung: Option<Reason>,
    waker: Option<Waker>,
}

/// Leaves no timer and no listener behind when it is dropped.
pub(super) struct Alarm {
    state: Rc<RefCell<State>>,
    timer: JsValue,
    _on_time: Closure<dyn FnMut()>,
    listener: Option<(AbortSignal, Closure<dyn FnMut()>)>,
}

impl Alarm {
    /// Also fires `controller` when it rings, so that whatever listens to that stops.
    pub(super) fn new(ms: f64, signal: Option<&AbortSignal>, controller: Option<&AbortController>) -> Alarm {
        let state = Rc::new(RefCell::new(State::default()));
        let ring = |reason: Reason| {
            let (state, controller) = (state.clone(), controller.cloned());
            Closure::new(move || {
                let waker = {
                    let mut state = state.borrow_mut();
                    state.rung.get_or_insert(reason);
                    state.waker.take()
                };
                if let Some(controller) = &controller {
                    controller.abort();
                }
                if let Some(waker) = waker {
                    waker.wake();
                }
            })
        };
        let on_time = ring(Reason::TimeUp);
        let timer = set_timeout(on_time.as_ref(), ms.min(LONGEST));
        let listener = signal.map(|signal| {
            let on_abort = ring(Reason::Aborted);
            let _ = signal.add_event_listener_with_callback("abort", on_abort.as_ref().unchecked_ref());
            (signal.clone(), on_abort)
        });
        Alarm { state, timer, _on_time: on_time, listener }
    }

    /// The future's output, or why it was not waited for any longer.
    pub(super) async fn or<T>(&self, future: impl Future<Output = T>) -> Result<T, Reason> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            let mut state = self.state.borrow_mut();
            if let Some(reason) = state.rung {
                return Poll::Ready(Err(reason));
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Waits for nothing else.
    pub(super) async fn rings(&self) -> Reason {
        match self.or(core::future::pending::<Reason>()).await {
            Ok(reason) | Err(reason) => reason,
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
        if let Some((signal, on_abort)) = &self.listener {
            let _ = signal.remove_event_listener_with_callback("abort", on_abort.as_ref().unchecked_ref());
        }
    }
}
