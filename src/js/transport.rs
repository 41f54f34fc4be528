//! Sends what the core built, over `fetch`, and hands back what came: attempts, waits, timeouts, aborts.

use alloc::{format, string::String, vec::Vec};

use js_sys::{Date, Math, Reflect};
use serde::{Serialize, Serializer};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    call::{Ended, ended},
    error::Record,
    line::Line,
    options::Options,
};
use crate::{
    Error,
    http::{Headers, Request, Response},
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

/// A request ready to be sent: signed for this moment (in Unix milliseconds), its path as sent.
pub(super) type Authorise<'a> = &'a dyn Fn(&Request, u64) -> Request;

/// Sends a request until it is answered for good. Answers that refuse are answers, too.
pub(super) async fn exchange(
    line: &Line,
    request: &Request,
    authorise: Authorise<'_>,
    options: &Options,
) -> Result<Answer, NoAnswer> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let result = attempt(line, request, authorise, options, attempts).await;
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
        line.log(Level::Info, || format!("{} again in {ms} ms", request.method.as_str()));
        if options.pause(ms as f64).await {
            return Err(aborted(options, attempts));
        }
    }
}

/// What a refusal means for another attempt.
pub(super) fn answered(answer: &Answer) -> Failure {
    let retry_after = retry::retry_after(&answer.response, Date::now() as u64);
    Failure::Answered { status: answer.response.status, retry_after }
}

async fn attempt(
    line: &Line,
    request: &Request,
    authorise: Authorise<'_>,
    options: &Options,
    attempts: u32,
) -> Result<Answer, NoAnswer> {
    if options.signal.as_ref().is_some_and(|signal| signal.aborted()) {
        return Err(aborted(options, attempts - 1));
    }
    let started = Date::now();
    let url = line.base.url(request);
    let request = authorise(request, started as u64);
    line.log_request(&request, attempts);

    let body = core::str::from_utf8(&request.body).ok().filter(|body| !body.is_empty());
    let (init, signal) = (init(line, &request, options), options.signal.as_ref());
    let seen = options.call.send(&url, &init, body, options.timeout, signal, options.binary);
    let ended = ended().await;
    let status = seen.status().as_f64();
    let result = match (ended, status) {
        (Ended::Done, _) if seen.failed() => Err(failed(line, seen.cause(), status.is_some(), attempts)),
        (Ended::Done, Some(status)) => Ok(seen.answer(status, attempts)),
        (Ended::Done, None) => {
            let problem = "must resolve to a Response: it has no `status`, `headers.get()` or `text()`";
            Err(gave_up(Record::invalid("fetch", problem).after(attempts)))
        }
        (Ended::Aborted, _) => Err(aborted(options, attempts)),
        (Ended::TimeUp, _) => Err(too_late(options, attempts, status.is_some())),
    };
    line.log_result(&request, &result, attempts, options.max_retries, Date::now() - started);
    result
}

/// The plain half of what `fetch` takes, as JSON: one text crosses the border cheaper than many values.
fn init(line: &Line, request: &Request, options: &Options) -> String {
    let mut headers = Headers::default();
    for (name, value) in &options.headers {
        headers.set(name, value.as_str());
    }
    headers.set("Accept", "application/json");
    if let Some(user_agent) = &line.user_agent {
        headers.set("User-Agent", user_agent.as_str());
    }
    for (name, value) in request.headers.iter() {
        headers.set(name, value);
    }
    // Another place must not get the key, and the signature holds for this path only: redirects are not followed.
    let plain = Init { method: request.method.as_str(), headers: &headers, redirect: "manual" };
    serde_json::to_string(&plain).unwrap_or_default()
}

#[derive(Serialize)]
struct Init<'a> {
    method: &'static str,
    #[serde(serialize_with = "as_object")]
    headers: &'a Headers,
    redirect: &'static str,
}

fn as_object<S: Serializer>(headers: &Headers, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter())
}

