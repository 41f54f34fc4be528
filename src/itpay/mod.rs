//! The client's side of the ItPay protocol: one file per resource, its model and its endpoints together.
//!
//! Each call is an [`Endpoint`](crate::Endpoint).

mod auth;
mod error_body;
mod manifests;
mod payment_intents;
mod poller;
mod qr_charges;
pub mod routes;
mod session;
mod webhook_event;

use alloc::vec::Vec;

use serde_json::value::RawValue;

use crate::{
    Error, endpoint,
    http::Response,
    json::{FieldReader, FieldResult, RawJson},
};

pub use self::{
    auth::{ApiKey, authorize, has_api_key, verify},
    manifests::{
        ActivateManifest, CreateManifest, PaymentMethods, PriceTier, Pricing, SearchManifests, ServiceManifest,
    },
    payment_intents::{CreatePaymentIntent, Party, PaymentIntent, PaymentType, RetrievePaymentIntent, Status},
    poller::{DEFAULT_POLL_INTERVAL, DEFAULT_WAIT, PollDecision, Poller, WaitOptions},
    qr_charges::{ChargeStatus, GenerateQr, QrCharge},
    session::Session,
    webhook_event::WebhookEvent,
};

/// Where the gateway is unless the caller says otherwise (Go SDK page).
pub const DEFAULT_BASE_URL: &str = "https://api.itpay.ai/v1";
/// How long one attempt may take, in milliseconds (Go SDK page).
pub const DEFAULT_TIMEOUT: u32 = 30_000;

/// Reads an object out of an answer, or the refusal that it is.
fn parse_object<T>(response: &Response, read: impl FnOnce(FieldReader) -> FieldResult<T>) -> Result<T, Error> {
    endpoint::read_object(response, endpoint::success(response, error_body::parse)?, read)
}

/// Reads a list of objects, bare or as the `data` of an object: which of the two the gateway sends is ASSUMED.
fn parse_list<T>(response: &Response, read: impl Fn(FieldReader) -> FieldResult<T>) -> Result<Vec<T>, Error> {
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    match FieldReader::parse(json.get()) {
        Ok(Some(mut object)) => endpoint::read_list(response, object.take("data"), read),
        _ => endpoint::read_list(response, json.get(), read),
    }
}

/// Reads whatever JSON a call that is not modelled was answered with; nothing at all is also an answer.
pub fn parse_any(response: &Response) -> Result<Option<RawJson>, Error> {
    let empty = response.body.is_empty() && (200..300).contains(&response.status);
    if empty {
        return Ok(None);
    }
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    Ok(RawJson::of(json.get()))
}
