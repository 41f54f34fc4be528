//! The world: gateways, network, merchants, payers and clocks, in virtual time, in one thread.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use itpay::{
    Secret,
    call::{Attempt, Event as CallEvent},
    gopay::OperationStatus,
    sandbox::{self, gopay as gopay_sandbox},
};

use crate::{
    calls::Running,
    delivery::{Delivery, Gateway},
    handler::HandlerEvent,
    ledger::Ledger,
    op::Op,
    order::Order,
    plan::{Fault, Faults, ORDERS, Plan},
    process::{API_KEY, CLIENT_SECRET, GO_ID, Process},
    rng::Rng,
    store::Store,
};

pub const MERCHANTS: usize = 4;
/// The operations that GoPay may finish, queue or fail.
const OPERATIONS: [gopay_sandbox::Operation; 3] =
    [gopay_sandbox::Operation::Capture, gopay_sandbox::Operation::Refund, gopay_sandbox::Operation::VoidAuthorization];
/// Wall time at the start of the world.
pub const EPOCH: u64 = 1_800_000_000_000;
/// No run makes more events. A machine that loops makes them.
const MAX_EVENTS: u64 = 200_000;

/// An invariant that was violated, as a sentence.
#[derive(Clone, Debug)]
pub struct Violation {
    pub sentence: String,
    /// The merchant and the payment, where it is about one.
    pub payment: Option<(usize, String)>,
}

impl From<String> for Violation {
    fn from(sentence: String) -> Violation {
        Violation { sentence, payment: None }
    }
}

/// Who does what a line of the timeline tells. The number is the merchant's.
#[derive(Clone, Copy, Debug)]
pub enum Actor {
    Shop(usize),
    /// Another process of the shop.
    BackOffice(usize),
    Gateway(Gateway, usize),
    Store(usize),
    Network,
    Payer,
    Bank,
    Clock(usize),
    Violated,
}

pub enum Event {
    Place(usize),
    /// The merchant calls an operation for an order.
    Ask {
        order: usize,
        op: Op,
        in_back_office: bool,
    },
    PayerComes(usize),
    /// The bank settles or rejects what GoPay has accepted.
    Bank {
        merchant: usize,
        payment: u64,
    },
    Arrives {
        call: usize,
        step: u64,
        attempt: Box<Attempt>,
        fault: Option<Fault>,
        /// How far the caller's clock was off when it signed the request.
        skew: i64,
    },
    Receives {
        call: usize,
        step: u64,
        event: CallEvent,
    },
    Aborts {
        call: usize,
    },
    Tick(usize),
    Handler {
        delivery: usize,
        event: HandlerEvent,
    },
    Crash(usize),
    Restart(usize),
    ClockJumps {
        merchant: usize,
        by: i64,
    },
    TokensRevoked(usize),
    /// From now on, GoPay finishes, queues or fails an operation.
    OutcomeChanges(usize),
}

