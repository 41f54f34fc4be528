//! The log lines of a call. They show no key, secret, signature or body.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use crate::call::{Attempt, Event};

/// How detailed a log line is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// An attempt without a response.
    Error = 1,
    /// An error response.
    Warn = 2,
    /// Any other response, and a retry.
    Info = 3,
    /// An attempt before it is sent.
    Debug = 4,
}

/// The headers whose values are logged.
const SHOWN_HEADERS: [&str; 4] = ["Accept", "Content-Type", "Idempotency-Key", "User-Agent"];

impl Attempt {
    /// The line of level [`Level::Debug`] before the attempt is sent.
    pub fn log_line(&self) -> String {
        let shown = self.headers.iter().filter(|(name, _)| SHOWN_HEADERS.contains(name));
        let headers: Vec<String> = shown.map(|(name, value)| format!("{name}: {value}")).collect();
        let (method, path) = (self.method.as_str(), path(&self.url));
        format!("{method} {path} attempt {}, {} bytes, {}", self.number, self.body.len(), headers.join(", "))
    }
}

impl Event {
    /// The level of [`log_line`](Event::log_line).
    pub fn log_level(&self) -> Level {
        match self {
            Event::Response(response) if response.status < 400 => Level::Info,
            Event::Response(_) => Level::Warn,
            _ => Level::Error,
        }
    }

    /// The line about the end of an attempt that took `ms` milliseconds.
    pub fn log_line(&self, attempt: &Attempt, ms: u64) -> String {
        let end = match self {
            Event::Response(response) => response.status.to_string(),
            Event::Failed(error) => error.code().to_string(),
            _ => "aborted".into(),
        };
        let id = match self {
            Event::Response(response) => response.request_id(),
            _ => None,
        };
        let (method, path, most) = (attempt.method.as_str(), path(&attempt.url), attempt.max_number);
        let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
        format!("{method} {path} {end} in {ms} ms, attempt {} of {most}{id}", attempt.number)
    }
}

/// The path of a URL without its query, which can contain the caller's search text.
fn path(url: &str) -> &str {
    // The third slash of https://host/path begins the path.
    let start = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(2).map_or(0, |(at, _)| at);
    let end = url.bytes().position(|byte| byte == b'?').unwrap_or(url.len());
    url.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::http::{Headers, Method, Response};

    fn attempt() -> Attempt {
        let mut headers = Headers::default();
        headers.set("Authorization", "Bearer sk_live");
        headers.set("Accept", "application/json");
        Attempt {
            method: Method::Get,
            url: "https://api.example.com/v1/services?q=secret".into(),
            headers,
            body: b"body".into(),
            timeout_ms: 1,
            max_body_bytes: 1,
            is_file: false,
            number: 2,
            max_number: 3,
        }
    }

    #[test]
    fn an_attempt_shows_no_key_query_or_body() {
        assert_eq!(attempt().log_line(), "GET /v1/services attempt 2, 4 bytes, Accept: application/json");
    }

    #[test]
    fn the_end_of_an_attempt_has_its_status_and_request_id() {
        let mut headers = Headers::default();
        headers.set("x-request-id", "req_1");
        for (status, level) in [(200, Level::Info), (404, Level::Warn)] {
            let event = Event::Response(Response { status, headers: headers.clone(), body: Vec::new() });
            assert_eq!(event.log_level(), level);
            let line = alloc::format!("GET /v1/services {status} in 7 ms, attempt 2 of 3, request req_1");
            assert_eq!(event.log_line(&attempt(), 7), line);
        }
        let aborted = Event::Aborted { sent: true };
        assert_eq!(
            (aborted.log_level(), aborted.log_line(&attempt(), 7)),
            (Level::Error, "GET /v1/services aborted in 7 ms, attempt 2 of 3".into())
        );
    }
}
