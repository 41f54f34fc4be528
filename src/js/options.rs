//! What JavaScript hands over with a call: the client's configuration and the call's own options, checked.

use alloc::{format, rc::Rc, string::String, vec::Vec};
use core::cell::RefCell;
use std::thread_local;

use gloo_net::http::Headers;
use js_sys::Function;
use serde::Deserialize;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::error::Record;
use crate::{Secret, http::BaseUrl, itpay};

const DEFAULT_MAX_RETRIES: u32 = 2;
const MOST_RETRIES: f64 = 1000.0;

/// The facade's object, unchecked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawClient {
    #[serde(with = "preserve")]
    api_key: JsValue,
    #[serde(with = "preserve")]
    channel: JsValue,
    #[serde(with = "preserve")]
    base_url: JsValue,
    #[serde(with = "preserve")]
    timeout: JsValue,
    #[serde(with = "preserve")]
    max_retries: JsValue,
    #[serde(with = "preserve")]
    log: JsValue,
    #[serde(with = "preserve")]
    user_agent: JsValue,
    log_level: u8,
    allow_http: bool,
}

impl Default for RawClient {
    fn default() -> RawClient {
        let none = || JsValue::UNDEFINED;
        RawClient {
            api_key: none(),
            channel: none(),
            base_url: none(),
            timeout: none(),
            max_retries: none(),
            log: none(),
            user_agent: none(),
            log_level: 0,
            allow_http: false,
        }
    }
}

pub(super) struct Client {
    pub api_key: Secret,
    pub channel: Option<String>,
    pub base: BaseUrl,
    pub user_agent: Option<String>,
    pub log: Option<Function>,
    pub log_level: u8,
    timeout: f64,
    max_retries: u32,
}

thread_local! {
    /// The client of the last call, under the object that it was read from.
    static LAST: RefCell<Option<(JsValue, Rc<Client>)>> = const { RefCell::new(None) };
}

impl Client {
    /// The facade hands over the same object, which never changes, with each call of a client: mostly the last one.
    pub(super) fn read(value: JsValue) -> Result<Rc<Client>, Record> {
        let known = LAST.with_borrow(|last| match last {
            Some((object, client)) if *object == value => Some(client.clone()),
            _ => None,
        });
        if let Some(client) = known {
            return Ok(client);
        }
        let client = Rc::new(Client::read_anew(value.clone())?);
        LAST.set(Some((value, client.clone())));
        Ok(client)
    }

    fn read_anew(value: JsValue) -> Result<Client, Record> {
        let raw: RawClient = read("options", value)?;
        let api_key = text("apiKey", &raw.api_key)?.ok_or_else(|| {
            let message = "There is no API key: pass `apiKey`, or set the variable ITPAY_API_KEY";
            Record::new("AuthenticationError", "missing_api_key", message.into())
        })?;
        if !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Record::invalid("apiKey", "must be visible ASCII: is there a space or a line break in it?"));
        }
        let base_url = text("baseUrl", &raw.base_url)?;
        Ok(Client {
            api_key: Secret::new(api_key),
            channel: text("channel", &raw.channel)?,
            base: BaseUrl::parse(base_url.as_deref().unwrap_or(itpay::DEFAULT_BASE_URL), raw.allow_http)?,
            user_agent: raw.user_agent.as_string(),
            log: raw.log.dyn_into().ok(),
            log_level: raw.log_level,
            timeout: milliseconds("timeout", &raw.timeout)?.unwrap_or(f64::from(itpay::DEFAULT_TIMEOUT)),
            max_retries: retries(&raw.max_retries)?.unwrap_or(DEFAULT_MAX_RETRIES),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawOptions {
    #[serde(with = "preserve")]
    signal: JsValue,
    #[serde(with = "preserve")]
    timeout: JsValue,
    #[serde(with = "preserve")]
    max_retries: JsValue,
    #[serde(with = "preserve")]
    idempotency_key: JsValue,
    #[serde(with = "preserve")]
    poll_interval: JsValue,
    #[serde(with = "preserve")]
    on_update: JsValue,
    /// The facade has made real Headers of them.
    #[serde(with = "preserve")]
    headers: JsValue,
}

impl Default for RawOptions {
    fn default() -> RawOptions {
        let none = || JsValue::UNDEFINED;
        RawOptions {
            signal: none(),
            timeout: none(),
            max_retries: none(),
            idempotency_key: none(),
            poll_interval: none(),
            on_update: none(),
            headers: none(),
        }
    }
}

/// The options of one call, the client's where the call has none.
pub(super) struct Options {
    pub fetch: Function,
    pub signal: Option<AbortSignal>,
    pub timeout: f64,
    pub max_retries: u32,
    pub idempotency_key: Option<String>,
    pub headers: Vec<(String, String)>,
}

impl Options {
    pub(super) fn read(value: JsValue, fetch: JsValue, client: &Client) -> Result<Options, Record> {
        let fetch = function(fetch)?;
        let raw: RawOptions = read("options", value)?;
        let idempotency_key = text("idempotencyKey", &raw.idempotency_key)?;
        if idempotency_key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Record::invalid("idempotencyKey", "must be visible ASCII"));
        }
        Ok(Options {
            signal: signal(raw.signal)?,
            timeout: milliseconds("timeout", &raw.timeout)?.unwrap_or(client.timeout),
            max_retries: retries(&raw.max_retries)?.unwrap_or(client.max_retries),
            idempotency_key,
            headers: entries(raw.headers),
            fetch,
        })
    }
}

