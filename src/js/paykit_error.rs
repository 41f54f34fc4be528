//! Converts PayKit's errors to JavaScript.

use alloc::boxed::Box;

use crate::{CallError, ErrorCause, ErrorName, RawJson, paykit::PayKitError};

/// Wraps the error in one that the driver can end with. Its fields are in `details`, from which the facade makes an error
/// of PayKit's classes.
#[allow(clippy::boxed_local, reason = "callers have it boxed")]
#[cold]
pub(super) fn to_call_error(mut error: Box<PayKitError>) -> Box<CallError> {
    let cause = error.cause.take();
    let mut own = CallError::new(ErrorName::Other("PayKitError".into()), "paykit", error.message.as_str());
    own.details = Some(RawJson::new(&*error));
    own.cause = cause.map(ErrorCause::Call);
    own
}
