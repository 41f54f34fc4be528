//! The transitions of a payment: which state follows which, and which of them move money.
//!
//! Decided here, as GoPay documents none of it: a payment by bank transfer can be paid for seven days; a payment that
//! ends unpaid stops its recurrence; a partial capture leaves `amount` unchanged, and only the captured part can be
//! refunded; an `ACCEPTED` operation blocks further captures and voids; a lapsed preauthorization counts as voided.

use alloc::{borrow::ToOwned, format, string::String};

use super::{
    error_response::ErrorResponse,
    payments::{BANK, Payment, Queued},
    refunds::Refund,
};
use crate::{
    Error,
    gopay::{OperationStatus as Outcome, PreauthorizationState as Hold, RecurrenceState, RefundState, State},
};

const BANK_EXPIRES_AFTER: u64 = 7 * 24 * 3_600_000;
/// The lifetime of a preauthorization, in milliseconds.
const PREAUTHORIZATION_LIFETIME: u64 = 4 * 24 * 3_600_000;

/// An event at the payer, at a bank or by the passing of time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// The payer cancels.
    Cancel,
    /// The payer chooses a payment method.
    Choose {
        /// The payment method, such as `BANK_ACCOUNT`.
        instrument: String,
    },
    /// The bank declines.
    Decline {
        /// The reason, such as `_5006`.
        sub_state: String,
    },
    /// The preauthorization lapses now.
    Lapse,
    /// The payer pays. A preauthorization is authorized instead.
    Pay,
    /// Accepted operations fail: refunds, a capture, a void.
    Reject,
    /// Accepted operations finish.
    Settle,
    /// The payer or GoPay stops the recurrence.
    StopRecurrence,
    /// The payment times out now.
    TimeOut,
    /// The payer announces a bank transfer.
    Transfer,
}

impl Action {
    /// Reads the name of an action. `detail` is the payment method of `chooseMethod`, or the reason of `decline`.
    pub fn parse(name: &str, detail: Option<String>) -> Result<Action, Error> {
        Ok(match name {
            "cancel" => Action::Cancel,
            "chooseMethod" => Action::Choose { instrument: detail.unwrap_or_else(|| "PAYMENT_CARD".into()) },
            "decline" => Action::Decline { sub_state: detail.unwrap_or_else(|| "_5006".into()) },
            "lapse" => Action::Lapse,
            "pay" => Action::Pay,
            "reject" => Action::Reject,
            "settle" => Action::Settle,
            "stopRecurrence" => Action::StopRecurrence,
            "timeout" => Action::TimeOut,
            "transfer" => Action::Transfer,
            _ => return Err(Error::invalid("action", &format!("is not known: {name}"))),
        })
    }
}

/// An operation whose result can be chosen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Operation {
    Capture,
    Charge,
    Refund,
    VoidAuthorization,
    VoidRecurrence,
}

