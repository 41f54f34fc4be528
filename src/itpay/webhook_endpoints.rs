//! Webhook endpoints (docs.itpay.ai/capabilities/webhook-encryption). The page shows these parameters, and that the response
//! has the endpoint's id and its `whsec_` secret, without the names of these fields.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{parse_open, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /webhook-endpoints`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateWebhookEndpoint {
    /// Where the webhooks go.
    pub url: String,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Such as `payment_intent.succeeded`.
    pub enabled_events: Vec<String>,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

impl JsonEndpoint for CreateWebhookEndpoint {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::WebhookEndpoints, params, &["description"], check_params)
    }
}

impl Endpoint for CreateWebhookEndpoint {
    type Output = RawObject;

    fn request(&self) -> Result<Request, Error> {
        CreateWebhookEndpoint::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<RawObject, Error> {
        parse_open(response)
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.url("url")?;
    fields.optional_string("description")?;
    fields.each("enabled_events", &mut |entry, key| entry.string(key).map(drop))
}
