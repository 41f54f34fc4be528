//! Deliveries of webhooks and notifications: due times, order, retries, and a log of every attempt.
//!
//! A delivery is retried with pauses that double until the merchant receives it, up to a number of attempts. No page
//! shows a schedule. The sandbox's own is long enough for a merchant that is down for some minutes.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet, VecDeque},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::store::{Record, Store};

const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 60_000;

/// A kind of delivery and its rules.
pub(super) trait Deliver: Record {
    /// The number of attempts after which it is abandoned.
    const MAX_ATTEMPTS: u32;
    /// Whether a response's status confirms the delivery.
    fn is_received(status: u16) -> bool;
    /// Deliveries with the same key arrive in order.
    fn queue_key(&self) -> &str;
    fn progress(&mut self) -> &mut DeliveryState;
    fn attempts(&mut self) -> &mut Vec<Attempt>;
}

/// The state of a delivery.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DeliveryState {
    /// All attempts failed.
    Abandoned,
    /// The merchant confirmed it.
    Delivered,
    /// An attempt is running.
    InFlight {
        /// Unix milliseconds.
        since: u64,
        /// The number of failed attempts.
        failures: u32,
    },
    /// The next attempt is scheduled.
    Waiting {
        /// Unix milliseconds. It is later if an earlier delivery of the same payment is pending.
        due: u64,
        /// The number of failed attempts.
        failures: u32,
    },
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Attempt {
    /// When it was sent, in Unix milliseconds.
    pub at: u64,
    /// The time until the response, in milliseconds.
    pub duration: u64,
    /// The HTTP status, or `None` without a response.
    pub status: Option<u16>,
}

/// All deliveries.
pub(super) struct Deliveries<D> {
    log: Store<D>,
    /// Pending deliveries in order, by key.
    queues: BTreeMap<String, VecDeque<usize>>,
    /// When the first delivery of each queue is due, unless it is in flight.
    due: BTreeSet<(u64, usize)>,
}

impl<D: Deliver> Deliveries<D> {
    pub fn new() -> Deliveries<D> {
        Deliveries { log: Store::new(), queues: BTreeMap::new(), due: BTreeSet::new() }
    }

    /// Adds a delivery. One that was in flight when the process ended is sent again. Returns `None` if its id is taken.
    pub fn push(&mut self, mut delivery: D) -> Option<()> {
        let progress = delivery.progress();
        if let DeliveryState::InFlight { since, failures } = *progress {
            *progress = DeliveryState::Waiting { due: since, failures };
        }
        let waits = matches!(progress, DeliveryState::Waiting { .. });
        let index = self.log.push(delivery)?;
        if waits {
            self.enqueue(index);
        }
        Some(())
    }

    /// Returns the next delivery that is due. It is in flight from now on.
    pub fn start(&mut self, now_ms: u64) -> Option<&D> {
        let (due, index) = *self.due.first().filter(|(due, _)| *due <= now_ms)?;
        self.due.remove(&(due, index));
        let delivery = self.log.get_mut(index)?;
        let progress = delivery.progress();
        if let DeliveryState::Waiting { failures, .. } = *progress {
            *progress = DeliveryState::InFlight { since: now_ms, failures };
        }
        Some(delivery)
    }

