//! A payment's state and its wire object.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    orders::{Order, params_to_wire, payer_to_wire},
    recurrence::Mandate,
    refunds::Refund,
};
use crate::{
    gopay::{PreauthorizationState as Hold, RefundState, State},
    json::{JsonMap, to_tree},
    sandbox::store::Record,
    time::to_iso8601,
};

/// The lifetime of a payment without a payment method, in milliseconds.
const EXPIRES_AFTER: u64 = 12 * 3_600_000;
pub(super) const BANK: &str = "BANK_ACCOUNT";

/// An accepted operation that is not finished yet. Refunds have a list of their own.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "operation")]
pub enum Queued {
    /// A capture.
    Capture {
        /// In minor units.
        amount: i64,
    },
    /// The end of a preauthorization.
    VoidAuthorization,
    /// The end of a recurrence.
    VoidRecurrence,
}

/// A payment with its internal state.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Payment {
    /// Ten digits.
    pub id: u64,
    /// The id as text, the key in the store.
    #[serde(skip)]
    key: String,
    /// The id of the first payment, if this is a charge of a recurrence.
    pub parent_id: Option<u64>,
    /// The order as created.
    pub order: Order,
    /// The current state.
    pub state: State,
    /// The reason for the state, such as `_101`.
    pub sub_state: Option<String>,
    /// The payment method.
    pub payment_instrument: Option<String>,
    /// Unix milliseconds.
    pub created_at: u64,
    /// When an unpaid payment times out or a preauthorization lapses, in Unix milliseconds.
    pub expires_at: u64,
    /// The state of its preauthorization.
    pub preauthorization: Option<Hold>,
    /// The state of its recurrence.
    pub mandate: Option<Mandate>,
    /// The amount received, in minor units. Refunds are not subtracted.
    pub paid: i64,
    /// Refunds in every state, in order.
    pub refunds: Vec<Refund>,
    /// An accepted operation that is not finished yet.
    pub queued: Option<Queued>,
    /// Whether the saved card was deleted.
    #[serde(default)]
    pub is_card_deleted: bool,
    /// All states, the current one last.
    pub history: Vec<Change>,
}

/// A state and the time at which it began.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Change {
    /// The state.
    pub state: State,
    /// Unix milliseconds.
    pub at: u64,
}

impl Payment {
    pub(super) fn new(id: u64, order: Order, now_ms: u64) -> Payment {
        let mut payment = Payment {
            id,
            key: key(id),
            parent_id: None,
            state: State::Created,
            sub_state: None,
            payment_instrument: None,
            created_at: now_ms,
            expires_at: now_ms.saturating_add(EXPIRES_AFTER),
            preauthorization: order.preauthorization.then_some(Hold::Requested),
            mandate: order.recurrence.is_some().then(Mandate::requested),
            paid: 0,
            refunds: Vec::new(),
            queued: None,
            is_card_deleted: false,
            history: Vec::new(),
            order,
        };
        payment.enter(State::Created, now_ms);
        payment
    }

    /// Creates a charge of the recurrence that this payment began.
    pub(super) fn charge(&self, id: u64, order: Order, now_ms: u64) -> Payment {
        let payment_instrument = self.payment_instrument.clone();
        Payment { parent_id: Some(self.id), payment_instrument, ..Payment::new(id, order, now_ms) }
    }

    /// Completes a payment of a snapshot, or returns `None` if it is inconsistent.
    pub(super) fn restored(mut self) -> Option<Payment> {
        self.key = key(self.id);
        let refunded = self.refunds.iter().try_fold(0_i64, |sum, refund| sum.checked_add(refund.amount.max(0)));
        let sane = self.order.amount > 0
            && (0..=self.order.amount).contains(&self.paid)
            && refunded.is_some()
            && self.refundable() >= 0
            && !matches!(self.state, State::Other(_))
            && self.mandate.is_some() == self.order.recurrence.is_some()
            && self.history.last().is_some_and(|change| change.state == self.state);
        sane.then_some(self)
    }

