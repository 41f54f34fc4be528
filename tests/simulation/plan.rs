//! A plan: the seed of a run, and the faults and orders that are left out of it while a failure is shrunk.

use std::collections::BTreeSet;

use crate::rng::Rng;

/// How many orders a run has.
pub const ORDERS: usize = 60;

/// All that a run depends on.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub seed: u64,
    /// Faults that do not happen, by the number of their decision.
    pub muted: BTreeSet<u64>,
    /// Orders that are not placed.
    pub dropped: BTreeSet<usize>,
    /// Another course of the same orders, for shrinking.
    pub variation: u64,
    /// Whether to write a timeline.
    pub traces: bool,
}

impl Plan {
    /// An independent generator for a purpose, which a variation changes.
    pub fn rng(&self, purpose: u64, index: u64) -> Rng {
        Rng::of(self.seed ^ self.variation.rotate_left(32), purpose, index)
    }
}

/// A fault on the way of a request to a gateway, or of its response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nobody listens at the gateway's address.
    ConnectionRefused,
    /// The request never arrives, and nobody is told.
    RequestLost,
    /// The connection is reset before the gateway has the request.
    ResetBefore,
    /// The gateway processes the request, and the connection is reset before its response.
    ResetAfter,
    /// The gateway processes the request, and nobody is told.
    ResponseLost,
    /// The response breaks off in its body.
    Truncated,
    /// The request takes this long to arrive. It may arrive after its sender has stopped waiting.
    LateRequest(u64),
    /// The response takes this long to arrive.
    LateResponse(u64),
    /// A filter in front of the gateway answers with a page, and the gateway never sees the request.
    PageBefore(u16),
    /// The gateway processes the request, and a filter replaces the response by a page.
    PageAfter(u16),
    /// The response is about another payment of the same gateway.
    OtherPayment,
    /// The gateway never gets the request, and the response is that of a change of another payment.
    Misrouted,
    /// The gateway sees the request twice. Only what HTTP allows to repeat is repeated.
    Duplicated,
}

const PAGES: [u16; 13] = [401, 403, 404, 409, 429, 500, 502, 503, 504, 520, 522, 525, 530];

/// A fault of the event store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreFault {
    /// The step is not applied, and fails.
    Failed,
    /// The step is applied, and its response is lost.
    ResponseLost,
    /// The step is applied, and its response takes longer than the handler waits.
    Slow,
}

/// Decides about each possible fault of a run, in the order in which the run asks.
pub struct Faults {
    plan: Plan,
    /// In a thousand.
    rate: u64,
    decisions: u64,
    /// The faults that happened, by the number of their decision.
    pub happened: Vec<u64>,
}

impl Faults {
    pub fn new(plan: &Plan) -> Faults {
        // Some runs are calm, some are rough.
        let rate = plan.rng(1, 0).pick(&[5, 20, 60, 150]);
        Faults { plan: plan.clone(), rate, decisions: 0, happened: Vec::new() }
    }

    fn decide<T>(&mut self, is_possible: bool, fault: impl FnOnce(&mut Rng) -> T) -> Option<T> {
        self.decide_one_in(1, is_possible, fault)
    }

    fn decide_one_in<T>(&mut self, rarity: u64, is_possible: bool, fault: impl FnOnce(&mut Rng) -> T) -> Option<T> {
        let number = self.decisions;
        self.decisions += 1;
        let mut rng = self.plan.rng(2, number);
        if !is_possible || rng.below(1000 * rarity) >= self.rate || self.plan.muted.contains(&number) {
            return None;
        }
        self.happened.push(number);
        Some(fault(&mut rng))
    }

    /// The fault of one attempt. A refused connection and a repeated request are possible everywhere that HTTP allows.
    pub fn of_attempt(&mut self, is_repeatable: bool) -> Option<Fault> {
        self.decide(true, |rng| match rng.below(if is_repeatable { 13 } else { 12 }) {
            0 => Fault::ConnectionRefused,
            1 => Fault::RequestLost,
            2 => Fault::ResetBefore,
            3 => Fault::ResetAfter,
            4 => Fault::ResponseLost,
            5 => Fault::Truncated,
            6 => Fault::LateRequest(rng.between(1_000, 60_000)),
            7 => Fault::LateResponse(rng.between(1_000, 40_000)),
            8 => Fault::PageBefore(rng.pick(&PAGES)),
            9 => Fault::PageAfter(rng.pick(&PAGES)),
            10 => Fault::OtherPayment,
            11 => Fault::Misrouted,
            _ => Fault::Duplicated,
        })
    }

    pub fn of_store(&mut self, is_possible: bool) -> Option<StoreFault> {
        self.decide(is_possible, |rng| rng.pick(&[StoreFault::Failed, StoreFault::ResponseLost, StoreFault::Slow]))
    }

    /// Whether a process crashes here. It could at every step, so each has a small chance.
    pub fn crashes(&mut self, is_possible: bool) -> bool {
        self.decide_one_in(20, is_possible, |_| ()).is_some()
    }

    /// A fault that happens unless it is muted: the clock of a merchant jumps, a token is revoked.
    pub fn is_kept(&mut self) -> bool {
        let number = self.decisions;
        self.decisions += 1;
        let happens = !self.plan.muted.contains(&number);
        if happens {
            self.happened.push(number);
        }
        happens
    }

    /// Whether something else goes wrong here: a delivery is lost, a listener throws, a caller aborts.
    pub fn happens(&mut self, is_possible: bool) -> bool {
        self.decide(is_possible, |_| ()).is_some()
    }
}
