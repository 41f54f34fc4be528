//! The merchants' own code: what it does after a call, after a success, and after a crash.

use itpay::Outcome;

use crate::{
    ledger::Record,
    op::{Op, Reply, Report},
    order::Kind,
    world::{Actor, Event, Violation, World},
};

/// How often a merchant tries the same thing.
const MAX_TRIES: u32 = 8;
/// How often a merchant's process crashes.
const MAX_CRASHES: u32 = 3;

impl World {
    /// A call of an order has ended.
    pub fn go_on(&mut self, index: usize, report: Report) {
        let Record { order: Some(order), op, .. } = self.ledger.calls[index] else { return };
        if matches!(op, Op::Refund(_)) {
            let is_known = !matches!(&report, Err(failure) if failure.outcome == Some(Outcome::Unknown));
            self.orders[order].refunding.end(is_known, self.now);
        }
        match report {
            Ok(reply) => self.succeeded(order, op, reply),
            Err(failure) => self.try_again(index, failure.outcome.as_ref()),
        }
    }

    fn succeeded(&mut self, index: usize, op: Op, reply: Reply) {
        match (op, reply) {
            (Op::CreateIntent, Reply::Intent { .. }) => self.soon(index, Op::GenerateQr),
            (Op::RetrieveIntent, Reply::Intent { status, .. }) if status == "pending" => {
                self.soon(index, Op::GenerateQr)
            }
            (Op::CreateIntent | Op::GenerateQr | Op::RetrieveIntent, _) => self.shown(index),
            (
                Op::CreatePayment,
                Reply::Payment { id, .. }
                | Reply::Checkout { id }
                | Reply::PayKitPayment { id, .. }
                | Reply::Subscription { id, .. },
            ) => {
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
        let wait = if World::uses_paykit(order.merchant) { Op::RetrieveIntent } else { Op::WaitForIntent };
        self.after(after, Event::PayerComes(index));
        if waits {
            self.soon(index, wait);
        }
    }

    /// Repeats what can be repeated. Money that may have moved is not moved again.
    fn try_again(&mut self, call: usize, outcome: Option<&Outcome>) {
        let Record { order: Some(index), op, in_back_office, .. } = self.ledger.calls[call] else { return };
        let order = &mut self.orders[index];
        if order.tries >= MAX_TRIES || op == Op::WaitForIntent {
            return;
        }
        let is_sure = outcome == Some(&Outcome::NotDone);
        let op = match op {
            // Only a read shows whether it has a code already.
            Op::GenerateQr => Op::RetrieveIntent,
            op if !op.is_change() || is_sure || op.is_safe_to_repeat() => op,
            _ => return,
        };
        order.tries += 1;
        let after = order.rng.between(1_000, 60_000);
        self.after(after, Event::Ask { order: index, op, in_back_office });
    }

    fn soon(&mut self, order: usize, op: Op) {
        self.after(10, Event::Ask { order, op, in_back_office: false });
    }

    /// A listener has handled the success of a payment. The staff goes on from there.
    pub fn fulfill(&mut self, merchant: usize, id: &str) {
        *self.ledger.fulfilled.entry((merchant, id.to_owned())).or_default() += 1;
        let own = |order: &crate::order::Order| order.merchant == merchant && order.id.as_deref() == Some(id);
        let Some(index) = self.orders.iter().position(own) else { return };
        if core::mem::replace(&mut self.orders[index].staff_started, true) {
            return;
        }
        for (after, op, in_back_office) in self.orders[index].staff.clone() {
            self.after(after, Event::Ask { order: index, op, in_back_office });
        }
    }

    /// The merchant's process may crash during a step: before its next one, or a little later.
    pub fn may_crash(&mut self, merchant: usize) {
        let state = &self.merchants[merchant];
        if self.faults.crashes(state.process.is_some() && state.crashes < MAX_CRASHES) {
            let after = self.rng.below(1_000);
            self.after(after, Event::Crash(merchant));
        }
    }

    /// A call has ended without a report. The merchant finds its order half done.
    pub fn lost(&mut self, index: usize) {
        if let Record { order: Some(order), op: Op::Refund(_), .. } = self.ledger.calls[index] {
            self.orders[order].refunding.end(false, self.now);
        }
        self.try_again(index, None);
    }

    /// The process of a merchant ends at once: its calls, its handlers, its token.
    pub fn crash(&mut self, merchant: usize) -> Result<(), Violation> {
        if self.merchants[merchant].process.is_none() || !self.disturb_handlers(merchant) {
            return Ok(());
        }
        self.log(Actor::Shop(merchant), || "CRASHES".into());
        self.merchants[merchant].process = None;
        self.merchants[merchant].crashes += 1;
        for index in 0..self.running.len() {
            let is_lost = |running: &crate::calls::Running| running.merchant == merchant && !running.in_back_office;
            if self.running[index].as_ref().is_some_and(is_lost) {
                self.running[index] = None;
                self.lost(index);
            }
        }
        self.drop_handlers(merchant);
        let down = self.rng.between(500, 20_000);
        self.after(down, Event::Restart(merchant));
        Ok(())
    }
}