    /// Records the response to an attempt. A report about a delivery that is not in flight changes nothing.
    pub fn finish(&mut self, id: &str, status: Option<u16>, now_ms: u64) {
        let Some(index) = self.log.index(id) else { return };
        let Some(delivery) = self.log.get_mut(index) else { return };
        let DeliveryState::InFlight { since, failures } = *delivery.progress() else { return };
        delivery.attempts().push(Attempt { at: since, duration: now_ms.saturating_sub(since), status });
        let failures = failures.saturating_add(1);
        *delivery.progress() = if status.is_some_and(D::is_received) {
            DeliveryState::Delivered
        } else if failures >= D::MAX_ATTEMPTS {
            DeliveryState::Abandoned
        } else {
            let pause = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(31)).min(LONGEST_PAUSE);
            DeliveryState::Waiting { due: now_ms.saturating_add(pause), failures }
        };
        if let DeliveryState::Waiting { due, .. } = *delivery.progress() {
            self.due.insert((due, index));
            return;
        }
        let key = delivery.queue_key();
        if let Some(queue) = self.queues.get_mut(key) {
            queue.pop_front();
            match queue.front() {
                Some(next) => {
                    let next = *next;
                    self.schedule(next);
                }
                None => {
                    self.queues.remove(key);
                }
            }
        }
    }

    /// Schedules a delivery now, with all its attempts. Returns `None` if the id is unknown.
    pub fn redeliver(&mut self, id: &str, now_ms: u64) -> Option<()> {
        let index = self.log.index(id)?;
        let delivery = self.log.get_mut(index)?;
        let before = core::mem::replace(delivery.progress(), DeliveryState::Waiting { due: now_ms, failures: 0 });
        match before {
            DeliveryState::Abandoned | DeliveryState::Delivered => self.enqueue(index),
            DeliveryState::InFlight { .. } => *delivery.progress() = before,
            DeliveryState::Waiting { due, .. } => {
                if self.due.remove(&(due, index)) {
                    self.schedule(index);
                }
            }
        }
        Some(())
    }

    pub fn next_due(&self) -> Option<u64> {
        self.due.first().map(|(due, _)| *due)
    }

    pub fn records(&self) -> &[D] {
        self.log.records()
    }

    fn enqueue(&mut self, index: usize) {
        let Some(delivery) = self.log.get(index) else { return };
        let queue = self.queues.entry(delivery.queue_key().to_owned()).or_default();
        queue.push_back(index);
        if queue.len() == 1 {
            self.schedule(index);
        }
    }

    fn schedule(&mut self, index: usize) {
        if let Some(DeliveryState::Waiting { due, .. }) = self.log.get_mut(index).map(Deliver::progress) {
            self.due.insert((*due, index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Delivery;

    fn delivery(id: &str, intent_id: &str) -> Delivery {
        Delivery {
            id: id.to_owned(),
            event_type: "payment_intent.succeeded".to_owned(),
            intent_id: intent_id.to_owned(),
            url: "https://merchant.example".to_owned(),
            body: "{}".to_owned(),
            created_at: 0,
            progress: DeliveryState::Waiting { due: 0, failures: 0 },
            attempts: Vec::new(),
        }
    }

    fn start(deliveries: &mut Deliveries<Delivery>, now_ms: u64) -> Option<String> {
        deliveries.start(now_ms).map(|delivery| delivery.id.clone())
    }

    #[test]
    fn events_of_one_intent_are_delivered_in_order_and_independently_of_other_intents() {
        let mut deliveries = Deliveries::new();
        for (id, intent_id) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            deliveries.push(delivery(id, intent_id)).expect("a new id");
        }
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("a1"));
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("b1"));
        assert_eq!(start(&mut deliveries, 0), None);
        deliveries.finish("a1", None, 0);
        deliveries.redeliver("a2", 0).expect("a known id");
        assert_eq!(start(&mut deliveries, 999), None, "a1 is retried first");
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a1"));
        deliveries.finish("a1", Some(204), 1_000);
        deliveries.redeliver("a1", 1_000).expect("a known id");
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a2"));
        assert_eq!(start(&mut deliveries, 1_000), None, "a redelivery goes to the end of the queue");
        deliveries.finish("a2", Some(200), 1_000);
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a1"));
    }

    #[test]
    fn an_abandoned_event_does_not_block_the_next_one() {
        let mut deliveries = Deliveries::new();
        deliveries.push(delivery("a1", "a")).expect("a new id");
        deliveries.push(delivery("a2", "a")).expect("a new id");
        for _ in 0..Delivery::MAX_ATTEMPTS {
            let due = deliveries.next_due().expect("a1 is due");
            assert_eq!(start(&mut deliveries, due).as_deref(), Some("a1"));
            deliveries.finish("a1", Some(500), due);
        }
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("a2"));
    }
}
