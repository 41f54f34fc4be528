//! The promises that must hold after every step, each a sentence.

use itpay::{
    ErrorName, Outcome,
    gopay::{OperationStatus, PreauthorizationState, RecurrenceState, State},
    itpay::Status,
};

use crate::{
    ledger::Ask,
    merchant::{Kind, Op, Reply, Report},
    world::{Broken, World},
};

impl World {
    /// Whether a payment is as this call wants it to be.
    pub fn holds(&self, merchant: usize, op: Op, id: &str) -> bool {
        let Some(payment) = id.parse().ok().and_then(|id| self.merchants[merchant].gopay.payment(id)) else {
            return false;
        };
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

    /// A call reports what is true of the gateway, or that it does not know.
    pub fn check_report(&mut self, index: usize, report: &Report) -> Result<(), Broken> {
        let Ask { merchant, op, ref id, held_before, sent, on_the_way, processed, is_faulted, .. } =
            self.ledger.asks[index];
        let id = id.clone();
        let call = format!("call {index} ({op:?} {id})");
        let is_done = processed > 0 || held_before || self.holds(merchant, op, &id);
        match report {
            Ok(reply) => {
                if op.is_change() && !is_done {
                    return Err(format!("{call} reports success, and the gateway has not done it"));
                }
                if let Reply::Done(OperationStatus::Finished) = reply
                    && matches!(op, Op::Capture(_) | Op::VoidAuthorization)
                    && !self.holds(merchant, op, &id)
                {
                    return Err(format!("{call} reports that it is finished, and it is not"));
                }
                self.check_reply(&call, merchant, op, &id, reply)
            }
            Err(error) => {
                // Another call may have asked for the token of this one, and got the page of a filter.
                let is_page = error.code.starts_with("http_");
                if !is_faulted && !is_page && error.name == ErrorName::Authentication {
                    return Err(format!("{call} is refused for its credentials, which are right"));
                }
                if !op.is_change() {
                    return Ok(());
                }
                match error.outcome {
                    None => Err(format!("{call} fails without an outcome")),
                    Some(Outcome::Done) if !is_done => {
                        Err(format!("{call} reports done, and the gateway has not done it"))
                    }
                    Some(Outcome::NotDone) if processed > 0 => {
                        Err(format!("{call} reports not_done, and the gateway has done it"))
                    }
                    Some(Outcome::NotDone) if on_the_way > 0 => {
                        Err(format!("{call} reports not_done, and its request may still arrive (sent {sent} times)"))
                    }
                    _ => {
                        self.ledger.asks[index].is_not_done = error.outcome == Some(Outcome::NotDone);
                        Ok(())
                    }
                }
            }
        }
    }

    /// A response is about the payment that was asked for, and its state was true.
    fn check_reply(&self, call: &str, merchant: usize, op: Op, id: &str, reply: &Reply) -> Result<(), Broken> {
        match reply {
            Reply::Intent { id: told, .. } | Reply::Qr { payment_intent_id: told } if told != id => {
                Err(format!("{call} reports about {told}"))
            }
            Reply::Intent { status, .. } => {
                let intent = self.merchants[merchant].itpay.intent(id);
                let was = intent.is_some_and(|intent| {
                    intent.history.iter().any(|change| change.status.as_str() == status) || status == "pending"
                });
                let is_end = op != Op::WaitForIntent || Status::from(status.clone()).is_terminal();
                if was && is_end { Ok(()) } else { Err(format!("{call} reports {status}, which is not true")) }
            }
            Reply::Payment { id: told, state } if op == Op::Status => {
                let payment = id.parse().ok().and_then(|id| self.merchants[merchant].gopay.payment(id));
                let was = payment.is_some_and(|payment| {
                    payment.history.iter().any(|change| change.state.as_str() == state) || state == "CREATED"
                });
                if told == id && was {
                    Ok(())
                } else {
                    Err(format!("{call} reports {told} {state}, which is not true"))
                }
            }
            Reply::Payment { id: told, .. } => {
                let known = told.parse().ok().and_then(|id| self.merchants[merchant].gopay.payment(id));
                if known.is_some() { Ok(()) } else { Err(format!("{call} reports about {told}, which does not exist")) }
            }
            _ => Ok(()),
        }
    }

    /// No payment is charged, captured or refunded beyond what its merchant asked for.
    pub fn check_money(&self, index: usize) -> Result<(), Broken> {
        let Ask { merchant, op, ref id, processed, is_not_done, .. } = self.ledger.asks[index];
        if op.is_change() && processed > 1 {
            return Err(format!("call {index} ({op:?} {id}) was carried out {processed} times"));
        }
        if is_not_done && processed > 0 {
            return Err(format!("call {index} ({op:?} {id}) reported not_done, and was carried out afterwards"));
        }
        let Some(payment) = id.parse().ok().and_then(|id| self.merchants[merchant].gopay.payment(id)) else {
            return Ok(());
        };
        let asked = |matches: &dyn Fn(Op) -> Option<i64>| -> i64 {
            let own =
                self.ledger.asks.iter().filter(|ask| ask.merchant == merchant && ask.id == *id && !ask.is_not_done);
            own.filter_map(|ask| matches(ask.op)).sum()
        };
        if matches!(op, Op::Refund(_)) {
            let refunded: i64 = payment
                .refunds
                .iter()
                .filter(|refund| refund.state != itpay::gopay::RefundState::Failed)
                .map(|refund| refund.amount)
                .sum();
            let wanted = asked(&|op| if let Op::Refund(amount) = op { Some(amount) } else { None });
            if refunded > wanted {
                return Err(format!("payment {id}: {refunded} was refunded, {wanted} was asked for"));
            }
        }
        if matches!(op, Op::Charge(_)) {
            let payments = self.merchants[merchant].gopay.payments();
            let charged: i64 = payments
                .iter()
                .filter(|child| child.parent_id == Some(payment.id))
                .map(|child| child.order.amount)
                .sum();
            let wanted = asked(&|op| if let Op::Charge(amount) = op { Some(amount) } else { None });
            if charged > wanted {
                return Err(format!("subscription {id}: {charged} was charged, {wanted} was asked for"));
            }
        }
        Ok(())
    }

    /// Every machine has ended, and every success has reached its merchant.
    pub fn at_the_end(&self) -> Result<(), Broken> {
        if !self.is_idle() {
            return Err("a call neither ended nor waits for something that will come".into());
        }
        for merchant in 0..self.merchants.len() {
            let itpay = self.merchants[merchant].itpay.intents();
            let paid = itpay.iter().filter(|intent| intent.status == Status::Succeeded).map(|intent| &intent.params.id);
            let gopay = self.merchants[merchant].gopay.payments();
            // GoPay sends one notification for each state, and each shows the state of now.
            let sold = gopay.iter().filter(|payment| payment.parent_id.is_none() && payment.paid > 0);
            let known = |payment: &u64| self.is_known_order(merchant, &payment.to_string());
            let sold = sold.map(|payment| payment.id).filter(known).map(|id| id.to_string());
            for id in paid.cloned().chain(sold) {
                if !self.ledger.fulfilled.contains_key(&(merchant, id.clone())) {
                    return Err(format!(
                        "payment {id} of merchant {merchant} was paid, and its listener never succeeded"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether an order has this payment. One whose creation stayed unknown has another.
    fn is_known_order(&self, merchant: usize, id: &str) -> bool {
        let mut own = self.orders.iter().filter(|order| order.merchant == merchant && order.kind != Kind::ItPay);
        own.any(|order| order.id.as_deref() == Some(id))
    }
}
