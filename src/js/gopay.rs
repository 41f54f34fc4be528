//! The `gopay` wasm module: the calls of `GoPayClient`. The facade's configuration stores the token. The module keeps no
//! state between calls.

use alloc::{boxed::Box, format, rc::Rc, string::String, vec::Vec};

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::{
    Result,
    drive::{CallIo, start},
    error::{invalid, missing, thrown, to_js},
    options::{Config, RawOptions, call_options, connection, text},
};
use crate::{
    CallError, Endpoint as _, Error, Outcome, Secret,
    gopay::{
        self, AccountStatement, Capture, CreatePayment, CreateRecurrence, DeleteCard, GoPayEndpoint, Language,
        ListRefunds, PaymentInstruments, Prepared, RawCall, RefundPayment, RetrieveCard, RetrievePayment,
        RetrieveQrPayment, Scope, Session, SessionStore, VoidAuthorization, VoidRecurrence,
    },
    http::Response,
};

#[wasm_bindgen]
extern "C" {
    type GoPayConfig;
    #[wasm_bindgen(method, getter = clientId, structural)]
    fn client_id(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter = clientSecret, structural)]
    fn client_secret(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter = goId, structural)]
    fn go_id(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn language(this: &GoPayConfig) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn scope(this: &GoPayConfig) -> JsValue;
    /// An object that stores the session's texts by key.
    #[wasm_bindgen(method, getter, structural)]
    fn store(this: &GoPayConfig) -> JsValue;
}

/// The session's store, in the facade's configuration.
struct ConfigStore(JsValue);

impl SessionStore for ConfigStore {
    fn get(&self, key: &str) -> Option<String> {
        Reflect::get(&self.0, &key.into()).ok()?.as_string()
    }

    fn set(&self, key: &'static str, text: String) {
        // Setting a field of the facade's own object cannot fail.
        let _ = Reflect::set(&self.0, &key.into(), &text.into());
    }
}

/// Creates a session from a client's configuration.
pub(super) fn session(config: &Config) -> Result<Rc<Session>> {
    let own: &GoPayConfig = config.unchecked_ref();
    let credential = |field: &str, variable: &str, value: JsValue| {
        text(field, &value)?.ok_or_else(|| {
            missing(
                "missing_credentials",
                format!("There is no {field}: pass `{field}`, or set the variable {variable}"),
            )
        })
    };
    let go_id = credential("goId", "GOPAY_GO_ID", own.go_id())?;
    let number = go_id.parse().ok().filter(|number| *number > 0 && go_id.bytes().all(|byte| byte.is_ascii_digit()));
    let base = |url: Option<&str>| gopay::base_url(url.unwrap_or(gopay::PRODUCTION_URL), config.allow_http());
    Ok(Rc::new(Session {
        client_id: credential("clientId", "GOPAY_CLIENT_ID", own.client_id())?,
        client_secret: Secret::new(credential("clientSecret", "GOPAY_CLIENT_SECRET", own.client_secret())?),
        go_id: number.ok_or_else(|| invalid("goId", "must be the e-shop's number: digits"))?,
        language: text("language", &own.language())?
            .map(|language| Language::parse(&language))
            .transpose()
            .map_err(thrown)?,
        scope: match text("scope", &own.scope())?.map(Scope::from) {
            None => Scope::All,
            Some(Scope::Other(_)) => return Err(invalid("scope", "must be payment-all or payment-create")),
            Some(scope) => scope,
        },
        config: connection(config, gopay::DEFAULT_TIMEOUT, base)?,
        has_token_cache: config.has_token_cache(),
        store: Box::new(ConfigStore(own.store())),
    }))
}

/// Throws if a client's options are invalid.
#[wasm_bindgen]
pub fn check_client(client: &Config) -> Result<()> {
    session(client).map(drop)
}

#[wasm_bindgen]
pub fn payments_create(io: CallIo, client: &Config, params: &str, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |session| CreatePayment::from_json(params, session.go_id, session.language.as_ref()))
}

