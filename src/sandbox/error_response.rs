//! How the gateway says no: `{"error": {"code", "message", "details"?}, "request_id"}`
//! (docs.itpay.ai/error-codes). `SERVICE_NOT_FOUND` and `PAYMENT_EXPIRED` are documented, the other codes
//! are the sandbox's own, in the same style.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
};

use serde::Serialize;

use crate::{Error, json::JsonMap, signature::Problem};

#[derive(Serialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    pub status: u16,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    details: JsonMap,
    /// The `Allow` header of a 405.
    #[serde(skip)]
    pub allow: Option<&'static str>,
}

/// The whole body.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    pub error: &'a Refusal,
    pub request_id: &'a str,
}

impl Refusal {
    pub fn channel_not_accepted(channel: &str, accepted: &[String]) -> Refusal {
        Refusal::new(422, "CHANNEL_NOT_ACCEPTED", "the service does not accept this payment channel")
            .with("field", "channel")
            .with("channel", channel)
            .with("accepted_channels", accepted)
    }

    pub fn id_taken(id: &str) -> Refusal {
        Refusal::new(409, "ID_ALREADY_USED", "an intent with this id was created with another body").with("id", id)
    }

    pub fn intent_not_found(id: &str) -> Refusal {
        Refusal::new(404, "PAYMENT_INTENT_NOT_FOUND", "there is no payment intent with this id").with("id", id)
    }

    pub fn method_not_allowed(allow: &'static str) -> Refusal {
        let message = format!("this path takes {allow} only");
        Refusal { allow: Some(allow), ..Refusal::new(405, "METHOD_NOT_ALLOWED", &message) }
    }

    pub fn not_found() -> Refusal {
        Refusal::new(404, "NOT_FOUND", "there is nothing at this path")
    }

    /// A QR charge is generated from `pending` and from nothing else.
    pub fn not_pending(status: &str) -> Refusal {
        let message = format!("the intent is {status}: a QR charge is generated from pending only");
        Refusal::new(409, "INVALID_STATUS", &message).with("status", status)
    }

    pub fn payment_expired(id: &str) -> Refusal {
        Refusal::new(410, "PAYMENT_EXPIRED", "the payment intent has expired").with("id", id)
    }

    pub fn service_not_found(id: &str) -> Refusal {
        Refusal::new(404, "SERVICE_NOT_FOUND", "there is no service with this id")
            .with("service_id", id)
            .with("reason", "no_manifest_registered")
    }

    /// Says nothing about what lies behind it.
    pub fn wrong_key() -> Refusal {
        Refusal::new(401, "INVALID_API_KEY", "the API key is missing or not known")
    }

    pub fn wrong_signature(problem: Problem) -> Refusal {
        let message = "the request's signature was not accepted: see details.reason";
        Refusal::new(401, "INVALID_SIGNATURE", message).with("reason", problem.code())
    }

    fn new(status: u16, code: &'static str, message: &str) -> Refusal {
        Refusal { status, code, message: message.to_owned(), details: JsonMap::new(), allow: None }
    }

    fn with<T: Into<serde_json::Value>>(mut self, name: &str, value: T) -> Refusal {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// What the client's own models refuse, the gateway refuses in the same words.
impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        let refusal = Refusal::new(422, "VALIDATION_FAILED", &error.to_string());
        match error {
            Error::Invalid { field, problem } => refusal.with("field", field).with("problem", problem),
            Error::Api(_) | Error::InvalidResponse { .. } => refusal,
        }
    }
}