struct Entry {
    at: u64,
    number: u64,
    event: Event,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> core::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

pub struct Merchant {
    /// The shop's process. None while it is down.
    pub process: Option<Process>,
    /// Another process of the same shop. It never crashes, and shares nothing but the token cache.
    pub back_office: Process,
    pub itpay: sandbox::Sandbox,
    pub gopay: gopay_sandbox::Sandbox,
    pub store: Store,
    /// The token cache of a PayKit merchant's processes. It survives a crash.
    pub cache: BTreeMap<String, String>,
    /// How far the merchant's wall clock is off, in milliseconds.
    pub skew: i64,
    pub crashes: u32,
    pub next_tick: Option<u64>,
}

pub struct World {
    pub now: u64,
    pub faults: Faults,
    pub ledger: Ledger,
    pub merchants: Vec<Merchant>,
    pub orders: Vec<Order>,
    pub deliveries: Vec<Delivery>,
    /// How often something disturbed the delivery of an event.
    pub disturbances: BTreeMap<String, u32>,
    pub timeline: Option<Vec<String>>,
    pub rng: Rng,
    pub running: Vec<Option<Running>>,
    queue: BinaryHeap<Reverse<Entry>>,
    entries: u64,
}

/// The result of a run.
pub struct RunResult {
    pub violation: Option<Violation>,
    /// How many payments the gateways have in the end.
    pub payments: u64,
    pub faults: Vec<u64>,
    pub timeline: Vec<String>,
    pub events: u64,
}

/// Runs a plan to its end, or to the first violation of an invariant.
pub fn run(plan: &Plan) -> RunResult {
    let mut world = World::new(plan);
    let mut events = 0;
    let violation = loop {
        let Some(Reverse(entry)) = world.queue.pop() else { break world.at_the_end().err() };
        events += 1;
        world.now = entry.at;
        if events > MAX_EVENTS {
            break Some(Violation::from("a machine does not end: the world makes no progress".to_owned()));
        }
        if let Err(violation) = world.handle(entry.event) {
            break Some(violation);
        }
    };
    if let Some(violation) = &violation {
        world.log(Actor::Violated, || violation.sentence.clone());
        if let Some(timeline) = &mut world.timeline {
            timeline.extend(world.ledger.beliefs(violation));
            timeline.extend(truth(&world.merchants, violation));
        }
    }
    RunResult {
        violation,
        payments: world.merchants.iter().map(Merchant::payments).sum(),
        faults: world.faults.happened,
        timeline: world.timeline.unwrap_or_default(),
        events,
    }
}

impl World {
    fn new(plan: &Plan) -> World {
        let mut rng = plan.rng(4, 0);
        let merchants = (0..MERCHANTS).map(|merchant| Merchant::new(merchant, &mut rng)).collect();
        let mut world = World {
            now: 0,
            faults: Faults::new(plan),
            ledger: Ledger::default(),
            merchants,
            orders: (0..ORDERS).map(|index| Order::new(plan.seed, index, MERCHANTS)).collect(),
            deliveries: Vec::new(),
            disturbances: BTreeMap::new(),
            timeline: plan.traces.then(Vec::new),
            rng: plan.rng(5, 0),
            queue: BinaryHeap::new(),
            entries: 0,
            running: Vec::new(),
        };
        for index in 0..ORDERS {
            if !plan.dropped.contains(&index) {
                world.at(world.orders[index].placed_at, Event::Place(index));
            }
        }
        let mut weather = plan.rng(6, 0);
        for merchant in 0..MERCHANTS {
            for _ in 0..weather.below(6) {
                let at = weather.below(7_200_000);
                let by = weather.between(0, 7_200_000) as i64 - 3_600_000;
                let event = match weather.below(3) {
                    0 => Event::ClockJumps { merchant, by },
                    1 => Event::TokensRevoked(merchant),
                    _ => Event::OutcomeChanges(merchant),
                };
                if world.faults.is_kept() {
                    world.at(at, event);
                }
            }
        }
        world
    }

    /// Every second merchant uses PayKit.
    pub fn uses_paykit(merchant: usize) -> bool {
        merchant % 2 == 1
    }

    pub fn at(&mut self, at: u64, event: Event) {
        self.entries += 1;
        self.queue.push(Reverse(Entry { at, number: self.entries, event }));
    }

