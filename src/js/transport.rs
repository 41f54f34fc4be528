//! Sends what the core built, over `fetch`, and hands back what came: attempts, waits, timeouts, aborts.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use js_sys::{Math, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    call::{Ended, Woken, now, woken},
    error::Record,
    line::Line,
    options::Options,
};
use crate::{
    Error,
    http::{Headers, Request, Response},
    json,
    retry::{self, Failure},
};

/// An answer, and as JavaScript has it: with the Response that it came in, and what was read out of it.
pub(super) struct Answer {
    pub response: Response,
    pub seen: Seen,
    pub attempts: u32,
}

/// Why an attempt has no answer.
pub(super) struct NoAnswer {
    pub record: Record,
    /// What it means for another attempt; `None` where there must not be one.
    pub failure: Option<Failure>,
}

/// The headers by which a request may be sent at this moment, in Unix milliseconds.
pub(super) type Sign<'a> = &'a dyn Fn(&Request, u64) -> Headers;

/// Sends a request until it is answered for good. Answers that refuse are answers, too.
pub(super) async fn exchange(
    line: &Line,
    request: &Request,
    sign: Sign<'_>,
    options: &Options,
) -> Result<Answer, NoAnswer> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let result = attempt(line, request, sign, options, attempts).await;
        let failure = match &result {
            Ok(answer) if (200..300).contains(&answer.response.status) => return result,
            Ok(answer) => answered(answer),
            Err(NoAnswer { failure: Some(failure), .. }) => *failure,
            Err(_) => return result,
        };
        let repeatable = request.is_repeatable();
        let Some(ms) = retry::wait(failure, repeatable, attempts - 1, options.max_retries, Math::random()) else {
            return result;
        };
        line.log(Level::Info, &|| format!("{} again in {ms} ms", request.method.as_str()));
        if options.pause(ms as f64).await {
            return Err(aborted(options, attempts));
        }
    }
}

/// What a refusal means for another attempt.
pub(super) fn answered(answer: &Answer) -> Failure {
    let retry_after = retry::retry_after(&answer.response, now() as u64);
    Failure::Status { status: answer.response.status, retry_after }
}

async fn attempt(
    line: &Line,
    request: &Request,
    sign: Sign<'_>,
    options: &Options,
    attempts: u32,
) -> Result<Answer, NoAnswer> {
    if options.signal.as_ref().is_some_and(|signal| signal.aborted()) {
        return Err(aborted(options, attempts - 1));
    }
    let started = now();
    let signed = sign(request, started as u64);
    line.log_request(request, &signed, attempts);

    let (message, signal) = (message(line, request, &signed, options), options.signal.as_ref());
    let seen = options.call.send(&message, options.timeout, signal, options.binary);
    let woken = woken().await;
    let answered = woken.status.is_some();
    let result = match (woken.ended, woken.status) {
        (Ended::Done, Some(status)) => Ok(answer(woken, status, seen, attempts)),
        (Ended::Done, None) => {
            let problem = "must resolve to a Response: it has no `status`, `headers.get()` or `text()`";
            Err(gave_up(Record::invalid("fetch", problem).after(attempts)))
        }
        (Ended::Aborted, _) => Err(aborted(options, attempts)),
        (Ended::Failed, _) => Err(failed(line, seen.cause(), answered, attempts)),
        (Ended::TimeUp, _) => Err(too_late(options, attempts, answered)),
    };
    line.log_result(request, &result, attempts, options.max_retries, now() - started);
    result
}

/// What is sent: the method, the URL and the headers as JSON, a line each, then the body. One text crosses the border
/// cheaper than many values.
fn message(line: &Line, request: &Request, signed: &Headers, options: &Options) -> String {
    let mut headers: Vec<(&str, &str)> = Vec::with_capacity(8);
    headers.push(("Accept", "application/json"));
    headers.extend(line.user_agent.as_ref().map(|user_agent| ("User-Agent", user_agent.as_str())));
    headers.extend(request.headers.iter().chain(signed.iter()));
    for (name, value) in &options.headers {
        // Those of the call itself stay as they are.
        if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            headers.push((name, value));
        }
    }
    let mut message = String::with_capacity(512 + request.body.len());
    for part in [request.method.as_str(), "\n"].into_iter().chain(line.base.url_parts(request)) {
        message.push_str(part);
    }
    for (index, (name, value)) in headers.into_iter().enumerate() {
        message.push_str(if index == 0 { "\n{" } else { "," });
        json::push(&mut message, name);
        message.push(':');
        json::push(&mut message, value);
    }
    message.push_str("}\n");
    message.push_str(core::str::from_utf8(&request.body).unwrap_or_default());
    message
}

#[wasm_bindgen]
extern "C" {
    /// An attempt as pkg-template/src/send.ts sees it.
    pub(super) type Seen;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn response(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn body(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn cause(this: &Seen) -> JsValue;
    /// The body's JSON, fields that are not modelled included; undefined where it is empty.
    #[wasm_bindgen(method, getter, structural, catch)]
    pub(super) fn data(this: &Seen) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, setter, structural)]
    pub(super) fn set_data(this: &Seen, data: &JsValue);
}

