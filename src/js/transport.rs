//! Sends what the core built, over `fetch`, and hands back what came: attempts, waits, timeouts, aborts.

use alloc::{format, string::String, vec::Vec};

use js_sys::{Date, Math, Promise, Reflect};
use serde::{Serialize, Serializer};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use super::{
    alarm::{Alarm, Reason},
    error::Record,
    options::{Client, Options},
};
use crate::{
    Error,
    http::{Headers, Request, Response},
    itpay,
    retry::{self, Failure},
};

/// The headers of an answer that anything here depends on; the last one only of an answer that refuses.
const READ_HEADERS: [&str; 3] = ["x-request-id", "request-id", "retry-after"];

/// An answer with its body, and the Response that it came in.
pub(super) struct Answer {
    pub response: Response,
    pub text: JsValue,
    pub raw: JsValue,
    pub attempts: u32,
}

/// Why an attempt has no answer.
pub(super) struct NoAnswer {
    pub record: Record,
    /// What it means for another attempt; `None` where there must not be one.
    pub failure: Option<Failure>,
}

/// Sends a request until it is answered for good. Answers that refuse are answers, too.
pub(super) async fn exchange(client: &Client, request: &Request, options: &Options) -> Result<Answer, NoAnswer> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let result = attempt(client, request, options, attempts).await;
        let failure = match &result {
            Ok(answer) if (200..300).contains(&answer.response.status) => return result,
            Ok(answer) => {
                let retry_after = retry::retry_after(&answer.response, Date::now() as u64);
                Failure::Answered { status: answer.response.status, retry_after }
            }
            Err(NoAnswer { failure: Some(failure), .. }) => *failure,
            Err(_) => return result,
        };
        let repeatable = request.is_repeatable();
        let Some(ms) = retry::wait(failure, repeatable, attempts - 1, options.max_retries, Math::random()) else {
            return result;
        };
        client.log(Level::Info, || format!("{} again in {ms} ms", request.method.as_str()));
        if Alarm::new(ms as f64, options.signal.as_ref(), None).rings().await == Reason::Aborted {
            return Err(aborted(options, attempts));
        }
    }
}

async fn attempt(client: &Client, request: &Request, options: &Options, attempts: u32) -> Result<Answer, NoAnswer> {
    if options.signal.as_ref().is_some_and(|signal| signal.aborted()) {
        return Err(aborted(options, attempts - 1));
    }
    let started = Date::now();
    let authorised = itpay::authorise(request, &client.base, &client.api_key, (started / 1000.0) as u64)
        .map_err(|_| gave_up(Record::invalid("apiKey", "cannot be used for signing")))?;
    let controller = AbortController::new().map_err(|cause| {
        gave_up(
            Record::new("ConnectionError", "no_abort_controller", "This runtime has no AbortController".into())
                .with_cause(cause),
        )
    })?;
    let alarm = Alarm::new(options.timeout, options.signal.as_ref(), Some(&controller));
    client.log_request(&authorised.request, attempts);

    let result = async {
        let init = init(client, &authorised.request, options, &controller)
            .map_err(|cause| gave_up(Record::invalid("options", "cannot be sent").with_cause(cause)))?;
        let sent = options
            .fetch
            .call2(&JsValue::UNDEFINED, &authorised.url.into(), &init)
            .map(|promise| JsFuture::from(Promise::resolve(&promise)));
        let answered = match sent {
            Ok(sent) => alarm.or(sent).await.map_err(|reason| interrupted(reason, options, attempts, false))?,
            Err(thrown) => Err(thrown),
        };
        let raw = answered.map_err(|cause| not_connected(client, cause, attempts))?;
        let (response, reading) =
            begin(&raw).map_err(|problem| gave_up(Record::invalid("fetch", problem).after(attempts)))?;
        let read = match reading {
            Ok(text) => alarm
                .or(JsFuture::from(Promise::resolve(&text)))
                .await
                .map_err(|reason| interrupted(reason, options, attempts, true))?,
            Err(thrown) => Err(thrown),
        };
        let text = read.map_err(|cause| {
            let message = format!("The answer of {} broke off; the call was probably processed", client.base.origin());
            NoAnswer {
                record: Record::new("ConnectionError", "broken_answer", message).after(attempts).with_cause(cause),
                failure: Some(Failure::BrokenAnswer),
            }
        })?;
        let body = text.as_string().unwrap_or_default().into_bytes();
        Ok(Answer { response: Response { body, ..response }, text, raw, attempts })
    }
    .await;
    client.log_result(&authorised.request, &result, attempts, options.max_retries, Date::now() - started);
    result
}