/// The options of `waitForCompletion`.
pub(super) struct WaitOptions {
    pub fetch: Function,
    pub signal: Option<AbortSignal>,
    pub timeout: f64,
    pub poll_interval: f64,
    pub on_update: Option<Function>,
    /// How long one look may take.
    pub attempt_timeout: f64,
}

impl WaitOptions {
    pub(super) fn read(value: JsValue, fetch: JsValue, client: &Client) -> Result<WaitOptions, Record> {
        let fetch = function(fetch)?;
        let raw: RawOptions = read("options", value)?;
        let on_update = match raw.on_update.dyn_into::<Function>() {
            Ok(function) => Some(function),
            Err(value) if value.is_undefined() => None,
            Err(_) => return Err(Record::invalid("onUpdate", "must be a function")),
        };
        Ok(WaitOptions {
            signal: signal(raw.signal)?,
            timeout: milliseconds("timeout", &raw.timeout)?.unwrap_or(itpay::DEFAULT_WAIT as f64),
            poll_interval: milliseconds("pollInterval", &raw.poll_interval)?
                .unwrap_or(itpay::DEFAULT_POLL_INTERVAL as f64),
            on_update,
            attempt_timeout: client.timeout,
            fetch,
        })
    }
}

fn read<T: for<'de> Deserialize<'de> + Default>(field: &str, value: JsValue) -> Result<T, Record> {
    if value.is_undefined() {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value).map_err(|error| Record::invalid(field, &format!("cannot be read: {error}")))
}

fn function(fetch: JsValue) -> Result<Function, Record> {
    let problem = "must be a function; this runtime has none of its own, so pass one";
    fetch.dyn_into().map_err(|_| Record::invalid("fetch", problem))
}

fn entries(headers: JsValue) -> Vec<(String, String)> {
    if headers.is_undefined() { Vec::new() } else { Headers::from_raw(headers.unchecked_into()).entries().collect() }
}

fn text(field: &str, value: &JsValue) -> Result<Option<String>, Record> {
    match value.as_string() {
        Some(text) if !text.is_empty() => Ok(Some(text)),
        None if value.is_undefined() => Ok(None),
        Some(_) => Err(Record::invalid(field, "must not be empty")),
        None => Err(Record::invalid(field, "must be a string")),
    }
}

fn milliseconds(field: &str, value: &JsValue) -> Result<Option<f64>, Record> {
    match value.as_f64() {
        Some(ms) if ms > 0.0 => Ok(Some(ms)),
        None if value.is_undefined() => Ok(None),
        _ => Err(Record::invalid(field, "must be a number of milliseconds above 0")),
    }
}

fn retries(value: &JsValue) -> Result<Option<u32>, Record> {
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
    let listens = js_sys::Reflect::get(&value, &"addEventListener".into()).is_ok_and(|member| member.is_function());
    if listens { Ok(Some(value.unchecked_into())) } else { Err(Record::invalid("signal", "must be an AbortSignal")) }
}
