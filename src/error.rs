//! One error type, its variants named by whose fault it was.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
};
use core::fmt;

use crate::{json::RawJson, retry};

/// What went wrong in building a request or in reading its response.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The gateway answered, and said no.
    Api(Box<ApiError>),
    /// The caller's: refused here, before anything was sent.
    Invalid {
        /// The culprit, as a path such as `amount.value`.
        field: String,
        /// What is wrong with it and what it must be.
        problem: String,
    },
    /// The gateway's: it said yes with something that cannot be read.
    InvalidResponse {
        /// The HTTP status.
        status: u16,
        /// The culprit, or `body`.
        field: String,
        /// What is wrong with it.
        problem: String,
        /// The gateway's name for the exchange.
        request_id: Option<String>,
    },
}

/// Why a gateway refused, by who can do something about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call's: other fields are needed.
    InvalidRequest,
    /// The credentials'.
    Authentication,
    /// Too many calls: wait.
    RateLimited,
}

/// A refusal by the gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// Whose fault it says that it was, where it says so.
    pub kind: Option<ErrorKind>,
    /// The gateway's code, such as `SERVICE_NOT_FOUND`.
    pub code: Option<String>,
    /// Text for people.
    pub message: String,
    /// Whatever the gateway added.
    pub details: Option<RawJson>,
    /// The gateway's name for the exchange.
    pub request_id: Option<String>,
    /// How long it asked to wait, in milliseconds.
    pub retry_after: Option<u64>,
}

impl Error {
    pub(crate) fn invalid(field: &str, problem: &str) -> Error {
        Error::Invalid { field: field.to_owned(), problem: problem.to_owned() }
    }

    /// The stable code.
    pub fn code(&self) -> String {
        match self {
            Error::Api(error) => error.code.clone().unwrap_or_else(|| format!("http_{}", error.status)),
            Error::Invalid { .. } => "invalid_request".to_string(),
            Error::InvalidResponse { .. } => "unreadable_response".to_string(),
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Api(error) if retry::is_transient(error.status))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Api(error) => write!(f, "the gateway answered {}: {}", error.status, error.message),
            Error::Invalid { field, problem } => write!(f, "{field} {problem}"),
            Error::InvalidResponse { status, field, problem, .. } => {
                write!(f, "the gateway answered {status}, but {field} {problem}")
            }
        }
    }
}

impl core::error::Error for Error {}
