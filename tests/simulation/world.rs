//! The world: gateways, network, merchants, payers and clocks, in virtual time, in one thread.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use itpay::{
    Endpoint as _, Secret,
    call::{Attempt, Call, Event as CallEvent, Now, Step, TransportError, TransportErrorKind},
    gopay,
    http::{Headers, Method, Request, Response},
    sandbox::{self, gopay as gopay_sandbox},
};

use crate::{
    delivery::{Delivery, Gateway, HandlerEvent},
    ledger::{Ask, Ledger},
    merchant::{API_KEY, CLIENT_SECRET, GO_ID, Kind, Op, Order, Payer, Process, Report},
    plan::{Fault, Faults, ORDERS, Plan},
    rng::Rng,
    store::Store,
};

pub const MERCHANTS: usize = 3;
/// Wall time at the start of the world.
const EPOCH: u64 = 1_800_000_000_000;
/// No run makes more events: a machine that loops is found by it.
const MAX_EVENTS: u64 = 200_000;

/// A promise that was broken, as a sentence.
pub type Broken = String;

pub enum Event {
    Place(usize),
    /// The merchant asks for an operation of an order.
    Ask {
        order: usize,
        op: Op,
    },
    PayerComes(usize),
    /// The bank settles or rejects what GoPay has accepted.
    Bank {
        merchant: usize,
        payment: u64,
    },
    Arrives {
        call: usize,
        send: u64,
        attempt: Box<Attempt>,
        fault: Option<Fault>,
    },
    Hears {
        call: usize,
        send: u64,
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
    Restart(usize),
    ClockJumps {
        merchant: usize,
        by: i64,
    },
    TokensRevoked(usize),
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

/// A call in progress, and the number of its current step: what belongs to an earlier step comes too late.
struct Running {
    call: Call<Report>,
    merchant: usize,
    step: u64,
    /// The handler's delivery that waits for this call.
    delivery: Option<usize>,
}

pub struct Merchant {
    pub process: Option<Process>,
    pub itpay: sandbox::Sandbox,
    pub gopay: gopay_sandbox::Sandbox,
    pub store: Store,
    /// How far the merchant's wall clock is off, in milliseconds.
    pub skew: i64,
    pub crashes: u32,
    next_tick: Option<u64>,
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
    queue: BinaryHeap<Reverse<Entry>>,
    entries: u64,
    running: Vec<Option<Running>>,
}

/// The end of a run.
pub struct Ended {
    pub broken: Option<Broken>,
    pub payments: u64,
    pub faults: Vec<u64>,
    pub timeline: Vec<String>,
    pub events: u64,
}

/// Runs a plan to its end, or to the first broken promise.
pub fn run(plan: &Plan) -> Ended {
    let mut world = World::new(plan);
    let mut events = 0;
    let broken = loop {
        let Some(Reverse(entry)) = world.queue.pop() else { break world.at_the_end().err() };
        events += 1;
        world.now = entry.at;
        if events > MAX_EVENTS {
            break Some("a machine does not end: the world makes no progress".into());
        }
        if let Err(broken) = world.handle(entry.event) {
            break Some(broken);
        }
    };
    if let Some(broken) = &broken {
        world.tell(|| format!("BROKEN: {broken}"));
    }
    Ended {
        broken,
        payments: world.orders.iter().filter(|order| order.id.is_some()).count() as u64,
        faults: world.faults.happened,
        timeline: world.timeline.unwrap_or_default(),
        events,
    }
}

impl World {
    fn new(plan: &Plan) -> World {
        let mut rng = Rng::of(plan.seed, 4, 0);
        let merchants = (0..MERCHANTS).map(|_| {
            let mut config = sandbox::Config::new(Secret::new(API_KEY), Secret::new("whsec_simulation"));
            config.webhook_url = Some("https://shop.example/itpay".into());
            let mut gopay = gopay_sandbox::Sandbox::new(gopay_sandbox::Config::new(
                "simulation",
                Secret::new(CLIENT_SECRET),
                GO_ID,
            ))
            .expect("a gateway");
            for operation in [
                gopay_sandbox::Operation::Capture,
                gopay_sandbox::Operation::Refund,
                gopay_sandbox::Operation::VoidAuthorization,
            ] {
                // Some gateways queue what others finish at once.
                if rng.permille(300) {
                    gopay.set_outcome(operation, itpay::gopay::OperationStatus::Accepted);
                }
            }
            Merchant {
                process: Some(Process::start()),
                itpay: sandbox::Sandbox::new(config).expect("a gateway"),
                gopay,
                store: Store::default(),
                skew: 0,
                crashes: 0,
                next_tick: None,
            }
        });
        let mut world = World {
            now: 0,
            faults: Faults::new(plan),
            ledger: Ledger::default(),
            merchants: merchants.collect(),
            orders: (0..ORDERS).map(|index| Order::new(plan.seed, index, MERCHANTS)).collect(),
            deliveries: Vec::new(),
            disturbances: BTreeMap::new(),
            timeline: plan.traces.then(Vec::new),
            rng: Rng::of(plan.seed, 5, 0),
            queue: BinaryHeap::new(),
            entries: 0,
            running: Vec::new(),
        };
        for index in 0..ORDERS {
            if !plan.dropped.contains(&index) {
                world.at(world.orders[index].placed_at, Event::Place(index));
            }
        }
        let mut weather = Rng::of(plan.seed, 6, 0);
        for merchant in 0..MERCHANTS {
            for _ in 0..weather.below(3) {
                let by = weather.between(0, 7_200_000) as i64 - 3_600_000;
                let at = weather.below(3_600_000);
                world.at(at, Event::ClockJumps { merchant, by });
            }
            for _ in 0..weather.below(3) {
                let at = weather.below(7_200_000);
                world.at(at, Event::TokensRevoked(merchant));
            }
        }
        world
    }

    pub fn at(&mut self, at: u64, event: Event) {
        self.entries += 1;
        self.queue.push(Reverse(Entry { at, number: self.entries, event }));
    }

    pub fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now + ms, event);
    }

