//! A client's line to its gateway: where that is, how long an answer may take, how often to ask, where log lines go.

use alloc::{rc::Rc, string::String};
use core::cell::RefCell;
use std::thread::LocalKey;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    error::Record,
    options::{milliseconds, retries, text},
};
use crate::http::BaseUrl;

const DEFAULT_MAX_RETRIES: u32 = 2;

#[wasm_bindgen]
extern "C" {
    /// A client's configuration, as the facade has put it together: plain, unchecked, and never changed.
    #[derive(Clone, PartialEq)]
    pub(super) type Config;
    #[wasm_bindgen(method, getter = baseUrl, structural)]
    fn base_url(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = allowHttp, structural)]
    fn allow_http(this: &Config) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn timeout(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = maxRetries, structural)]
    fn max_retries(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = userAgent, structural)]
    fn user_agent(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn log(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter = logLevel, structural)]
    fn log_level(this: &Config) -> u8;
}

pub(super) struct Line {
    #[cfg(feature = "js-gopay")]
    pub config: Config,
    pub base: BaseUrl,
    pub timeout: f64,
    pub max_retries: u32,
    pub user_agent: Option<String>,
    pub log: Option<Function>,
    pub log_level: u8,
}

impl Line {
    /// Checks what a caller has configured.
    pub(super) fn new(config: &Config, default_url: &str, default_timeout: u32) -> Result<Line, Record> {
        let base_url = text("baseUrl", &config.base_url())?;
        Ok(Line {
            base: BaseUrl::parse(base_url.as_deref().unwrap_or(default_url), config.allow_http())?,
            timeout: milliseconds("timeout", &config.timeout())?.unwrap_or(f64::from(default_timeout)),
            max_retries: retries(&config.max_retries())?.unwrap_or(DEFAULT_MAX_RETRIES),
            user_agent: config.user_agent().as_string(),
            log: config.log().dyn_into().ok(),
            log_level: config.log_level(),
            #[cfg(feature = "js-gopay")]
            config: config.clone(),
        })
    }
}

/// The client of the last call, under the configuration that it was read from.
pub(super) type Last<T> = RefCell<Option<(Config, Rc<T>)>>;

/// The facade hands over the same object with each call of a client, mostly the last one's.
pub(super) fn remembered<T>(
    last: &'static LocalKey<Last<T>>,
    config: Config,
    read: fn(&Config) -> Result<T, Record>,
) -> Result<Rc<T>, Record> {
    let known = last.with_borrow(|last| match last {
        Some((known, client)) if known == &config => Some(client.clone()),
        _ => None,
    });
    if let Some(client) = known {
        return Ok(client);
    }
    let client = Rc::new(read(&config)?);
    last.set(Some((config, client.clone())));
    Ok(client)
}
