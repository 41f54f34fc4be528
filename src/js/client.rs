//! The `client` wasm module: the calls of `ItPayClient`. Nothing is kept between two of them.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use js_sys::{Array, Date, Promise, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::{
    alarm::{Alarm, Reason},
    error::Record,
    options::{Client, Options, WaitOptions},
    transport::{Answer, NoAnswer, aborted, exchange, timed},
};
use crate::{
    Endpoint, Error, Money, Object,
    http::{self, Method, Request, Response},
    itpay::{
        ActivateManifest, Completion, CreateManifest, CreatePaymentIntent, GenerateQr, PaymentIntent,
        RetrievePaymentIntent, SearchManifests, Seen, parse_any,
    },
    payment_intent_id,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn parse_json(text: &JsValue) -> Result<JsValue, JsValue>;
}

/// Throws what is wrong with a client's options.
#[wasm_bindgen]
pub fn check_client(client: JsValue) -> Result<(), JsValue> {
    Client::read(client).map(drop).map_err(JsValue::from)
}

#[wasm_bindgen]
pub fn payment_intents_create(client: JsValue, fetch: JsValue, params: &str, options: JsValue) -> Promise {
    let build = |client: &Client| {
        let params = object(params)?;
        let id = if params.get("id").is_none_or(Value::is_null) { fresh_id()? } else { String::new() };
        Ok(CreatePaymentIntent::from_json(params, || id, client.channel.as_deref())?.request()?)
    };
    call(client, fetch, options, &build, check::<CreatePaymentIntent>)
}

#[wasm_bindgen]
pub fn payment_intents_retrieve(client: JsValue, fetch: JsValue, id: String, options: JsValue) -> Promise {
    let retrieve = RetrievePaymentIntent { id };
    call(client, fetch, options, &|_| Ok(retrieve.request()?), check::<RetrievePaymentIntent>)
}

#[wasm_bindgen]
pub fn qr_generate(client: JsValue, fetch: JsValue, payment_intent_id: String, options: JsValue) -> Promise {
    let generate = GenerateQr { payment_intent_id };
    call(client, fetch, options, &|_| Ok(generate.request()?), check::<GenerateQr>)
}

#[wasm_bindgen]
pub fn manifests_create(client: JsValue, fetch: JsValue, params: &str, options: JsValue) -> Promise {
    let build = |_: &Client| Ok(CreateManifest::from_json(object(params)?)?.request()?);
    call(client, fetch, options, &build, check::<CreateManifest>)
}

#[wasm_bindgen]
pub fn manifests_activate(client: JsValue, fetch: JsValue, id: String, options: JsValue) -> Promise {
    let activate = ActivateManifest { id };
    call(client, fetch, options, &|_| Ok(activate.request()?), check::<ActivateManifest>)
}

#[wasm_bindgen]
pub fn manifests_search(client: JsValue, fetch: JsValue, q: Option<String>, options: JsValue) -> Promise {
    let search = SearchManifests { q };
    call(client, fetch, options, &|_| Ok(search.request()?), check::<SearchManifests>)
}

/// A call that is not modelled. `query` holds names and values in turn.
#[wasm_bindgen]
pub fn request(
    client: JsValue,
    fetch: JsValue,
    method: &str,
    path: &str,
    query: Vec<String>,
    body: Option<String>,
    options: JsValue,
) -> Promise {
    let build = |_: &Client| {
        let method =
            Method::parse(method).ok_or_else(|| Error::invalid("method", "must be GET, POST, PUT, PATCH or DELETE"))?;
        let mut request = Request::new(method, http::plain_path(path)?);
        let pairs = query.chunks_exact(2).filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())));
        request.query = http::query(pairs);
        Ok(match body.clone() {
            Some(body) => request.with_json(body),
            None => request,
        })
    };
    call(client, fetch, options, &build, |response| parse_any(response).map(drop))
}

#[wasm_bindgen]
pub fn payment_intents_wait(client: JsValue, fetch: JsValue, id: String, options: JsValue) -> Promise {
    let prepared = Client::read(client).and_then(|client| {
        let options = WaitOptions::read(options, fetch, &client)?;
        let request = RetrievePaymentIntent { id }.request()?;
        Ok((client, request, options))
    });
    future_to_promise(async move {
        let (client, request, options) = prepared?;
        wait(&client, &request, &options).await
    })
}

/// A fresh id, `pi_` and a UUIDv7.
#[wasm_bindgen]
pub fn create_payment_intent_id() -> Result<String, JsValue> {
    fresh_id().map_err(JsValue::from)
}

/// The amount in minor units.
#[wasm_bindgen]
pub fn money(amount: &str, currency: &str) -> Result<f64, JsValue> {
    let money = Money::parse(amount, currency).map_err(|error| JsValue::from(Record::from(error)))?;
    Ok(money.value as f64)
}

