//! The invariants, each a sentence. They hold after every step:
//!
//! - No payment is charged, captured or refunded beyond what its merchant asked for.
//! - No change is carried out twice, and none after its call has reported `not_done`.
//! - Whatever a call reports is true of the gateway, or the outcome is `unknown`. Every failed change has an outcome.
//! - A response about another payment is never reported.
//! - Right credentials are never reported as wrong.
//! - An event tells the merchant's code nothing that is not true of the gateway.
//! - No event is handled by two listeners within a lease, and none is given out again once it is done
//!   (`ledger.rs`).
//! - A handler that responds with an error holds no claim, unless the store failed to release it (`handler.rs`).
//!
//! And at the end:
//!
//! - Every success has reached the merchant's code within the gateway's schedule of redeliveries.
//! - Every call has ended. The world itself ends, so nothing waits for ever or makes events without end.
//! - No machine holds more than its orders need.

use itpay::{
    Outcome,
    gopay::{OperationStatus, PreauthorizationState, RecurrenceState, RefundState, State},
    itpay::Status,
    paykit::{PaymentStatus, SubscriptionStatus},
    sandbox::gopay::Payment,
};

use crate::{
    ledger::Record,
    op::{Op, Reply, Report},
    order::Kind,
    world::{Violation, World},
};

impl World {
    fn payment(&self, merchant: usize, id: &str) -> Option<&Payment> {
        self.merchants[merchant].gopay.payment(id.parse().ok()?)
    }

    /// Whether a payment is as this call wants it to be.
    pub fn holds(&self, merchant: usize, op: Op, id: &str) -> bool {
        let Some(payment) = self.payment(merchant, id) else { return false };
        let hold = payment.preauthorization.as_ref();
        match op {
            Op::Capture(_) => payment.state.was_paid() || hold == Some(&PreauthorizationState::Captured),
            Op::VoidAuthorization => payment.state == State::Canceled || hold == Some(&PreauthorizationState::Canceled),
            Op::VoidRecurrence => {
                payment.mandate.as_ref().is_some_and(|mandate| mandate.state == RecurrenceState::Stopped)
            }
            _ => false,
        }
    }

    /// Whatever a call reports is true of the gateway, or the outcome is `unknown`.
    pub fn check_report(&mut self, index: usize, report: &Report) -> Result<(), Violation> {
        let Record { merchant, op, ref id, .. } = self.ledger.calls[index];
        let id = id.clone();
        self.is_true(index, report).map_err(|sentence| Violation {
            sentence: format!("call {index} ({op:?} {id}) {sentence}"),
            payment: Some((merchant, id)),
        })?;
        if let Err(failure) = report {
            self.ledger.calls[index].is_not_done = failure.outcome == Some(Outcome::NotDone);
        }
        Ok(())
    }

