//! The error of a call, the same for all gateways.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    string::{String, ToString},
};
use core::fmt;

use serde::{Serialize, Serializer};

use crate::{
    Error, ErrorKind,
    call::Cause,
    json::{FieldReader, RawJson, open_enum},
    retry::Failure,
};

/// The result of a call. Errors are rare and large, so they are boxed.
pub type CallResult<T> = Result<T, Box<CallError>>;

/// A call that failed.
///
/// Serialized, it has the field names of the package's JavaScript errors. JSON values are strings in it, so that no
/// digit is lost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallError {
    /// The class of the error.
    pub name: ErrorName,
    /// The stable code for programs: the gateway's own code if it sent one.
    pub code: String,
    /// Text for people.
    pub message: String,
    /// The HTTP status, if the gateway responded.
    pub status: Option<u16>,
    /// The gateway's id of the exchange.
    pub request_id: Option<String>,
    /// The field that is wrong, as a path such as `amount.value`.
    pub field: Option<String>,
    /// Details that the gateway added.
    #[serde(serialize_with = "as_text")]
    pub details: Option<RawJson>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The wait that the gateway asks for, in milliseconds.
    pub retry_after: Option<u64>,
    /// How many attempts were made; 0 if nothing was sent.
    pub attempts: u32,
    /// For a call that changes something: the known outcome.
    pub outcome: Option<Outcome>,
    /// For a wait that timed out: the payment as it was last seen.
    #[serde(serialize_with = "as_text")]
    pub intent: Option<RawJson>,
    /// The error below this one.
    #[serde(skip)]
    pub cause: Option<ErrorCause>,
    /// How the last attempt failed. None if another attempt makes no sense.
    #[serde(skip)]
    pub failure: Option<Failure>,
    /// When the last attempt was sent, by [`Now::monotonic_ms`](crate::call::Now::monotonic_ms).
    #[serde(skip)]
    pub sent_at: u64,
}

/// The error below a [`CallError`].
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorCause {
    /// An earlier failure of the same call.
    Call(Box<CallError>),
    /// An error of the program's HTTP client.
    Transport(Cause),
}

open_enum! {
    /// The class of an error. The names are those of the JavaScript classes.
    ErrorName {
        /// The caller aborted the call.
        Abort = "AbortError",
        /// The gateway rejected the call, or its response cannot be used.
        Api = "APIError",
        /// The credentials are missing or invalid.
        Authentication = "AuthenticationError",
        /// There was no response, or an incomplete one.
        Connection = "ConnectionError",
        /// There were too many calls.
        RateLimit = "RateLimitError",
        /// There was no response in time.
        Timeout = "TimeoutError",
        /// The parameters are invalid.
        Validation = "ValidationError",
    }
}

open_enum! {
    /// The outcome of a failed call that changes something.
    Outcome {
        /// It was processed. Another call would repeat the change.
        Done = "done",
        /// It was not processed, and will not be.
        NotDone = "not_done",
        /// It may have been processed, or may still be.
        Unknown = "unknown",
    }
}

impl CallError {
    /// An error with a name, a code and a message only.
    pub fn new(name: ErrorName, code: &str, message: impl Into<String>) -> Box<CallError> {
        Box::new(CallError {
            name,
            code: code.to_owned(),
            message: message.into(),
            status: None,
            request_id: None,
            field: None,
            details: None,
            retryable: false,
            retry_after: None,
            attempts: 0,
            outcome: None,
            intent: None,
            cause: None,
            failure: None,
            sent_at: 0,
        })
    }

    /// The error of a call that the caller aborted after this number of attempts.
    #[cold]
    pub(crate) fn aborted(attempts: u32) -> Box<CallError> {
        let mut error = CallError::new(ErrorName::Abort, "aborted", "The call was aborted by its signal");
        error.attempts = attempts;
        error
    }

    /// Sets the outcome and adds advice to the message.
    pub(crate) fn with_outcome(mut self: Box<CallError>, outcome: Outcome, advice: &str) -> Box<CallError> {
        if !advice.is_empty() {
            self.message.push_str("; ");
            self.message.push_str(advice);
        }
        self.outcome = Some(outcome);
        self
    }

    /// Whether the gateway itself sent an error response, and not a proxy or a filter before it.
    pub(crate) fn has_own_code(&self) -> bool {
        self.status.is_some() && !self.code.starts_with("http_") && self.code != "unreadable_response"
    }

    /// Whether the gateway has no such object. The 404 page of a proxy proves nothing.
    #[cfg(feature = "paykit")]
    pub(crate) fn is_not_found(&self) -> bool {
        use crate::error_response::NO_REASON;

        self.status == Some(404) && (self.has_own_code() || self.message.contains(NO_REASON))
    }

    /// Reads a serialized error. Its cause is lost.
    #[cfg(feature = "gopay")]
    pub(crate) fn read(mut fields: FieldReader) -> Option<Box<CallError>> {
        let name = fields.text("name")?.into();
        let (code, message) = (fields.text("code")?, fields.text("message")?);
        let mut number = |name: &str| fields.integer(name).ok().and_then(|number| u64::try_from(number).ok());
        let (status, retry_after, attempts) = (number("status"), number("retryAfter"), number("attempts"));
        Some(Box::new(CallError {
            status: status.and_then(|status| status.try_into().ok()),
            request_id: fields.text("requestId"),
            field: fields.text("field"),
            details: fields.text("details").and_then(|json| RawJson::of(&json)),
            retryable: fields.boolean("retryable").unwrap_or_default(),
            retry_after,
            attempts: attempts.and_then(|attempts| attempts.try_into().ok()).unwrap_or_default(),
            outcome: fields.text("outcome").map(Into::into),
            ..*CallError::new(name, &code, message)
        }))
    }
}

impl From<Error> for Box<CallError> {
    #[cold]
    fn from(error: Error) -> Box<CallError> {
        let name = match &error {
            Error::Invalid { .. } => ErrorName::Validation,
            Error::InvalidResponse { .. } => ErrorName::Api,
            Error::Api(api_error) => match api_error.kind {
                Some(ErrorKind::Authentication) => ErrorName::Authentication,
                Some(ErrorKind::InvalidRequest) => ErrorName::Validation,
                Some(ErrorKind::RateLimited) => ErrorName::RateLimit,
                None => ErrorName::Api,
            },
        };
        let mut own = CallError::new(name, &error.code(), error.to_string());
        own.retryable = error.is_retryable();
        match error {
            Error::Invalid { field, .. } => own.field = Some(field),
            Error::InvalidResponse { status, request_id, field, .. } => {
                own.status = Some(status);
                own.request_id = request_id;
                own.field = Some(field);
            }
            Error::Api(api_error) => {
                own.status = Some(api_error.status);
                own.request_id = api_error.request_id;
                own.field = api_error.details.as_ref().and_then(field_in);
                own.details = api_error.details;
                own.retry_after = api_error.retry_after;
            }
        }
        own
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for CallError {}

/// The field in an error response.
fn field_in(details: &RawJson) -> Option<String> {
    let mut fields = FieldReader::parse(details.as_str()).ok()??;
    // GoPay's error response is a list. Its first entry counts.
    let mut fields = fields.objects("errors").into_iter().next().unwrap_or(fields);
    fields.text("field").or_else(|| fields.text("param"))
}

fn as_text<S: Serializer>(json: &Option<RawJson>, serializer: S) -> Result<S::Ok, S::Error> {
    json.as_ref().map(RawJson::as_str).serialize(serializer)
}
