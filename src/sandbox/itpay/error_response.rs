//! Error responses: `{"error": {"code", "message", "details"?}, "request_id"}` (docs.itpay.ai/error-codes).
//!
//! `SERVICE_NOT_FOUND` and `PAYMENT_EXPIRED` are documented. The other codes are the sandbox's own, in the same style.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};

use serde::Serialize;

use crate::{Error, json::JsonMap, signature::VerifyError};

#[derive(Serialize)]
pub(super) struct ErrorResponse {
    #[serde(skip)]
    pub status: u16,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    details: JsonMap,
    /// The `Allow` header of a 405 response.
    #[serde(skip)]
    pub allow: Option<&'static str>,
}

/// The body of an error response.
#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    pub error: &'a ErrorResponse,
    pub request_id: &'a str,
}

impl ErrorResponse {
    pub fn already_refunded(id: &str) -> ErrorResponse {
        ErrorResponse::new(409, "ALREADY_REFUNDED", "the payment is refunded: no more than was paid is paid back")
            .with("id", id)
    }

    pub fn channel_not_accepted(channel: &str, accepted: &[String]) -> ErrorResponse {
        ErrorResponse::new(422, "CHANNEL_NOT_ACCEPTED", "the service does not accept this payment channel")
            .with("field", "channel")
            .with("channel", channel)
            .with("accepted_channels", accepted)
    }

    pub fn id_taken(id: &str) -> ErrorResponse {
        ErrorResponse::new(409, "ID_ALREADY_USED", "an intent with this id was created with another body")
            .with("id", id)
    }

    pub fn intent_not_found(id: &str) -> ErrorResponse {
        ErrorResponse::new(404, "PAYMENT_INTENT_NOT_FOUND", "there is no payment intent with this id").with("id", id)
    }

    /// The body is an object, but a value in it is not valid JSON: a lone surrogate, a number out of range.
    pub fn invalid_json(problem: &str) -> ErrorResponse {
        ErrorResponse::new(400, "INVALID_JSON", &format!("the body {problem}")).with("field", "body")
    }

    pub fn method_not_allowed(allow: &'static str) -> ErrorResponse {
        let message = format!("this path takes {allow} only");
        ErrorResponse { allow: Some(allow), ..ErrorResponse::new(405, "METHOD_NOT_ALLOWED", &message) }
    }

    pub fn not_found() -> ErrorResponse {
        ErrorResponse::new(404, "NOT_FOUND", "there is nothing at this path")
    }

    /// A payment can be refunded, and delivered, once it is paid.
    pub fn not_paid(status: &str) -> ErrorResponse {
        ErrorResponse::new(409, "INVALID_STATUS", &format!("the intent is {status}, so it is not paid"))
            .with("status", status)
    }

    /// A QR charge can be generated while the intent is `pending` only.
    pub fn not_pending(status: &str) -> ErrorResponse {
        let message = format!("the intent is {status}: a QR charge is generated from pending only");
        ErrorResponse::new(409, "INVALID_STATUS", &message).with("status", status)
    }

    pub fn payment_expired(id: &str) -> ErrorResponse {
        ErrorResponse::new(410, "PAYMENT_EXPIRED", "the payment intent has expired").with("id", id)
    }

    pub fn service_not_found(id: &str) -> ErrorResponse {
        ErrorResponse::new(404, "SERVICE_NOT_FOUND", "there is no service with this id")
            .with("service_id", id)
            .with("reason", "no_manifest_registered")
    }

    /// Reveals nothing about the path.
    pub fn wrong_key() -> ErrorResponse {
        ErrorResponse::new(401, "INVALID_API_KEY", "the API key is missing or not known")
    }

    pub fn wrong_signature(problem: VerifyError) -> ErrorResponse {
        let message = "the request's signature was not accepted: see details.reason";
        ErrorResponse::new(401, "INVALID_SIGNATURE", message).with("reason", problem.code())
    }

    fn new(status: u16, code: &'static str, message: &str) -> ErrorResponse {
        ErrorResponse { status, code, message: message.to_owned(), details: JsonMap::new(), allow: None }
    }

    fn with<T: Into<serde_json::Value>>(mut self, name: &str, value: T) -> ErrorResponse {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// The gateway validates with the client's models, so both report the same problems.
impl From<Error> for ErrorResponse {
    fn from(error: Error) -> ErrorResponse {
        let response = ErrorResponse::new(422, "VALIDATION_FAILED", &error.to_string());
        match error {
            Error::Invalid { field, problem } => response.with("field", field).with("problem", problem),
            Error::Api(_) | Error::InvalidResponse { .. } => response,
        }
    }
}