    pub fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now + ms, event);
    }

    /// Adds a line to the timeline, if one is kept.
    pub fn log(&mut self, actor: Actor, line: impl FnOnce() -> String) {
        if let Some(timeline) = &mut self.timeline {
            let (ms, seconds) = (self.now % 1000, self.now / 1000);
            let actor = match actor {
                Actor::Shop(merchant) => format!("shop {merchant}"),
                Actor::BackOffice(merchant) => format!("office {merchant}"),
                Actor::Gateway(Gateway::ItPay, merchant) => format!("ItPay {merchant}"),
                Actor::Gateway(Gateway::GoPay, merchant) => format!("GoPay {merchant}"),
                Actor::Store(merchant) => format!("store {merchant}"),
                Actor::Network => "network".into(),
                Actor::Payer => "payer".into(),
                Actor::Bank => "bank".into(),
                Actor::Clock(merchant) => format!("clock {merchant}"),
                Actor::Violated => "VIOLATED".into(),
            };
            timeline.push(format!(
                "{}:{:02}:{:02}.{ms:03}  {actor:<9} {}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                line()
            ));
        }
    }

    pub fn unix(&self) -> u64 {
        EPOCH + self.now
    }

    fn handle(&mut self, event: Event) -> Result<(), Violation> {
        match event {
            Event::Place(index) => self.place(index),
            Event::Ask { order, op, in_back_office } => self.ask(order, op, in_back_office),
            Event::PayerComes(order) => self.payer_comes(order),
            Event::Bank { merchant, payment } => self.bank_decides(merchant, payment),
            Event::Arrives { call, step, attempt, fault, skew } => self.arrives(call, step, *attempt, fault, skew),
            Event::Receives { call, step, event } => {
                let is_current = self.running[call].as_ref().is_some_and(|running| running.step == step);
                if is_current { self.step(call, event) } else { Ok(()) }
            }
            Event::Aborts { call } => self.abort(call),
            Event::Tick(merchant) => self.tick(merchant),
            Event::Handler { delivery, event } => self.handler(delivery, event),
            Event::Crash(merchant) => self.crash(merchant),
            Event::Restart(merchant) => {
                self.log(Actor::Shop(merchant), || "starts again".into());
                self.merchants[merchant].process = Some(Process::start(World::uses_paykit(merchant)));
                Ok(())
            }
            Event::ClockJumps { merchant, by } => {
                self.log(Actor::Clock(merchant), || format!("jumps by {by} ms"));
                self.merchants[merchant].skew += by;
                Ok(())
            }
            Event::TokensRevoked(merchant) => {
                self.log(Actor::Gateway(Gateway::GoPay, merchant), || "revokes its tokens".into());
                self.merchants[merchant].gopay.revoke_tokens();
                // The token of a call in progress may be revoked twice.
                for (running, record) in self.running.iter().zip(&mut self.ledger.calls) {
                    record.is_faulted |= running.is_some() && record.merchant == merchant;
                }
                Ok(())
            }
            Event::OutcomeChanges(merchant) => {
                let operation = self.rng.pick(&OPERATIONS);
                let outcome = self.rng.pick(&["ACCEPTED", "FAILED", "FINISHED"]);
                self.log(Actor::Gateway(Gateway::GoPay, merchant), || {
                    format!("will make each {operation:?} {outcome}")
                });
                self.merchants[merchant].gopay.set_outcome(operation, outcome.to_owned().into());
                Ok(())
            }
        }
    }
}

impl Merchant {
    fn new(merchant: usize, rng: &mut Rng) -> Merchant {
        let mut config = sandbox::Config::new(Secret::new(API_KEY), Secret::new("whsec_simulation"));
        config.webhook_url = Some("https://shop.example/itpay".into());
        let gopay_config = gopay_sandbox::Config::new("simulation", Secret::new(CLIENT_SECRET), GO_ID);
        let mut gopay = gopay_sandbox::Sandbox::new(gopay_config).expect("a gateway");
        for operation in OPERATIONS {
            // Some gateways queue what others finish at once.
            if rng.permille(300) {
                gopay.set_outcome(operation, OperationStatus::Accepted);
            }
        }
        let uses_paykit = World::uses_paykit(merchant);
        Merchant {
            process: Some(Process::start(uses_paykit)),
            back_office: Process::start(uses_paykit),
            itpay: sandbox::Sandbox::new(config).expect("a gateway"),
            gopay,
            store: Store::default(),
            cache: BTreeMap::new(),
            skew: 0,
            crashes: 0,
            next_tick: None,
        }
    }

    fn payments(&self) -> u64 {
        (self.itpay.intents().len() + self.gopay.payments().len()) as u64
    }
}

/// The payment of a violation as its gateway has it.
fn truth(merchants: &[Merchant], violation: &Violation) -> Option<String> {
    let (merchant, id) = violation.payment.as_ref()?;
    let merchant = &merchants[*merchant];
    if let Some(intent) = merchant.itpay.intent(id) {
        return Some(format!("{:>14}ItPay has {id} as {}.", "", intent.status.as_str()));
    }
    let payment = merchant.gopay.payment(id.parse().ok()?)?;
    let refunds = payment.refunds.iter().map(|refund| format!("{} {}", refund.amount, refund.state.as_str()));
    let refunds = refunds.collect::<Vec<_>>().join(", ");
    let refunds = if refunds.is_empty() { String::new() } else { format!(", refunds: {refunds}") };
    Some(format!("{:>14}GoPay has {id} as {}, {} paid{refunds}.", "", payment.state.as_str(), payment.paid))
}