#[wasm_bindgen]
extern "C" {
    /// What has come so far, written by pkg-template/src/send.ts.
    pub(super) type Seen;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn response(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn status(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter = requestId, structural)]
    fn request_id(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter = retryAfter, structural)]
    fn retry_after(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn body(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn failed(this: &Seen) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn cause(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn data(this: &Seen) -> JsValue;
    #[wasm_bindgen(method, setter, structural)]
    pub(super) fn set_data(this: &Seen, data: &JsValue);
}

impl Seen {
    /// With the headers that anything here depends on.
    fn answer(self, status: f64, attempts: u32) -> Answer {
        let mut headers = Headers::default();
        for (name, value) in [("x-request-id", self.request_id()), ("retry-after", self.retry_after())] {
            if let Some(value) = value.as_string() {
                headers.set(name, value);
            }
        }
        let body = self.body().as_string().unwrap_or_default().into_bytes();
        Answer { response: Response { status: status as u16, headers, body }, seen: self, attempts }
    }
}

impl Answer {
    /// What the call resolves to.
    pub(super) fn with_data(self, data: &JsValue) -> JsValue {
        self.seen.set_data(data);
        self.seen.into()
    }
}

pub(super) fn gave_up(record: Record) -> NoAnswer {
    NoAnswer { record, failure: None }
}

pub(super) fn aborted(options: &Options, attempts: u32) -> NoAnswer {
    let cause = options.signal.as_ref().map(|signal| signal.reason()).unwrap_or_default();
    let message = "The call was aborted by its signal";
    gave_up(Record::new("AbortError", "aborted", message.into()).after(attempts).with_cause(cause))
}

fn too_late(options: &Options, attempts: u32, answered: bool) -> NoAnswer {
    let what = if answered { "The answer did not end" } else { "There was no answer" };
    let message = format!("{what} within {} ms; whether the call was processed is not known", options.timeout as u64);
    NoAnswer {
        record: Record::new("TimeoutError", "timeout", message).after(attempts).retryable(),
        failure: Some(if answered { Failure::BrokenAnswer } else { Failure::NoAnswer }),
    }
}

fn failed(line: &Line, cause: JsValue, answered: bool, attempts: u32) -> NoAnswer {
    let origin = line.base.origin();
    let (code, failure, message) = if answered {
        let message = format!("The answer of {origin} broke off; the call was probably processed");
        ("broken_answer", Failure::BrokenAnswer, message)
    } else if was_refused(&cause) {
        let message = format!("No connection to {origin}: nobody listens there, so the call was not processed");
        ("connection_refused", Failure::Refused, message)
    } else {
        let message = format!("No connection to {origin}: whether the call was processed is not known");
        ("connection_failed", Failure::NoAnswer, message)
    };
    let record = Record::new("ConnectionError", code, message).after(attempts).with_cause(cause);
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
    fn log(&self, level: Level, line: impl FnOnce() -> String) {
        if let Some(log) = self.log.as_ref().filter(|_| level as u8 <= self.log_level) {
            // A logger that throws must not end a payment.
            let _ = log.call2(&JsValue::UNDEFINED, &(level as u8).into(), &line().into());
        }
    }

    fn log_request(&self, request: &Request, attempt: u32) {
        self.log(Level::Debug, || {
            let shown = request.headers.iter().filter(|(name, _)| SHOWN_HEADERS.contains(name));
            let headers: Vec<String> = shown.map(|(name, value)| format!("{name}: {value}")).collect();
            let (method, path) = (request.method.as_str(), &request.path);
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
        let (level, outcome, id) = match result {
            Ok(Answer { response, .. }) => {
                let level = if response.status < 400 { Level::Info } else { Level::Warn };
                (level, format!("{}", response.status), response.request_id())
            }
            Err(NoAnswer { record, .. }) => (Level::Error, record.code().into(), None),
        };
        self.log(level, || {
            let (method, path, most) = (request.method.as_str(), &request.path, max_retries + 1);
            let ms = ms as u64;
            let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
            format!("{method} {path} {outcome} in {ms} ms, attempt {attempt} of {most}{id}")
        });
    }
}

/// A refusal, with how long it asked to wait: that takes a clock.
pub(super) fn timed(error: Error, answer: &Answer) -> Error {
    match error {
        Error::Gateway(mut gateway) => {
            gateway.retry_after = retry::retry_after(&answer.response, Date::now() as u64);
            Error::Gateway(gateway)
        }
        other => other,
    }
}
