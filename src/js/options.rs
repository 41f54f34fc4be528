//! Reads a client's configuration and the options of a call. This is the only place that validates them.

use alloc::string::String;

use gloo_net::http::Headers as JsHeaders;
#[cfg(feature = "js-client")]
use js_sys::Function;
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

use super::{
    Result,
    drive::{CallContext, Log},
    error::invalid,
};
use crate::{
    exchange::{CallOptions, ConnectionConfig, DEFAULT_MAX_RETRIES},
    http::{BaseUrl, Headers},
};

const MOST_RETRIES: f64 = 1000.0;

#[wasm_bindgen]
extern "C" {
    /// A client's configuration from the facade: plain, not validated, never changed.
    #[derive(Clone)]
    pub(super) type Config;
    #[wasm_bindgen(method, getter = baseUrl, structural)]
    fn base_url(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = allowHttp, structural)]
    pub(super) fn allow_http(this: &Config) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn timeout(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = maxRetries, structural)]
    fn max_retries(this: &Config) -> JsValue;
    /// A `Headers` object, or undefined.
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = userAgent, structural)]
    fn user_agent(this: &Config) -> Option<String>;
    /// Whether `CallIo` has a cache for tokens.
    #[cfg(feature = "js-gopay")]
    #[wasm_bindgen(method, getter = hasTokenCache, structural)]
    pub(super) fn has_token_cache(this: &Config) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn log(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = logLevel, structural)]
    fn log_level(this: &Config) -> u8;

    /// The facade's copy of a call's options: plain, not validated.
    pub(super) type RawOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn signal(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn timeout(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter = maxRetries, structural)]
    fn max_retries(this: &RawOptions) -> JsValue;
    #[wasm_bindgen(method, getter = idempotencyKey, structural)]
    fn idempotency_key(this: &RawOptions) -> JsValue;
    /// A `Headers` object, or undefined.
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &RawOptions) -> JsValue;
    /// The names of the client's headers that the call leaves out.
    #[wasm_bindgen(method, getter = withoutHeaders, structural)]
    fn without_headers(this: &RawOptions) -> Option<alloc::vec::Vec<String>>;
    #[cfg(feature = "js-client")]
    #[wasm_bindgen(method, getter = pollInterval, structural)]
    fn poll_interval(this: &RawOptions) -> JsValue;
    #[cfg(feature = "js-client")]
    #[wasm_bindgen(method, getter = onUpdate, structural)]
    fn on_update(this: &RawOptions) -> JsValue;

    #[wasm_bindgen(js_name = Object)]
    type MaybeSignal;
    #[wasm_bindgen(method, getter = addEventListener, structural, catch)]
    fn add_event_listener(this: &MaybeSignal) -> Result<JsValue>;
}

/// Reads a client's settings and its logger.
pub(super) fn connection(
    config: &Config,
    default_timeout: u32,
    base: impl FnOnce(Option<&str>) -> Result<BaseUrl, crate::Error>,
) -> Result<ConnectionConfig> {
    let base_url = text("baseUrl", &config.base_url())?;
    Ok(ConnectionConfig {
        base: base(base_url.as_deref()).map_err(super::error::thrown)?,
        timeout_ms: milliseconds("timeout", &config.timeout())?.unwrap_or(default_timeout.into()),
        max_retries: retries(&config.max_retries())?.unwrap_or(DEFAULT_MAX_RETRIES),
        user_agent: config.user_agent(),
        headers: headers(config.headers()),
    })
}

/// Reads the options of a call, and the driver's part of them.
pub(super) fn call_options(config: &Config, raw: Option<&RawOptions>) -> Result<(CallOptions, CallContext)> {
    let mut context = CallContext { log: logger(config), ..CallContext::default() };
    let mut options = CallOptions::default();
    if let Some(raw) = raw {
        context.signal = signal(raw.signal())?;
        options.timeout_ms = milliseconds("timeout", &raw.timeout())?;
        options.max_retries = retries(&raw.max_retries())?;
        options.idempotency_key = text("idempotencyKey", &raw.idempotency_key())?;
        options.headers = headers(raw.headers());
        options.without_headers = raw.without_headers().unwrap_or_default();
        if options.idempotency_key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(invalid("idempotencyKey", "must be visible ASCII"));
        }
    }
    Ok((options, context))
}

/// Reads the options of `waitForCompletion`.
#[cfg(feature = "js-client")]
pub(super) fn wait_options(
    config: &Config,
    raw: Option<&RawOptions>,
) -> Result<(crate::itpay::WaitOptions, CallContext)> {
    let mut context = CallContext { log: logger(config), ..CallContext::default() };
    let mut options = crate::itpay::WaitOptions::default();
    if let Some(raw) = raw {
        context.signal = signal(raw.signal())?;
        options.timeout_ms = milliseconds("timeout", &raw.timeout())?.unwrap_or(options.timeout_ms);
        options.poll_interval_ms =
            milliseconds("pollInterval", &raw.poll_interval())?.unwrap_or(options.poll_interval_ms);
        context.on_update = match raw.on_update().dyn_into::<Function>() {
            Ok(function) => Some(function),
            Err(value) if value.is_undefined() => None,
            Err(_) => return Err(invalid("onUpdate", "must be a function")),
        };
        options.notifies = context.on_update.is_some();
    }
    Ok((options, context))
}

fn logger(config: &Config) -> Option<Log> {
    let function = config.log().dyn_into().ok()?;
    Some(Log { function, level: config.log_level() })
}

fn headers(raw: JsValue) -> Headers {
    let mut headers = Headers::default();
    if !raw.is_undefined() {
        for (name, value) in JsHeaders::from_raw(raw.unchecked_into()).entries() {
            headers.set(name, value);
        }
    }
    headers
}

/// Reads an optional string. If present, it must not be empty.
pub(super) fn text(field: &str, value: &JsValue) -> Result<Option<String>> {
    match value.as_string() {
        Some(text) if !text.is_empty() => Ok(Some(text)),
        None if value.is_undefined() => Ok(None),
        Some(_) => Err(invalid(field, "must not be empty")),
        None => Err(invalid(field, "must be a string")),
    }
}

fn milliseconds(field: &str, value: &JsValue) -> Result<Option<u64>> {
    match value.as_f64() {
        // A fraction of a millisecond is more than none.
        Some(ms) if ms > 0.0 => Ok(Some((ms as u64).max(1))),
        None if value.is_undefined() => Ok(None),
        _ => Err(invalid(field, "must be a number of milliseconds above 0")),
    }
}

fn retries(value: &JsValue) -> Result<Option<u32>> {
    match value.as_f64() {
        Some(number) if (0.0..=MOST_RETRIES).contains(&number) && number == f64::from(number as u32) => {
            Ok(Some(number as u32))
        }
        None if value.is_undefined() => Ok(None),
        _ => Err(invalid("maxRetries", "must be a whole number from 0 to 1000")),
    }
}

fn signal(value: JsValue) -> Result<Option<AbortSignal>> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    // Not `instanceof`, because a signal may belong to another realm.
    let listens = value.is_object()
        && value.unchecked_ref::<MaybeSignal>().add_event_listener().is_ok_and(|listen| listen.is_function());
    if listens { Ok(Some(value.unchecked_into())) } else { Err(invalid("signal", "must be an AbortSignal")) }
}
