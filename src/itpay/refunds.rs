//! Refunds (docs.itpay.ai/capabilities/refund-with-revocation). The page shows the request of a whole refund, and no
//! response. Partial refunds exist; the name of their amount's field is unknown.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{check_payment, parse_open, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /refunds`: pays the whole payment back. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateRefund {
    /// The id of the payment.
    pub payment_intent: String,
    /// Such as `customer_request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The access that ends with the refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke: Option<Revocation>,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// The access that a refund ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Revocation {
    /// Each with a `type`, such as `access_token` or `signed_url`, and fields that no known page shows.
    pub targets: Vec<RawObject>,
}

impl JsonEndpoint for CreateRefund {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::Refunds, params, &["reason", "revoke"], check_params)
    }

    fn check_for(params: &str, response: &Response) -> Result<(), Error> {
        let asked = RawObject::parse(params);
        check_payment(response, asked.as_ref().and_then(|asked| asked.text("payment_intent")).as_deref())
    }
}

impl Endpoint for CreateRefund {
    type Output = RawObject;

    fn request(&self) -> Result<Request, Error> {
        CreateRefund::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<RawObject, Error> {
        parse_open(response)
    }

    fn verify(&self, response: &Response) -> Result<(), Error> {
        check_payment(response, Some(&self.payment_intent))
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.string("payment_intent")?;
    fields.optional_string("reason")?;
    if let Some(mut revoke) = fields.optional_object("revoke")? {
        revoke.each("targets", &mut |entry, key| entry.object(key)?.string("type").map(drop))?;
    }
    Ok(())
}
