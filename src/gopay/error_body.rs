//! The shapes of GoPay's error responses: a list of errors, a single error, or a proxy's page.

use alloc::string::{String, ToString};

use crate::{
    ApiError, Error, ErrorKind, error_response,
    http::Response,
    json::{FieldReader, RawJson},
};

/// Never fails.
pub(super) fn parse(response: &Response) -> Error {
    error_response::read(response, "the pair of clientId and clientSecret", from_object)
}

fn from_object(status: u16, text: &str, mut body: FieldReader) -> ApiError {
    let mut fields = body.objects("errors").into_iter().next().unwrap_or(body);
    let number = fields.integer("error_code").ok().and_then(|number| u64::try_from(number).ok());
    // The token endpoint sends OAuth's fields: `error`, `error_description`.
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
    if message.is_empty() {
        message = name.clone().unwrap_or_default();
    }
    let kind = match (status, number) {
        (401 | 403, _) | (_, Some(200..=203)) => Some(ErrorKind::Authentication),
        (400 | 409, Some(110..=116 | 332 | 360)) => Some(ErrorKind::InvalidRequest),
        _ => None,
    };
    ApiError {
        kind,
        // The number is stable. The name can be null. Only OAuth errors have no number.
        code: number.filter(|number| *number > 0).map(|number| number.to_string()).or(name),
        message,
        details: RawJson::of(text),
        ..ApiError::default()
    }
}

/// Whether GoPay itself has sent an error response, and not a proxy or a filter before it.
pub(super) fn is_own(error: &ApiError) -> bool {
    let Some(details) = &error.details else { return false };
    let Ok(Some(mut body)) = FieldReader::parse(details.as_str()) else { return false };
    // The token endpoint's errors are those of OAuth.
    let has_code = |error: &mut FieldReader| error.integer("error_code").is_ok();
    has_code(&mut body) || body.text("error").is_some() || body.objects("errors").iter_mut().any(has_code)
}

/// Whether any error of an error response has this code, by number or by name.
pub(super) fn has_code(error: &ApiError, number: i64, name: &str) -> bool {
    let is = |error: &mut FieldReader| {
        error.integer("error_code").ok() == Some(number) || error.text("error_name").as_deref() == Some(name)
    };
    let Some(details) = &error.details else { return false };
    let Ok(Some(mut body)) = FieldReader::parse(details.as_str()) else { return false };
    is(&mut body) || body.objects("errors").iter_mut().any(is)
}