    fn is_true(&self, index: usize, report: &Report) -> Result<(), String> {
        let Record { merchant, op, ref id, held_before, in_transit, processed, is_faulted, .. } =
            self.ledger.calls[index];
        let is_done = processed > 0 || held_before || self.holds(merchant, op, id);
        match report {
            Ok(reply) => {
                if op.is_change() && !is_done {
                    return Err("reports success, and the gateway has not done it".into());
                }
                self.is_reply_true(merchant, op, id, reply)
            }
            Err(failure) => {
                // Another call may have asked for the token of this one, and got the page of a filter.
                if !is_faulted && failure.is_authentication && !failure.is_page {
                    return Err("reports wrong credentials, and they are right".into());
                }
                if !op.is_change() {
                    return Ok(());
                }
                match failure.outcome {
                    None => Err(format!("fails without an outcome: {}", failure.message)),
                    Some(Outcome::Done) if !is_done => Err("reports done, and the gateway has not done it".into()),
                    Some(Outcome::NotDone) if processed > 0 => {
                        Err("reports not_done, and the gateway has done it".into())
                    }
                    Some(Outcome::NotDone) if in_transit > 0 => {
                        Err("reports not_done, and its request may still arrive".into())
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// A reply is about the payment of its call, and its state was true.
    fn is_reply_true(&self, merchant: usize, op: Op, id: &str, reply: &Reply) -> Result<(), String> {
        let about = |reported: &str, is_true: bool, state: &str| {
            if reported != id && op != Op::CreatePayment {
                Err(format!("reports about {reported}"))
            } else if is_true {
                Ok(())
            } else {
                Err(format!("reports {state}, which is not true"))
            }
        };
        match reply {
            Reply::Intent { id: reported, status } => {
                let is_end = op != Op::WaitForIntent || Status::from(status.clone()).is_terminal();
                about(reported, is_end && self.intent_was(merchant, id, status), status)
            }
            Reply::Qr { payment_intent_id } => about(payment_intent_id, true, ""),
            Reply::Payment { id: reported, state } => match op {
                Op::CreatePayment | Op::Charge(_) => self.exists(merchant, reported),
                _ => about(reported, self.payment_was(merchant, id, &State::from(state.clone())), state),
            },
            Reply::Changed(OperationStatus::Finished) if matches!(op, Op::Capture(_) | Op::VoidAuthorization) => {
                let is_true = self.holds(merchant, op, id);
                if is_true { Ok(()) } else { Err("reports that it is finished, and it is not".into()) }
            }
            Reply::Checkout { id: reported } => match op {
                Op::CreatePayment => self.exists(merchant, reported),
                _ => about(reported, true, ""),
            },
            Reply::PayKitPayment { id: reported, status } => {
                about(reported, self.paykit_status_was(merchant, reported, *status), &format!("{status:?}"))
            }
            Reply::Subscription { id: reported, status } => {
                let is_true = *status != SubscriptionStatus::Canceled || self.is_subscription_over(merchant, reported);
                about(reported, is_true, &format!("{status:?}"))
            }
            Reply::Refunded { payment_id, amount } => {
                about(payment_id, op == Op::Refund(*amount), &format!("a refund of {amount}"))
            }
            Reply::Changed(_) | Reply::Events(_) => Ok(()),
        }
    }

    fn exists(&self, merchant: usize, id: &str) -> Result<(), String> {
        let is_known = self.payment(merchant, id).is_some();
        if is_known { Ok(()) } else { Err(format!("reports about {id}, which does not exist")) }
    }

    fn intent_was(&self, merchant: usize, id: &str, status: &str) -> bool {
        self.merchants[merchant].itpay.intent(id).is_some_and(|intent| {
            status == "pending" || intent.history.iter().any(|change| change.status.as_str() == status)
        })
    }

    fn payment_was(&self, merchant: usize, id: &str, state: &State) -> bool {
        self.payment(merchant, id).is_some_and(|payment| {
            *state == State::Created || payment.history.iter().any(|change| change.state == *state)
        })
    }

    fn paykit_status_was(&self, merchant: usize, id: &str, status: PaymentStatus) -> bool {
        let intent = |statuses: &[&str]| statuses.iter().any(|status| self.intent_was(merchant, id, status));
        let payment = |states: &[State]| states.iter().any(|state| self.payment_was(merchant, id, state));
        match status {
            PaymentStatus::Pending | PaymentStatus::Processing => intent(&["pending"]) || payment(&[State::Created]),
            PaymentStatus::RequiresCapture => payment(&[State::Authorized]),
            PaymentStatus::Succeeded => intent(&["succeeded"]) || payment(&[State::Paid]),
            PaymentStatus::Canceled => intent(&["cancelled"]) || payment(&[State::Canceled, State::Timeouted]),
            PaymentStatus::Failed => intent(&["failed", "expired"]) || payment(&[State::Canceled, State::Timeouted]),
        }
    }

    fn is_subscription_over(&self, merchant: usize, id: &str) -> bool {
        self.holds(merchant, Op::VoidRecurrence, id)
            || [State::Canceled, State::Timeouted].iter().any(|state| self.payment_was(merchant, id, state))
    }

    /// An event tells the merchant's code nothing that is not true of the gateway.
    pub fn check_event(&self, index: usize) -> Result<(), Violation> {
        let delivery = &self.deliveries[index];
        let (merchant, id) = (delivery.merchant, &delivery.payment);
        let is_true = match delivery.event_type() {
            "payment_intent.succeeded" => self.intent_was(merchant, id, "succeeded"),
            "payment.succeeded" | "invoice.generated" | "PAID" => {
                self.intent_was(merchant, id, "succeeded") || self.payment_was(merchant, id, &State::Paid)
            }
            "refund.created" => self.payment(merchant, id).is_some_and(|payment| !payment.refunds.is_empty()),
            "subscription.canceled" => {
                let first = self.payment(merchant, id).and_then(|payment| payment.parent_id);
                let first = first.map_or(id.clone(), |first| first.to_string());
                self.is_subscription_over(merchant, &first)
            }
            _ => true,
        };
        if is_true {
            return Ok(());
        }
        let sentence = format!("delivery {index} tells of {} of {id}, which is not true", delivery.event_type());
        Err(Violation { sentence, payment: Some((merchant, id.clone())) })
    }

    /// No payment is charged, captured or refunded beyond what its merchant asked for.
    pub fn check_money(&self, index: usize) -> Result<(), Violation> {
        let Record { merchant, op, ref id, processed, is_not_done, .. } = self.ledger.calls[index];
        let violation = |sentence: String| Err(Violation { sentence, payment: Some((merchant, id.clone())) });
        if op.is_change() && processed > 1 {
            return violation(format!("call {index} ({op:?} {id}) was carried out {processed} times"));
        }
        if is_not_done && processed > 0 {
            return violation(format!("call {index} ({op:?} {id}) reported not_done, and was carried out afterwards"));
        }
        let Some(payment) = self.payment(merchant, id) else { return Ok(()) };
        let asked_for = |amount_of: &dyn Fn(Op) -> Option<i64>| -> i64 {
            let calls = self.ledger.calls.iter();
            let own = calls.filter(|call| call.merchant == merchant && call.id == *id && !call.is_not_done);
            own.filter_map(|call| amount_of(call.op)).sum()
        };
        match op {
            Op::Refund(_) => {
                let own = payment.refunds.iter().filter(|refund| refund.state != RefundState::Failed);
                let refunded: i64 = own.map(|refund| refund.amount).sum();
                let wanted = asked_for(&|op| if let Op::Refund(amount) = op { Some(amount) } else { None });
                if refunded > wanted {
                    return violation(format!("payment {id}: {refunded} was refunded, {wanted} was asked for"));
                }
            }
            Op::Charge(_) => {
                let payments = self.merchants[merchant].gopay.payments().iter();
                let children = payments.filter(|child| child.parent_id == Some(payment.id));
                let charged: i64 = children.map(|child| child.order.amount).sum();
                let wanted = asked_for(&|op| if let Op::Charge(amount) = op { Some(amount) } else { None });
                if charged > wanted {
                    return violation(format!("subscription {id}: {charged} was charged, {wanted} was asked for"));
                }
            }
            Op::Capture(part) => {
                let wanted = part.unwrap_or(payment.order.amount);
                if payment.paid > wanted {
                    return violation(format!("payment {id}: {} was captured, {wanted} was asked for", payment.paid));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Every call has ended, every success has reached its merchant, and no machine has grown beyond its orders.
    pub fn at_the_end(&self) -> Result<(), Violation> {
        if self.running.iter().any(Option::is_some) {
            return Err("a call has not ended, and waits for nothing that will come".to_owned().into());
        }
        for merchant in 0..self.merchants.len() {
            let itpay = self.merchants[merchant].itpay.intents();
            let paid = itpay.iter().filter(|intent| intent.status == Status::Succeeded).map(|intent| &intent.params.id);
            let gopay = self.merchants[merchant].gopay.payments();
            // GoPay sends one notification for each state, and each shows the current state.
            let sold = gopay.iter().filter(|payment| payment.parent_id.is_none() && payment.paid > 0);
            let known = |payment: &u64| self.is_known_order(merchant, &payment.to_string());
            let sold = sold.map(|payment| payment.id).filter(known).map(|id| id.to_string());
            for id in paid.cloned().chain(sold) {
                if !self.ledger.fulfilled.contains_key(&(merchant, id.clone())) {
                    let sentence =
                        format!("payment {id} of shop {merchant} was paid, and its code never learned of it");
                    return Err(Violation { sentence, payment: Some((merchant, id)) });
                }
            }
            let cached = self.merchants[merchant].cache.len();
            if cached > 1 {
                return Err(format!("shop {merchant} has {cached} tokens in its cache").into());
            }
        }
        Ok(())
    }

    /// Whether an order has this payment. An order whose creation had an unknown outcome has another one.
    fn is_known_order(&self, merchant: usize, id: &str) -> bool {
        let mut own = self.orders.iter().filter(|order| order.merchant == merchant && order.kind != Kind::ItPay);
        own.any(|order| order.id.as_deref() == Some(id))
    }
}
