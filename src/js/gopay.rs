//! The `gopay` wasm module: the calls of `GoPayClient`. The token is kept in the facade's configuration, nothing
//! is kept here.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::{boxed::Box, format, rc::Rc, string::String};
use std::thread_local;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::{
    call::{Call, Ended, begin, keep, now, woken},
    error::Record,
    line::{Config, Last, Line, remembered},
    options::{Options, RawOptions, text},
    transport::{Answer, NoAnswer, aborted, answered, exchange, timed},
};
use crate::{
    Endpoint, Error, Secret,
    gopay::{
        self, AccountStatement, Capture, CreatePayment, CreateRecurrence, ListRefunds, Observation, Operation, Outcome,
        Payment, PaymentInstruments, Progress, RefundPayment, RetrievePayment, TokenRequest, VoidAuthorization,
        VoidRecurrence,
    },
    http::{Headers, Request, Response},
    retry::Failure,
    time::parse_http_date,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn parse_json(text: &str) -> Result<JsValue, JsValue>;

    type GoPayConfig;
    #[wasm_bindgen(method, getter = clientId, structural)]
    fn client_id(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter = clientSecret, structural)]
    fn client_secret(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter = goId, structural)]
    fn go_id(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter = acceptLanguage, structural)]
    fn accept_language(this: &GoPayConfig) -> String;
    #[wasm_bindgen(method, getter, structural)]
    fn tokens(this: &GoPayConfig) -> Slot;

    /// The place of a client's token: of one client id, one gateway and one scope.
    type Slot;
    #[wasm_bindgen(method, getter = accessToken, structural)]
    fn access_token(this: &Slot) -> JsValue;
    #[wasm_bindgen(method, setter = accessToken, structural)]
    fn set_access_token(this: &Slot, token: &JsValue);
    #[wasm_bindgen(method, getter = renewAt, structural)]
    fn renew_at(this: &Slot) -> f64;
    #[wasm_bindgen(method, setter = renewAt, structural)]
    fn set_renew_at(this: &Slot, ms: f64);
    #[wasm_bindgen(method, getter, structural)]
    fn pending(this: &Slot) -> JsValue;
    #[wasm_bindgen(method, setter, structural)]
    fn set_pending(this: &Slot, promise: &JsValue);
}

struct Client {
    line: Line,
    client_id: String,
    client_secret: Secret,
    go_id: u64,
    accept_language: String,
}

thread_local! {
    static LAST: Last<Client> = const { Last::new(None) };
}

impl Client {
    fn read(config: &Config) -> Result<Client, Record> {
        let own: &GoPayConfig = config.unchecked_ref();
        let credential = |field: &str, variable: &str, value: JsValue| {
            text(field, &value)?.ok_or_else(|| {
                let message = format!("There is no {field}: pass `{field}`, or set the variable {variable}");
                Record::new("AuthenticationError", "missing_credentials", &message)
            })
        };
        let go_id = credential("goId", "GOPAY_GO_ID", own.go_id())?;
        let number = go_id.parse().ok().filter(|_| go_id.bytes().all(|byte| byte.is_ascii_digit()));
        Ok(Client {
            client_id: credential("clientId", "GOPAY_CLIENT_ID", own.client_id())?,
            client_secret: Secret::new(credential("clientSecret", "GOPAY_CLIENT_SECRET", own.client_secret())?),
            go_id: number.ok_or_else(|| Record::invalid("goId", "must be the e-shop's number: digits"))?,
            accept_language: own.accept_language(),
            line: Line::new(config, gopay::PRODUCTION_URL, gopay::DEFAULT_TIMEOUT)?,
        })
    }

    fn slot(&self) -> Slot {
        self.line.config.unchecked_ref::<GoPayConfig>().tokens()
    }

    fn headers(&self) -> Headers {
        let mut headers = Headers::default();
        headers.set("Accept-Language", self.accept_language.as_str());
        headers
    }
}

/// How a call failed: here, or as whoever asked for the token has been told.
#[allow(clippy::large_enum_variant, reason = "it ends the call")]
enum Fault {
    NoAnswer(NoAnswer),
    NoToken(JsValue),
}