impl Payment {
    /// Applies an action, or returns why the state does not allow it.
    pub(super) fn apply(&mut self, action: &Action, now_ms: u64) -> Result<(), Error> {
        let is_open = matches!(self.state, State::Created | State::PaymentMethodChosen);
        match action {
            Action::Settle | Action::Reject => return self.finish(*action == Action::Settle, now_ms),
            Action::StopRecurrence => return self.stop_recurrence(),
            Action::Lapse => {
                if self.state != State::Authorized || self.queued.is_some() {
                    return Err(self.not_allowed());
                }
                self.free(now_ms);
                return Ok(());
            }
            _ if !is_open => return Err(self.not_allowed()),
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

    pub(super) fn capture(&mut self, part: Option<i64>, result: &Outcome, now_ms: u64) -> Result<(), ErrorResponse> {
        match (&self.preauthorization, &self.state) {
            (Some(Hold::Captured), _) => {
                return Err(ErrorResponse::rule(351, "the preauthorization was captured already"));
            }
            (Some(Hold::Authorized), State::Authorized) if self.queued.is_none() => {}
            _ => {
                return Err(ErrorResponse::rule(
                    303,
                    "only an AUTHORIZED payment without a pending operation can be captured",
                ));
            }
        }
        let amount = part.unwrap_or(self.order.amount);
        if amount > self.order.amount {
            return Err(ErrorResponse::field("amount", 332, "must not exceed the authorized amount"));
        }
        match result {
            Outcome::Finished => self.take(amount, now_ms),
            Outcome::Accepted => self.queued = Some(Queued::Capture { amount }),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn void_authorization(&mut self, result: &Outcome, now_ms: u64) -> Result<(), ErrorResponse> {
        match (&self.preauthorization, &self.state) {
            (Some(Hold::Canceled), _) => {
                return Err(ErrorResponse::rule(353, "the preauthorization was voided already"));
            }
            (Some(Hold::Authorized), State::Authorized) if self.queued.is_none() => {}
            _ => {
                return Err(ErrorResponse::rule(
                    352,
                    "only an AUTHORIZED payment without a pending operation can be voided",
                ));
            }
        }
        match result {
            Outcome::Finished => self.free(now_ms),
            Outcome::Accepted => self.queued = Some(Queued::VoidAuthorization),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn void_recurrence(&mut self, result: &Outcome) -> Result<(), ErrorResponse> {
        match self.mandate.as_ref().map(|mandate| &mandate.state) {
            None => return Err(ErrorResponse::rule(341, "only the first payment of a recurrence has one")),
            Some(RecurrenceState::Stopped) => return Err(ErrorResponse::rule(342, "the recurrence has ended")),
            Some(RecurrenceState::Started) if self.queued.is_none() => {}
            Some(_) => return Err(ErrorResponse::rule(303, "the recurrence has not started, or is being voided")),
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

    pub(super) fn refund(&mut self, id: u64, amount: i64, result: &Outcome, now_ms: u64) -> Result<(), ErrorResponse> {
        if !matches!(self.state, State::Paid | State::PartiallyRefunded) {
            return Err(ErrorResponse::rule(
                331,
                &format!("a payment that is {} cannot be refunded", self.state.as_str()),
            ));
        }
        if amount <= 0 || amount > self.refundable() {
            let problem = format!("must be from 1 to {}, the refundable rest of the payment", self.refundable());
            return Err(ErrorResponse::field("amount", 332, &problem));
        }
        let state = if *result == Outcome::Failed { RefundState::Failed } else { RefundState::Requested };
        self.refunds.push(Refund { id, state, amount, requested_at: now_ms, changed_at: now_ms });
        if *result == Outcome::Finished {
            let index = self.refunds.len().saturating_sub(1);
            self.settle_refund(index, now_ms);
        }
        Ok(())
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
        // Choosing again does not enter the state again.
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
            self.expires_at = now_ms.saturating_add(PREAUTHORIZATION_LIFETIME);
            self.enter(State::Authorized, now_ms);
        } else {
            self.take(self.order.amount, now_ms);
        }
        Ok(())
    }

    /// Receives the money.
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

    /// Ends the preauthorization without a capture.
    fn free(&mut self, now_ms: u64) {
        self.preauthorization = Some(Hold::Canceled);
        self.enter(State::Canceled, now_ms);
    }

    /// Ends the payment unpaid.
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
            _ => Err(Error::invalid("payment", "has no active recurrence")),
        }
    }

    /// Finishes accepted operations, or fails them.
    fn finish(&mut self, done: bool, now_ms: u64) -> Result<(), Error> {
        let requested = |refund: &Refund| refund.state == RefundState::Requested;
        if self.queued.is_none() && !self.refunds.iter().any(requested) {
            return Err(Error::invalid("payment", "has no accepted operation that is pending"));
        }
        match self.queued.take().filter(|_| done) {
            Some(Queued::Capture { amount }) => self.take(amount, now_ms),
            Some(Queued::VoidAuthorization) => self.free(now_ms),
            Some(Queued::VoidRecurrence) => self.stop_recurrence()?,
            None => {}
        }
        for index in 0..self.refunds.len() {
            match self.refunds.get_mut(index).filter(|refund| requested(refund)) {
                Some(_) if done => self.settle_refund(index, now_ms),
                Some(refund) => (refund.state, refund.changed_at) = (RefundState::Failed, now_ms),
                None => {}
            }
        }
        Ok(())
    }

    fn settle_refund(&mut self, index: usize, now_ms: u64) {
        if let Some(refund) = self.refunds.get_mut(index) {
            (refund.state, refund.changed_at) = (RefundState::Success, now_ms);
        }
        let refunded = self.refunds.iter().filter(|refund| refund.state == RefundState::Success);
        let refunded = refunded.map(|refund| refund.amount).fold(0, i64::saturating_add);
        self.enter(if refunded == self.paid { State::Refunded } else { State::PartiallyRefunded }, now_ms);
    }

    fn not_allowed(&self) -> Error {
        Error::invalid("state", &format!("is {}, which does not allow this action", self.state.as_str()))
    }
}
