//! What is known about a call that moves money once it has failed. Such a call is never sent twice: GoPay cannot
//! tell the second from the first, and refunds are known to time out and succeed (gopay-php-api#34).

use alloc::vec::Vec;

use super::{Payment, PreauthorizationState, RecurrenceState, Refund, RefundState, State, error_body::has_code};
use crate::{Error, Outcome, retry::Failure};

/// What a call wants to be true.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operation {
    /// The money that was blocked is taken.
    Captured {
        /// The part of it, in minor units; none for all of it.
        amount: Option<i64>,
    },
    /// There is a payment to pay. Nobody is charged by that.
    Created,
    /// The payer was charged again.
    Recurred,
    /// So much went back.
    Refunded {
        /// In minor units.
        amount: i64,
    },
    /// Whatever a call that is not modeled changes.
    Other,
    /// Nothing is blocked any more.
    AuthorizationVoided,
    /// There are no further charges.
    RecurrenceVoided,
}

/// What the gateway showed after a failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// The payment, if it could be read.
    pub payment: Option<Payment>,
    /// Its refunds that were not known before the call, if they could be read.
    pub refunds: Option<Vec<Refund>>,
    /// When the call was sent, by the gateway's own clock, if that is known.
    pub sent: Option<SentBetween>,
    /// Whether no other refund call of the same payment ran at the same time in the same session.
    pub is_only_refund_call: bool,
    /// How many earlier refund calls of the session, for the same payment and amount, may have made a refund that GoPay
    /// had not listed before.
    pub unlisted_refund_calls: usize,
}

/// The earliest and the latest time at which a call can have been sent, in Unix milliseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "their names say it")]
pub struct SentBetween {
    pub earliest: u64,
    pub latest: u64,
}

impl Operation {
    /// Whether the payment, or the list of its refunds, can show that the change was made.
    pub fn shows(&self) -> (bool, bool) {
        match self {
            Operation::Created | Operation::Other | Operation::Recurred => (false, false),
            Operation::Refunded { .. } => (true, true),
            _ => (true, false),
        }
    }

    /// Whether the error response says that it was true before: 351, 353, 342. Which name belongs to which number is
    /// inferred, so the payment itself must show it, too.
    pub fn was_true_before(&self, error: &Error, payment: &Payment) -> bool {
        self.is_said_true_by(error) && self.holds_in(payment) == Some(true)
    }

    /// The same, as far as the error response goes.
    pub(super) fn is_said_true_by(&self, error: &Error) -> bool {
        let Error::Api(error) = error else { return false };
        match self {
            Operation::Captured { .. } => has_code(error, 351, "PAYMENT_CAPTURE_DONE"),
            Operation::AuthorizationVoided => has_code(error, 353, "PAYMENT_AUTH_VOID_DONE"),
            Operation::RecurrenceVoided => has_code(error, 342, "PAYMENT_RECURRENCE_STOPPED"),
            Operation::Created | Operation::Other | Operation::Recurred | Operation::Refunded { .. } => false,
        }
    }

    /// What became of the call.
    pub fn outcome(&self, failure: Failure, seen: &Observation) -> Outcome {
        let gateway_gave_up = match failure {
            Failure::ConnectionRefused => return Outcome::NotDone,
            Failure::Status { status: 408, .. } => false,
            Failure::Status { status: 400..=499, .. } => return Outcome::NotDone,
            // GoPay itself has responded. A proxy that responds with 502 or 504 does not know whether GoPay made the change.
            Failure::Status { status, .. } => matches!(status, 500 | 503),
            Failure::IncompleteResponse | Failure::NoResponse => false,
        };
        let holds = match self {
            Operation::Refunded { amount } => is_refunded(*amount, seen),
            _ => seen.payment.as_ref().and_then(|payment| self.holds_in(payment)),
        };
        match holds {
            Some(true) => Outcome::Done,
            Some(false) if gateway_gave_up => Outcome::NotDone,
            // It is not there, but it may still be on its way.
            Some(false) | None => Outcome::Unknown,
        }
    }

    /// Whether a payment is as the call wants it to be. That can be so since long before the call, which is as good: none
    /// of these can be done twice.
    pub(super) fn holds_in(&self, payment: &Payment) -> Option<bool> {
        let step = payment.preauthorization.as_ref().and_then(|preauthorization| preauthorization.state.as_ref());
        match self {
            Operation::Captured { amount } => {
                let is_captured = payment.state.was_paid() || step == Some(&PreauthorizationState::Captured);
                match amount {
                    // Captured, but perhaps another part of it.
                    Some(amount) if is_captured && payment.amount != Some(*amount) => None,
                    _ => Some(is_captured),
                }
            }
            Operation::AuthorizationVoided => {
                Some(payment.state == State::Canceled || step == Some(&PreauthorizationState::Canceled))
            }
            Operation::RecurrenceVoided => {
                Some(payment.recurrence.as_ref()?.state.as_ref()? == &RecurrenceState::Stopped)
            }
            Operation::Created | Operation::Other | Operation::Recurred | Operation::Refunded { .. } => None,
        }
    }

    /// The rest of a sentence, for people.
    pub(super) fn advice(&self, outcome: &Outcome) -> &'static str {
        match (outcome, self) {
            (Outcome::Done, _) => "GoPay shows that it was done: don't send it again",
            (Outcome::NotDone, _) => "it was not done",
            (Outcome::Unknown, Operation::Created) => {
                "a payment may be there that nobody has a link to: creating another charges nobody twice"
            }
            _ => "whether it was done is not known: look at the payment before you send it again",
        }
    }
}

/// Whether a refund of this amount was made by this call. A refund that could be older than the call proves nothing, nor
/// does one that another call could have made.
fn is_refunded(amount: i64, seen: &Observation) -> Option<bool> {
    /// GoPay's dates may be cut off to the second, in milliseconds.
    const DATE_PRECISION: u64 = 1_000;
    /// The most by which the clocks behind GoPay's dates and its `Date` headers differ, in milliseconds.
    const CLOCK_SKEW: u64 = 1_000;

    if !seen.is_only_refund_call {
        return None;
    }
    let mut newer = 0;
    for refund in seen.refunds.as_ref()?.iter().filter(|refund| refund.amount == amount) {
        let (requested, sent) = (refund.requested_at?, seen.sent?);
        let is_older = requested.saturating_add(DATE_PRECISION + CLOCK_SKEW) <= sent.earliest;
        let is_newer = requested > sent.latest.saturating_add(CLOCK_SKEW);
        match refund.state {
            _ if is_older => {}
            RefundState::Failed => {}
            _ if is_newer => newer += 1,
            // Another program may have made it right before the call.
            _ => return None,
        }
    }
    match newer {
        0 => Some(false),
        // Each earlier call whose refund was not listed before may have made one of them.
        _ if newer == seen.unlisted_refund_calls + 1 => Some(true),
        // Fewer are explained by earlier calls. More were made by another program, which may have made all of them.
        _ => None,
    }
}
