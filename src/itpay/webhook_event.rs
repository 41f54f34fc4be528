//! The event that a webhook carries (Go SDK page). Read it after its signature was verified.

use alloc::string::String;

use serde_json::Value;

use super::PaymentIntent;
use crate::{
    Error,
    json::{Fields, Misfit, Object},
};

/// `{id, type, data}`.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookEvent {
    /// The same for every delivery of the event: what to remember, so that it is handled once.
    pub id: String,
    /// Such as `payment_intent.succeeded`. More may come.
    pub event_type: String,
    /// For `payment_intent.*` the payment.
    pub data: Value,
    /// Every other field, as it came.
    pub extra: Object,
}

impl WebhookEvent {
    /// Reads a verified body.
    pub fn parse(body: &[u8]) -> Result<WebhookEvent, Error> {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(Error::invalid("body", "is not a JSON object"));
        };
        let mut fields = Fields::new(object);
        let invalid = |Misfit { field, problem }| Error::Invalid { field, problem };
        let (id, event_type) = (fields.string("id").map_err(invalid)?, fields.string("type").map_err(invalid)?);
        let mut extra = fields.rest();
        Ok(WebhookEvent { id, event_type, data: extra.remove("data").unwrap_or_default(), extra })
    }

    /// The payment that the event is about.
    pub fn payment_intent(&self) -> Result<PaymentIntent, Error> {
        let object = self.data.as_object().cloned().ok_or_else(|| Error::invalid("data", "is not an object"))?;
        crate::endpoint::read_params(object, PaymentIntent::read)
    }
}
