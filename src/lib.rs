#![doc = include_str!("../docs/rust.md")]
// The root of the crate: the public modules and their features.
//
// The core does no I/O, reads no clock and draws no randomness. A call becomes an
// [`http::Request`], an [`http::Response`] into a typed value or an [`Error`]; time and random bytes
// are arguments. Only `js`, the bindings, performs I/O.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
// `forbid` cannot be lifted for one module, so each module of the core forbids unsafe code. The bindings allow it.
#![deny(unsafe_code)]

#[cfg(any(feature = "client", feature = "qr"))]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod call;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod call_error;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod call_log;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod endpoint;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod error;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod error_response;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod exchange;
#[cfg(feature = "gopay")]
#[forbid(unsafe_code)]
pub mod gopay;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod http;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod id;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod itpay;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod json;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod metadata;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod money;
#[cfg(feature = "paykit")]
#[forbid(unsafe_code)]
pub mod paykit;
#[cfg(feature = "qr")]
#[forbid(unsafe_code)]
pub mod qr;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
pub mod retry;
#[cfg(feature = "sandbox")]
#[forbid(unsafe_code)]
pub mod sandbox;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod secret;
#[forbid(unsafe_code)]
pub mod signature;
#[cfg(feature = "client")]
#[forbid(unsafe_code)]
mod time;

#[cfg(any(
    feature = "js-client",
    feature = "js-gopay",
    feature = "js-paykit",
    feature = "js-qr",
    feature = "js-qr-png",
    feature = "js-sandbox",
    feature = "js-webhooks"
))]
#[allow(unsafe_code, reason = "wasm-bindgen generates it; hand-written uses say why beside them")]
mod js;

#[cfg(feature = "sandbox")]
pub use self::json::JsonMap;
#[cfg(feature = "client")]
pub use self::{
    call_error::{CallError, CallResult, ErrorCause, ErrorName, Outcome},
    endpoint::{Endpoint, JsonEndpoint},
    error::{ApiError, Error, ErrorKind},
    id::payment_intent_id,
    json::{RawJson, RawObject},
    metadata::Metadata,
    money::Money,
    secret::Secret,
};