/// The object that `fetch` takes: plain values, as people's doubles expect. What is short crosses the
/// border as one text, which is cheaper than value by value.
fn init(
    client: &Client,
    request: &Request,
    options: &Options,
    controller: &AbortController,
) -> Result<JsValue, JsValue> {
    let mut headers = Headers::default();
    for (name, value) in &options.headers {
        headers.set(name, value.as_str());
    }
    headers.set("Accept", "application/json");
    if let Some(user_agent) = &client.user_agent {
        headers.set("User-Agent", user_agent.as_str());
    }
    for (name, value) in request.headers.iter() {
        headers.set(name, value);
    }
    // Another place must not get the key, and the signature holds for this path only: redirects are not followed.
    let plain = Init { method: request.method.as_str(), headers: &headers, redirect: "manual" };
    let init = js_sys::JSON::parse(&serde_json::to_string(&plain).unwrap_or_default())?;
    let fetch_init: &FetchInit = init.unchecked_ref();
    fetch_init.set_signal(&controller.signal());
    if let Some(body) = core::str::from_utf8(&request.body).ok().filter(|body| !body.is_empty()) {
        fetch_init.set_body(body);
    }
    Ok(init)
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
    type FetchInit;
    #[wasm_bindgen(method, setter, structural)]
    fn set_signal(this: &FetchInit, signal: &AbortSignal);
    #[wasm_bindgen(method, setter, structural)]
    fn set_body(this: &FetchInit, body: &str);

    /// What `fetch` resolved to: any object like a Response. Each access may throw.
    type FetchResponse;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn status(this: &FetchResponse) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn headers(this: &FetchResponse) -> Result<FetchHeaders, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn text(this: &FetchResponse) -> Result<JsValue, JsValue>;

    type FetchHeaders;
    #[wasm_bindgen(method, structural, catch)]
    fn get(this: &FetchHeaders, name: &str) -> Result<JsValue, JsValue>;
}

/// Reads status and headers, and begins to read the body.
fn begin(raw: &JsValue) -> Result<(Response, Result<JsValue, JsValue>), &'static str> {
    const NO_RESPONSE: &str = "must resolve to a Response: it has no `status`, `headers.get()` or `text()`";
    let raw: &FetchResponse = raw.unchecked_ref();
    let status = raw.status().ok().and_then(|status| status.as_f64()).ok_or(NO_RESPONSE)? as u16;
    let found = raw.headers().map_err(|_| NO_RESPONSE)?;
    let mut headers = Headers::default();
    let refused = usize::from(status >= 300);
    for name in READ_HEADERS.into_iter().take(2 + refused) {
        if let Some(value) = found.get(name).map_err(|_| NO_RESPONSE)?.as_string() {
            headers.set(name, value);
        }
    }
    Ok((Response { status, headers, body: Vec::new() }, raw.text()))
}

fn gave_up(record: Record) -> NoAnswer {
    NoAnswer { record, failure: None }
}

pub(super) fn aborted(options: &Options, attempts: u32) -> NoAnswer {
    let cause = options.signal.as_ref().map(|signal| signal.reason()).unwrap_or_default();
    let message = "The call was aborted by its signal";
    gave_up(Record::new("AbortError", "aborted", message.into()).after(attempts).with_cause(cause))
}

fn interrupted(reason: Reason, options: &Options, attempts: u32, answered: bool) -> NoAnswer {
    match reason {
        Reason::Aborted => aborted(options, attempts),
        Reason::TimeUp => {
            let what = if answered { "The answer did not end" } else { "There was no answer" };
            let message =
                format!("{what} within {} ms; whether the call was processed is not known", options.timeout as u64);
            NoAnswer {
                record: Record::new("TimeoutError", "timeout", message).after(attempts).retryable(),
                failure: Some(if answered { Failure::BrokenAnswer } else { Failure::NoAnswer }),
            }
        }
    }
}

fn not_connected(client: &Client, cause: JsValue, attempts: u32) -> NoAnswer {
    let refused = was_refused(&cause);
    let (code, failure, what) = if refused {
        ("connection_refused", Failure::Refused, "nobody listens there, so the call was not processed")
    } else {
        ("connection_failed", Failure::NoAnswer, "whether the call was processed is not known")
    };
    let message = format!("No connection to {}: {what}", client.base.origin());
    let record = Record::new("ConnectionError", code, message).after(attempts).retryable().with_cause(cause);
    NoAnswer { record, failure: Some(failure) }
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

impl Client {
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
