//! The bindings, the only part that knows JavaScript. Each wasm module of the npm package has one file (`client`, `gopay`,
//! `paykit`, `qr`, `sandbox`, `webhooks`). The other files are shared.

#![allow(clippy::result_large_err, reason = "an error ends the call; its size does not matter")]
#![allow(missing_docs, reason = "the crate's public interface ends before the bindings")]

#[cfg(feature = "js-client")]
mod client;
#[cfg(any(feature = "js-client", feature = "js-gopay"))]
mod drive;
#[cfg(any(feature = "js-client", feature = "js-gopay", feature = "js-paykit", feature = "js-sandbox"))]
mod error;
#[cfg(feature = "js-gopay")]
mod gopay;
#[cfg(feature = "js-sandbox")]
mod gopay_sandbox;
#[cfg(any(feature = "js-client", feature = "js-gopay"))]
mod options;
#[cfg(any(feature = "js-gopay", feature = "js-paykit"))]
mod paykit_error;
#[cfg(feature = "js-gopay")]
mod paykit_gopay;
#[cfg(feature = "js-paykit")]
mod paykit_itpay;
#[cfg(any(feature = "js-qr", feature = "js-qr-png"))]
mod qr;
#[cfg(feature = "js-sandbox")]
mod sandbox;
#[cfg(feature = "js-webhooks")]
mod webhooks;
#[cfg(any(feature = "js-client", feature = "js-gopay"))]
mod zeroizing_alloc;

/// The result of an exported function. The error is thrown.
#[cfg(any(feature = "js-client", feature = "js-gopay", feature = "js-paykit", feature = "js-sandbox"))]
type Result<T, E = wasm_bindgen::JsValue> = core::result::Result<T, E>;
