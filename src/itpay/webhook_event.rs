//! The event in a webhook (Go SDK page). Verify the signature before reading it.

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
    /// The same for each delivery of the event, so that a handler can recognize a repeated one.
    pub id: String,
    /// A type such as `payment_intent.succeeded`. There may be more types.
    pub event_type: String,
    /// For `payment_intent.*`, the payment.
    pub data: Option<RawJson>,
    /// All other fields, unchanged.
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

    /// The payment of the event.
    pub fn payment_intent(&self) -> Result<PaymentIntent, Error> {
        match self.data.as_ref().map(RawJson::as_str) {
            Some(json) if json.starts_with('{') => PaymentIntent::from_json(json),
            _ => Err(Error::invalid("data", "is not an object")),
        }
    }
}
