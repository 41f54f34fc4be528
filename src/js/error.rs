//! What went wrong, as a plain JavaScript object; the facade makes the error class of that name from it.

use alloc::string::{String, ToString as _};

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::{Error, ErrorKind, RawJson, json::FieldReader};

/// It has the fields of the facade's error classes, under the same names. It lives in JavaScript from the start: what
/// carries it around is as small as a number.
pub(super) struct Record(JsValue);

impl Record {
    #[cfg(any(feature = "js-client", feature = "js-gopay", feature = "js-sandbox"))]
    pub(super) fn invalid(field: &str, problem: &str) -> Record {
        Record::from(Error::invalid(field, problem))
    }

    pub(super) fn new(name: &str, code: &str, message: &str) -> Record {
        let record = Record(Object::new().into());
        record.with("name", name).with("code", code).with("message", message)
    }

    fn with(self, field: &str, value: impl Into<JsValue>) -> Record {
        self.set(field, &value.into());
        self
    }

    #[inline(never)]
    fn set(&self, field: &str, value: &JsValue) {
        // An object that nobody else has seen takes any field.
        let _ = Reflect::set(&self.0, &field.into(), value);
    }
}

#[cfg(any(feature = "js-client", feature = "js-gopay"))]
impl Record {
    fn get(&self, field: &str) -> JsValue {
        Reflect::get(&self.0, &field.into()).unwrap_or_default()
    }

    pub(super) fn code(&self) -> String {
        self.get("code").as_string().unwrap_or_default()
    }

    pub(super) fn after(self, attempts: u32) -> Record {
        self.with("attempts", attempts)
    }

    pub(super) fn retryable(self) -> Record {
        self.with("retryable", true)
    }

    pub(super) fn with_cause(self, cause: JsValue) -> Record {
        self.with("cause", cause)
    }

    #[cfg(feature = "js-client")]
    pub(super) fn with_intent(self, intent: Option<JsValue>) -> Record {
        self.with("intent", intent)
    }
}

#[cfg(feature = "js-gopay")]
impl Record {
    /// Whether nothing was sent.
    pub(super) fn is_before_all(&self) -> bool {
        self.get("attempts").as_f64().unwrap_or_default() == 0.0
    }

    /// Of a call that was not sent, because there was no token for it.
    pub(super) fn without_token(self) -> Record {
        // What else it says is about a call that may have been processed.
        let message = self.message();
        let why = message.split(';').next().unwrap_or_default();
        self.with("message", ["GoPay gave no token, so the call was not sent: ", why].concat())
            .with_outcome(crate::gopay::Outcome::NotDone, "")
    }

    /// What became of the call, and the end of the sentence that says so.
    pub(super) fn with_outcome(self, outcome: crate::gopay::Outcome, advice: &str) -> Record {
        if !advice.is_empty() {
            self.set("message", &[&self.message(), "; ", advice].concat().into());
        }
        self.with("outcome", outcome.as_str())
    }

    fn message(&self) -> String {
        self.get("message").as_string().unwrap_or_default()
    }
}

impl From<Error> for Record {
    fn from(error: Error) -> Record {
        let name = match &error {
            Error::Invalid { .. } => "ValidationError",
            Error::InvalidResponse { .. } => "APIError",
            Error::Api(answer) => match answer.kind {
                Some(ErrorKind::Authentication) => "AuthenticationError",
                Some(ErrorKind::InvalidRequest) => "ValidationError",
                Some(ErrorKind::RateLimited) => "RateLimitError",
                None => "APIError",
            },
        };
        let record = Record::new(name, &error.code(), &error.to_string()).with("retryable", error.is_retryable());
        let (status, request_id, field) = match error {
            Error::Invalid { field, .. } => return record.with("field", field),
            Error::InvalidResponse { status, request_id, field, .. } => (status, request_id, Some(field)),
            Error::Api(answer) => {
                let field = answer.details.as_ref().and_then(culprit);
                if let Some(ms) = answer.retry_after {
                    record.set("retryAfter", &(ms as f64).into());
                }
                if let Some(details) = answer.details {
                    record.set("details", &JSON::parse(details.as_str()).unwrap_or_default());
                }
                (answer.status, answer.request_id, field)
            }
        };
        record.with("status", status).with("requestId", request_id).with("field", field)
    }
}

impl From<Record> for JsValue {
    fn from(record: Record) -> JsValue {
        record.0
    }
}

/// The field that a refusal names, where it does.
fn culprit(details: &RawJson) -> Option<String> {
    let mut fields = FieldReader::parse(details.as_str()).ok()??;
    // GoPay's refusals are a list, whose first entry counts.
    let mut fields = fields.objects("errors").into_iter().next().unwrap_or(fields);
    fields.text("field").or_else(|| fields.text("param"))
}