/// The amount as a decimal.
#[wasm_bindgen]
pub fn to_decimal(value: f64, currency: String) -> String {
    Money { currency, value: value as i64 }.to_decimal()
}

fn check<E: Endpoint>(response: &Response) -> Result<(), Error> {
    E::parse(response).map(drop)
}

/// One call: built now, so that what is wrong with it is said before anything is sent. Resolves to
/// `[data, response, request id]`: the data is exactly what the gateway sent, once `check` could read it.
fn call(
    client: JsValue,
    fetch: JsValue,
    options: JsValue,
    build: &dyn Fn(&Client) -> Result<Request, Record>,
    check: fn(&Response) -> Result<(), Error>,
) -> Promise {
    let prepared = Client::read(client).and_then(|client| {
        let options = Options::read(options, fetch, &client)?;
        let mut request = build(&client)?;
        if options.idempotency_key.is_some() {
            request.idempotency_key = options.idempotency_key.clone();
        }
        Ok((client, request, options))
    });
    future_to_promise(async move {
        let (client, request, options) = prepared?;
        let answer = exchange(&client, &request, &options).await.map_err(|no_answer| no_answer.record)?;
        check(&answer.response).map_err(|error| Record::from(timed(error, &answer)).after(answer.attempts))?;
        let request_id = answer.response.request_id().map_or(JsValue::NULL, JsValue::from);
        Ok(Array::of3(&data(&answer)?, &answer.raw, &request_id).into())
    })
}

async fn wait(client: &Client, request: &Request, options: &WaitOptions) -> Result<JsValue, JsValue> {
    let now = || Date::now() as u64;
    let mut completion = Completion::new(now(), options.timeout as u64, options.poll_interval as u64);
    let mut intent = None;
    let mut looks = 0;
    loop {
        let look = Options {
            fetch: options.fetch.clone(),
            signal: options.signal.clone(),
            timeout: options.attempt_timeout.min(completion.remaining(now()).max(1) as f64),
            max_retries: 0,
            idempotency_key: None,
            headers: Vec::new(),
        };
        looks += 1;
        let (seen, failure) = match exchange(client, request, &look).await {
            Ok(answer) => match RetrievePaymentIntent::parse(&answer.response) {
                Ok(PaymentIntent { status, .. }) => {
                    let data = data(&answer)?;
                    if let (true, Some(on_update)) = (completion.is_news(&status), &options.on_update) {
                        on_update.call1(&JsValue::UNDEFINED, &data)?;
                    }
                    intent = Some(data);
                    (completion.after(&status, now()), None)
                }
                Err(error) => {
                    let error = timed(error, &answer);
                    (completion.after_error(&error, now()), Some(Record::from(error).after(looks)))
                }
            },
            Err(NoAnswer { record, failure: Some(_) }) => {
                (completion.after_no_answer(now()), Some(record.after(looks)))
            }
            Err(NoAnswer { record, failure: None }) => (Seen::Failed, Some(record.after(looks))),
        };
        match (seen, failure) {
            (Seen::Ended, _) => return Ok(intent.unwrap_or_default()),
            (Seen::Failed, Some(record)) => return Err(record.into()),
            (Seen::Again { at }, _) => {
                let ms = at.saturating_sub(now());
                if Alarm::new(ms as f64, options.signal.as_ref(), None).rings().await == Reason::Aborted {
                    return Err(aborted(&look, looks).record.into());
                }
            }
            (Seen::TimedOut | Seen::Failed, failure) => {
                let message =
                    format!("The payment had not ended after {} ms; it may still be paid", options.timeout as u64);
                let record = Record::new("TimeoutError", "timeout", message).after(looks).retryable();
                let record = record.with_intent(intent);
                return Err(match failure {
                    Some(failure) => record.with_cause(failure.into()),
                    None => record,
                }
                .into());
            }
        }
    }
}

/// The answer's JSON as JavaScript reads it: fields that are not modelled included.
fn data(answer: &Answer) -> Result<JsValue, JsValue> {
    if answer.response.body.is_empty() { Ok(JsValue::UNDEFINED) } else { parse_json(&answer.text) }
}

fn fresh_id() -> Result<String, Record> {
    let random = Uint8Array::new_with_length(10);
    get_random_values(&random).map_err(|cause| {
        Record::new(
            "ValidationError",
            "no_randomness",
            "This runtime has no crypto.getRandomValues: pass an `id`".to_string(),
        )
        .with_cause(cause)
    })?;
    let mut bytes = [0; 10];
    random.copy_to(&mut bytes);
    Ok(payment_intent_id(Date::now() as u64, &bytes))
}

fn object(params: &str) -> Result<Object, Record> {
    match serde_json::from_str(params) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Record::invalid("params", "must be an object")),
    }
}