    /// Returns the wire object.
    pub(super) fn to_wire(&self, go_id: u64, pay_url: &str, quirks: bool) -> JsonMap {
        let order = &self.order;
        let mut payer = if quirks { payer_to_wire(&order.payer) } else { order.payer.clone() };
        match self.payment_instrument.as_deref() {
            // The card is known once the payer has entered it.
            Some(_) if self.shows_card() => {
                payer.insert("payment_card".to_owned(), self.card_to_wire().into());
            }
            Some(BANK) if self.state.was_paid() => {
                let account = json!({ "iban": "CZ6508000000192000145399", "bic": "GIBACZPX" });
                payer.insert("bank_account".to_owned(), account);
            }
            _ => {}
        }
        // Seen both as a number and as a string.
        let go_id = if quirks && self.id % 2 == 1 { json!(format!("{go_id}")) } else { json!(go_id) };
        let space = if quirks { " " } else { "" };
        let wire = json!({
            "id": self.id,
            "order_number": order.order_number,
            "state": self.state,
            "amount": order.amount,
            "currency": order.currency,
            "payer": payer,
            "target": { "type": "ACCOUNT", "goid": go_id },
            "lang": order.lang,
            "gw_url": format!("{space}{pay_url}/{}", self.id),
        });
        let mut wire = if let Value::Object(wire) = wire { wire } else { JsonMap::new() };
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                wire.insert(name.to_owned(), value);
            }
        };
        add("parent_id", self.parent_id.map(Into::into));
        add("sub_state", self.sub_state.as_deref().map(Into::into));
        add("payment_instrument", self.payment_instrument.as_deref().map(Into::into));
        add(
            "additional_params",
            (!order.additional_params.is_empty()).then(|| params_to_wire(&order.additional_params)),
        );
        add(
            "preauthorization",
            self.preauthorization.as_ref().map(|state| json!({ "requested": true, "state": state })),
        );
        add(
            "recurrence",
            self.order.recurrence.as_ref().zip(self.mandate.as_ref()).map(|(terms, mandate)| {
                let date_to = to_iso8601(terms.date_to);
                let recurrence = RecurrenceWire {
                    recurrence_cycle: terms.cycle.as_str(),
                    recurrence_period: terms.period,
                    recurrence_date_to: date_to.get(..10).unwrap_or_default(),
                    recurrence_state: mandate.state.as_str(),
                };
                to_tree(&recurrence).into()
            }),
        );
        wire
    }

    pub(super) fn enter(&mut self, state: State, now_ms: u64) {
        self.history.push(Change { state: state.clone(), at: now_ms });
        self.state = state;
    }

    /// Returns when the payment changes by itself next.
    pub(super) fn due(&self) -> Option<u64> {
        match self.state {
            State::Created | State::PaymentMethodChosen => Some(self.expires_at),
            State::Authorized => self.queued.is_none().then_some(self.expires_at),
            _ => self.next_charge().map(|(at, _)| at),
        }
    }

    /// Returns when its recurrence charges or ends next, and whether it ends.
    pub(super) fn next_charge(&self) -> Option<(u64, bool)> {
        self.mandate.as_ref()?.next(self.order.recurrence.as_ref()?)
    }

    /// Returns the amount that can still be refunded, in minor units.
    pub fn refundable(&self) -> i64 {
        let refunds = self.refunds.iter().filter(|refund| refund.state != RefundState::Failed);
        self.paid.saturating_sub(refunds.map(|refund| refund.amount).fold(0, i64::saturating_add))
    }
}

impl Record for Payment {
    fn id(&self) -> &str {
        &self.key
    }
}

/// A payment's key in the store.
pub(super) fn key(id: u64) -> String {
    format!("{id}")
}

#[derive(Serialize)]
struct RecurrenceWire<'a> {
    recurrence_cycle: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence_period: Option<u64>,
    recurrence_date_to: &'a str,
    recurrence_state: &'a str,
}
