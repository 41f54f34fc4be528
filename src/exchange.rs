//! One API call with its attempts: when it is retried, when it has failed, and which error it ends with.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use crate::{
    CallError, CallResult, Error, ErrorName,
    call::{Aborted, Attempt, Io, Now, TransportError, TransportErrorKind},
    call_error::ErrorCause,
    http::{BaseUrl, Headers, Request, Response},
    retry::{self, Failure},
};

/// The default number of retries.
pub const DEFAULT_MAX_RETRIES: u32 = 2;
/// The most bytes of a response body that are read.
pub const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;
/// The most bytes of a file, such as an account statement.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024 * 1024;

/// The settings of all calls of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionConfig {
    /// The base URL of the gateway.
    pub base: BaseUrl,
    /// The time limit of one attempt, headers and body together, in milliseconds.
    pub timeout_ms: u64,
    /// The number of retries, where they are safe.
    pub max_retries: u32,
    /// The name of the program, if it has one.
    pub user_agent: Option<String>,
    /// Sent with each call, unless the call has its own.
    pub headers: Headers,
}

impl ConnectionConfig {
    /// The default settings of a client.
    pub fn new(base: BaseUrl, timeout_ms: u32) -> ConnectionConfig {
        ConnectionConfig {
            base,
            timeout_ms: timeout_ms.into(),
            max_retries: DEFAULT_MAX_RETRIES,
            user_agent: None,
            headers: Headers::default(),
        }
    }
}

/// The options of one call. The client's settings are the defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallOptions {
    /// The time limit of one attempt, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The number of retries, where they are safe.
    pub max_retries: Option<u32>,
    /// The key by which the gateway recognizes a repeated call.
    pub idempotency_key: Option<String>,
    /// Sent in addition to the call's own headers. They replace none of those.
    pub headers: Headers,
    /// The names of the client's headers that the call leaves out.
    pub without_headers: Vec<String>,
}

/// The final response of a call, which may be an error response.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchanged {
    /// The response to the last attempt.
    pub response: Response,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the last attempt was sent, by [`Now::monotonic_ms`].
    pub sent_at: u64,
}

/// Adds the headers that authenticate a request, at the time when it is sent.
pub(crate) type Sign<'a> = &'a dyn Fn(&Request, Now) -> Headers;

/// Sends a request until it has a final response.
pub(crate) async fn exchange(
    io: &Io,
    config: &ConnectionConfig,
    request: &Request,
    options: &CallOptions,
    sign: Sign<'_>,
) -> CallResult<Exchanged> {
    let timeout_ms = options.timeout_ms.unwrap_or(config.timeout_ms);
    let max_retries = options.max_retries.unwrap_or(config.max_retries);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let now = io.now();
        let attempt = Attempt {
            method: request.method,
            url: config.base.url(request),
            headers: headers(config, request, options, sign(request, now)),
            body: request.body.clone(),
            timeout_ms,
            max_body_bytes: if request.is_file { MAX_FILE_BYTES } else { MAX_BODY_BYTES },
            is_file: request.is_file,
            number: attempts,
            max_number: max_retries.saturating_add(1),
        };
        let result = match io.send(attempt).await {
            Ok(Ok(response)) => Ok(Exchanged { response, attempts, sent_at: now.monotonic_ms }),
            Ok(Err(error)) => {
                let error = transport_error(&config.base, error, timeout_ms, attempts);
                Err(Box::new(CallError { sent_at: now.monotonic_ms, ..*error }))
            }
            Err(Aborted { sent }) => return Err(CallError::aborted(attempts - u32::from(!sent))),
        };
        let failure = match &result {
            Ok(exchanged) if exchanged.response.is_success() => return result,
            Ok(exchanged) => Some(status_failure(&exchanged.response, io.now())),
            Err(error) => error.failure,
        };
        let (repeatable, random) = (request.is_repeatable(), io.now().random);
        match failure.and_then(|failure| retry::wait(failure, repeatable, attempts - 1, max_retries, random)) {
            Some(ms) => io.wait(ms).await.map_err(|_| CallError::aborted(attempts))?,
            None => return result,
        }
    }
}