    /// Adds a line to the timeline, if one is kept.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(timeline) = &mut self.timeline {
            let (ms, seconds) = (self.now % 1000, self.now / 1000);
            timeline.push(format!(
                "{:>4}:{:02}:{:02}.{ms:03}  {}",
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

    fn handle(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Place(index) => {
                let order = &self.orders[index];
                let op = if order.kind == Kind::ItPay { Op::CreateIntent } else { Op::CreatePayment };
                self.ask(index, op)
            }
            Event::Ask { order, op } => self.ask(order, op),
            Event::PayerComes(order) => self.payer_comes(order),
            Event::Bank { merchant, payment } => {
                let (now, random) = (self.unix(), self.rng.bytes());
                let action =
                    if self.rng.permille(900) { gopay_sandbox::Action::Settle } else { gopay_sandbox::Action::Reject };
                self.tell(|| format!("bank: {action:?} of payment {payment}"));
                self.merchants[merchant].gopay.act(payment, &action, now, &random).ok();
                self.pump(merchant)
            }
            Event::Arrives { call, send, attempt, fault } => self.arrives(call, send, &attempt, fault),
            Event::Hears { call, send, event } => {
                let is_current = self.running[call].as_ref().is_some_and(|running| running.step == send);
                if is_current { self.step(call, event) } else { Ok(()) }
            }
            Event::Aborts { call } => {
                if self.running[call].is_none() {
                    return Ok(());
                }
                self.tell(|| format!("caller gives up call {call}"));
                self.step(call, CallEvent::Aborted { sent: true })
            }
            Event::Tick(merchant) => {
                self.merchants[merchant].next_tick = None;
                let (now, random) = (self.unix(), self.rng.bytes());
                self.merchants[merchant].itpay.tick(now, &random);
                self.merchants[merchant].gopay.tick(now, &random);
                self.pump(merchant)
            }
            Event::Handler { delivery, event } => self.handler(delivery, event),
            Event::Restart(merchant) => self.restart(merchant),
            Event::ClockJumps { merchant, by } => {
                self.tell(|| format!("clock of merchant {merchant} jumps by {by} ms"));
                self.merchants[merchant].skew += by;
                Ok(())
            }
            Event::TokensRevoked(merchant) => {
                self.tell(|| format!("GoPay revokes the tokens of merchant {merchant}"));
                self.merchants[merchant].gopay.revoke_tokens();
                Ok(())
            }
        }
    }

    // Calls

    /// A merchant makes a call. A merchant that is down makes none.
    fn ask(&mut self, order: usize, op: Op) -> Result<(), Broken> {
        let Order { merchant, kind, amount, ref id, .. } = self.orders[order];
        let Some(process) = &self.merchants[merchant].process else {
            // It goes on once the process is there again.
            self.after(5_000, Event::Ask { order, op });
            return Ok(());
        };
        let id = id.clone().unwrap_or_default();
        let number = (order + 1) * 10
            + match kind {
                Kind::Hold => 1,
                Kind::Subscription => 2,
                _ => 0,
            };
        let call = process.call(op, &id, number, amount);
        if let Op::Refund(amount) = op
            && self.faults.happens(true)
        {
            self.refund_by_another_program(merchant, &id, amount);
        }
        let aborts = self.faults.happens(op != Op::WaitForIntent);
        let index = self.start(merchant, Some(order), op, &id, call, None)?;
        if aborts {
            let after = self.rng.below(20_000);
            self.after(after, Event::Aborts { call: index });
        }
        Ok(())
    }

    /// Makes the first step of a call.
    pub fn start(
        &mut self,
        merchant: usize,
        order: Option<usize>,
        op: Op,
        id: &str,
        call: Call<Report>,
        delivery: Option<usize>,
    ) -> Result<usize, Broken> {
        let index = self.running.len();
        self.running.push(Some(Running { call, merchant, step: 0, delivery }));
        let held_before = self.holds(merchant, op, id);
        self.ledger.asks.push(Ask::new(merchant, order, op, id, held_before));
        self.tell(|| format!("merchant {merchant}: {op:?} {id} (call {index})"));
        self.step(index, CallEvent::Started)?;
        Ok(index)
    }

    fn step(&mut self, index: usize, event: CallEvent) -> Result<(), Broken> {
        let Some(running) = &mut self.running[index] else { return Ok(()) };
        running.step += 1;
        let (step_number, merchant) = (running.step, running.merchant);
        let skew = self.merchants[merchant].skew;
        let now = Now {
            unix_ms: (EPOCH + self.now).saturating_add_signed(skew),
            monotonic_ms: self.now,
            random: self.rng.fraction(),
        };
        match running.call.step(event, now) {
            None => Ok(()),
            Some(Step::Done(report)) => {
                let delivery = running.delivery;
                self.running[index] = None;
                self.ended(index, report, delivery)
            }
            Some(Step::Notify(_)) => self.step(index, CallEvent::Notified),
            // No merchant shares its token by a cache.
            Some(Step::ReadCache(_) | Step::WriteCache(_)) => self.step(index, CallEvent::CacheRead(None)),
            Some(Step::Wait(ms)) => {
                self.after(ms, Event::Hears { call: index, send: step_number, event: CallEvent::WaitEnded });
                Ok(())
            }
            Some(Step::Send(attempt)) => self.send(index, step_number, attempt),
        }
    }

    fn ended(&mut self, index: usize, report: Report, delivery: Option<usize>) -> Result<(), Broken> {
        self.tell(|| match &report {
            Ok(reply) => format!("call {index} reports {reply:?}"),
            Err(error) => {
                let outcome = error.outcome.as_ref().map(|outcome| outcome.as_str());
                format!("call {index} fails: {}, outcome {outcome:?}: {}", error.code, error.message)
            }
        });
        self.check_report(index, &report)?;
        if let Some(delivery) = delivery {
            return self.handler(delivery, HandlerEvent::Read(Box::new(report)));
        }
        self.go_on(index, report)
    }

    // Network

    fn send(&mut self, call: usize, send: u64, attempt: Box<Attempt>) -> Result<(), Broken> {
        let path = path_of(&attempt.url);
        let ask = &self.ledger.asks[call];
        let is_own = ask.op.is_own_attempt(path);
        // HTTP lets a proxy repeat a read, and ItPay tells a repeated create from a new one by its id.
        let is_repeatable = attempt.method == Method::Get || ask.op == Op::CreateIntent;
        // A gateway may choose the id of what it creates, so no client can tell there.
        let creates = is_own && matches!(ask.op, Op::CreateIntent | Op::CreatePayment);
        let has_other = !creates && !path.ends_with("/oauth2/token");
        let fault = self.faults.of_attempt(is_repeatable).filter(|fault| *fault != Fault::OtherPayment || has_other);
        let ask = &mut self.ledger.asks[call];
        ask.is_faulted |= fault.is_some();
        if is_own {
            ask.sent += 1;
        }
        self.tell(|| format!("  call {call} sends {} {path}{}", attempt.method.as_str(), about(fault)));
        let hears = |event| Event::Hears { call, send, event };
        let fails = |kind: TransportErrorKind| hears(CallEvent::Failed(kind.into()));
        let timeout = attempt.timeout_ms;
        let delay = match fault {
            Some(Fault::ConnectionRefused) => {
                self.after(3, fails(TransportErrorKind::ConnectionRefused));
                return Ok(());
            }
            Some(Fault::ResetBefore) => {
                self.after(30, fails(TransportErrorKind::ConnectionFailed));
                return Ok(());
            }
            Some(Fault::PageBefore(status)) => {
                self.after(30, hears(CallEvent::Response(page(status))));
                return Ok(());
            }
            Some(Fault::LateRequest(ms)) => ms,
            _ => self.rng.between(5, 80),
        };
        self.after(timeout, fails(TransportErrorKind::TimedOut));
        if fault == Some(Fault::RequestLost) {
            return Ok(());
        }
        if is_own {
            self.ledger.asks[call].on_the_way += 1;
        }
        self.after(delay, Event::Arrives { call, send, attempt, fault });
        Ok(())
    }

    /// A gateway has a request.
    fn arrives(&mut self, call: usize, send: u64, attempt: &Attempt, fault: Option<Fault>) -> Result<(), Broken> {
        let Ask { merchant, op, ref id, .. } = self.ledger.asks[call];
        let id = id.clone();
        let path = path_of(&attempt.url).to_owned();
        let is_own = op.is_own_attempt(&path);
        let mut response = self.answer(merchant, attempt);
        if fault == Some(Fault::Duplicated) {
            response = self.answer(merchant, attempt);
        }
        let is_success = response.status < 300 && !contains(&response.body, "\"FAILED\"");
        if is_own {
            let ask = &mut self.ledger.asks[call];
            ask.on_the_way -= 1;
            ask.processed += u32::from(is_success);
        }
        self.tell(|| {
            let body = String::from_utf8_lossy(&response.body);
            let body: String = body.chars().take(120).collect();
            format!("  gateway of merchant {merchant} answers call {call} with {} {body}", response.status)
        });
        if is_success && is_own && contains(&response.body, "\"ACCEPTED\"") {
            let after = self.rng.between(100, 60_000);
            if let Ok(payment) = id.parse() {
                self.after(after, Event::Bank { merchant, payment });
            }
        }
        self.check_money(call)?;
        self.pump(merchant)?;
        let event = match fault {
            Some(Fault::ResponseLost) => return Ok(()),
            Some(Fault::ResetAfter) => CallEvent::Failed(TransportErrorKind::ConnectionFailed.into()),
            Some(Fault::PageAfter(status)) => CallEvent::Response(page(status)),
            Some(Fault::Truncated) => {
                let error = TransportErrorKind::ConnectionFailed;
                CallEvent::Failed(TransportError { status: Some(response.status), ..error.into() })
            }
            Some(Fault::OtherPayment) => {
                let Some(other) = self.other_payment(merchant, &id) else { return Ok(()) };
                let body = String::from_utf8_lossy(&response.body).replace(&id, &other);
                CallEvent::Response(Response { body: body.into_bytes(), ..response })
            }
            _ => CallEvent::Response(response),
        };
        let delay = match fault {
            Some(Fault::LateResponse(ms)) => ms,
            _ => self.rng.between(5, 80),
        };
        self.after(delay, Event::Hears { call, send, event });
        Ok(())
    }

    fn answer(&mut self, merchant: usize, attempt: &Attempt) -> Response {
        let (now, random) = (self.unix(), self.rng.bytes());
        let merchant = &mut self.merchants[merchant];
        let whole = path_of(&attempt.url);
        let (path, query) = whole.split_once('?').map_or((whole, None), |(path, query)| (path, Some(query.to_owned())));
        let mut request = Request::new(attempt.method, path.to_owned());
        request.query = query;
        request.headers = attempt.headers.clone();
        request.body = attempt.body.clone();
        if attempt.url.starts_with("https://api.itpay.ai") {
            let caller = now.saturating_add_signed(merchant.skew);
            merchant.itpay.handle_by_two_clocks(&request, now, caller, &random)
        } else {
            merchant.gopay.handle(&request, now, &random)
        }
    }

    /// Another program of the merchant refunds the same amount right before a call of this one. Nothing but its time tells
    /// its refund from the call's.
    fn refund_by_another_program(&mut self, merchant: usize, id: &str, amount: i64) {
        let (now, secret) = (self.unix(), Secret::new(CLIENT_SECRET));
        let token_request =
            gopay::TokenRequest { client_id: "simulation", client_secret: &secret, scope: &gopay::Scope::All };
        let mut send = |mut request: Request| {
            request.path.insert_str(0, "/api");
            let random = self.rng.bytes();
            self.merchants[merchant].gopay.handle(&request, now, &random)
        };
        let Ok(token) = gopay::TokenRequest::parse(&send(token_request.request().expect("a request"))) else { return };
        let refund = gopay::RefundPayment::new(id, amount).request().expect("a request");
        let response = send(gopay::authorize(&refund, token.access_token.expose()));
        let is_done = gopay::RefundPayment::parse(&response).is_ok_and(|done| done.into_result(&response).is_ok());
        if is_done {
            self.tell(|| format!("another program of merchant {merchant} refunds {amount} of {id}"));
            let mut ask = Ask::new(merchant, None, Op::Refund(amount), id, false);
            ask.processed = 1;
            self.ledger.asks.push(ask);
            self.running.push(None);
        }
    }

    fn other_payment(&self, merchant: usize, id: &str) -> Option<String> {
        let of_itpay = id.starts_with("pi_");
        let mut others = self.orders.iter().filter(|order| order.merchant == merchant);
        others.find_map(|order| order.id.clone().filter(|other| other != id && (order.kind == Kind::ItPay) == of_itpay))
    }

    // Payers

    fn payer_comes(&mut self, index: usize) -> Result<(), Broken> {
        let (now, random) = (self.unix(), self.rng.bytes());
        let order = &self.orders[index];
        let (merchant, payer, Some(id)) = (order.merchant, order.payer, order.id.clone()) else { return Ok(()) };
        self.tell(|| format!("payer of {id}: {payer:?}"));
        let merchant_state = &mut self.merchants[merchant];
        if let Ok(payment) = id.parse::<u64>() {
            let action = match payer {
                Payer::Pays => gopay_sandbox::Action::Pay,
                Payer::Declines => gopay_sandbox::Action::Decline { sub_state: "_5006".into() },
                Payer::Leaves => return Ok(()),
            };
            merchant_state.gopay.act(payment, &action, now, &random).ok();
        } else {
            let action = match payer {
                Payer::Pays => sandbox::Action::Pay,
                Payer::Declines => sandbox::Action::Fail { reason: "declined".into() },
                Payer::Leaves => return Ok(()),
            };
            merchant_state.itpay.wallet(&id, &action, now, &random).ok();
        }
        self.pump(merchant)
    }

    // Processes

    /// The process of a merchant ends at once: its calls, its handlers, its token.
    pub fn crash(&mut self, merchant: usize) {
        self.tell(|| format!("CRASH of merchant {merchant}"));
        self.merchants[merchant].process = None;
        self.merchants[merchant].crashes += 1;
        for index in 0..self.running.len() {
            let is_own = self.running[index].as_ref().is_some_and(|running| running.merchant == merchant);
            if is_own {
                self.running[index] = None;
                self.resume_after_crash(index);
            }
        }
        self.drop_handlers(merchant);
        let down = self.rng.between(500, 20_000);
        self.after(down, Event::Restart(merchant));
    }

    fn restart(&mut self, merchant: usize) -> Result<(), Broken> {
        self.tell(|| format!("merchant {merchant} starts again"));
        self.merchants[merchant].process = Some(Process::start());
        Ok(())
    }

    /// Starts the deliveries that are due, and sees to it that the world wakes up for the next ones.
    pub fn pump(&mut self, merchant: usize) -> Result<(), Broken> {
        let now = self.unix();
        while let Some(webhook) = self.merchants[merchant].itpay.next_delivery(now) {
            let event: serde_json::Value = serde_json::from_slice(&webhook.body).map_err(|error| error.to_string())?;
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let subject = text(&event["data"]["id"]);
            self.deliver(Delivery::new(merchant, Gateway::ItPay, webhook.id.clone(), subject, text(&event["type"])));
        }
        while let Some(notification) = self.merchants[merchant].gopay.next_delivery(now) {
            let query = notification.url.split('?').nth(1).unwrap_or_default();
            let id = query.split('&').find_map(|pair| pair.strip_prefix("id=")).unwrap_or_default().to_owned();
            self.deliver(Delivery::new(merchant, Gateway::GoPay, notification.id, id, String::new()));
        }
        let state = &mut self.merchants[merchant];
        let due = [state.itpay.next_due(), state.gopay.next_due()].into_iter().flatten().min();
        if let Some(due) = due.map(|due| due.saturating_sub(EPOCH).max(self.now))
            && state.next_tick.is_none_or(|known| due < known)
        {
            state.next_tick = Some(due);
            self.at(due, Event::Tick(merchant));
        }
        Ok(())
    }

    pub fn is_idle(&self) -> bool {
        self.running.iter().all(Option::is_none)
    }
}

fn about(fault: Option<Fault>) -> String {
    fault.map_or(String::new(), |fault| format!("   <- {fault:?}"))
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The path of a URL, with its query.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |slash| &rest[slash..])
}

/// A page of a filter or a proxy, which is no response of a gateway.
fn page(status: u16) -> Response {
    let mut headers = Headers::default();
    headers.set("Content-Type", "text/html");
    Response { status, headers, body: format!("<html><h1>{status}</h1></html>").into_bytes() }
}
