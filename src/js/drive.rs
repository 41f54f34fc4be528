//! The driver: performs the steps of a call with `fetch` and timers, and reports the results to the core, which decides
//! the next step. It serves ItPay, GoPay and PayKit.

use alloc::{boxed::Box, format, string::String};

use js_sys::{Date, Function, JSON, Math, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use super::error::to_js;
use crate::{
    CallError, CallResult, ErrorName,
    call::{Attempt, Call, Cause, Event, Io, Now, Step, TransportError, TransportErrorKind},
    call_log::Level,
    http::{Headers, Response},
};

#[wasm_bindgen]
extern "C" {
    /// pkg-template/src/internal/call-io.ts. Its methods never throw, and its promises never reject.
    pub(super) type CallIo;
    #[wasm_bindgen(method, structural)]
    #[allow(clippy::too_many_arguments, reason = "plain values cross the boundary cheaply")]
    fn attempt(
        this: &CallIo,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        timeout_ms: f64,
        max_body_bytes: f64,
        is_file: bool,
        signal: Option<&AbortSignal>,
    ) -> Promise;
    /// Resolves to whether the signal ended the pause.
    #[wasm_bindgen(method, structural)]
    fn pause(this: &CallIo, ms: f64, signal: Option<&AbortSignal>) -> Promise;
    /// Throws what the listener throws. If it rejects, the call is ended from there.
    #[wasm_bindgen(method, structural, catch)]
    fn notify(this: &CallIo, listener: &Function, value: &JsValue) -> Result<(), JsValue>;
    /// Resolves to the text of a cache entry, or to undefined.
    #[wasm_bindgen(method, structural, js_name = readCache)]
    fn read_cache(this: &CallIo, key: &str) -> Promise;
    #[wasm_bindgen(method, structural, js_name = writeCache)]
    fn write_cache(this: &CallIo, key: &str, value: &str, ttl_ms: f64) -> Promise;
    /// Milliseconds of a clock that never goes back.
    #[wasm_bindgen(method, structural)]
    fn monotonic(this: &CallIo) -> f64;

    type AttemptResult;
    #[wasm_bindgen(method, getter, structural)]
    fn end(this: &AttemptResult) -> u8;
    #[wasm_bindgen(method, getter, structural)]
    fn status(this: &AttemptResult) -> Option<u16>;
    #[wasm_bindgen(method, getter = requestId, structural)]
    fn request_id(this: &AttemptResult) -> Option<String>;
    #[wasm_bindgen(method, getter = retryAfter, structural)]
    fn retry_after(this: &AttemptResult) -> Option<String>;
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, getter, structural)]
    fn date(this: &AttemptResult) -> Option<String>;
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, getter = contentType, structural)]
    fn content_type(this: &AttemptResult) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn body(this: &AttemptResult) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn cause(this: &AttemptResult) -> JsValue;
}

/// A call. Its result is JSON, or nothing if the last response's own body is the result.
pub(super) type Flow = Call<CallResult<Option<String>>>;

/// The caller's part of a call besides its parameters.
#[derive(Default)]
pub(super) struct CallContext {
    pub signal: Option<AbortSignal>,
    pub on_update: Option<Function>,
    pub log: Option<Log>,
}

/// Starts a call of a flow. The flow begins after this function has returned.
pub(super) fn start<F>(io: CallIo, context: CallContext, flow: impl FnOnce(Io) -> F) -> Promise
where
    F: Future<Output = CallResult<Option<String>>> + 'static,
{
    future_to_promise(drive(io, context, Call::new(flow)))
}

