//! The client's side of the ItPay protocol: one file per resource, its model and its endpoints together.
//!
//! An endpoint is a struct with the fields of the call. It turns into an [`http::Request`], and reads its
//! output from an [`http::Response`].

mod auth;
mod completion;
mod error_body;
mod manifests;
mod payment_intents;
mod qr_charges;
pub mod routes;
mod webhook_event;

use alloc::{borrow::ToOwned, vec::Vec};

use serde_json::Value;

use crate::{
    Error,
    http::{self, Response},
    json::{Fields, Fit, Misfit, Object},
};

pub use self::{
    auth::{Authorised, authorise, bears_key, verify},
    completion::{Completion, DEFAULT_POLL_INTERVAL, DEFAULT_WAIT, Seen},
    manifests::{
        ActivateManifest, CreateManifest, PaymentMethods, PriceTier, Pricing, SearchManifests, ServiceManifest,
    },
    payment_intents::{CreatePaymentIntent, Party, PaymentIntent, PaymentType, RetrievePaymentIntent, Status},
    qr_charges::{ChargeStatus, GenerateQr, QrCharge},
    webhook_event::WebhookEvent,
};

/// Where the gateway is unless the caller says otherwise (Go SDK page).
pub const DEFAULT_BASE_URL: &str = "https://api.itpay.ai/v1";
/// How long one attempt may take, in milliseconds (Go SDK page).
pub const DEFAULT_TIMEOUT: u32 = 30_000;

/// One call of the gateway's API.
pub trait Endpoint {
    /// What the gateway answers with.
    type Output;

    /// Checks the fields and builds the request; the first field that does not fit is the error.
    fn request(&self) -> Result<http::Request, Error>;

    /// Reads the gateway's answer.
    fn parse(response: &Response) -> Result<Self::Output, Error>;
}

/// Reads an object out of an answer, or the refusal that it is.
pub(crate) fn parse_object<T>(response: &Response, read: impl FnOnce(Fields) -> Fit<T>) -> Result<T, Error> {
    match parse_json(response)? {
        Value::Object(object) => read(Fields::new(object)).map_err(|misfit| unreadable(response, misfit)),
        _ => Err(unreadable(response, Misfit { field: "body".into(), problem: "is not a JSON object".into() })),
    }
}

/// Reads a list of objects, bare or as the `data` of an object: which of the two the gateway sends is ASSUMED.
pub(crate) fn parse_list<T>(response: &Response, read: impl Fn(Fields) -> Fit<T>) -> Result<Vec<T>, Error> {
    let list = match parse_json(response)? {
        Value::Object(mut object) => object.remove("data").unwrap_or_default(),
        list => list,
    };
    let mut holder = Fields::new([("body".to_owned(), list)].into_iter().collect());
    holder.list("body", |entry, key| read(entry.object(key)?)).map_err(|misfit| unreadable(response, misfit))
}

/// Reads whatever JSON a call that is not modelled was answered with; nothing at all is also an answer.
pub fn parse_any(response: &Response) -> Result<Value, Error> {
    let empty = response.body.is_empty() && (200..300).contains(&response.status);
    if empty { Ok(Value::Null) } else { parse_json(response) }
}

/// The JSON of a successful answer.
pub(crate) fn parse_json(response: &Response) -> Result<Value, Error> {
    if !(200..300).contains(&response.status) {
        return Err(error_body::parse(response));
    }
    serde_json::from_slice(&response.body).map_err(|error| {
        let problem = alloc::format!("is not JSON (line {}, column {})", error.line(), error.column());
        unreadable(response, Misfit { field: "body".into(), problem })
    })
}

pub(crate) fn unreadable(response: &Response, misfit: Misfit) -> Error {
    Error::Unreadable {
        status: response.status,
        field: misfit.field,
        problem: misfit.problem,
        request_id: response.request_id().map(Into::into),
    }
}

/// Reads a caller's parameters.
pub(crate) fn read_params<T>(params: Object, read: impl FnOnce(Fields) -> Fit<T>) -> Result<T, Error> {
    read(Fields::new(params)).map_err(|Misfit { field, problem }| Error::Invalid { field, problem })
}

/// A request body: the fields in the order in which the struct has them.
pub(crate) fn to_body(params: &impl serde::Serialize) -> Result<alloc::string::String, Error> {
    serde_json::to_string(params).map_err(|_| Error::invalid("params", "cannot be written as JSON"))
}
