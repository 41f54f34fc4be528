//! What went wrong, as a plain JavaScript object; the facade makes the error class of that name from it.

use alloc::{borrow::ToOwned, string::String, string::ToString as _};

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::{Error, Fault};

/// The fields of the facade's error classes, under the same names.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    name: &'static str,
    message: String,
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    retryable: bool,
    attempts: u32,
    #[serde(skip, default)]
    cause: Option<JsValue>,
    #[serde(skip, default)]
    intent: Option<JsValue>,
}

impl Record {
    pub(super) fn invalid(field: &str, problem: &str) -> Record {
        Record::from(Error::invalid(field, problem))
    }
}

#[cfg(any(feature = "js-client", feature = "js-gopay"))]
impl Record {
    pub(super) fn new(name: &'static str, code: &str, message: String) -> Record {
        Record { name, code: code.to_owned(), message, ..Record::default() }
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    pub(super) fn after(self, attempts: u32) -> Record {
        Record { attempts, ..self }
    }

    pub(super) fn retryable(self) -> Record {
        Record { retryable: true, ..self }
    }

    pub(super) fn with_cause(self, cause: JsValue) -> Record {
        Record { cause: Some(cause), ..self }
    }

    #[cfg(feature = "js-client")]
    pub(super) fn with_intent(self, intent: Option<JsValue>) -> Record {
        Record { intent, ..self }
    }
}

#[cfg(feature = "js-gopay")]
impl Record {
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Of a call that was not sent, because there was no token for it.
    pub(super) fn without_token(mut self) -> Record {
        // What else it says is about a call that may have been processed.
        let why = self.message.split(';').next().unwrap_or_default();
        self.message = "GoPay gave no token, so the call was not sent: ".to_owned() + why;
        self.with_outcome(crate::gopay::Outcome::NotDone, "")
    }

    /// What became of the call, and the end of the sentence that says so.
    pub(super) fn with_outcome(mut self, outcome: crate::gopay::Outcome, advice: &str) -> Record {
        if !advice.is_empty() {
            self.message = self.message + "; " + advice;
        }
        Record { outcome: Some(outcome.as_str()), ..self }
    }
}

impl From<Error> for Record {
    fn from(error: Error) -> Record {
        let (message, code, retryable) = (error.to_string(), error.code(), error.is_retryable());
        match error {
            Error::Invalid { field, .. } => {
                Record { name: "ValidationError", message, code, field: Some(field), ..Record::default() }
            }
            Error::Unreadable { status, request_id, field, .. } => Record {
                name: "APIError",
                message,
                code,
                status: Some(status),
                request_id,
                field: Some(field),
                ..Record::default()
            },
            Error::Gateway(answer) => Record {
                name: match answer.fault {
                    Some(Fault::Credentials) => "AuthenticationError",
                    Some(Fault::Call) => "ValidationError",
                    Some(Fault::Haste) => "RateLimitError",
                    None => "APIError",
                },
                message,
                code,
                retryable,
                status: Some(answer.status),
                request_id: answer.request_id,
                field: culprit(answer.details.as_ref()),
                details: answer.details,
                retry_after: answer.retry_after.map(|ms| ms as f64),
                ..Record::default()
            },
        }
    }
}

impl From<Record> for JsValue {
    fn from(mut record: Record) -> JsValue {
        let (cause, intent) = (record.cause.take(), record.intent.take());
        let object = record.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED);
        for (name, value) in [("cause", cause), ("intent", intent)] {
            if let Some(value) = value {
                let _ = js_sys::Reflect::set(&object, &name.into(), &value);
            }
        }
        object
    }
}

/// The field that a refusal names, where it does.
fn culprit(details: Option<&serde_json::Value>) -> Option<String> {
    // GoPay's refusals are a list, whose first entry counts.
    let details = details?.get("errors").and_then(|errors| errors.get(0)).or(details)?;
    ["field", "param"].iter().find_map(|name| details.get(name)?.as_str()).map(ToOwned::to_owned)
}