async fn drive(io: CallIo, context: CallContext, mut call: Flow) -> Result<JsValue, JsValue> {
    let signal = context.signal.as_ref();
    let mut event = Event::Started;
    // The method of the last attempt, if it failed.
    let mut failed: Option<&'static str> = None;
    loop {
        // Only the wait after a failure is random.
        let random = if failed.is_some() { Math::random() } else { 0.0 };
        let now = Now { unix_ms: Date::now() as u64, monotonic_ms: io.monotonic() as u64, random };
        let step = call.step(event, now);
        event = match step {
            Some(Step::Send(attempt)) => {
                let event = send(&io, &context, &attempt).await;
                let is_good = matches!(&event, Event::Response(response) if response.is_success());
                failed = (!is_good).then_some(attempt.method.as_str());
                event
            }
            Some(Step::Wait(ms)) => {
                if let Some(method) = failed.take() {
                    log(&context, Level::Info, &|| format!("{method} retries in {ms} ms"));
                }
                match JsFuture::from(io.pause(ms as f64, signal)).await {
                    Ok(aborted) if aborted.is_truthy() => Event::Aborted { sent: false },
                    _ => Event::WaitEnded,
                }
            }
            Some(Step::Notify(json)) => {
                if let Some(on_update) = &context.on_update {
                    io.notify(on_update, &JSON::parse(&json)?)?;
                }
                Event::Notified
            }
            Some(Step::ReadCache(key)) => {
                Event::CacheRead(JsFuture::from(io.read_cache(&key)).await.ok().and_then(|value| value.as_string()))
            }
            Some(Step::WriteCache(entry)) => {
                let written = io.write_cache(&entry.key, entry.value.expose(), entry.ttl_ms as f64);
                let _ = JsFuture::from(written).await;
                Event::CacheRead(None)
            }
            Some(Step::Done(Ok(json))) => return Ok(json.map_or(JsValue::UNDEFINED, JsValue::from)),
            Some(Step::Done(Err(error))) => return Err(end_with(*error, signal)),
            // Only after the end.
            None => return Ok(JsValue::UNDEFINED),
        };
    }
}

async fn send(io: &CallIo, context: &CallContext, attempt: &Attempt) -> Event {
    log(context, Level::Debug, &|| attempt.log_line());
    let started = context.log.as_ref().map(|_| io.monotonic());
    let body = core::str::from_utf8(&attempt.body).ok().filter(|body| !body.is_empty());
    let promise = io.attempt(
        attempt.method.as_str(),
        &attempt.url,
        &attempt.headers.to_json(),
        body,
        attempt.timeout_ms as f64,
        attempt.max_body_bytes as f64,
        attempt.is_file,
        context.signal.as_ref(),
    );
    let event = match JsFuture::from(promise).await {
        Ok(result) => event(&result.unchecked_into()),
        Err(cause) => failure(TransportErrorKind::ConnectionFailed, None, cause),
    };
    if let Some(started) = started {
        log(context, event.log_level(), &|| event.log_line(attempt, (io.monotonic() - started) as u64));
    }
    event
}

fn event(result: &AttemptResult) -> Event {
    let status = result.status();
    // The numbers of `AttemptEnd` in call-io.ts.
    let kind = match (result.end(), status) {
        (0, Some(status)) => return Event::Response(response(result, status)),
        (1, _) => TransportErrorKind::ConnectionFailed,
        (2, _) => TransportErrorKind::ConnectionRefused,
        (3, _) => TransportErrorKind::HostNotFound,
        (4, _) => TransportErrorKind::TimedOut,
        (5, _) => TransportErrorKind::TooLarge,
        (6, _) => return Event::Aborted { sent: true },
        (7, _) => return Event::Aborted { sent: false },
        _ => TransportErrorKind::NotAResponse,
    };
    failure(kind, status, result.cause())
}

fn failure(kind: TransportErrorKind, status: Option<u16>, cause: JsValue) -> Event {
    let cause = (!cause.is_undefined()).then(|| Cause::new(cause));
    Event::Failed(TransportError { kind, status, cause })
}

fn response(result: &AttemptResult, status: u16) -> Response {
    let mut headers = Headers::default();
    let mut add = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            headers.set(name, value);
        }
    };
    add("x-request-id", result.request_id());
    #[cfg(feature = "js-gopay")]
    add("date", result.date());
    #[cfg(feature = "js-gopay")]
    add("content-type", result.content_type());
    if status >= 300 {
        add("retry-after", result.retry_after());
    }
    // The bytes of a file stay in JavaScript.
    Response { status, headers, body: result.body().as_string().unwrap_or_default().into_bytes() }
}

#[cold]
fn end_with(error: CallError, signal: Option<&AbortSignal>) -> JsValue {
    // Not by its getter, because the getters of a caller's own signal may throw.
    let reason = signal.filter(|_| error.name == ErrorName::Abort);
    let reason = reason.map(|signal| Reflect::get(signal, &"reason".into()).unwrap_or_default());
    to_js(Box::new(error), reason)
}

/// A caller's logger and the most detailed level that it receives.
pub(super) struct Log {
    pub function: Function,
    pub level: u8,
}

fn log(context: &CallContext, level: Level, line: &dyn Fn() -> String) {
    if let Some(log) = context.log.as_ref().filter(|log| level as u8 <= log.level) {
        // A logger that throws must not end a payment.
        let _ = log.function.call2(&JsValue::UNDEFINED, &(level as u8).into(), &line().into());
    }
}
