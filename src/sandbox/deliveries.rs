//! Webhooks on their way: what is due when, which waits for which, and a log of every attempt.
//!
//! A delivery is tried until a 2xx, with pauses that double, and given up after ten tries. The pages show no
//! schedule: this one is the sandbox's own, long enough for a merchant that is away for some minutes.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet, VecDeque},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::table::{Row, Table};

const MAX_TRIES: u32 = 10;
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 60_000;

/// An event and its way to the merchant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Delivery {
    /// The event's id: the same at every attempt.
    pub id: String,
    /// Such as `payment_intent.succeeded`.
    pub event_type: String,
    /// The intent that it is about. Its deliveries arrive in the order in which they were made.
    pub intent_id: String,
    /// Where it goes.
    pub url: String,
    /// The event as it is sent and signed.
    pub body: String,
    /// Unix milliseconds.
    pub created_at: u64,
    /// How far it has come.
    pub progress: Progress,
    /// What was tried, in order.
    pub attempts: Vec<Attempt>,
}

/// How far a delivery has come.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Progress {
    /// Tried often enough.
    Abandoned,
    /// The merchant has it.
    Delivered,
    /// Being posted.
    InFlight {
        /// Unix milliseconds.
        since: u64,
        /// How many tries went wrong.
        failures: u32,
    },
    /// To be posted.
    Waiting {
        /// Unix milliseconds; later if an earlier delivery of the intent is not done by then.
        due: u64,
        /// How many tries went wrong.
        failures: u32,
    },
}

/// One try.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Attempt {
    /// When it was sent, in Unix milliseconds.
    pub at: u64,
    /// How long the answer took, in milliseconds.
    pub duration: u64,
    /// The HTTP status; none if there was no answer.
    pub status: Option<u16>,
}

/// Every delivery there has been.
pub(super) struct Deliveries {
    log: Table<Delivery>,
    /// What is not done yet, by intent and in order.
    queues: BTreeMap<String, VecDeque<usize>>,
    /// When the first of each queue is due, unless it is in flight.
    due: BTreeSet<(u64, usize)>,
}

impl Deliveries {
    pub fn new() -> Deliveries {
        Deliveries { log: Table::new(), queues: BTreeMap::new(), due: BTreeSet::new() }
    }

    /// Takes over a delivery. One that was in flight when the process ended is sent again. None if its id is taken.
    pub fn push(&mut self, mut delivery: Delivery) -> Option<()> {
        if let Progress::InFlight { since, failures } = delivery.progress {
            delivery.progress = Progress::Waiting { due: since, failures };
        }
        let waits = matches!(delivery.progress, Progress::Waiting { .. });
        let place = self.log.push(delivery)?;
        if waits {
            self.line_up(place);
        }
        Some(())
    }

    /// The next that is due, now in flight.
    pub fn start(&mut self, now_ms: u64) -> Option<&Delivery> {
        let (due, place) = *self.due.first().filter(|(due, _)| *due <= now_ms)?;
        self.due.remove(&(due, place));
        let delivery = self.log.at_mut(place)?;
        if let Progress::Waiting { failures, .. } = delivery.progress {
            delivery.progress = Progress::InFlight { since: now_ms, failures };
        }
        Some(delivery)
    }

