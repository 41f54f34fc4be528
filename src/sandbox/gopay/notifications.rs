//! Notifications: a GET that says only that something changed.
//!
//! They wait for nobody: an earlier one that does not get through comes after a later one, and each shows the state
//! at the time of reading, not the one that it was sent for.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    gopay::State,
    sandbox::{
        deliveries::{Attempt, Deliver, Progress},
        table::Row,
    },
};

/// A notification and its way to the merchant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Notification {
    /// The sandbox's own: nothing of it is sent.
    pub id: String,
    /// The payment that changed.
    pub payment_id: u64,
    /// The state that it changed to.
    pub payment_state: State,
    /// What is fetched.
    pub url: String,
    /// Unix milliseconds.
    pub created_at: u64,
    /// How far it has come.
    pub progress: Progress,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
}

/// A URL of the merchant's with the payment's id; what it had in its query stays.
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

/// Whether a state is told at all (GoPay's help pages).
pub(super) fn is_told(state: &State) -> bool {
    !matches!(state, State::Created | State::PaymentMethodChosen)
}

impl Row for Notification {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Deliver for Notification {
    const MAX_TRIES: u32 = 20;

    fn is_received(status: u16) -> bool {
        status == 200
    }

    fn line(&self) -> &str {
        &self.id
    }

    fn progress(&mut self) -> &mut Progress {
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
    fn the_query_of_the_merchants_own_url_is_kept() {
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
