//! One-time payments by deep link, without a QR code (docs.itpay.ai/capabilities/one-time-pay). The page shows the names of the
//! request's fields and the response. No known page shows how to read such a payment again.

use alloc::string::String;

use serde::Serialize;

use super::{Party, check_object, parse_object, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint, Money,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /payments/one-time`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateOneTimePayment {
    /// The ServiceManifest's id.
    pub service_id: String,
    /// ASSUMED to have the form of an intent's amount.
    pub amount: Money,
    /// ASSUMED to have the form of an intent's payer.
    pub payer: Party,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// A payment by deep link.
#[derive(Clone, Debug, PartialEq)]
pub struct OneTimePayment {
    /// Opaque.
    pub id: String,
    /// Opens the wallet, such as `itpay://pay/…`.
    pub deeplink: String,
    /// `pending`, then `completed` or `failed`.
    pub status: String,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl JsonEndpoint for CreateOneTimePayment {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::OneTimePayments, params, &[], check_params)
    }
}

impl Endpoint for CreateOneTimePayment {
    type Output = OneTimePayment;

    fn request(&self) -> Result<Request, Error> {
        CreateOneTimePayment::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<OneTimePayment, Error> {
        parse_object(response, |mut fields| {
            Ok(OneTimePayment {
                id: fields.string("id")?.into_owned(),
                deeplink: fields.string("deeplink")?.into_owned(),
                status: fields.string("status")?.into_owned(),
                extra: fields.rest(),
            })
        })
    }

    fn check(response: &Response) -> Result<(), Error> {
        check_object(response, |fields| fields.require_strings(&["id", "deeplink", "status"]))
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.string("service_id")?;
    Money::check(fields.object("amount")?)?;
    Party::check(fields)
}
