//! The shapes of ItPay's error responses (itpay-api.md, C9).

use crate::{ApiError, Error, error_response, http::Response, json::FieldReader};

/// Never fails.
pub(super) fn parse(response: &Response) -> Error {
    error_response::read(response, "the API key", |_, _, body| from_object(body))
}

/// `{error: {code, message, details}, request_id}` as documented, `{error: "code", message}` as in the 402 response,
/// the request id inside `error`, or a flat object.
fn from_object(mut outer: FieldReader) -> ApiError {
    let request_id = outer.text("request_id");
    let mut error = ApiError { request_id, ..ApiError::default() };
    if let Some(mut inner) = outer.nested("error") {
        error.request_id = error.request_id.or_else(|| inner.text("request_id"));
        read(&mut error, inner);
    } else {
        error.code = outer.text("error");
        read(&mut error, outer);
    }
    error
}

fn read(error: &mut ApiError, mut fields: FieldReader) {
    error.code = fields.text("code").or(error.code.take());
    error.message = fields.text("message").unwrap_or_default();
    error.details = fields.json("details");
}
