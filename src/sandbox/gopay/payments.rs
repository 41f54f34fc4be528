//! Payments: their states, which follows which, and what moves the money.
//!
//! Decided here, where nothing is documented: a payment by bank transfer may be paid for seven days; a payment that
//! ends unpaid stops its recurrence; a partial capture leaves `amount` as it was, and no more than the captured part
//! can be refunded; what is on its way (ACCEPTED) keeps anything else from being captured or voided; an
//! authorisation that lapsed counts as voided.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    error_response::Refusal,
    orders::{Order, params_to_wire, payer_to_wire},
    recurrence::Mandate,
    refunds::Refund,
};
use crate::{
    Error,
    gopay::{PreauthorizationState as Hold, Progress as Outcome, RecurrenceState, RefundState, State},
    json::{JsonMap, to_tree},
    sandbox::table::Row,
    time::to_iso8601,
};

/// How long a payer has to choose a way to pay, in milliseconds.
const EXPIRES_AFTER: u64 = 12 * 3_600_000;
const BANK_EXPIRES_AFTER: u64 = 7 * 24 * 3_600_000;
/// How long money stays blocked, in milliseconds.
const HOLD_LASTS: u64 = 4 * 24 * 3_600_000;
const BANK: &str = "BANK_ACCOUNT";

/// What happens at the payer, at a bank or by time, and not by a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// The payer leaves.
    Cancel,
    /// The payer chooses how to pay.
    Choose {
        /// Such as `BANK_ACCOUNT`.
        instrument: String,
    },
    /// The bank says no.
    Decline {
        /// Why, as `_5006`.
        sub_state: String,
    },
    /// The money that was blocked is free again, now.
    Lapse,
    /// The money is in, or blocked where that was asked for.
    Pay,
    /// What was accepted does not happen: refunds, a capture, a void.
    Reject,
    /// What was accepted is done.
    Settle,
    /// The recurrence ends, by the payer or at GoPay.
    StopRecurrence,
    /// The time is up, now.
    TimeOut,
    /// The payer will send a bank transfer later.
    Transfer,
}

/// What a call changes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Operation {
    Capture,
    Charge,
    Refund,
    VoidAuthorization,
    VoidRecurrence,
}

/// What was accepted and is not done yet, but for refunds, which have a list of their own.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "operation")]
pub enum Queued {
    /// So much is to be taken.
    Capture {
        /// In minor units.
        amount: i64,
    },
    /// The money is to be given back.
    VoidAuthorization,
    /// The recurrence is to end.
    VoidRecurrence,
}

/// A payment as the gateway keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Payment {
    /// Ten digits.
    pub id: u64,
    /// As text, by which it is found.
    #[serde(skip)]
    key: String,
    /// Of a recurrence's charge: the first payment's id.
    pub parent_id: Option<u64>,
    /// What was asked for.
    pub order: Order,
    /// How far it has come.
    pub state: State,
    /// Why, as `_101`.
    pub sub_state: Option<String>,
    /// How it is paid.
    pub payment_instrument: Option<String>,
    /// Unix milliseconds.
    pub created_at: u64,
    /// When an unpaid payment times out or blocked money is free again, in Unix milliseconds.
    pub expires_at: u64,
    /// How far its preauthorisation has come.
    pub preauthorization: Option<Hold>,
    /// How far its recurrence has come.
    pub mandate: Option<Mandate>,
    /// The money that came in, in minor units; what went back is not taken off.
    pub paid: i64,
    /// What went back or is on its way, in order.
    pub refunds: Vec<Refund>,
    /// What was accepted and is not done yet.
    pub queued: Option<Queued>,
    /// Every state it has had, the present one last.
    pub history: Vec<Change>,
}

