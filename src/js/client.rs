//! The `client` wasm module: the calls of `ItPayClient`. It keeps no state between calls.

use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};

use js_sys::{Date, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{
    Result,
    drive::{CallContext, CallIo, start},
    error::{invalid, missing, thrown, to_js},
    options::{Config, RawOptions, call_options, connection, text, wait_options},
};
use crate::{
    CallError, CallResult, Endpoint, Error, ErrorCause, ErrorName, JsonEndpoint, Money, Secret,
    call::Cause,
    exchange::CallOptions,
    http::{self, BaseUrl, Request, Response},
    itpay::{
        self, ActivateManifest, ApiKey, CreateDelivery, CreateInstall, CreateManifest, CreateOneTimePayment,
        CreatePaymentIntent, CreateRefund, CreateSubscription, CreateWebhookEndpoint, GenerateQr, RecordUsage,
        RetrievePaymentIntent, SearchManifests, Session, VerifyIdentity, parse_any,
    },
    money::check_currency,
    payment_intent_id,
};

/// A request, and a check of its response.
type Call = CallResult<(Request, Box<dyn Fn(&Response) -> Result<(), Error>>)>;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(bytes: &Uint8Array) -> Result<JsValue>;

    type ItPayConfig;
    #[wasm_bindgen(method, getter = apiKey, structural)]
    fn api_key(this: &ItPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn channel(this: &ItPayConfig) -> JsValue;
}

pub(super) fn session(config: &Config) -> Result<Rc<Session>> {
    let own: &ItPayConfig = config.unchecked_ref();
    let api_key = text("apiKey", &own.api_key())?.ok_or_else(|| {
        let message = "There is no API key: pass `apiKey`, or set the variable ITPAY_API_KEY";
        missing("missing_api_key", message.into())
    })?;
    let base = |url: Option<&str>| BaseUrl::parse(url.unwrap_or(itpay::DEFAULT_BASE_URL), config.allow_http());
    Ok(Rc::new(Session {
        api_key: ApiKey::new(Secret::new(api_key)).map_err(thrown)?,
        channel: text("channel", &own.channel())?,
        config: connection(config, itpay::DEFAULT_TIMEOUT, base)?,
    }))
}

/// Throws if a client's options are invalid.
#[wasm_bindgen]
pub fn check_client(client: &Config) -> Result<()> {
    session(client).map(drop)
}

/// Makes a call by its name in the facade. `id` and `params` are empty for a call without them.
#[wasm_bindgen]
pub fn call(
    io: CallIo,
    client: &Config,
    name: &str,
    id: String,
    params: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    let session = session(client)?;
    let (options, context) = call_options(client, options.as_ref())?;
    let json = params.as_deref().unwrap_or_default();
    let call = match name {
        "cumulative.record" => from_json::<RecordUsage>(json),
        "deliveries.create" => from_json::<CreateDelivery>(json),
        "installs.create" => from_json::<CreateInstall>(json),
        "kyc.verify" => from_json::<VerifyIdentity>(json),
        "manifests.activate" => of(ActivateManifest { id }),
        "manifests.create" => from_json::<CreateManifest>(json),
        "manifests.search" => of(SearchManifests { q: params }),
        "paymentIntents.create" => {
            let (key, channel) = (options.idempotency_key.as_deref(), session.channel.as_deref());
            let request = CreatePaymentIntent::request_from_json(json, key, fresh_id, channel);
            prepare(request, CreatePaymentIntent::check)
        }
        "paymentIntents.retrieve" => of(RetrievePaymentIntent { id }),
        "payments.oneTime" => from_json::<CreateOneTimePayment>(json),
        "qr.generate" => of(GenerateQr { payment_intent_id: id }),
        "refunds.create" => from_json::<CreateRefund>(json),
        "subscriptions.create" => from_json::<CreateSubscription>(json),
        "webhookEndpoints.create" => from_json::<CreateWebhookEndpoint>(json),
        _ => return Err(invalid("name", "is not known")),
    };
    let result = if name == "manifests.search" { SearchManifests::unwrapped } else { |_: &Response| None };
    send(io, session, options, context, call, result)
}

#[wasm_bindgen]
pub fn payment_intents_wait(io: CallIo, client: &Config, id: String, options: Option<RawOptions>) -> Result<Promise> {
    let session = session(client)?;
    let (options, context) = wait_options(client, options.as_ref())?;
    http::path_segment("id", &id).map_err(thrown)?;
    Ok(start(io, context, move |io| async move { session.wait_for_completion(&io, &id, &options).await.map(|_| None) }))
}

/// Makes a call that is not modeled. `query` alternates names and values.
#[wasm_bindgen]
pub fn request(
    io: CallIo,
    client: &Config,
    method: &str,
    path: &str,
    query: Vec<String>,
    body: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    let session = session(client)?;
    let (options, context) = call_options(client, options.as_ref())?;
    let call = prepare(Request::raw(method, path, &query, body), |response| parse_any(response).map(drop));
    send(io, session, options, context, call, |_| None)
}

/// Generates an id: `pi_` and a UUIDv7.
#[wasm_bindgen]
pub fn create_payment_intent_id() -> Result<String> {
    fresh_id().map_err(|error| to_js(error, None))
}

/// Returns the amount in minor units.
#[wasm_bindgen]
pub fn money(amount: &str, currency: &str) -> Result<f64> {
    Money::parse(amount, currency).map(|money| money.value as f64).map_err(thrown)
}

/// Returns the amount as a decimal.
#[wasm_bindgen]
pub fn to_decimal(value: f64, currency: String) -> Result<String> {
    check_currency(&currency).map_err(|problem| thrown(Error::invalid("currency", problem)))?;
    Ok(Money { currency, value: value as i64 }.to_decimal())
}

fn of<E: Endpoint + 'static>(endpoint: E) -> Call {
    prepare(endpoint.request(), move |response| endpoint.verify(response))
}

fn from_json<E: JsonEndpoint + 'static>(params: &str) -> Call {
    let asked = String::from(params);
    prepare(E::request_from_json(params), move |response| E::check_for(&asked, response))
}

fn prepare(
    request: Result<Request, impl Into<Box<CallError>>>,
    verify: impl Fn(&Response) -> Result<(), Error> + 'static,
) -> Call {
    Ok((request.map_err(Into::into)?, Box::new(verify)))
}

/// Makes a call. Errors in its request are thrown before anything is sent. The result is the gateway's own body, after
/// `verify` has read it, or the JSON that `result` returns.
fn send(
    io: CallIo,
    session: Rc<Session>,
    options: CallOptions,
    context: CallContext,
    call: Call,
    result: fn(&Response) -> Option<String>,
) -> Result<Promise> {
    let (request, verify) = call.map_err(|error| to_js(error, None))?;
    Ok(start(io, context, move |io| async move {
        session.send(&io, request, &verify, &options).await.map(|exchanged| result(&exchanged.response))
    }))
}

pub(super) fn fresh_id() -> Result<String, Box<CallError>> {
    let random = Uint8Array::new_with_length(10);
    get_random_values(&random).map_err(|cause| {
        let message = "This runtime has no crypto.getRandomValues: pass an `id`";
        let mut error = CallError::new(ErrorName::Validation, "no_randomness", message);
        error.cause = Some(ErrorCause::Transport(Cause::new(cause)));
        error
    })?;
    let mut bytes = [0; 10];
    random.copy_to(&mut bytes);
    Ok(payment_intent_id(Date::now() as u64, &bytes))
}