impl From<NoAnswer> for Fault {
    fn from(no_answer: NoAnswer) -> Fault {
        Fault::NoAnswer(no_answer)
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> JsValue {
        match fault {
            Fault::NoAnswer(NoAnswer { record, .. }) => record.into(),
            Fault::NoToken(thrown) => thrown,
        }
    }
}

/// Throws what is wrong with a client's options.
#[wasm_bindgen]
pub fn check_client(client: Config) -> Result<(), JsValue> {
    remembered(&LAST, client, Client::read).map(drop).map_err(JsValue::from)
}

#[wasm_bindgen]
pub fn payments_create(call: Call, client: Config, params: &str, options: Option<RawOptions>) -> usize {
    change(call, client, options, &|client| {
        let create = CreatePayment::from_json(params, client.go_id)?;
        Ok((create.request()?, Change { id: String::new(), wish: Operation::Created, check: CreatePayment::check }))
    })
}

#[wasm_bindgen]
pub fn payments_status(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    let retrieve = RetrievePayment { id: id.clone() };
    let check = move |response: &Response| {
        let payment = RetrievePayment::parse(response)?;
        same_payment(response, &payment, &id)
    };
    read(call, client, options, false, &|_| Ok(retrieve.request()?), Box::new(check))
}

#[wasm_bindgen]
pub fn payments_refund(call: Call, client: Config, id: String, params: &str, options: Option<RawOptions>) -> usize {
    change(call, client, options, &|_| {
        let refund = RefundPayment::from_json(id.clone(), params)?;
        let wish = Operation::Refunded { amount: refund.amount };
        Ok((refund.request()?, Change { id: id.clone(), wish, check: check_done::<RefundPayment> }))
    })
}

#[wasm_bindgen]
pub fn payments_refunds(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    let build = |_: &Client| Ok(ListRefunds { id: id.clone() }.request()?);
    read(call, client, options, false, &build, Box::new(ListRefunds::check))
}

#[wasm_bindgen]
pub fn payments_create_recurrence(
    call: Call,
    client: Config,
    parent_id: String,
    params: &str,
    options: Option<RawOptions>,
) -> usize {
    change(call, client, options, &|_| {
        let create = CreateRecurrence::from_json(&parent_id, params)?;
        let change = Change { id: parent_id.clone(), wish: Operation::Recurred, check: CreateRecurrence::check };
        Ok((create.request()?, change))
    })
}

#[wasm_bindgen]
pub fn payments_void_recurrence(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    change(call, client, options, &|_| {
        let request = VoidRecurrence { id: id.clone() }.request()?;
        Ok((request, Change { id: id.clone(), wish: Operation::RecurrenceVoided, check: check_done::<VoidRecurrence> }))
    })
}

#[wasm_bindgen]
pub fn payments_capture(
    call: Call,
    client: Config,
    id: String,
    params: Option<String>,
    options: Option<RawOptions>,
) -> usize {
    change(call, client, options, &|_| {
        let capture = Capture::from_json(id.clone(), params.as_deref())?;
        Ok((capture.request()?, Change { id: id.clone(), wish: Operation::Captured, check: check_done::<Capture> }))
    })
}

#[wasm_bindgen]
pub fn payments_void_authorization(call: Call, client: Config, id: String, options: Option<RawOptions>) -> usize {
    change(call, client, options, &|_| {
        let request = VoidAuthorization { id: id.clone() }.request()?;
        let wish = Operation::AuthorizationVoided;
        Ok((request, Change { id: id.clone(), wish, check: check_done::<VoidAuthorization> }))
    })
}

#[wasm_bindgen]
pub fn payment_instruments(call: Call, client: Config, currency: Option<String>, options: Option<RawOptions>) -> usize {
    let build = |client: &Client| Ok(PaymentInstruments { go_id: client.go_id, currency: currency.clone() }.request()?);
    read(call, client, options, false, &build, Box::new(PaymentInstruments::check))
}

/// Resolves to bytes.
#[wasm_bindgen]
pub fn account_statement(call: Call, client: Config, params: &str, options: Option<RawOptions>) -> usize {
    let build = |client: &Client| Ok(AccountStatement::from_json(params, client.go_id)?.request()?);
    read(call, client, options, true, &build, Box::new(AccountStatement::check))
}

/// Whether an answer is right.
type Check = Box<dyn Fn(&Response) -> Result<(), Error>>;

/// A call that changes nothing: sent again as often as it takes.
fn read(
    call: Call,
    client: Config,
    options: Option<RawOptions>,
    binary: bool,
    build: &dyn Fn(&Client) -> Result<Request, Record>,
    check: Check,
) -> usize {
    begin(call, |call| {
        let client = remembered(&LAST, client, Client::read)?;
        let options = Options { binary, ..Options::read(options.as_ref(), call, &client.line)? };
        let request = build(&client)?;
        Ok(Box::pin(async move {
            let answer = exchange_with_token(&client, &request, &options).await?;
            check(&answer.response).map_err(|error| refused(error, &answer))?;
            let data = if binary { answer.seen.body() } else { data(&answer.response)? };
            Ok(answer.with_data(&data))
        }))
    })
}

/// A call that changes something, and must not do so twice.
struct Change {
    /// The payment's.
    id: String,
    wish: Operation,
    check: fn(&Response) -> Result<(), Error>,
}

type Built = (Request, Change);

/// Sent once. What is known after a failure is part of the error.
fn change(
    call: Call,
    client: Config,
    options: Option<RawOptions>,
    build: &dyn Fn(&Client) -> Result<Built, Record>,
) -> usize {
    begin(call, |call| {
        let client = remembered(&LAST, client, Client::read)?;
        let options = Options { max_retries: 0, ..Options::read(options.as_ref(), call, &client.line)? };
        let (request, change) = build(&client)?;
        Ok(Box::pin(async move {
            let started = now();
            let (record, failure, mut answer) = match exchange_with_token(&client, &request, &options).await {
                Ok(answer) => match (change.check)(&answer.response) {
                    Ok(()) => {
                        let data = data(&answer.response)?;
                        return Ok(answer.with_data(&data));
                    }
                    Err(error) => {
                        let failure = match &error {
                            // The result is FAILED.
                            Error::Api(_) if (200..300).contains(&answer.response.status) => Failure::ConnectionRefused,
                            Error::Api(_) => answered(&answer),
                            // It said yes, in a way that cannot be read.
                            _ => Failure::IncompleteResponse,
                        };
                        (Ok(error), failure, Some(answer))
                    }
                },
                Err(Fault::NoAnswer(NoAnswer { record, failure: Some(failure) })) => (Err(record), failure, None),
                Err(Fault::NoAnswer(NoAnswer { record, failure: None })) => {
                    let outcome = if record.is_before_all() { Outcome::NotDone } else { Outcome::Unknown };
                    return Err(record.with_outcome(outcome, change.wish.advice(outcome)).into());
                }
                Err(Fault::NoToken(thrown)) => return Err(thrown),
            };
            let said_before = match &record {
                Ok(Error::Api(error)) => change.wish.is_said_true_by(error),
                _ => false,
            };
            let sure = !said_before && change.wish.outcome(failure, &Observation::default()) == Outcome::NotDone;
            let seen = if sure { Observation::default() } else { look(&client, &change, &options, started).await };
            let was_true_before = match (&record, &seen.payment) {
                (Ok(error), Some(payment)) => change.wish.was_true_before(error, payment).then_some(&payment.id),
                _ => None,
            };
            if let Some(id) = was_true_before
                && let Some(answer) = answer.take()
            {
                let done = format!("{{\"id\":{id},\"result\":\"{}\"}}", Progress::Finished.as_str());
                return Ok(answer.with_data(&parse_json(&done)?));
            }
            let outcome = change.wish.outcome(failure, &seen);
            let record = match (record, &answer) {
                (Ok(error), Some(answer)) => refused(error, answer),
                (Ok(error), None) => Record::from(error),
                (Err(record), _) => record,
            };
            let advice = if sure { "" } else { change.wish.advice(outcome) };
            Err(record.with_outcome(outcome, advice).into())
        }))
    })
}

/// Reads what shows how a call went. What cannot be read is not known.
async fn look(client: &Rc<Client>, change: &Change, options: &Options, started: f64) -> Observation {
    let (wants_payment, wants_refunds) = change.wish.shows();
    let options = options.again(client.line.timeout, client.line.max_retries);
    let mut seen = Observation::default();
    if wants_payment
        && let Ok(request) = (RetrievePayment { id: change.id.clone() }).request()
        && let Ok(answer) = exchange_with_token(client, &request, &options).await
    {
        seen.payment = RetrievePayment::parse(&answer.response).ok().filter(|payment| payment.id == change.id);
        seen.sent_at = date(&answer.seen.response()).map(|date| date.saturating_sub((now() - started).max(0.0) as u64));
    }
    if wants_refunds
        && let Ok(request) = (ListRefunds { id: change.id.clone() }).request()
        && let Ok(answer) = exchange_with_token(client, &request, &options).await
    {
        seen.refunds = ListRefunds::parse(&answer.response).ok();
    }
    seen
}

/// The gateway's own clock.
fn date(raw: &JsValue) -> Option<u64> {
    let headers = Reflect::get(raw, &"headers".into()).ok()?;
    let get: js_sys::Function = Reflect::get(&headers, &"get".into()).ok()?.dyn_into().ok()?;
    parse_http_date(&get.call1(&headers, &"date".into()).ok()?.as_string()?)
}

/// With a token that holds; if it does not any more, once again with a fresh one.
async fn exchange_with_token(client: &Rc<Client>, request: &Request, options: &Options) -> Result<Answer, Fault> {
    let mut replayed = false;
    loop {
        let token = token(client, options).await?;
        let sign = |_: &Request, _| {
            let mut headers = client.headers();
            headers.extend(gopay::credentials(&token));
            headers
        };
        let mut answer = exchange(&client.line, request, &sign, options).await?;
        answer.attempts += u32::from(replayed);
        if replayed || !matches!(answer.response.status, 401 | 403) {
            return Ok(answer);
        }
        replayed = true;
        let slot = client.slot();
        if slot.access_token().as_string().as_deref() == Some(&token) {
            slot.set_access_token(&JsValue::UNDEFINED);
        }
    }
}

/// The token that is there, or else the one request for it that any number of callers waits for.
async fn token(client: &Rc<Client>, options: &Options) -> Result<String, Fault> {
    let slot = client.slot();
    loop {
        if let Some(token) = slot.access_token().as_string().filter(|_| now() < slot.renew_at()) {
            return Ok(token);
        }
        if options.signal.as_ref().is_some_and(|signal| signal.aborted()) {
            return Err(aborted(options, 0).into());
        }
        if slot.pending().is_undefined() {
            let call = options.call.another();
            let work = request_token(client.clone(), call.clone());
            slot.set_pending(&call.run(keep(call.clone(), Box::pin(work))));
        }
        let seen = options.call.wait_for(&slot.pending(), options.timeout, options.signal.as_ref());
        match woken().await.ended {
            Ended::Done | Ended::Failed => match seen.data().unwrap_or_default() {
                // The call that asked for it was lost in a trap: this one asks.
                lost if lost.is_undefined() => slot.set_pending(&JsValue::UNDEFINED),
                // Not a token, but what was thrown.
                data => return data.as_string().ok_or(Fault::NoToken(data)),
            },
            Ended::Aborted => return Err(aborted(options, 0).into()),
            Ended::TimeUp => {
                // Whoever calls next starts over, and doesn't wait for what hangs.
                slot.set_pending(&JsValue::UNDEFINED);
                let message = format!("There was no answer within {} ms", options.timeout as u64);
                let record = Record::new("TimeoutError", "timeout", &message).retryable();
                return Err(Fault::NoToken(record.without_token().into()));
            }
        }
    }
}

/// Resolves to the token, or to what every waiter throws: a promise that nobody waits for any more must not reject.
async fn request_token(client: Rc<Client>, call: Call) -> Result<JsValue, JsValue> {
    let asked = async {
        let options = Options::read(None, &call, &client.line)?;
        let request = TokenRequest { client_id: &client.client_id, client_secret: &client.client_secret }.request()?;
        let answer = exchange(&client.line, &request, &|_, _| client.headers(), &options)
            .await
            .map_err(|no_answer| no_answer.record)?;
        TokenRequest::parse(&answer.response).map_err(|error| refused(error, &answer))
    };
    let result: Result<_, Record> = asked.await;
    let slot = client.slot();
    slot.set_pending(&JsValue::UNDEFINED);
    Ok(match result {
        Ok(token) => {
            let text = JsValue::from(token.access_token.expose());
            slot.set_renew_at(token.renew_at(now() as u64) as f64);
            slot.set_access_token(&text);
            text
        }
        Err(record) => record.without_token().into(),
    })
}

/// A result that says no is a refusal, whatever the status.
fn check_done<E: Endpoint<Output = gopay::Done>>(response: &Response) -> Result<(), Error> {
    E::parse(response)?.into_result(response)
}

fn same_payment(response: &Response, payment: &Payment, id: &str) -> Result<(), Error> {
    let problem = "is another payment's than the one asked for";
    if payment.id == id { Ok(()) } else { Err(gopay::invalid_field(response, "id", problem)) }
}

fn refused(error: Error, answer: &Answer) -> Record {
    Record::from(timed(error, answer)).after(answer.attempts)
}

/// The answer's JSON, cleaned; fields that are not modelled included.
fn data(response: &Response) -> Result<JsValue, JsValue> {
    let cleaned = gopay::parse_json(response).map_err(|error| JsValue::from(Record::from(error)))?;
    parse_json(cleaned.as_str())
}
