//! The `client` wasm module: the calls of `ItPayClient`. Between two of them it keeps the last client, as it was read, and
//! random bytes that no id has used yet.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::cell::RefCell;

use js_sys::{Date, Uint8Array};
use std::thread_local;
use wasm_bindgen::prelude::*;

use super::{
    call::{self, Call, begin},
    error::Record,
    line::{Config, Last, Line, remembered},
    options::{Options, RawOptions, WaitOptions, text},
    transport::{NoAnswer, aborted, exchange, timed},
};
use crate::{
    Endpoint, Error, Money, Secret,
    http::{self, Headers, Method, Request, Response},
    itpay::{
        self, ActivateManifest, ApiKey, CreateManifest, CreatePaymentIntent, GenerateQr, PaymentIntent, Poller,
        RetrievePaymentIntent, SearchManifests, Seen, credentials, parse_any,
    },
    payment_intent_id,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &Uint8Array) -> Result<JsValue, JsValue>;

    type ItPayConfig;
    #[wasm_bindgen(method, getter = apiKey, structural)]
    fn api_key(this: &ItPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn channel(this: &ItPayConfig) -> JsValue;
}

struct Client {
    line: Line,
    api_key: ApiKey,
    channel: Option<String>,
}

thread_local! {
    static LAST: Last<Client> = const { Last::new(None) };
}

impl Client {
    fn read(config: &Config) -> Result<Client, Record> {
        let own: &ItPayConfig = config.unchecked_ref();
        let api_key = text("apiKey", &own.api_key())?.ok_or_else(|| {
            let message = "There is no API key: pass `apiKey`, or set the variable ITPAY_API_KEY";
            Record::new("AuthenticationError", "missing_api_key", message)
        })?;
        Ok(Client {
            api_key: ApiKey::new(Secret::new(api_key))?,
            channel: text("channel", &own.channel())?,
            line: Line::new(config, itpay::DEFAULT_BASE_URL, itpay::DEFAULT_TIMEOUT)?,
        })
    }

    fn sign(&self, request: &Request, now_ms: u64) -> Headers {
        credentials(request, &self.line.base, &self.api_key, now_ms / 1000)
    }
}

/// Throws what is wrong with a client's options.
#[wasm_bindgen]
pub fn check_client(client: Config) -> Result<(), JsValue> {
    remembered(&LAST, client, Client::read).map(drop).map_err(JsValue::from)
}

#[wasm_bindgen]
pub fn payment_intents_create(call: Call, client: Config, params: &str, options: Option<RawOptions>) -> usize {
    let build = |client: &Client| CreatePaymentIntent::request_from_json(params, fresh_id, client.channel.as_deref());
    start(call, client, options, &build, CreatePaymentIntent::check)
}

#[wasm_bindgen]
pub fn payment_intents_retrieve(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    let retrieve = RetrievePaymentIntent { id };
    start(call, client, options, &|_| Ok(retrieve.request()?), RetrievePaymentIntent::check)
}

#[wasm_bindgen]
pub fn qr_generate(call: Call, client: Config, payment_intent_id: String, options: Option<RawOptions>) -> usize {
    let generate = GenerateQr { payment_intent_id };
    start(call, client, options, &|_| Ok(generate.request()?), GenerateQr::check)
}

#[wasm_bindgen]
pub fn manifests_create(call: Call, client: Config, params: &str, options: Option<RawOptions>) -> usize {
    let build = |_: &Client| Ok(CreateManifest::request_from_json(params)?);
    start(call, client, options, &build, CreateManifest::check)
}

#[wasm_bindgen]
pub fn manifests_activate(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    let activate = ActivateManifest { id };
    start(call, client, options, &|_| Ok(activate.request()?), ActivateManifest::check)
}

#[wasm_bindgen]
pub fn manifests_search(call: Call, client: Config, q: Option<String>, options: Option<RawOptions>) -> usize {
    let search = SearchManifests { q };
    start(call, client, options, &|_| Ok(search.request()?), SearchManifests::check)
}

