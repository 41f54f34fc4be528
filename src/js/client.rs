//! The `client` wasm module: the calls of `ItPayClient`. It keeps no state between calls.

use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};

use js_sys::{Date, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{
    Result,
    drive::{CallIo, start},
    error::{invalid, missing, thrown, to_js},
    options::{Config, RawOptions, call_options, connection, text, wait_options},
};
use crate::{
    CallError, Endpoint, Error, ErrorCause, ErrorName, JsonEndpoint, Money, Secret,
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

/// Builds a request.
type Build<'a> = &'a dyn Fn(&Session, &CallOptions) -> Result<Request, Box<CallError>>;
/// Builds a request from parameters.
type BuildFromJson = fn(&str) -> Result<Request, Error>;
/// Checks a response, whatever was asked for.
type Check = fn(&Response) -> Result<(), Error>;
/// Checks a response.
type Verify = Box<dyn Fn(&Response) -> Result<(), Error>>;

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

/// The calls whose parameters are a JSON object, by their names in the facade.
fn json_endpoint(name: &str) -> Option<(BuildFromJson, Check)> {
    Some(match name {
        "cumulative.record" => of::<RecordUsage>(),
        "deliveries.create" => of::<CreateDelivery>(),
        "installs.create" => of::<CreateInstall>(),
        "kyc.verify" => of::<VerifyIdentity>(),
        "manifests.create" => of::<CreateManifest>(),
        "payments.oneTime" => of::<CreateOneTimePayment>(),
        "refunds.create" => of::<CreateRefund>(),
        "subscriptions.create" => of::<CreateSubscription>(),
        "webhookEndpoints.create" => of::<CreateWebhookEndpoint>(),
        _ => return None,
    })
}

/// Makes a call of [`json_endpoint`].
#[wasm_bindgen]
pub fn post(io: CallIo, client: &Config, name: &str, params: &str, options: Option<RawOptions>) -> Result<Promise> {
    let (build, check) = json_endpoint(name).ok_or_else(|| invalid("name", "is not known"))?;
    send(io, client, options, &|_, _| build(params).map_err(Into::into), Box::new(check))
}

#[wasm_bindgen]
pub fn payment_intents_create(
    io: CallIo,
    client: &Config,
    params: &str,
    options: Option<RawOptions>,
) -> Result<Promise> {
    let build = |session: &Session, options: &CallOptions| {
        let key = options.idempotency_key.as_deref();
        CreatePaymentIntent::request_from_json(params, key, fresh_id, session.channel.as_deref())
    };
    send(io, client, options, &build, Box::new(CreatePaymentIntent::check))
}

#[wasm_bindgen]
pub fn payment_intents_retrieve(
    io: CallIo,
    client: &Config,
    id: String,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, RetrievePaymentIntent { id })
}

#[wasm_bindgen]
pub fn payment_intents_wait(io: CallIo, client: &Config, id: String, options: Option<RawOptions>) -> Result<Promise> {
    let session = session(client)?;
    let (options, context) = wait_options(client, options.as_ref())?;
    http::path_segment("id", &id).map_err(thrown)?;
    Ok(start(io, context, move |io| async move { session.wait_for_completion(&io, &id, &options).await.map(|_| None) }))
}

#[wasm_bindgen]
pub fn qr_generate(
    io: CallIo,
    client: &Config,
    payment_intent_id: String,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, GenerateQr { payment_intent_id })
}

#[wasm_bindgen]
pub fn manifests_activate(io: CallIo, client: &Config, id: String, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, ActivateManifest { id })
}

#[wasm_bindgen]
pub fn manifests_search(
    io: CallIo,
    client: &Config,
    q: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    let request = SearchManifests { q }.request().map_err(Into::into);
    let verify = Box::new(SearchManifests::check);
    send_for(io, client, options, &|_, _| request.clone(), verify, SearchManifests::unwrapped)
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
    let build = |_: &Session, _: &CallOptions| Request::raw(method, path, &query, body.clone()).map_err(Into::into);
    send(io, client, options, &build, Box::new(|response| parse_any(response).map(drop)))
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

fn of<E: JsonEndpoint>() -> (BuildFromJson, Check) {
    (E::request_from_json, E::check)
}

/// Makes the call of an endpoint.
fn call<E: Endpoint + 'static>(
    io: CallIo,
    client: &Config,
    options: Option<RawOptions>,
    endpoint: E,
) -> Result<Promise> {
    let request = endpoint.request().map_err(Into::into);
    let verify = Box::new(move |response: &Response| endpoint.verify(response));
    send(io, client, options, &|_, _| request.clone(), verify)
}

/// Makes a call. The request is built first, so that errors in it are thrown before anything is sent. The result is the
/// gateway's own body, after `verify` has read it.
fn send(io: CallIo, client: &Config, options: Option<RawOptions>, build: Build<'_>, verify: Verify) -> Result<Promise> {
    send_for(io, client, options, build, verify, |_| None)
}

/// The same, for a call whose result may be another JSON than the body.
fn send_for(
    io: CallIo,
    client: &Config,
    options: Option<RawOptions>,
    build: Build<'_>,
    verify: Verify,
    result: fn(&Response) -> Option<String>,
) -> Result<Promise> {
    let session = session(client)?;
    let (options, context) = call_options(client, options.as_ref())?;
    let request = build(&session, &options).map_err(|error| to_js(error, None))?;
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
