//! Requests and responses as plain data, and the base URL of a gateway.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec::Vec,
};

use crate::{
    Error,
    json::{self, LONE_SURROGATE, has_lone_surrogate},
};

/// The HTTP methods that the gateways use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Method {
    Delete,
    Get,
    Patch,
    Post,
    Put,
}

impl Method {
    /// Upper case, as in the request line and the signature.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Delete => "DELETE",
            Method::Get => "GET",
            Method::Patch => "PATCH",
            Method::Post => "POST",
            Method::Put => "PUT",
        }
    }

    /// Reads a method in any letter case.
    pub fn parse(name: &str) -> Option<Method> {
        [Method::Delete, Method::Get, Method::Patch, Method::Post, Method::Put]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(name))
    }
}

/// Header names and values in order. Names are compared without regard to case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Headers(Vec<(Cow<'static, str>, String)>);

impl Headers {
    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Sets a header and removes earlier values of the same name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.put(name.into(), value.into());
    }

    fn put(&mut self, name: Cow<'static, str>, value: String) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(&name));
        self.0.push((name, value));
    }

    /// Sets all of the other headers.
    pub fn extend(&mut self, others: Headers) {
        for (name, value) in others.0 {
            self.set(name, value);
        }
    }

    /// Sets those of the other headers whose names are missing here.
    pub fn extend_missing<'a>(&mut self, others: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in others {
            if self.get(name).is_none() {
                self.0.push((Cow::Owned(name.into()), value.into()));
            }
        }
    }

    /// All headers, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// All headers as a JSON object.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(512);
        text.push('{');
        for (name, value) in self.iter() {
            if text.len() > 1 {
                text.push(',');
            }
            json::push(&mut text, name);
            text.push(':');
            json::push(&mut text, value);
        }
        text.push('}');
        text
    }
}

/// A request. On the client, `path` is below the [`BaseUrl`]. On the server, it is the whole path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Percent-encoded, starting with a slash, without a query.
    pub path: String,
    /// Percent-encoded, without the question mark.
    pub query: Option<String>,
    /// Headers in addition to those of every request.
    pub headers: Headers,
    /// The raw bytes; empty for none.
    pub body: Vec<u8>,
    /// The key by which the gateway recognizes a repeated call.
    pub idempotency_key: Option<String>,
    /// Whether the call only reads.
    pub repeatable: bool,
    /// Whether it is sent once, as the gateway can't tell a repeated call from a new one. With an idempotency key it is
    /// sent like any other. Its errors have an outcome.
    pub sent_once: bool,
    /// Whether a successful response is a file and not JSON.
    pub is_file: bool,
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, path: String) -> Request {
        Request {
            method,
            path,
            query: None,
            headers: Headers::default(),
            body: Vec::new(),
            idempotency_key: None,
            repeatable: method == Method::Get,
            sent_once: false,
            is_file: false,
        }
    }

    /// A request that is not modeled. `path` is absolute and percent-encoded, `query` alternates names and values, and
    /// `body` is JSON.
    pub fn raw(method: &str, path: &str, query: &[String], body: Option<String>) -> Result<Request, Error> {
        let method =
            Method::parse(method).ok_or_else(|| Error::invalid("method", "must be GET, POST, PUT, PATCH or DELETE"))?;
        let pairs = query.chunks_exact(2).filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())));
        let request = Request { query: self::query(pairs), ..Request::new(method, plain_path(path)?) };
        match body {
            Some(body) if has_lone_surrogate(&body) => Err(Error::invalid("body", LONE_SURROGATE)),
            Some(body) => Ok(request.with_json(body)),
            None => Ok(request),
        }
    }

    /// The same with a JSON body.
    pub fn with_json(mut self, body: String) -> Request {
        self.headers.set("Content-Type", "application/json");
        self.body = body.into_bytes();
        self
    }

    /// The same with the body of a form, percent-encoded.
    #[cfg(feature = "gopay")]
    pub fn with_form(mut self, body: String) -> Request {
        self.headers.set("Content-Type", "application/x-www-form-urlencoded");
        self.body = body.into_bytes();
        self
    }

    /// Whether sending it twice has the same effect as sending it once.
    pub fn is_repeatable(&self) -> bool {
        self.repeatable || self.idempotency_key.is_some()
    }
}

/// A response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The response headers.
    pub headers: Headers,
    /// The raw bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The gateway's id of this exchange, from a response header.
    pub fn request_id(&self) -> Option<&str> {
        self.headers.get("x-request-id").or_else(|| self.headers.get("request-id"))
    }
}

/// The base URL of a gateway's paths, such as `https://api.itpay.ai/v1`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BaseUrl {
    origin: String,
    prefix: String,
}