/// A state, and since when.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Change {
    /// The state that began.
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
            history: Vec::new(),
            order,
        };
        payment.enter(State::Created, now_ms);
        payment
    }

    /// A charge of a recurrence that this payment began.
    pub(super) fn charge(&self, id: u64, order: Order, now_ms: u64) -> Payment {
        let payment_instrument = self.payment_instrument.clone();
        Payment { parent_id: Some(self.id), payment_instrument, ..Payment::new(id, order, now_ms) }
    }

    /// One that a snapshot had, or none if it makes no sense.
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

    /// As it stands on the wire.
    pub(super) fn to_wire(&self, go_id: u64, pay_url: &str, quirks: bool) -> JsonMap {
        let order = &self.order;
        let mut payer = if quirks { payer_to_wire(&order.payer) } else { order.payer.clone() };
        match self.payment_instrument.as_deref() {
            // Nobody has typed in a card before that.
            Some("PAYMENT_CARD") if !matches!(self.state, State::Created | State::PaymentMethodChosen) => {
                let card = json!({
                    "card_number": "444444******4448", "card_expiration": "3012", "card_brand": "VISA",
                    "card_issuer_country": "CZE", "card_issuer_bank": "SANDBOX",
                });
                payer.insert("payment_card".to_owned(), card);
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

    /// Does what an action leads to, or says why it leads nowhere.
    pub(super) fn apply(&mut self, action: &Action, now_ms: u64) -> Result<(), Error> {
        let is_open = matches!(self.state, State::Created | State::PaymentMethodChosen);
        match action {
            Action::Settle | Action::Reject => return self.finish(*action == Action::Settle, now_ms),
            Action::StopRecurrence => return self.stop_recurrence(),
            Action::Lapse => {
                if self.state != State::Authorized || self.queued.is_some() {
                    return Err(self.cannot());
                }
                self.free(now_ms);
                return Ok(());
            }
            _ if !is_open => return Err(self.cannot()),
            Action::Cancel => self.fail(State::Canceled, "_5043", now_ms),
            Action::Choose { instrument } => self.choose(instrument, "_101", now_ms)?,
            Action::Decline { sub_state } => {
                let digits = sub_state.strip_prefix('_').unwrap_or_default();
                if !matches!(digits.len(), 3 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Error::invalid("subState", "must be a code such as _5006"));
                }
                self.fail(State::Canceled, sub_state, now_ms);
            }
            Action::Pay => self.pay(now_ms)?,
            Action::TimeOut => {
                self.expires_at = self.expires_at.min(now_ms);
                self.fail(State::Timeouted, "_5024", now_ms);
            }
            Action::Transfer => self.choose(BANK, "_102", now_ms)?,
        }
        Ok(())
    }

    pub(super) fn capture(&mut self, part: Option<i64>, result: &Outcome, now_ms: u64) -> Result<(), Refusal> {
        match (&self.preauthorization, &self.state) {
            (Some(Hold::Captured), _) => return Err(Refusal::rule(351, "nothing is left to capture")),
            (Some(Hold::Authorized), State::Authorized) if self.queued.is_none() => {}
            _ => return Err(Refusal::rule(303, "only what is authorised can be captured")),
        }
        let amount = part.unwrap_or(self.order.amount);
        if amount > self.order.amount {
            return Err(Refusal::field("amount", 332, "must be at most what was authorised"));
        }
        match result {
            Outcome::Finished => self.take(amount, now_ms),
            Outcome::Accepted => self.queued = Some(Queued::Capture { amount }),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn void_authorization(&mut self, result: &Outcome, now_ms: u64) -> Result<(), Refusal> {
        match (&self.preauthorization, &self.state) {
            (Some(Hold::Canceled), _) => return Err(Refusal::rule(353, "nothing is blocked any more")),
            (Some(Hold::Authorized), State::Authorized) if self.queued.is_none() => {}
            _ => return Err(Refusal::rule(352, "only what is authorised can be voided")),
        }
        match result {
            Outcome::Finished => self.free(now_ms),
            Outcome::Accepted => self.queued = Some(Queued::VoidAuthorization),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn void_recurrence(&mut self, result: &Outcome) -> Result<(), Refusal> {
        match self.mandate.as_ref().map(|mandate| &mandate.state) {
            None => return Err(Refusal::rule(341, "only the first payment of a recurrence has one")),
            Some(RecurrenceState::Stopped) => return Err(Refusal::rule(342, "the recurrence has ended")),
            Some(RecurrenceState::Started) if self.queued.is_none() => {}
            Some(_) => return Err(Refusal::rule(303, "the recurrence has not begun, or is being voided")),
        }
        match result {
            Outcome::Finished => {
                self.stop_recurrence().ok();
            }
            Outcome::Accepted => self.queued = Some(Queued::VoidRecurrence),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn refund(&mut self, id: u64, amount: i64, result: &Outcome, now_ms: u64) -> Result<(), Refusal> {
        if !matches!(self.state, State::Paid | State::PartiallyRefunded) {
            return Err(Refusal::rule(331, &format!("a payment that is {} cannot be refunded", self.state.as_str())));
        }
        if amount <= 0 || amount > self.refundable() {
            let problem = format!("must be from 1 to {}, what is left of the payment", self.refundable());
            return Err(Refusal::field("amount", 332, &problem));
        }
        let state = if *result == Outcome::Failed { RefundState::Failed } else { RefundState::Requested };
        self.refunds.push(Refund { id, state, amount, requested_at: now_ms, changed_at: now_ms });
        if *result == Outcome::Finished {
            let place = self.refunds.len().saturating_sub(1);
            self.settle_refund(place, now_ms);
        }
        Ok(())
    }

    /// When something happens to it by itself next.
    pub(super) fn due(&self) -> Option<u64> {
        match self.state {
            State::Created | State::PaymentMethodChosen => Some(self.expires_at),
            State::Authorized => self.queued.is_none().then_some(self.expires_at),
            _ => self.next_charge().map(|(at, _)| at),
        }
    }

    /// When its recurrence does something next, and whether that is to end.
    pub(super) fn next_charge(&self) -> Option<(u64, bool)> {
        self.mandate.as_ref()?.next(self.order.recurrence.as_ref()?)
    }

    /// What can still be given back, in minor units.
    pub fn refundable(&self) -> i64 {
        let given = self.refunds.iter().filter(|refund| refund.state != RefundState::Failed);
        self.paid.saturating_sub(given.map(|refund| refund.amount).fold(0, i64::saturating_add))
    }

    fn choose(&mut self, instrument: &str, bank_sub_state: &str, now_ms: u64) -> Result<(), Error> {
        if !self.order.takes(instrument) || self.parent_id.is_some() {
            return Err(Error::invalid("instrument", &format!("cannot be {instrument} for this payment")));
        }
        let is_bank = instrument == BANK;
        self.payment_instrument = Some(instrument.to_owned());
        self.sub_state = is_bank.then(|| bank_sub_state.to_owned());
        if is_bank {
            self.expires_at = self.created_at.saturating_add(BANK_EXPIRES_AFTER);
        }
        // Choosing another way is no other state.
        if self.state != State::PaymentMethodChosen {
            self.enter(State::PaymentMethodChosen, now_ms);
        }
        Ok(())
    }

    fn pay(&mut self, now_ms: u64) -> Result<(), Error> {
        if self.payment_instrument.is_none() {
            let usual = self.order.usual_instrument().to_owned();
            self.choose(&usual, "_101", now_ms)?;
        }
        self.sub_state = (self.payment_instrument.as_deref() == Some(BANK)).then(|| "_3001".to_owned());
        if self.preauthorization.is_some() {
            self.preauthorization = Some(Hold::Authorized);
            self.expires_at = now_ms.saturating_add(HOLD_LASTS);
            self.enter(State::Authorized, now_ms);
        } else {
            self.take(self.order.amount, now_ms);
        }
        Ok(())
    }

    /// The money comes in.
    fn take(&mut self, amount: i64, now_ms: u64) {
        self.paid = amount;
        if self.preauthorization.is_some() {
            self.preauthorization = Some(Hold::Captured);
        }
        if let Some(mandate) = &mut self.mandate {
            mandate.start(now_ms);
        }
        self.enter(State::Paid, now_ms);
    }

    /// The money that was blocked is free again.
    fn free(&mut self, now_ms: u64) {
        self.preauthorization = Some(Hold::Canceled);
        self.enter(State::Canceled, now_ms);
    }

    /// It ends unpaid.
    fn fail(&mut self, state: State, sub_state: &str, now_ms: u64) {
        self.sub_state = Some(sub_state.to_owned());
        if self.preauthorization.is_some() {
            self.preauthorization = Some(Hold::Canceled);
        }
        self.stop_recurrence().ok();
        self.enter(state, now_ms);
    }

    fn stop_recurrence(&mut self) -> Result<(), Error> {
        match &mut self.mandate {
            Some(mandate) if mandate.state != RecurrenceState::Stopped => {
                mandate.state = RecurrenceState::Stopped;
                self.queued = self.queued.take().filter(|queued| *queued != Queued::VoidRecurrence);
                Ok(())
            }
            _ => Err(Error::invalid("payment", "has no recurrence that could end")),
        }
    }

    /// What was accepted is done, or is not.
    fn finish(&mut self, done: bool, now_ms: u64) -> Result<(), Error> {
        let requested = |refund: &Refund| refund.state == RefundState::Requested;
        if self.queued.is_none() && !self.refunds.iter().any(requested) {
            return Err(Error::invalid("payment", "has nothing that was accepted and is not done yet"));
        }
        match self.queued.take().filter(|_| done) {
            Some(Queued::Capture { amount }) => self.take(amount, now_ms),
            Some(Queued::VoidAuthorization) => self.free(now_ms),
            Some(Queued::VoidRecurrence) => self.stop_recurrence()?,
            None => {}
        }
        for place in 0..self.refunds.len() {
            match self.refunds.get_mut(place).filter(|refund| requested(refund)) {
                Some(_) if done => self.settle_refund(place, now_ms),
                Some(refund) => (refund.state, refund.changed_at) = (RefundState::Failed, now_ms),
                None => {}
            }
        }
        Ok(())
    }

    fn settle_refund(&mut self, place: usize, now_ms: u64) {
        if let Some(refund) = self.refunds.get_mut(place) {
            (refund.state, refund.changed_at) = (RefundState::Success, now_ms);
        }
        let gone = self.refunds.iter().filter(|refund| refund.state == RefundState::Success);
        let gone = gone.map(|refund| refund.amount).fold(0, i64::saturating_add);
        self.enter(if gone == self.paid { State::Refunded } else { State::PartiallyRefunded }, now_ms);
    }

    fn enter(&mut self, state: State, now_ms: u64) {
        self.history.push(Change { state: state.clone(), at: now_ms });
        self.state = state;
    }

    fn cannot(&self) -> Error {
        Error::invalid("state", &format!("is {}: that cannot follow", self.state.as_str()))
    }
}

impl Row for Payment {
    fn id(&self) -> &str {
        &self.key
    }
}

/// By what a payment is found.
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
