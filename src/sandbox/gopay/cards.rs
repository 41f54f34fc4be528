//! Saved cards. A payment whose payer asks for a card token saves its card when it is paid.
//!
//! Decided here, as GoPay documents none of it: the card's id is that of its payment, and `payer.payment_card` shows it as
//! `card_id`.

use alloc::{borrow::ToOwned, format};

use serde_json::{Value, json};

use super::{
    error_response::ErrorResponse,
    gateway::Sandbox,
    payments::{Payment, key},
};
use crate::{gopay::State, json::JsonMap};

const CARD: &str = "PAYMENT_CARD";

impl Payment {
    /// Whether the payment has saved its card.
    pub(super) fn has_saved_card(&self) -> bool {
        self.order.payer.get("request_card_token") == Some(&Value::Bool(true)) && self.shows_card()
    }

    /// Whether the payer has entered a card.
    pub(super) fn shows_card(&self) -> bool {
        self.payment_instrument.as_deref() == Some(CARD)
            && !matches!(self.state, State::Created | State::PaymentMethodChosen)
    }

    /// The card in `payer.payment_card`.
    pub(super) fn card_to_wire(&self) -> JsonMap {
        let mut card: JsonMap = [
            ("card_number", "444444******4448"),
            ("card_expiration", "3012"),
            ("card_brand", "VISA"),
            ("card_issuer_country", "CZE"),
            ("card_issuer_bank", "SANDBOX"),
            ("card_fingerprint", "sandbox"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
        if self.has_saved_card() {
            card.insert("card_id".to_owned(), json!(self.id));
            card.insert("card_token".to_owned(), json!(format!("card_{}", self.id)));
        }
        card
    }
}

impl Sandbox {
    /// Returns a saved card.
    pub(super) fn card(&self, card_id: u64) -> Result<JsonMap, ErrorResponse> {
        let payment = self.payment(card_id).filter(|payment| payment.has_saved_card());
        let payment = payment.ok_or_else(ErrorResponse::not_found)?;
        let status = if payment.is_card_deleted { "DELETED" } else { "ACTIVE" };
        let mut card = payment.card_to_wire();
        card.insert("status".to_owned(), json!(status));
        card.insert("real_masked_pan".to_owned(), json!("444444******4448"));
        Ok(card)
    }

    /// Deletes a saved card.
    pub(super) fn delete_card(&mut self, card_id: u64) -> Result<(), ErrorResponse> {
        self.card(card_id)?;
        let index = self.payments.index(&key(card_id)).ok_or_else(ErrorResponse::not_found)?;
        if let Some(payment) = self.payments.get_mut(index) {
            payment.is_card_deleted = true;
        }
        Ok(())
    }
}