impl BaseUrl {
    /// Reads a base URL, with or without a trailing slash and a path. Plain `http` is for loopback hosts, and for other
    /// hosts only if `allow_http` is set, because a header carries the key.
    pub fn parse(url: &str, allow_http: bool) -> Result<BaseUrl, Error> {
        let invalid = |problem: &str| Error::invalid("baseUrl", problem);
        let split = url.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
        let (scheme, rest) = split.ok_or_else(|| invalid("must start with https://"))?;
        let (host, prefix) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) {
            return Err(invalid("must name a host, such as https://api.itpay.ai/v1, without a user or password"));
        }
        if !prefix.bytes().all(is_path_byte) || has_dot_segment(prefix) {
            return Err(invalid("must have a plain path, without a query, a fragment or dot segments"));
        }
        let https = scheme.eq_ignore_ascii_case("https");
        if !https && !scheme.eq_ignore_ascii_case("http") {
            return Err(invalid("must start with https://"));
        }
        if !https && !allow_http && !is_loopback(host) {
            return Err(invalid(
                "must start with https://, because the key would travel in the clear; plain http is for loopback",
            ));
        }
        // An IPv6 address has colons of its own, in brackets.
        let (name, port) = match host.strip_prefix('[') {
            Some(address) => address.split_once(']').unwrap_or_default(),
            None => host.split_at(host.find(':').unwrap_or(host.len())),
        };
        if name.is_empty() || name.contains(['[', ']']) || !(port.is_empty() || port.starts_with(':')) {
            return Err(invalid("must name a host, such as https://api.itpay.ai/v1"));
        }
        let port = port.strip_prefix(':');
        if port.is_some_and(|port| port.starts_with('+') || port.parse::<u16>().is_err()) {
            return Err(invalid("must have a port from 0 to 65535, or none"));
        }
        Ok(BaseUrl {
            origin: [if https { "https" } else { "http" }, "://", host].concat(),
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }

    /// The path of a request as it is sent and signed.
    pub fn path_as_sent(&self, request: &Request) -> String {
        self.path_parts(request).concat()
    }

    /// The whole URL of a request.
    pub fn url(&self, request: &Request) -> String {
        self.url_parts(request).concat()
    }

    pub(crate) fn path_parts<'a>(&'a self, request: &'a Request) -> [&'a str; 2] {
        [&self.prefix, &request.path]
    }

    pub(crate) fn url_parts<'a>(&'a self, request: &'a Request) -> [&'a str; 5] {
        let (mark, query) = request.query.as_deref().map_or(("", ""), |query| ("?", query));
        [&self.origin, &self.prefix, &request.path, mark, query]
    }

    /// The path, without a trailing slash.
    #[cfg(feature = "gopay")]
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Scheme, host and port, for messages.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// Encodes an identifier as one path segment. `.` and `..` are errors, because even their percent-encoded forms move
/// the request to another path.
pub fn path_segment(field: &str, id: &str) -> Result<String, Error> {
    match id {
        "" => Err(Error::invalid(field, "must not be empty")),
        "." | ".." => Err(Error::invalid(field, "must not be a dot segment")),
        _ => Ok(percent_encode(id)),
    }
}

/// Validates a path from a caller, for calls that are not modeled. It must be absolute and percent-encoded.
pub fn plain_path(path: &str) -> Result<String, Error> {
    let invalid = |problem: &str| Err(Error::invalid("path", problem));
    if !path.starts_with('/') || path.starts_with("//") {
        return invalid("must start with one slash, such as /refunds");
    }
    if !path.bytes().all(is_path_byte) {
        return invalid("must be percent-encoded, with the query in `query`");
    }
    if has_dot_segment(path) {
        return invalid("must not have dot segments");
    }
    Ok(path.to_owned())
}

/// `name=value` pairs, percent-encoded.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value))).collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

/// The decoded value of a name in a query.
#[cfg(any(feature = "gopay", feature = "sandbox"))]
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let value = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decode(&value.replace('+', " ")))?
    };
    query.split('&').find_map(value)
}

/// None for an invalid escape, and for a result that is not UTF-8.
#[cfg(any(feature = "gopay", feature = "sandbox"))]
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut nibble = || char::from(bytes.next()?).to_digit(16);
        decoded.push(if byte == b'%' { (nibble()? << 4 | nibble()?) as u8 } else { byte });
    }
    String::from_utf8(decoded).ok()
}

pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 15] {
                encoded.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    encoded
}

/// The bytes that a URL parser does not encode in a path. The signed path must equal the path that is sent.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte)
}

fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        let plain = segment.to_ascii_lowercase();
        matches!(plain.as_str(), "." | "%2e" | ".." | ".%2e" | "%2e." | "%2e%2e")
    })
}

fn is_loopback(host: &str) -> bool {
    let name = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    let octets = || name.split('.').map(str::parse::<u8>);
    name.starts_with("127.") && octets().count() == 4 && octets().all(|octet| octet.is_ok())
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name == "[::1]"
}
