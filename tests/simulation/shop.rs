//! The code of the merchants' own: what they do when a call has ended, and after a crash.

use itpay::Outcome;

use crate::{
    ledger::Ask,
    merchant::{Kind, Op, Reply, Report},
    world::{Broken, Event, World},
};

/// How often a merchant tries the same thing.
const MAX_TRIES: u32 = 8;

impl World {
    /// A call of an order has ended.
    pub fn go_on(&mut self, index: usize, report: Report) -> Result<(), Broken> {
        let Ask { order: Some(order), op, .. } = self.ledger.asks[index] else { return Ok(()) };
        match report {
            Ok(reply) => self.succeeded(order, op, reply),
            Err(error) => self.try_again(order, op, error.outcome.as_ref()),
        }
        Ok(())
    }

    fn succeeded(&mut self, index: usize, op: Op, reply: Reply) {
        match (op, reply) {
            (Op::CreateIntent, _) => self.soon(index, Op::GenerateQr),
            (Op::GenerateQr, _) => self.shown(index),
            (Op::RetrieveIntent, Reply::Intent { status, .. }) if status == "pending" => {
                self.soon(index, Op::GenerateQr)
            }
            (Op::RetrieveIntent, _) => self.shown(index),
            (Op::CreatePayment, Reply::Payment { id, .. }) => {
                self.orders[index].id = Some(id);
                self.shown(index);
            }
            _ => {}
        }
    }

    /// The payer sees the code or the payment page.
    fn shown(&mut self, index: usize) {
        let order = &mut self.orders[index];
        if core::mem::replace(&mut order.payer_came, true) {
            return;
        }
        let (after, waits) = (order.rng.between(1_000, 600_000), order.waits && order.kind == Kind::ItPay);
        self.after(after, Event::PayerComes(index));
        if waits {
            self.soon(index, Op::WaitForIntent);
        }
    }

    /// What can be repeated is repeated. Money that may have moved is not moved again.
    fn try_again(&mut self, index: usize, op: Op, outcome: Option<&Outcome>) {
        let order = &mut self.orders[index];
        if order.tries >= MAX_TRIES || op == Op::WaitForIntent {
            return;
        }
        let is_sure = outcome == Some(&Outcome::NotDone);
        let op = match op {
            // Whether it has a code already, only a look can tell.
            Op::GenerateQr => Op::RetrieveIntent,
            op if !op.is_change() || is_sure || op.is_safe_to_repeat() => op,
            _ => return,
        };
        order.tries += 1;
        let after = order.rng.between(1_000, 60_000);
        self.after(after, Event::Ask { order: index, op });
    }

    fn soon(&mut self, order: usize, op: Op) {
        self.after(10, Event::Ask { order, op });
    }

    /// The call was lost with its process. The merchant finds its order half done.
    pub fn resume_after_crash(&mut self, index: usize) {
        let Ask { order: Some(order), op, .. } = self.ledger.asks[index] else { return };
        self.try_again(order, op, None);
    }

    /// A listener has handled the success of a payment. The staff goes on from there.
    pub fn fulfil(&mut self, merchant: usize, id: &str) {
        *self.ledger.fulfilled.entry((merchant, id.to_owned())).or_default() += 1;
        let own = |order: &crate::merchant::Order| order.merchant == merchant && order.id.as_deref() == Some(id);
        let Some(index) = self.orders.iter().position(own) else { return };
        if core::mem::replace(&mut self.orders[index].staff_started, true) {
            return;
        }
        for (after, op) in self.orders[index].staff.clone() {
            self.after(after, Event::Ask { order: index, op });
        }
    }
}
