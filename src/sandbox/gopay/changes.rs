//! Changes of payments and their consequences.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{
    gateway::Sandbox,
    notifications::{Notification, is_notified, with_id},
    orders::Order,
    payments::{Change, Payment, key},
    transitions::{Action, Operation},
};
use crate::{
    gopay::{OperationStatus as Outcome, State},
    sandbox::{context::CallContext, deliveries::DeliveryState},
};

impl Sandbox {
    /// Adds an unpaid charge of a recurrence. Returns its index.
    pub(super) fn create_charge(&mut self, parent: usize, order: Order, context: CallContext<'_>) -> Option<usize> {
        let id = self.next_id(context);
        let child = self.payments.get(parent)?.charge(id, order, context.now_ms);
        self.add(child)
    }

    /// Pays or declines a new charge, as [`Sandbox::set_outcome`] says.
    pub(super) fn settle_charge(&mut self, child: usize, context: CallContext<'_>) {
        let action = match self.outcome(Operation::Charge) {
            Outcome::Finished => Action::Pay,
            Outcome::Failed => Action::Decline { sub_state: "_5006".to_owned() },
            _ => return,
        };
        // Infallible: the charge is new.
        self.change(child, context, |payment| payment.apply(&action, context.now_ms)).ok();
    }

    /// Changes a payment and updates what depends on it: due times, notifications, the recurrence's failures.
    pub(super) fn change<E>(
        &mut self,
        index: usize,
        context: CallContext<'_>,
        change: impl FnOnce(&mut Payment) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(payment) = self.payments.get_mut(index) else { return Ok(()) };
        let (due, known) = (payment.due(), payment.history.len());
        change(payment)?;
        self.follow(index, due, known, context);
        Ok(())
    }

    /// Updates what depends on a payment, given its due time and the length of its history before the change.
    fn follow(&mut self, index: usize, due: Option<u64>, known: usize, context: CallContext<'_>) {
        let Some(payment) = self.payments.get(index) else { return };
        if let Some(due) = due {
            self.due.remove(&(due, index));
        }
        self.due.extend(payment.due().map(|due| (due, index)));
        let (id, parent_id) = (payment.id, payment.parent_id);
        let entered: Vec<Change> = payment.history.iter().skip(known).cloned().collect();
        let url = self.config.notification_url.as_ref().or(payment.order.notification_url.as_ref());
        let url = url.map(|url| with_id(url, id, parent_id));
        for change in entered {
            if let Some(url) = url.as_ref().filter(|_| is_notified(&change.state)) {
                self.notifications.push(Notification {
                    id: self.ids.next_id("ntf", context.now_ms, context.random),
                    payment_id: id,
                    payment_state: change.state.clone(),
                    url: url.clone(),
                    created_at: context.now_ms,
                    progress: DeliveryState::Waiting { due: context.now_ms, failures: 0 },
                    attempts: Vec::new(),
                });
            }
            self.count_charge(parent_id, &change.state, context.now_ms);
            self.changes.push((id, change));
        }
    }

    /// Tells a recurrence how one of its charges ended.
    fn count_charge(&mut self, parent_id: Option<u64>, state: &State, now_ms: u64) {
        let paid = match state {
            State::Paid => true,
            State::Canceled | State::Timeouted => false,
            _ => return,
        };
        let index = parent_id.and_then(|parent_id| self.payments.index(&key(parent_id)));
        let parent = index.and_then(|index| self.payments.get_mut(index));
        if let Some(mandate) = parent.and_then(|parent| parent.mandate.as_mut()) {
            mandate.count(paid, now_ms);
        }
    }

    pub(super) fn add(&mut self, payment: Payment) -> Option<usize> {
        let (id, due, history) = (payment.id, payment.due(), payment.history.clone());
        let index = self.payments.push(payment)?;
        self.due.extend(due.map(|due| (due, index)));
        self.changes.extend(history.into_iter().map(|change| (id, change)));
        Some(index)
    }

    /// Returns a new id. Payments and refunds share one sequence.
    pub(super) fn next_id(&mut self, context: CallContext<'_>) -> u64 {
        let [step, ..] = *context.random;
        self.last_id = self.last_id.saturating_add(1 + u64::from(step));
        self.last_id
    }

    pub(super) fn outcome(&self, operation: Operation) -> Outcome {
        self.outcomes.get(&operation).cloned().unwrap_or(Outcome::Finished)
    }
}
