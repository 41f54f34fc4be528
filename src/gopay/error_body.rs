//! The shapes in which GoPay refuses a call: a list of errors, or a single one bare; or a proxy's page.

use alloc::string::{String, ToString};

use serde_json::Value;

use crate::{
    Error, Fault, GatewayError,
    http::Response,
    json::{Fields, Object},
    refusal,
};

/// Never fails.
pub(super) fn parse(response: &Response) -> Error {
    refusal::read(response, "the pair of clientId and clientSecret", from_object)
}

fn from_object(status: u16, body: Object) -> GatewayError {
    let first = body.get("errors").and_then(|errors| errors.get(0)).and_then(Value::as_object);
    let mut fields = Fields::new(first.unwrap_or(&body).clone());
    let number = fields.take("error_code").as_u64();
    // The token endpoint answers as OAuth has it: `error`, `error_description`.
    let name = fields.text("error_name").or_else(|| fields.text("error"));
    let mut message = String::new();
    for part in ["message", "description", "error_description"] {
        if let Some(text) = fields.text(part).filter(|text| !text.is_empty() && *text != message) {
            message = if message.is_empty() { text } else { message + ": " + &text };
        }
    }
    if let Some(field) = fields.text("field").filter(|field| !field.is_empty()) {
        message = if message.is_empty() { field } else { field + ": " + &message };
    }
    let fault = match (status, number) {
        (401 | 403, _) | (_, Some(200..=203)) => Some(Fault::Credentials),
        (400 | 409, Some(110..=116 | 332 | 360)) => Some(Fault::Call),
        _ => None,
    };
    GatewayError {
        fault,
        code: name.or_else(|| number.map(|number| number.to_string())),
        message,
        details: Some(Value::Object(body)),
        ..GatewayError::default()
    }
}

/// Whether a refusal carries this code, by number or by name, in any of its errors.
pub(super) fn has_code(error: &GatewayError, number: u64, name: &str) -> bool {
    let is = |error: &Value| {
        error.get("error_code").and_then(Value::as_u64) == Some(number)
            || error.get("error_name").and_then(Value::as_str) == Some(name)
    };
    let Some(details) = &error.details else { return false };
    is(details) || details.get("errors").and_then(Value::as_array).is_some_and(|errors| errors.iter().any(is))
}
