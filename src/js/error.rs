//! Converts errors to plain objects, from which the facade makes its error classes.

use alloc::boxed::Box;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::{CallError, ErrorCause};

/// Converts an error to a plain object with the fields of [`CallError`]. `cause` is for an error without a cause.
#[cold]
pub(super) fn to_js(mut error: Box<CallError>, cause: Option<JsValue>) -> JsValue {
    let cause = match error.cause.take() {
        Some(ErrorCause::Call(earlier)) => Some(to_js(earlier, None)),
        #[cfg(any(feature = "js-client", feature = "js-gopay"))]
        Some(ErrorCause::Transport(cause)) => cause.get::<JsValue>().cloned(),
        _ => cause,
    };
    // Serializing a struct of strings and numbers cannot fail.
    let object = serde_wasm_bindgen::to_value(&*error).unwrap_or_default();
    if let Some(cause) = cause {
        let _ = Reflect::set(&object, &"cause".into(), &cause);
    }
    object
}

/// Like [`to_js`] for any error that becomes a [`CallError`].
pub(super) fn thrown(error: impl Into<Box<CallError>>) -> JsValue {
    to_js(error.into(), None)
}

/// The error of an invalid parameter.
#[cfg(any(feature = "js-client", feature = "js-gopay", feature = "js-sandbox"))]
#[cold]
pub(super) fn invalid(field: &str, problem: &str) -> JsValue {
    thrown(crate::Error::invalid(field, problem))
}

/// The error of missing or invalid credentials.
#[cfg(any(feature = "js-client", feature = "js-gopay"))]
#[cold]
pub(super) fn missing(code: &str, message: alloc::string::String) -> JsValue {
    thrown(CallError::new(crate::ErrorName::Authentication, code, message))
}