    /// How it went. A report about something that is not in flight changes nothing.
    pub fn finish(&mut self, id: &str, status: Option<u16>, now_ms: u64) {
        let Some(place) = self.log.place(id) else { return };
        let Some(delivery) = self.log.at_mut(place) else { return };
        let Progress::InFlight { since, failures } = delivery.progress else { return };
        delivery.attempts.push(Attempt { at: since, duration: now_ms.saturating_sub(since), status });
        delivery.progress = match (status, failures + 1) {
            (Some(200..=299), _) => Progress::Delivered,
            (_, MAX_TRIES..) => Progress::Abandoned,
            (_, failures) => {
                let pause = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(31)).min(LONGEST_PAUSE);
                Progress::Waiting { due: now_ms.saturating_add(pause), failures }
            }
        };
        if let Progress::Waiting { due, .. } = delivery.progress {
            self.due.insert((due, place));
            return;
        }
        if let Some(queue) = self.queues.get_mut(&delivery.intent_id) {
            queue.pop_front();
            match queue.front() {
                Some(next) => {
                    let next = *next;
                    self.schedule(next);
                }
                None => {
                    self.queues.remove(&delivery.intent_id);
                }
            }
        }
    }

    /// Sends it (again) as soon as its turn comes, with all tries before it. None if there is no such delivery.
    pub fn again(&mut self, id: &str, now_ms: u64) -> Option<()> {
        let place = self.log.place(id)?;
        let delivery = self.log.at_mut(place)?;
        let before = core::mem::replace(&mut delivery.progress, Progress::Waiting { due: now_ms, failures: 0 });
        match before {
            Progress::Abandoned | Progress::Delivered => self.line_up(place),
            Progress::InFlight { .. } => delivery.progress = before,
            Progress::Waiting { due, .. } => {
                if self.due.remove(&(due, place)) {
                    self.schedule(place);
                }
            }
        }
        Some(())
    }

    pub fn next_due(&self) -> Option<u64> {
        self.due.first().map(|(due, _)| *due)
    }

    pub fn rows(&self) -> &[Delivery] {
        self.log.rows()
    }

    fn line_up(&mut self, place: usize) {
        let Some(delivery) = self.log.at(place) else { return };
        let queue = self.queues.entry(delivery.intent_id.to_owned()).or_default();
        queue.push_back(place);
        if queue.len() == 1 {
            self.schedule(place);
        }
    }

    fn schedule(&mut self, place: usize) {
        if let Some(Delivery { progress: Progress::Waiting { due, .. }, .. }) = self.log.at(place) {
            self.due.insert((*due, place));
        }
    }
}

impl Row for Delivery {
    fn id(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(id: &str, intent_id: &str) -> Delivery {
        Delivery {
            id: id.to_owned(),
            event_type: "payment_intent.succeeded".to_owned(),
            intent_id: intent_id.to_owned(),
            url: "https://merchant.example".to_owned(),
            body: "{}".to_owned(),
            created_at: 0,
            progress: Progress::Waiting { due: 0, failures: 0 },
            attempts: Vec::new(),
        }
    }

    fn start(deliveries: &mut Deliveries, now_ms: u64) -> Option<String> {
        deliveries.start(now_ms).map(|delivery| delivery.id.clone())
    }

    #[test]
    fn a_later_event_of_an_intent_waits_for_the_earlier_one_and_those_of_others_do_not() {
        let mut deliveries = Deliveries::new();
        for (id, intent_id) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            deliveries.push(delivery(id, intent_id)).expect("a new id");
        }
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("a1"));
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("b1"));
        assert_eq!(start(&mut deliveries, 0), None);
        deliveries.finish("a1", None, 0);
        deliveries.again("a2", 0).expect("a known id");
        assert_eq!(start(&mut deliveries, 999), None, "a1 is to be tried again first");
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a1"));
        deliveries.finish("a1", Some(204), 1_000);
        deliveries.again("a1", 1_000).expect("a known id");
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a2"));
        assert_eq!(start(&mut deliveries, 1_000), None, "what is delivered again goes to the end");
        deliveries.finish("a2", Some(200), 1_000);
        assert_eq!(start(&mut deliveries, 1_000).as_deref(), Some("a1"));
    }

    #[test]
    fn an_event_that_was_given_up_no_longer_holds_up_the_next() {
        let mut deliveries = Deliveries::new();
        deliveries.push(delivery("a1", "a")).expect("a new id");
        deliveries.push(delivery("a2", "a")).expect("a new id");
        for _ in 0..MAX_TRIES {
            let due = deliveries.next_due().expect("a1 is to be tried");
            assert_eq!(start(&mut deliveries, due).as_deref(), Some("a1"));
            deliveries.finish("a1", Some(500), due);
        }
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("a2"));
    }
}