/// The failure that an error response means for the retry rules.
pub(crate) fn status_failure(response: &Response, now: Now) -> Failure {
    Failure::Status { status: response.status, retry_after: retry::retry_after(response, now.unix_ms) }
}

/// The error of a response. The clock is needed for the wait that the gateway asks for.
#[cold]
pub(crate) fn response_error(error: Error, exchanged: &Exchanged, now: Now) -> Box<CallError> {
    let mut own = Box::<CallError>::from(error);
    if own.status.is_some() {
        own.attempts = exchanged.attempts;
        if !exchanged.response.is_success() {
            own.retry_after = retry::retry_after(&exchanged.response, now.unix_ms);
            own.failure = Some(status_failure(&exchanged.response, now));
        }
    }
    own
}

/// The headers of an attempt. Each name occurs once, and the call's own headers take precedence.
fn headers(config: &ConnectionConfig, request: &Request, options: &CallOptions, signed: Headers) -> Headers {
    let mut headers = Headers::default();
    headers.set("Accept", "application/json");
    if let Some(user_agent) = &config.user_agent {
        headers.set("User-Agent", user_agent.as_str());
    }
    headers.extend(request.headers.clone());
    headers.extend(signed);
    headers.extend_missing(options.headers.iter());
    headers.extend_missing(
        config
            .headers
            .iter()
            .filter(|(name, _)| !options.without_headers.iter().any(|without| without.eq_ignore_ascii_case(name))),
    );
    headers
}

#[cold]
fn transport_error(base: &BaseUrl, error: TransportError, timeout_ms: u64, attempts: u32) -> Box<CallError> {
    use TransportErrorKind::*;

    let origin = base.origin();
    let has_begun = error.status.is_some();
    let no_connection = |why: &str| format!("No connection to {origin}: {why}");
    let (name, message, failure) = match error.kind {
        TimedOut if has_begun => (
            ErrorName::Timeout,
            format!("The response of {origin} did not end within {timeout_ms} ms; the call was probably processed"),
            Some(Failure::IncompleteResponse),
        ),
        TimedOut => (
            ErrorName::Timeout,
            format!("There was no response within {timeout_ms} ms; it is not known whether the call was processed"),
            Some(Failure::NoResponse),
        ),
        ConnectionFailed if has_begun => (
            ErrorName::Connection,
            format!("The response of {origin} broke off; the call was probably processed"),
            Some(Failure::IncompleteResponse),
        ),
        ConnectionFailed => (
            ErrorName::Connection,
            no_connection("it is not known whether the call was processed"),
            Some(Failure::NoResponse),
        ),
        ConnectionRefused => (
            ErrorName::Connection,
            no_connection("nothing listens at that address, so the call was not processed"),
            Some(Failure::ConnectionRefused),
        ),
        HostNotFound => (
            ErrorName::Connection,
            no_connection("the host name was not found, so the call was not processed"),
            Some(Failure::ConnectionRefused),
        ),
        TooLarge => (
            ErrorName::Connection,
            format!("The response of {origin} is too large; the call was probably processed"),
            Some(Failure::IncompleteResponse),
        ),
        NotAResponse => (
            ErrorName::Validation,
            "fetch must resolve to a Response: it has no `status`, `headers.get()` or `text()`".into(),
            None,
        ),
    };
    let mut own = CallError::new(name, error.code(), message);
    own.status = error.status.filter(|_| error.kind == TooLarge);
    own.field = (error.kind == NotAResponse).then(|| "fetch".into());
    own.retryable = matches!(error.kind, TimedOut | ConnectionRefused | HostNotFound)
        || (error.kind == ConnectionFailed && !has_begun);
    own.attempts = attempts;
    own.cause = error.cause.map(ErrorCause::Transport);
    own.failure = failure;
    own
}
