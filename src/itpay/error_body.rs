//! The body of a refusal, in every shape that a gateway or a proxy before it gives it.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
};

use serde_json::Value;

use crate::{
    Error, GatewayError,
    http::Response,
    json::{Fields, Object},
};

/// How much of a body that is not ours is read, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// How much of a text that is not JSON goes into the message, in characters.
const MAX_EXCERPT: usize = 200;

/// Never fails: the status counts even where the body says nothing.
pub(super) fn parse(response: &Response) -> Error {
    let kept = response.body.get(..MAX_BODY).unwrap_or(&response.body);
    let text = String::from_utf8_lossy(kept);
    let mut error = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(body)) => from_object(body),
        Ok(Value::String(message)) => GatewayError { message, ..GatewayError::default() },
        _ => GatewayError { message: excerpt(&text), ..GatewayError::default() },
    };
    error.status = response.status;
    error.request_id = error.request_id.or_else(|| response.request_id().map(ToOwned::to_owned));
    if error.message.is_empty() {
        error.message = error.code.clone().unwrap_or_else(|| "it gave no reason".to_owned());
    }
    Error::Gateway(Box::new(error))
}

/// `{error: {code, message, details}, request_id}` as documented; `{error: "code", message}` as the 402 has it;
/// the request id inside `error`; or all of it flat.
fn from_object(body: Object) -> GatewayError {
    let mut outer = Fields::new(body);
    let request_id = outer.text("request_id");
    let mut error = GatewayError { request_id, ..GatewayError::default() };
    if let Some(mut inner) = outer.nested("error") {
        error.request_id = error.request_id.or_else(|| inner.text("request_id"));
        read(&mut error, inner);
    } else {
        error.code = outer.text("error");
        read(&mut error, outer);
    }
    error
}

fn read(error: &mut GatewayError, mut fields: Fields) {
    error.code = fields.text("code").or(error.code.take());
    error.message = fields.text("message").unwrap_or_default();
    error.details = fields.rest().remove("details").filter(|details| !details.is_null());
}

/// The first words of a text, without its markup: enough to recognise a proxy's page.
fn excerpt(text: &str) -> String {
    let mut in_tag = false;
    let visible = text.chars().filter(|character| match character {
        '<' => {
            in_tag = true;
            false
        }
        '>' => !core::mem::take(&mut in_tag),
        _ => !in_tag,
    });
    let words: String = visible.take(MAX_EXCERPT * 4).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut message = String::new();
    for word in words.split_whitespace() {
        if message.chars().count() + word.chars().count() > MAX_EXCERPT {
            return format!("{message} …").trim_start().to_string();
        }
        if !message.is_empty() {
            message.push(' ');
        }
        message.push_str(word);
    }
    message
}
