//! The errors of PayKit's calls, by the names of the classes in PayKit's core.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    string::{String, ToString},
};
use core::fmt;

use serde::Serialize;

use crate::{CallError, Error, ErrorName, Outcome, RawObject};

/// The result of a PayKit call.
pub type PayKitResult<T> = Result<T, Box<PayKitError>>;

/// A PayKit call that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayKitError {
    /// The class of the error.
    pub name: PayKitErrorName,
    /// Text for people. PayKit's classes add the provider and the method.
    pub message: String,
    /// The invalid field, as a path such as `provider_metadata.amount`.
    pub field: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The wait that the gateway asks for, in seconds, rounded up.
    pub retry_after: Option<u64>,
    /// Of an unsupported operation: the alternative.
    pub alternative: Option<String>,
    /// More details for programs.
    pub context: RawObject,
    /// The error of the gateway's client.
    #[serde(skip)]
    pub cause: Option<Box<CallError>>,
}

/// The classes of PayKit's errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[allow(missing_docs, reason = "PayKit's classes")]
pub enum PayKitErrorName {
    AuthenticationError,
    ConstraintViolationError,
    OperationFailedError,
    ProviderNotSupportedError,
    RateLimitError,
    ResourceNotFoundError,
    ValidationError,
    WebhookError,
}

impl PayKitError {
    pub(super) fn new(name: PayKitErrorName, message: impl Into<String>) -> Box<PayKitError> {
        Box::new(PayKitError {
            name,
            message: message.into(),
            field: None,
            retryable: false,
            retry_after: None,
            alternative: None,
            context: RawObject::default(),
            cause: None,
        })
    }

    /// An operation that the gateway does not have.
    pub(super) fn not_supported(operation: &str, reason: &str, alternative: &str) -> Box<PayKitError> {
        let mut error = PayKitError::new(PayKitErrorName::ProviderNotSupportedError, reason);
        error.alternative = Some(alternative.to_owned());
        error.with("operation", operation)
    }

    /// A resource that the gateway does not have.
    pub(super) fn not_found(resource: &str, id: &str) -> Box<PayKitError> {
        PayKitError::new(PayKitErrorName::ResourceNotFoundError, "").with("type", resource).with("id", id)
    }

    /// A webhook that cannot be used. `retryable` says whether another delivery may help.
    pub(super) fn webhook(reason: &str, message: String, cause: Option<Box<CallError>>) -> Box<PayKitError> {
        let mut error = PayKitError::new(PayKitErrorName::WebhookError, message).with("reason", reason);
        error.cause = cause;
        error
    }

    /// Adds a detail for programs.
    pub(super) fn with(mut self: Box<Self>, name: &str, value: &str) -> Box<PayKitError> {
        self.context.set(name, value);
        self
    }

    /// The error of a call that moves money and that was not sent.
    pub(super) fn not_sent(mut self: Box<Self>) -> Box<PayKitError> {
        if let Some(cause) = &mut self.cause {
            cause.outcome.get_or_insert(Outcome::NotDone);
        }
        let outcome = self.cause.as_ref().and_then(|cause| cause.outcome.clone()).unwrap_or(Outcome::NotDone);
        self.with("outcome", outcome.as_str())
    }
}

impl From<Box<CallError>> for Box<PayKitError> {
    fn from(cause: Box<CallError>) -> Box<PayKitError> {
        use PayKitErrorName::*;

        let name = match cause.name {
            ErrorName::Validation if cause.attempts == 0 => ValidationError,
            ErrorName::Authentication => AuthenticationError,
            ErrorName::RateLimit => RateLimitError,
            _ => OperationFailedError,
        };
        let mut error = PayKitError::new(name, cause.message.as_str());
        error.field.clone_from(&cause.field);
        error.retryable = cause.retryable;
        error.retry_after = cause.retry_after.map(|ms| ms.div_ceil(1000));
        error.cause = Some(cause);
        error
    }
}

impl From<Error> for Box<PayKitError> {
    fn from(error: Error) -> Box<PayKitError> {
        Box::<CallError>::from(error).into()
    }
}

impl fmt::Display for PayKitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.name {
            PayKitErrorName::ResourceNotFoundError => "not found".to_string(),
            _ => self.message.clone(),
        };
        f.write_str(&name)
    }
}

impl core::error::Error for PayKitError {}
