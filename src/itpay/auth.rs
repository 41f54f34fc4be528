//! Signs requests. The scheme is AN ASSUMPTION, and only this file knows it.
//!
//! Documented (docs.itpay.ai/security): HMAC-SHA256 over `timestamp + METHOD + path + body`, keyed with the
//! API key, the path without its query. Not documented: which headers carry it. Assumed here:
//! `Authorization: Bearer <key>` and `X-ItPay-Signature: t=<unix seconds>,v1=<lower-case hex>`.
//! Another scheme is another pair of the functions below.

use alloc::string::ToString as _;

use crate::{
    Error, Secret,
    http::{BaseUrl, Headers, Method, Request},
    signature::{HEADER, Header, Key, Tag, VerifyError},
};

/// An API key with its precomputed HMAC key schedule.
pub struct ApiKey {
    secret: Secret,
    key: Key,
}

impl ApiKey {
    /// A header carries the key, so it must be visible ASCII.
    pub fn new(secret: Secret) -> Result<ApiKey, Error> {
        if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid("apiKey", "must be visible ASCII: is there a space or a line break in it?"));
        }
        match Key::new(secret.expose().as_bytes()) {
            Ok(key) => Ok(ApiKey { secret, key }),
            Err(_) => Err(Error::invalid("apiKey", "must not be empty")),
        }
    }
}

/// Signs a request at the moment of sending, because the signature covers the whole path.
pub fn authorize(request: &Request, base: &BaseUrl, key: &ApiKey, unix_seconds: u64) -> Request {
    let mut signed = Request { path: base.path_as_sent(request), ..request.clone() };
    signed.headers.extend(credentials(request, base, key, unix_seconds));
    signed
}

/// The headers of the signature.
pub(crate) fn credentials(request: &Request, base: &BaseUrl, key: &ApiKey, unix_seconds: u64) -> Headers {
    let timestamp = unix_seconds.to_string();
    let hex = tag(&key.key, timestamp.as_bytes(), request.method, &base.path_parts(request), &request.body).to_hex();
    let hex = core::str::from_utf8(&hex).unwrap_or_default();
    let mut headers = Headers::default();
    headers.set("Authorization", ["Bearer ", key.secret.expose()].concat());
    headers.set(HEADER, ["t=", &timestamp, ",v1=", hex].concat());
    // A header cannot carry other characters. The body has the id as well, and the body decides.
    if let Some(key) = request.idempotency_key.as_ref().filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic())) {
        headers.set("Idempotency-Key", key.as_str());
    }
    headers
}

/// For a gateway: whether a request carries this key. The time does not depend on where two keys of the same length
/// differ.
pub fn has_api_key(request: &Request, key: &Secret) -> bool {
    let sent = request.headers.get("Authorization").unwrap_or_default();
    let Some((scheme, sent)) = sent.split_once(' ') else { return false };
    let key = key.expose().as_bytes();
    let difference = sent.bytes().zip(key).fold(0, |difference, (one, other)| difference | (one ^ other));
    scheme.eq_ignore_ascii_case("Bearer") && sent.len() == key.len() && difference == 0
}

/// For a gateway: whether the signature of a request was made with this key and is fresh.
pub fn verify(request: &Request, key: &Secret, now: u64, max_age: u64) -> Result<(), VerifyError> {
    let header = Header::parse(request.headers.get(HEADER).unwrap_or_default().as_bytes())?;
    let key = Key::new(key.expose().as_bytes())?;
    header.check(&tag(&key, header.timestamp(), request.method, &[&request.path], &request.body))?;
    header.check_age(now, Some(max_age))
}

fn tag(key: &Key, timestamp: &[u8], method: Method, path_as_sent: &[&str], body: &[u8]) -> Tag {
    let mut mac = key.mac();
    mac.update(timestamp);
    mac.update(method.as_str().as_bytes());
    for part in path_as_sent {
        mac.update(part.as_bytes());
    }
    mac.update(body);
    mac.finish()
}
