//! Deliveries of digital goods after their payment (docs.itpay.ai/capabilities/deliveries). The page shows these parameters and
//! no response.

use alloc::string::String;

use serde::Serialize;

use super::{check_payment, parse_open, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /deliveries`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateDelivery {
    /// `signed_url`.
    #[serde(rename = "type")]
    pub delivery_type: String,
    /// The id of the payment.
    pub payment_intent_id: String,
    /// Where the goods are.
    pub source_url: String,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

impl JsonEndpoint for CreateDelivery {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::Deliveries, params, &[], check_params)
    }

    fn check_for(params: &str, response: &Response) -> Result<(), Error> {
        let asked = RawObject::parse(params);
        check_payment(response, asked.as_ref().and_then(|asked| asked.text("payment_intent_id")).as_deref())
    }
}

impl Endpoint for CreateDelivery {
    type Output = RawObject;

    fn request(&self) -> Result<Request, Error> {
        CreateDelivery::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<RawObject, Error> {
        parse_open(response)
    }

    fn verify(&self, response: &Response) -> Result<(), Error> {
        check_payment(response, Some(&self.payment_intent_id))
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.require_strings(&["type", "payment_intent_id", "source_url"])
}
