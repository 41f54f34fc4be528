//! What a gateway tells a merchant, on its way: what is due when, which waits for which, and a log of every attempt.
//!
//! A delivery is tried until the merchant has it, with pauses that double, and given up after so many tries. No page
//! shows a schedule: this one is the sandbox's own, long enough for a merchant that is away for some minutes.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet, VecDeque},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::table::{Row, Table};

const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 60_000;

/// What is delivered, and by which rules.
pub(super) trait Deliver: Row {
    /// After how many tries it is given up.
    const MAX_TRIES: u32;
    /// Whether an answer's status says that the merchant has it.
    fn is_received(status: u16) -> bool;
    /// Deliveries of one line arrive in the order in which they were made.
    fn line(&self) -> &str;
    fn progress(&mut self) -> &mut Progress;
    fn attempts(&mut self) -> &mut Vec<Attempt>;
}

/// An event of ItPay and its way to the merchant.
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
pub(super) struct Deliveries<D> {
    log: Table<D>,
    /// What is not done yet, by line and in order.
    queues: BTreeMap<String, VecDeque<usize>>,
    /// When the first of each queue is due, unless it is in flight.
    due: BTreeSet<(u64, usize)>,
}

impl<D: Deliver> Deliveries<D> {
    pub fn new() -> Deliveries<D> {
        Deliveries { log: Table::new(), queues: BTreeMap::new(), due: BTreeSet::new() }
    }

    /// Takes over a delivery. One that was in flight when the process ended is sent again. None if its id is taken.
    pub fn push(&mut self, mut delivery: D) -> Option<()> {
        let progress = delivery.progress();
        if let Progress::InFlight { since, failures } = *progress {
            *progress = Progress::Waiting { due: since, failures };
        }
        let waits = matches!(progress, Progress::Waiting { .. });
        let place = self.log.push(delivery)?;
        if waits {
            self.line_up(place);
        }
        Some(())
    }

    /// The next that is due, now in flight.
    pub fn start(&mut self, now_ms: u64) -> Option<&D> {
        let (due, place) = *self.due.first().filter(|(due, _)| *due <= now_ms)?;
        self.due.remove(&(due, place));
        let delivery = self.log.at_mut(place)?;
        let progress = delivery.progress();
        if let Progress::Waiting { failures, .. } = *progress {
            *progress = Progress::InFlight { since: now_ms, failures };
        }
        Some(delivery)
    }

    /// How it went. A report about something that is not in flight changes nothing.
    pub fn finish(&mut self, id: &str, status: Option<u16>, now_ms: u64) {
        let Some(place) = self.log.place(id) else { return };
        let Some(delivery) = self.log.at_mut(place) else { return };
        let Progress::InFlight { since, failures } = *delivery.progress() else { return };
        delivery.attempts().push(Attempt { at: since, duration: now_ms.saturating_sub(since), status });
        let failures = failures.saturating_add(1);
        *delivery.progress() = if status.is_some_and(D::is_received) {
            Progress::Delivered
        } else if failures >= D::MAX_TRIES {
            Progress::Abandoned
        } else {
            let pause = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(31)).min(LONGEST_PAUSE);
            Progress::Waiting { due: now_ms.saturating_add(pause), failures }
        };
        if let Progress::Waiting { due, .. } = *delivery.progress() {
            self.due.insert((due, place));
            return;
        }
        let line = delivery.line();
        if let Some(queue) = self.queues.get_mut(line) {
            queue.pop_front();
            match queue.front() {
                Some(next) => {
                    let next = *next;
                    self.schedule(next);
                }
                None => {
                    self.queues.remove(line);
                }
            }
        }
    }

    /// Sends it (again) as soon as its turn comes, with all tries before it. None if there is no such delivery.
    pub fn again(&mut self, id: &str, now_ms: u64) -> Option<()> {
        let place = self.log.place(id)?;
        let delivery = self.log.at_mut(place)?;
        let before = core::mem::replace(delivery.progress(), Progress::Waiting { due: now_ms, failures: 0 });
        match before {
            Progress::Abandoned | Progress::Delivered => self.line_up(place),
            Progress::InFlight { .. } => *delivery.progress() = before,
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

    pub fn rows(&self) -> &[D] {
        self.log.rows()
    }

    fn line_up(&mut self, place: usize) {
        let Some(delivery) = self.log.at(place) else { return };
        let queue = self.queues.entry(delivery.line().to_owned()).or_default();
        queue.push_back(place);
        if queue.len() == 1 {
            self.schedule(place);
        }
    }

    fn schedule(&mut self, place: usize) {
        if let Some(Progress::Waiting { due, .. }) = self.log.at_mut(place).map(Deliver::progress) {
            self.due.insert((*due, place));
        }
    }
}

impl Row for Delivery {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Deliver for Delivery {
    const MAX_TRIES: u32 = 10;

    fn is_received(status: u16) -> bool {
        (200..300).contains(&status)
    }

    fn line(&self) -> &str {
        &self.intent_id
    }

    fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    fn attempts(&mut self) -> &mut Vec<Attempt> {
        &mut self.attempts
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

    fn start(deliveries: &mut Deliveries<Delivery>, now_ms: u64) -> Option<String> {
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
        for _ in 0..Delivery::MAX_TRIES {
            let due = deliveries.next_due().expect("a1 is to be tried");
            assert_eq!(start(&mut deliveries, due).as_deref(), Some("a1"));
            deliveries.finish("a1", Some(500), due);
        }
        assert_eq!(start(&mut deliveries, 0).as_deref(), Some("a2"));
    }
}
