//! What is known about a call that moves money once it has failed. Such a call is never sent twice: GoPay cannot
//! tell the second from the first, and refunds are known to time out and succeed (gopay-php-api#34).

use alloc::vec::Vec;

use super::{Payment, PreauthorizationState, RecurrenceState, Refund, RefundState, State, error_body::has_code};
use crate::{ApiError, Error, retry::Failure};

/// How far the gateway's clock may be from the caller's estimate of it, in milliseconds.
const CLOCK_MARGIN: u64 = 60_000;

/// What became of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was done. Sending it again would do it twice.
    Done,
    /// It was not done, and will not be.
    NotDone,
    /// It may have been done, or may yet be.
    Unknown,
}

impl Outcome {
    /// Stable, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::NotDone => "not_done",
            Outcome::Unknown => "unknown",
        }
    }
}

/// What a call wants to be true.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operation {
    /// The money that was blocked is taken.
    Captured,
    /// There is a payment to pay. Nobody is charged by that.
    Created,
    /// The payer was charged again.
    Recurred,
    /// So much went back.
    Refunded {
        /// In minor units.
        amount: i64,
    },
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
    /// Its refunds, if they could be read.
    pub refunds: Option<Vec<Refund>>,
    /// When the call was sent by the gateway's own clock, in Unix milliseconds, if that is known.
    pub sent_at: Option<u64>,
}

impl Operation {
    /// Whether a look at the payment, and at its refunds, can show that it came true.
    pub fn shows(&self) -> (bool, bool) {
        match self {
            Operation::Created | Operation::Recurred => (false, false),
            Operation::Refunded { .. } => (true, true),
            _ => (true, false),
        }
    }

    /// Whether a refusal says that it was true before: 351, 353, 342. Which name belongs to which number is
    /// inferred, so the payment itself must show it, too.
    pub fn was_true_before(&self, error: &Error, payment: &Payment) -> bool {
        let Error::Api(error) = error else { return false };
        self.is_said_true_by(error) && self.holds_in(payment) == Some(true)
    }

    /// As far as the refusal goes.
    pub fn is_said_true_by(&self, error: &ApiError) -> bool {
        match self {
            Operation::Captured => has_code(error, 351, "PAYMENT_CAPTURE_DONE"),
            Operation::AuthorizationVoided => has_code(error, 353, "PAYMENT_AUTH_VOID_DONE"),
            Operation::RecurrenceVoided => has_code(error, 342, "PAYMENT_RECURRENCE_STOPPED"),
            Operation::Created | Operation::Recurred | Operation::Refunded { .. } => false,
        }
    }

    /// What became of the call.
    pub fn outcome(&self, failure: Failure, seen: &Observation) -> Outcome {
        let gateway_gave_up = match failure {
            Failure::ConnectionRefused => return Outcome::NotDone,
            Failure::Status { status: 408, .. } => false,
            Failure::Status { status: 400..=499, .. } => return Outcome::NotDone,
            // It answered itself. A proxy that answers 502 or 504 says nothing about what goes on behind it.
            Failure::Status { status, .. } => matches!(status, 500 | 503),
            Failure::IncompleteResponse | Failure::NoResponse => false,
        };
        let holds = match self {
            Operation::Refunded { amount } => refunded(*amount, seen),
            _ => seen.payment.as_ref().and_then(|payment| self.holds_in(payment)),
        };
        match holds {
            Some(true) => Outcome::Done,
            Some(false) if gateway_gave_up => Outcome::NotDone,
            // It is not there, but it may still be on its way.
            Some(false) | None => Outcome::Unknown,
        }
    }

    fn holds_in(&self, payment: &Payment) -> Option<bool> {
        let step = payment.preauthorization.as_ref().and_then(|preauthorization| preauthorization.state.as_ref());
        match self {
            Operation::Captured => Some(payment.state.was_paid() || step == Some(&PreauthorizationState::Captured)),
            Operation::AuthorizationVoided => {
                Some(payment.state == State::Canceled || step == Some(&PreauthorizationState::Canceled))
            }
            Operation::RecurrenceVoided => {
                Some(payment.recurrence.as_ref()?.state.as_ref()? == &RecurrenceState::Stopped)
            }
            Operation::Created | Operation::Recurred | Operation::Refunded { .. } => None,
        }
    }

    /// The rest of a sentence, for people.
    pub fn advice(&self, outcome: Outcome) -> &'static str {
        match (outcome, self) {
            (Outcome::Done, _) => "GoPay shows that it was done: don't send it again",
            (Outcome::NotDone, _) => "it was not done",
            (Outcome::Unknown, Operation::Created) => {
                "a payment may be there that nobody has a link to: creating another charges nobody twice"
            }
            (Outcome::Unknown, _) => "whether it was done is not known: look at the payment before you send it again",
        }
    }
}

fn refunded(amount: i64, seen: &Observation) -> Option<bool> {
    let all_of_it = |payment: &Payment| payment.state == State::Refunded && payment.amount == Some(amount);
    if seen.payment.as_ref().is_some_and(all_of_it) {
        return Some(true);
    }
    let mut answer = Some(false);
    for refund in seen.refunds.as_ref()?.iter().filter(|refund| refund.amount == amount) {
        match (refund.requested_at, seen.sent_at) {
            (Some(requested), Some(sent)) if requested.saturating_add(CLOCK_MARGIN) < sent => {}
            (Some(_), Some(_)) if refund.state == RefundState::Failed => {}
            (Some(_), Some(_)) => return Some(true),
            // The same amount, and no way to tell whether it is this call's.
            _ => answer = None,
        }
    }
    answer
}
