//! Webhook events and their deliveries.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::intents::EventData;
use crate::sandbox::{
    deliveries::{Attempt, Deliver, DeliveryState},
    store::Record,
};

/// An event and its delivery.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Delivery {
    /// The event's id, the same in every attempt.
    pub id: String,
    /// Such as `payment_intent.succeeded`.
    pub event_type: String,
    /// The intent. Its events are delivered in order.
    pub intent_id: String,
    /// The receiver.
    pub url: String,
    /// The JSON that is signed and sent.
    pub body: String,
    /// Unix milliseconds.
    pub created_at: u64,
    /// The state of the delivery.
    pub progress: DeliveryState,
    /// All attempts, in order.
    pub attempts: Vec<Attempt>,
}

/// A webhook's body, in the order of the page.
#[derive(Serialize)]
pub(super) struct Event<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub event_type: &'a str,
    pub data: EventData<'a>,
}

impl Record for Delivery {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Deliver for Delivery {
    const MAX_ATTEMPTS: u32 = 10;

    fn is_received(status: u16) -> bool {
        (200..300).contains(&status)
    }

    fn queue_key(&self) -> &str {
        &self.intent_id
    }

    fn progress(&mut self) -> &mut DeliveryState {
        &mut self.progress
    }

    fn attempts(&mut self) -> &mut Vec<Attempt> {
        &mut self.attempts
    }
}
