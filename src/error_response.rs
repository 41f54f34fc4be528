//! The body of an error response: the part that all gateways and the proxies before them have in common.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    format,
    string::{String, ToString},
};

use crate::{
    ApiError, Error, ErrorKind,
    http::Response,
    json::{FieldReader, string},
};

/// The number of bytes that are read of a body that may be a proxy's.
const MAX_BODY: usize = 64 * 1024;
/// The number of characters of a text other than JSON that go into the message.
const MAX_EXCERPT: usize = 200;

/// The message of an error response that says nothing.
pub(crate) const NO_REASON: &str = "it gave no reason";

/// Never fails: without a readable body, the status decides. `read_object` knows the gateway's own shapes. `credentials`
/// names what to check after a 401 or 403.
#[cold]
#[inline(never)]
pub(crate) fn read(
    response: &Response,
    credentials: &str,
    read_object: fn(u16, &str, FieldReader) -> ApiError,
) -> Error {
    let kept = response.body.get(..MAX_BODY).unwrap_or(&response.body);
    let text = String::from_utf8_lossy(kept);
    let mut error = match FieldReader::parse(&text) {
        Ok(Some(body)) => read_object(response.status, &text, body),
        _ => {
            let message = string(&text).map_or_else(|| excerpt(&text), Cow::into_owned);
            ApiError { message, ..ApiError::default() }
        }
    };
    error.status = response.status;
    error.code = error.code.filter(|code| !code.is_empty());
    error.kind = error.kind.or(match response.status {
        401 => Some(ErrorKind::Authentication),
        422 => Some(ErrorKind::InvalidRequest),
        429 => Some(ErrorKind::RateLimited),
        _ => None,
    });
    error.request_id = error.request_id.or_else(|| response.request_id().map(ToOwned::to_owned));
    if error.message.is_empty() {
        error.message = error.code.clone().unwrap_or_else(|| NO_REASON.to_owned());
    }
    if error.kind == Some(ErrorKind::Authentication) {
        error.message = format!("{} (is {credentials} right?)", error.message);
    }
    Error::Api(Box::new(error))
}

/// The first words of a text, without its markup: enough to recognize a proxy's page.
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
