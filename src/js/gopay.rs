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
    CallResult, Endpoint as _, Secret,
    gopay::{
        self, AccountStatement, Capture, CreatePayment, CreateRecurrence, DeleteCard, Language, ListRefunds,
        PaymentInstruments, Prepared, RawCall, RefundPayment, RetrieveCard, RetrievePayment, RetrieveQrPayment, Scope,
        Session, SessionStore, VoidAuthorization, VoidRecurrence,
    },
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
    let optional = params.as_deref();
    let (params, go_id) = (optional.unwrap_or_default(), session.go_id);
    let call = match name {
        "accountStatement" => Prepared::owned(AccountStatement::from_json(params, go_id)),
        "cards.delete" => Prepared::owned(Ok(DeleteCard { card_id: id })),
        "cards.retrieve" => Prepared::owned(Ok(RetrieveCard { card_id: id })),
        "paymentInstruments" => Prepared::owned(Ok(PaymentInstruments { go_id, currency: optional.map(Into::into) })),
        "payments.capture" => Prepared::owned(Capture::from_json(id, optional)),
        "payments.create" => Prepared::owned(CreatePayment::from_json(params, go_id, session.language.as_ref())),
        "payments.createRecurrence" => Prepared::owned(CreateRecurrence::from_json(&id, params)),
        "payments.refund" => Prepared::owned(RefundPayment::from_json(id, params)),
        "payments.refunds" => Prepared::owned(Ok(ListRefunds { id })),
        "payments.status" => Prepared::owned(Ok(RetrievePayment { id })),
        "payments.voidAuthorization" => Prepared::owned(Ok(VoidAuthorization { id })),
        "payments.voidRecurrence" => Prepared::owned(Ok(VoidRecurrence { id })),
        _ => return Err(invalid("name", "is not known")),
    };
    send(io, client, options, session, call)
}

/// Resolves to JSON that also has the texts of the codes.
#[wasm_bindgen]
pub fn qr_payment(
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
    send(io, client, options, session(client)?, Prepared::owned(RawCall::new(method, path, &query, body)))
}

/// Errors in the request are thrown before anything is sent. A file stays in JavaScript.
fn send(
    io: CallIo,
    client: &Config,
    options: Option<RawOptions>,
    session: Rc<Session>,
    call: CallResult<Prepared<'static>>,
) -> Result<Promise> {
    let call = call.map_err(|error| to_js(error, None))?;
    let (options, context) = call_options(client, options.as_ref())?;
    let is_file = call.request.is_file;
    Ok(start(io, context, move |io| async move {
        let json = session.send(&io, &call, &options).await?;
        Ok((!is_file).then_some(json))
    }))
}
