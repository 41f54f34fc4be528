//! Notifications: a GET with the payment's id and no state.
//!
//! They are not ordered: an earlier one that fails is retried after a later one. The merchant then reads the payment,
//! whose state may be a later one than the notification's.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    gopay::State,
    sandbox::{
        deliveries::{Attempt, Deliver, DeliveryState},
        store::Record,
    },
};

/// A notification and its delivery.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Notification {
    /// The sandbox's own id, which is not sent.
    pub id: String,
    /// The payment.
    pub payment_id: u64,
    /// The state that it announces.
    pub payment_state: State,
    /// The URL to GET.
    pub url: String,
    /// Unix milliseconds.
    pub created_at: u64,
    /// The state of the delivery.
    pub progress: DeliveryState,
    /// All attempts, in order.
    pub attempts: Vec<Attempt>,
}

/// Adds the payment's id to a URL of the merchant, and keeps its query.
pub(super) fn with_id(url: &str, payment_id: u64, parent_id: Option<u64>) -> String {
    let (url, fragment) = url.find('#').map_or((url, ""), |hash| url.split_at(hash));
    let mark = match url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let parent = parent_id.map_or_else(String::new, |parent_id| format!("&parent_id={parent_id}"));
    format!("{url}{mark}id={payment_id}{parent}{fragment}")
}

/// Whether a state is announced (GoPay's help pages).
pub(super) fn is_notified(state: &State) -> bool {
    !matches!(state, State::Created | State::PaymentMethodChosen)
}

impl Record for Notification {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Deliver for Notification {
    const MAX_ATTEMPTS: u32 = 20;

    fn is_received(status: u16) -> bool {
        status == 200
    }

    fn queue_key(&self) -> &str {
        &self.id
    }

    fn progress(&mut self) -> &mut DeliveryState {
        &mut self.progress
    }

    fn attempts(&mut self) -> &mut Vec<Attempt> {
        &mut self.attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_url_keeps_its_own_query() {
        for (url, expected) in [
            ("https://shop.example/n", "https://shop.example/n?id=7"),
            ("https://shop.example/?a=1", "https://shop.example/?a=1&id=7"),
            ("https://shop.example/?", "https://shop.example/?id=7"),
            ("https://shop.example/?a=1&", "https://shop.example/?a=1&id=7"),
            ("https://shop.example/?a#b", "https://shop.example/?a&id=7#b"),
        ] {
            assert_eq!(with_id(url, 7, None), expected);
        }
        assert_eq!(with_id("https://shop.example/n", 7, Some(6)), "https://shop.example/n?id=7&parent_id=6");
    }
}