/// A call that is not modelled. `query` holds names and values in turn.
#[wasm_bindgen]
pub fn request(
    call: Call,
    client: Config,
    method: &str,
    path: &str,
    query: Vec<String>,
    body: Option<String>,
    options: Option<RawOptions>,
) -> usize {
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
    start(call, client, options, &build, |response| parse_any(response).map(drop))
}

#[wasm_bindgen]
pub fn payment_intents_wait(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    begin(call, |call| {
        let client = remembered(&LAST, client, Client::read)?;
        let options = WaitOptions::read(options.as_ref(), call, &client.line)?;
        let request = RetrievePaymentIntent { id }.request()?;
        Ok(Box::pin(async move { wait(&client, &request, &options).await }))
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

/// One call: built now, so that what is wrong with it is said before anything is sent. The data that it resolves to is
/// exactly what the gateway sent, once `check` could read it.
fn start(
    call: Call,
    client: Config,
    options: Option<RawOptions>,
    build: &dyn Fn(&Client) -> Result<Request, Record>,
    check: fn(&Response) -> Result<(), Error>,
) -> usize {
    begin(call, |call| {
        let client = remembered(&LAST, client, Client::read)?;
        let options = Options::read(options.as_ref(), call, &client.line)?;
        let mut request = build(&client)?;
        if options.idempotency_key.is_some() {
            request.idempotency_key = options.idempotency_key.clone();
        }
        Ok(Box::pin(async move {
            let sign = |request: &Request, now_ms| client.sign(request, now_ms);
            let answer =
                exchange(&client.line, &request, &sign, &options).await.map_err(|no_answer| no_answer.record)?;
            check(&answer.response).map_err(|error| Record::from(timed(error, &answer)).after(answer.attempts))?;
            Ok(answer.seen.into())
        }))
    })
}

async fn wait(client: &Client, request: &Request, options: &WaitOptions) -> Result<JsValue, JsValue> {
    let now = || call::now() as u64;
    let sign = |request: &Request, now_ms| client.sign(request, now_ms);
    let mut completion = Poller::new(now(), options.timeout as u64, options.poll_interval as u64);
    let mut intent = None;
    let mut looks = 0;
    loop {
        let most = client.line.timeout.min(completion.remaining(now()).max(1) as f64);
        let look = options.look.again(most, 0);
        looks += 1;
        let (seen, failure) = match exchange(&client.line, request, &sign, &look).await {
            Ok(answer) => match PaymentIntent::status_in(&answer.response) {
                Ok(status) => {
                    let data = answer.seen.data()?;
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
                if look.pause(ms as f64).await {
                    return Err(aborted(&look, looks).record.into());
                }
            }
            (Seen::TimedOut | Seen::Failed, failure) => {
                let message =
                    format!("The payment had not ended after {} ms; it may still be paid", options.timeout as u64);
                let record = Record::new("TimeoutError", "timeout", &message).after(looks).retryable();
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

/// Random bytes that were drawn and not used yet. Each id takes its own; drawing them one by one takes as long as the
/// rest of a call's preparation.
struct Randomness {
    bytes: [u8; 64 * ID_BYTES],
    left: usize,
}

const ID_BYTES: usize = 10;

thread_local! {
    static RANDOMNESS: RefCell<Randomness> = const { RefCell::new(Randomness { bytes: [0; 64 * ID_BYTES], left: 0 }) };
}

fn fresh_id() -> Result<String, Record> {
    RANDOMNESS.with_borrow_mut(|randomness| {
        if randomness.left < ID_BYTES {
            let drawn = Uint8Array::new_with_length(randomness.bytes.len() as u32);
            get_random_values(&drawn).map_err(|cause| {
                let message = "This runtime has no crypto.getRandomValues: pass an `id`";
                Record::new("ValidationError", "no_randomness", message).with_cause(cause)
            })?;
            drawn.copy_to(&mut randomness.bytes);
            randomness.left = randomness.bytes.len();
        }
        randomness.left -= ID_BYTES;
        let own =
            randomness.bytes.get(randomness.left..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        Ok(payment_intent_id(Date::now() as u64, &own))
    })
}