fn answer(woken: Woken, status: u16, seen: Seen, attempts: u32) -> Answer {
    let mut headers = Headers::default();
    for (name, value) in [("x-request-id", woken.request_id), ("retry-after", woken.retry_after)] {
        if let Some(value) = value {
            headers.set(name, value);
        }
    }
    let body = woken.body.unwrap_or_default().into_bytes();
    Answer { response: Response { status, headers, body }, seen, attempts }
}

impl Answer {
    /// With what is not the body's own JSON.
    #[cfg(feature = "js-gopay")]
    pub(super) fn with_data(self, data: &JsValue) -> JsValue {
        self.seen.set_data(data);
        self.seen.into()
    }
}

pub(super) fn gave_up(record: Record) -> NoAnswer {
    NoAnswer { record, failure: None }
}

#[cold]
#[inline(never)]
pub(super) fn aborted(options: &Options, attempts: u32) -> NoAnswer {
    let cause = options.signal.as_ref().map(|signal| signal.reason()).unwrap_or_default();
    let message = "The call was aborted by its signal";
    gave_up(Record::new("AbortError", "aborted", message).after(attempts).with_cause(cause))
}

#[cold]
#[inline(never)]
fn too_late(options: &Options, attempts: u32, answered: bool) -> NoAnswer {
    let what = if answered { "The answer did not end" } else { "There was no answer" };
    let message = format!("{what} within {} ms; whether the call was processed is not known", options.timeout as u64);
    NoAnswer {
        record: Record::new("TimeoutError", "timeout", &message).after(attempts).retryable(),
        failure: Some(if answered { Failure::IncompleteResponse } else { Failure::NoResponse }),
    }
}

#[cold]
#[inline(never)]
fn failed(line: &Line, cause: JsValue, answered: bool, attempts: u32) -> NoAnswer {
    let origin = line.base.origin();
    let (code, failure, message) = if answered {
        let message = format!("The answer of {origin} broke off; the call was probably processed");
        ("broken_answer", Failure::IncompleteResponse, message)
    } else if was_refused(&cause) {
        let message = format!("No connection to {origin}: nobody listens there, so the call was not processed");
        ("connection_refused", Failure::ConnectionRefused, message)
    } else {
        let message = format!("No connection to {origin}: whether the call was processed is not known");
        ("connection_failed", Failure::NoResponse, message)
    };
    let record = Record::new("ConnectionError", code, &message).after(attempts).with_cause(cause);
    NoAnswer { record: if answered { record } else { record.retryable() }, failure: Some(failure) }
}

/// Whether nobody was there at all. Node says so in the cause's code, for each address that it tried.
fn was_refused(error: &JsValue) -> bool {
    let member = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let code = |object: &JsValue| member(object, "code").as_string();
    let never_sent = |code: Option<String>| {
        matches!(code.as_deref(), Some("ECONNREFUSED" | "ENOTFOUND" | "EAI_AGAIN" | "ConnectionRefused"))
    };
    if !error.is_object() {
        return false;
    }
    let cause = member(error, "cause");
    never_sent(code(error)) || (cause.is_object() && never_sent(code(&cause)))
}

#[derive(Clone, Copy)]
pub(super) enum Level {
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
}

/// The headers whose values a log may show. Not a list of those that it may not.
const SHOWN_HEADERS: [&str; 4] = ["Accept", "Content-Type", "Idempotency-Key", "User-Agent"];

impl Line {
    fn log(&self, level: Level, line: &dyn Fn() -> String) {
        if let Some(log) = self.log.as_ref().filter(|_| level as u8 <= self.log_level) {
            // A logger that throws must not end a payment.
            let _ = log.call2(&JsValue::UNDEFINED, &(level as u8).into(), &line().into());
        }
    }

    fn log_request(&self, request: &Request, signed: &Headers, attempt: u32) {
        self.log(Level::Debug, &|| {
            let headers = request.headers.iter().chain(signed.iter());
            let shown = headers.filter(|(name, _)| SHOWN_HEADERS.contains(name));
            let headers: Vec<String> = shown.map(|(name, value)| format!("{name}: {value}")).collect();
            let (method, path) = (request.method.as_str(), self.base.path_as_sent(request));
            format!("{method} {path} attempt {attempt}, {} bytes, {}", request.body.len(), headers.join(", "))
        });
    }

    fn log_result(
        &self,
        request: &Request,
        result: &Result<Answer, NoAnswer>,
        attempt: u32,
        max_retries: u32,
        ms: f64,
    ) {
        let (level, id) = match result {
            Ok(Answer { response, .. }) if response.status < 400 => (Level::Info, response.request_id()),
            Ok(Answer { response, .. }) => (Level::Warn, response.request_id()),
            Err(_) => (Level::Error, None),
        };
        self.log(level, &|| {
            let outcome = match result {
                Ok(answer) => answer.response.status.to_string(),
                Err(no_answer) => no_answer.record.code(),
            };
            let (method, path, most) = (request.method.as_str(), self.base.path_as_sent(request), max_retries + 1);
            let ms = ms as u64;
            let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
            format!("{method} {path} {outcome} in {ms} ms, attempt {attempt} of {most}{id}")
        });
    }
}

/// A refusal, with how long it asked to wait: that takes a clock.
pub(super) fn timed(error: Error, answer: &Answer) -> Error {
    match error {
        Error::Api(mut gateway) => {
            gateway.retry_after = retry::retry_after(&answer.response, now() as u64);
            Error::Api(gateway)
        }
        other => other,
    }
}
