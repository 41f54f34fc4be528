//! The client's side of the ItPay API. Each resource has one file with its model and endpoints.
//!
//! Each call is an [`Endpoint`](crate::Endpoint).

mod auth;
mod cumulative;
mod deliveries;
mod error_body;
mod installs;
mod kyc;
mod manifests;
mod one_time_payments;
mod payment_intents;
mod poller;
mod qr_charges;
mod refunds;
pub mod routes;
mod session;
mod subscriptions;
mod webhook_endpoints;
mod webhook_event;

use serde_json::value::RawValue;

use crate::{
    Error, endpoint,
    http::{Method, Request, Response},
    json::{FieldError, FieldReader, FieldResult, RawJson, RawObject},
};

use self::routes::Route;
pub use self::{
    auth::{ApiKey, authorize, has_api_key, verify},
    cumulative::{RecordUsage, UsageRecord},
    deliveries::CreateDelivery,
    installs::{CreateInstall, Install},
    kyc::{IdentityData, VerifyIdentity},
    manifests::{
        ActivateManifest, CreateManifest, PaymentMethods, PriceTier, Pricing, SearchManifests, ServiceManifest,
    },
    one_time_payments::{CreateOneTimePayment, OneTimePayment},
    payment_intents::{CreatePaymentIntent, Party, PaymentIntent, PaymentType, RetrievePaymentIntent, Status},
    poller::{DEFAULT_POLL_INTERVAL, DEFAULT_WAIT, PollDecision, Poller, WaitOptions},
    qr_charges::{ChargeStatus, GenerateQr, QrCharge},
    refunds::{CreateRefund, Revocation},
    session::Session,
    subscriptions::{CreateSubscription, FirstPayment, Subscription},
    webhook_endpoints::CreateWebhookEndpoint,
    webhook_event::WebhookEvent,
};

/// The default base URL (Go SDK page).
pub const DEFAULT_BASE_URL: &str = "https://api.itpay.ai/v1";
/// The default time limit of one attempt, in milliseconds (Go SDK page).
pub const DEFAULT_TIMEOUT: u32 = 30_000;

/// Builds a request from JSON parameters. They are validated and sent unchanged, except those of `optional`
/// that are null.
fn post(
    route: Route,
    params: &str,
    optional: &[&str],
    check: fn(&mut FieldReader) -> FieldResult<()>,
) -> Result<Request, Error> {
    endpoint::read_params(params, |mut fields| {
        check(&mut fields)?;
        Ok(Request::new(Method::Post, route.path()).with_json(fields.with(&[], optional)))
    })
}

/// The same for a call that moves money or creates something, and for which no idempotency key is documented.
fn post_once(
    route: Route,
    params: &str,
    optional: &[&str],
    check: fn(&mut FieldReader) -> FieldResult<()>,
) -> Result<Request, Error> {
    Ok(Request { sent_once: true, ..post(route, params, optional, check)? })
}

/// Reads an object from a response, or its error response.
fn parse_object<T>(response: &Response, read: impl FnOnce(FieldReader) -> FieldResult<T>) -> Result<T, Error> {
    endpoint::read_object(response, endpoint::success(response, error_body::parse)?, read)
}

/// Checks an object in a response.
fn check_object(response: &Response, check: fn(&mut FieldReader) -> FieldResult<()>) -> Result<(), Error> {
    parse_object(response, |mut fields| check(&mut fields))
}

/// Reads an object of which no field is known.
fn parse_open(response: &Response) -> Result<RawObject, Error> {
    parse_object(response, |fields| Ok(fields.rest()))
}

/// Checks an object of which no field is known. Where it names a payment, it must be this one.
fn check_payment(response: &Response, payment_id: Option<&str>) -> Result<(), Error> {
    let object = parse_open(response)?;
    for field in ["payment_intent", "payment_intent_id"] {
        if let (Some(id), Some(asked)) = (object.text(field), payment_id) {
            endpoint::same_id(response, field, &id, asked)?;
        }
    }
    Ok(())
}

/// Returns the JSON of a list: a bare list, or the `data` of an object. Which of them the gateway sends is ASSUMED.
fn list_json(response: &Response) -> Result<&str, Error> {
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    let list = match FieldReader::parse(json.get()) {
        Ok(Some(mut object)) => object.take("data"),
        _ => json.get(),
    };
    if list.starts_with('[') {
        return Ok(list);
    }
    let problem = "is neither a list nor an object with a list as its `data`".into();
    Err(endpoint::invalid_response(response, FieldError { field: "body".into(), problem }))
}

/// Reads the JSON of any response, for calls that are not modeled. The body may be empty.
pub fn parse_any(response: &Response) -> Result<Option<RawJson>, Error> {
    let empty = response.body.is_empty() && (200..300).contains(&response.status);
    if empty {
        return Ok(None);
    }
    let json: &RawValue = endpoint::parse_json(response, error_body::parse)?;
    Ok(RawJson::of(json.get()))
}