#[wasm_bindgen]
pub fn payments_status(io: CallIo, client: &Config, id: String, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |_| Ok(RetrievePayment { id }))
}

#[wasm_bindgen]
pub fn payments_refund(
    io: CallIo,
    client: &Config,
    id: String,
    params: &str,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |_| RefundPayment::from_json(id, params))
}

#[wasm_bindgen]
pub fn payments_refunds(io: CallIo, client: &Config, id: String, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |_| Ok(ListRefunds { id }))
}

#[wasm_bindgen]
pub fn payments_create_recurrence(
    io: CallIo,
    client: &Config,
    parent_id: String,
    params: &str,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |_| CreateRecurrence::from_json(&parent_id, params))
}

#[wasm_bindgen]
pub fn payments_void_recurrence(
    io: CallIo,
    client: &Config,
    id: String,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |_| Ok(VoidRecurrence { id }))
}

#[wasm_bindgen]
pub fn payments_capture(
    io: CallIo,
    client: &Config,
    id: String,
    params: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |_| Capture::from_json(id, params.as_deref()))
}

#[wasm_bindgen]
pub fn payments_void_authorization(
    io: CallIo,
    client: &Config,
    id: String,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |_| Ok(VoidAuthorization { id }))
}

#[wasm_bindgen]
pub fn payment_instruments(
    io: CallIo,
    client: &Config,
    currency: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    call(io, client, options, |session| Ok(PaymentInstruments { go_id: session.go_id, currency }))
}

/// Resolves to bytes.
#[wasm_bindgen]
pub fn account_statement(io: CallIo, client: &Config, params: &str, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |session| AccountStatement::from_json(params, session.go_id))
}

/// The JSON also has the texts of the codes.
#[wasm_bindgen]
pub fn payments_qr_payment(
    io: CallIo,
    client: &Config,
    id: String,
    format: Option<String>,
    options: Option<RawOptions>,
) -> Result<Promise> {
    let session = session(client)?;
    let retrieve = RetrieveQrPayment { id, format };
    retrieve.request().map_err(thrown)?;
    let (options, context) = call_options(client, options.as_ref())?;
    Ok(start(io, context, move |io| async move { session.qr_payment_json(&io, &retrieve, &options).await.map(Some) }))
}

#[wasm_bindgen]
pub fn cards_retrieve(io: CallIo, client: &Config, card_id: String, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |_| Ok(RetrieveCard { card_id }))
}

#[wasm_bindgen]
pub fn cards_delete(io: CallIo, client: &Config, card_id: String, options: Option<RawOptions>) -> Result<Promise> {
    call(io, client, options, |_| Ok(DeleteCard { card_id }))
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
    call(io, client, options, |_| RawCall::new(method, path, &query, body))
}

/// Makes the call of an endpoint. The request is built first, so that errors in it are thrown before anything is sent.
fn call<E: GoPayEndpoint + 'static>(
    io: CallIo,
    client: &Config,
    options: Option<RawOptions>,
    build: impl FnOnce(&Session) -> Result<E, Error>,
) -> Result<Promise> {
    let session = session(client)?;
    let refuse = |error: Error| {
        let mut error = Box::<CallError>::from(error);
        error.outcome = E::CHANGES.then_some(Outcome::NotDone);
        to_js(error, None)
    };
    let endpoint = build(&session).map_err(refuse)?;
    let (request, change) = (endpoint.request().map_err(refuse)?, endpoint.change());
    let lists_refunds_of = endpoint.lists_refunds_of().map(Into::into);
    let read = Box::new(move |response: &Response, json: &str| endpoint.read(response, json).map(drop));
    send(io, client, options, session, Prepared { request, change, lists_refunds_of, read })
}

fn send(
    io: CallIo,
    client: &Config,
    options: Option<RawOptions>,
    session: Rc<Session>,
    call: Prepared<'static>,
) -> Result<Promise> {
    let (options, context) = call_options(client, options.as_ref())?;
    let is_file = call.request.is_file;
    Ok(start(io, context, move |io| async move {
        let json = session.send(&io, &call, &options).await?;
        Ok((!is_file).then_some(json))
    }))
}
