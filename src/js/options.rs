//! The options of one call, checked; and how a value from JavaScript is checked at all.

use alloc::{string::String, vec::Vec};

use gloo_net::http::Headers;
#[cfg(feature = "js-client")]
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use super::{
    call::{Call, Ended, woken},
    error::Record,
    line::Line,
};

const MOST_RETRIES: f64 = 1000.0;

#[wasm_bindgen]
extern "C" {
    /// The facade's copy of a call's options: plain, unchecked.
    pub(super) type RawOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn signal(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn timeout(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter = maxRetries, structural)]
    fn max_retries(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter = idempotencyKey, structural)]
    fn idempotency_key(this: &RawOptions) -> JsValue;
    /// Real Headers.
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &RawOptions) -> JsValue;
    #[cfg(feature = "js-client")]
    #[wasm_bindgen(method, getter = pollInterval, structural)]
    fn poll_interval(this: &RawOptions) -> JsValue;
    #[cfg(feature = "js-client")]
    #[wasm_bindgen(method, getter = onUpdate, structural)]
    fn on_update(this: &RawOptions) -> JsValue;

    #[wasm_bindgen(js_name = Object)]
    type MaybeSignal;
    #[wasm_bindgen(method, getter = addEventListener, structural)]
    fn add_event_listener(this: &MaybeSignal) -> JsValue;
}

/// The options of one call, the client's where the call has none.
pub(super) struct Options {
    pub call: Call,
    pub signal: Option<AbortSignal>,
    pub timeout: f64,
    pub max_retries: u32,
    pub idempotency_key: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Whether the answer's body is bytes.
    pub binary: bool,
}

impl Options {
    pub(super) fn read(raw: Option<&RawOptions>, call: &Call, line: &Line) -> Result<Options, Record> {
        let mut options = Options {
            call: call.clone(),
            signal: None,
            timeout: line.timeout,
            max_retries: line.max_retries,
            idempotency_key: None,
            headers: Vec::new(),
            binary: false,
        };
        if let Some(raw) = raw {
            options.signal = signal(raw.signal())?;
            options.timeout = milliseconds("timeout", &raw.timeout())?.unwrap_or(options.timeout);
            options.max_retries = retries(&raw.max_retries())?.unwrap_or(options.max_retries);
            options.idempotency_key = text("idempotencyKey", &raw.idempotency_key())?;
            options.headers = entries(raw.headers());
            if options.idempotency_key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
                return Err(Record::invalid("idempotencyKey", "must be visible ASCII"));
            }
        }
        Ok(options)
    }

    /// Whether the signal ended it.
    pub(super) async fn pause(&self, ms: f64) -> bool {
        self.call.pause(ms, self.signal.as_ref());
        woken().await.ended == Ended::Aborted
    }

    /// For another request of the same call.
    pub(super) fn again(&self, timeout: f64, max_retries: u32) -> Options {
        Options {
            call: self.call.clone(),
            signal: self.signal.clone(),
            timeout,
            max_retries,
            idempotency_key: None,
            headers: Vec::new(),
            binary: false,
        }
    }
}

/// The options of `waitForCompletion`.
#[cfg(feature = "js-client")]
pub(super) struct WaitOptions {
    /// Of one look.
    pub look: Options,
    pub timeout: f64,
    pub poll_interval: f64,
    pub on_update: Option<Function>,
}

#[cfg(feature = "js-client")]
impl WaitOptions {
    pub(super) fn read(raw: Option<&RawOptions>, call: &Call, line: &Line) -> Result<WaitOptions, Record> {
        let mut options = WaitOptions {
            look: Options::read(None, call, line)?,
            timeout: crate::itpay::DEFAULT_WAIT as f64,
            poll_interval: crate::itpay::DEFAULT_POLL_INTERVAL as f64,
            on_update: None,
        };
        if let Some(raw) = raw {
            options.look.signal = signal(raw.signal())?;
            options.timeout = milliseconds("timeout", &raw.timeout())?.unwrap_or(options.timeout);
            options.poll_interval =
                milliseconds("pollInterval", &raw.poll_interval())?.unwrap_or(options.poll_interval);
            options.on_update = match raw.on_update().dyn_into::<Function>() {
                Ok(function) => Some(function),
                Err(value) if value.is_undefined() => None,
                Err(_) => return Err(Record::invalid("onUpdate", "must be a function")),
            };
        }
        Ok(options)
    }
}

fn entries(headers: JsValue) -> Vec<(String, String)> {
    if headers.is_undefined() { Vec::new() } else { Headers::from_raw(headers.unchecked_into()).entries().collect() }
}

/// A text that may be absent; not empty when it is there.
pub(super) fn text(field: &str, value: &JsValue) -> Result<Option<String>, Record> {
    match value.as_string() {
        Some(text) if !text.is_empty() => Ok(Some(text)),
        None if value.is_undefined() => Ok(None),
        Some(_) => Err(Record::invalid(field, "must not be empty")),
        None => Err(Record::invalid(field, "must be a string")),
    }
}

pub(super) fn milliseconds(field: &str, value: &JsValue) -> Result<Option<f64>, Record> {
    match value.as_f64() {
        Some(ms) if ms > 0.0 => Ok(Some(ms)),
        None if value.is_undefined() => Ok(None),
        _ => Err(Record::invalid(field, "must be a number of milliseconds above 0")),
    }
}

pub(super) fn retries(value: &JsValue) -> Result<Option<u32>, Record> {
    match value.as_f64() {
        Some(number) if (0.0..=MOST_RETRIES).contains(&number) && number == f64::from(number as u32) => {
            Ok(Some(number as u32))
        }
        None if value.is_undefined() => Ok(None),
        _ => Err(Record::invalid("maxRetries", "must be a whole number from 0 to 1000")),
    }
}

fn signal(value: JsValue) -> Result<Option<AbortSignal>, Record> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    // Not `instanceof`: another realm's signal is as good.
    let listens = value.is_object() && value.unchecked_ref::<MaybeSignal>().add_event_listener().is_function();
    if listens { Ok(Some(value.unchecked_into())) } else { Err(Record::invalid("signal", "must be an AbortSignal")) }
}
