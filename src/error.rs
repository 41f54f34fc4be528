//! The error type of requests and responses. Its variants say who is at fault.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
};
use core::fmt;

use crate::{json::RawJson, retry};

/// The error of a request that could not be built or a response that could not be used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The gateway sent an error response.
    Api(Box<ApiError>),
    /// The caller's parameters are invalid. Nothing was sent.
    Invalid {
        /// The path of the invalid field, such as `amount.value`.
        field: String,
        /// The problem and the requirement.
        problem: String,
    },
    /// The gateway sent a success that cannot be read.
    InvalidResponse {
        /// The HTTP status.
        status: u16,
        /// The path of the invalid field, or `body`.
        field: String,
        /// The problem.
        problem: String,
        /// The gateway's id of the exchange.
        request_id: Option<String>,
    },
}

/// The kind of an error response, by who can fix it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is invalid.
    InvalidRequest,
    /// The credentials are invalid.
    Authentication,
    /// There were too many requests.
    RateLimited,
}

/// An error response of the gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The kind of the error, if the gateway states it.
    pub kind: Option<ErrorKind>,
    /// The gateway's code, such as `SERVICE_NOT_FOUND`.
    pub code: Option<String>,
    /// Text for people.
    pub message: String,
    /// Details that the gateway added.
    pub details: Option<RawJson>,
    /// The gateway's id of the exchange.
    pub request_id: Option<String>,
    /// The wait that the gateway asks for, in milliseconds.
    pub retry_after: Option<u64>,
}

impl Error {
    pub(crate) fn invalid(field: &str, problem: &str) -> Error {
        Error::Invalid { field: field.to_owned(), problem: problem.to_owned() }
    }

    /// The stable error code.
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
            Error::Api(error) => write!(f, "the gateway responded with {}: {}", error.status, error.message),
            Error::Invalid { field, problem } => write!(f, "{field} {problem}"),
            Error::InvalidResponse { status, field, problem, .. } => {
                write!(f, "the gateway responded with {status}, but {field} {problem}")
            }
        }
    }
}

impl core::error::Error for Error {}
