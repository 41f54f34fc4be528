//! The event that a webhook carries (Go SDK page). Read it after its signature was verified.

use alloc::string::String;

use super::PaymentIntent;
use crate::{
    Error,
    endpoint::invalid,
    json::{FieldReader, RawJson, RawObject},
};

/// `{id, type, data}`.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookEvent {
    /// The same for every delivery of the event: what to remember, so that it is handled once.
    pub id: String,
    /// Such as `payment_intent.succeeded`. More may come.
    pub event_type: String,
    /// For `payment_intent.*` the payment.
    pub data: Option<RawJson>,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl WebhookEvent {
    /// Reads a verified body.
    pub fn parse(body: &[u8]) -> Result<WebhookEvent, Error> {
        let Some(mut fields) = core::str::from_utf8(body).ok().and_then(|body| FieldReader::parse(body).ok()?) else {
            return Err(Error::invalid("body", "is not a JSON object"));
        };
        Ok(WebhookEvent {
            id: fields.string("id").map_err(|field_error| invalid(*field_error))?.into_owned(),
            event_type: fields.string("type").map_err(|field_error| invalid(*field_error))?.into_owned(),
            data: fields.json("data"),
            extra: fields.rest(),
        })
    }

    /// The payment that the event is about.
    pub fn payment_intent(&self) -> Result<PaymentIntent, Error> {
        match self.data.as_ref().map(RawJson::as_str) {
            Some(json) if json.starts_with('{') => PaymentIntent::from_json(json),
            _ => Err(Error::invalid("data", "is not an object")),
        }
    }
}
