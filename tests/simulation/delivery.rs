//! Deliveries of webhooks and notifications, from the gateway to the merchant's handler.

use std::collections::VecDeque;

use itpay::paykit::{self, EventData, PaymentStatus};

use crate::{
    network::path_of,
    op::{Op, Reply, Report},
    order::Kind,
    plan::StoreFault,
    process::Params,
    store::{Claim, End, Handler, LEASE, Next, STEP_TIMEOUT, StepResult},
    world::{Actor, Event, Violation, World},
};

/// How long a gateway waits for the response to a delivery, in milliseconds.
const DELIVERY_TIMEOUT: u64 = 30_000;
/// How often something may disturb the delivery of one event. The last attempts of each gateway's schedule get through
/// then, even if each disturbance leaves a claim behind.
const MAX_DISTURBANCES: u32 = 2;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gateway {
    ItPay,
    GoPay,
}

/// An event as the merchant's code gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notified {
    /// The id under which the handler claims it.
    pub id: String,
    /// What happened.
    pub event_type: String,
    /// Whether it reports that the merchant has the money, or can capture it.
    pub is_success: bool,
}

impl Notified {
    pub fn new(id: String, event_type: &str) -> Notified {
        let is_success = matches!(event_type, "payment_intent.succeeded" | "PAID" | "AUTHORIZED");
        Notified { id, event_type: event_type.to_owned(), is_success }
    }

    pub fn of_paykit(event: &paykit::Event) -> Notified {
        let is_success = matches!(&event.data, EventData::Payment(payment)
            if matches!(payment.status, PaymentStatus::Succeeded | PaymentStatus::RequiresCapture));
        Notified { id: event.id.clone(), event_type: event.event_type.clone(), is_success }
    }
}

/// One attempt of a gateway to deliver a webhook.
pub struct Delivery {
    pub merchant: usize,
    pub gateway: Gateway,
    /// The gateway's name for the delivery.
    pub id: String,
    /// The payment.
    pub payment: String,
    /// The URL that a notification calls.
    url: String,
    /// The events that the webhook means, and that are still to be handled. The first one is being handled.
    events: VecDeque<Notified>,
    handler: Option<Handler>,
    token: u64,
    /// Whether the store failed to end the claim.
    has_failed_end: bool,
    /// Whether the gateway still waits for the response.
    is_open: bool,
}

impl Delivery {
    /// A signed webhook has its events.
    pub fn webhook(merchant: usize, id: String, payment: String, events: Vec<Notified>) -> Delivery {
        let (gateway, url) = (Gateway::ItPay, String::new());
        Delivery {
            merchant,
            gateway,
            id,
            payment,
            url,
            events: events.into(),
            handler: None,
            token: 0,
            has_failed_end: false,
            is_open: true,
        }
    }

    /// A notification only names its payment.
    pub fn notification(merchant: usize, id: String, payment: String, url: String) -> Delivery {
        let (gateway, events) = (Gateway::GoPay, VecDeque::new());
        Delivery {
            merchant,
            gateway,
            id,
            payment,
            url,
            events,
            handler: None,
            token: 0,
            has_failed_end: false,
            is_open: true,
        }
    }

    pub fn event_type(&self) -> &str {
        self.events.front().map(|event| event.event_type.as_str()).unwrap_or_default()
    }

    /// The id of the event that is being handled.
    fn event_id(&self) -> String {
        self.events.front().map(|event| event.id.clone()).unwrap_or_default()
    }
}

/// A claim, or the end of one.
#[derive(Clone)]
pub struct StoreStep {
    event: String,
    token: u64,
    end: Option<End>,
}

pub enum HandlerEvent {
    /// The request is at the merchant's server.
    Arrives,
    /// The payment of a notification has been read, or not.
    Read(Box<Report>),
    /// The store applies a step whose response nobody gets in time.
    Applies(Box<StoreStep>),
    StepEnds(StepResult),
    /// The listener of the claim ends.
    ListenerEnds {
        threw: bool,
    },
    /// The gateway has waited long enough.
    TimesOut,
}

impl World {
    pub fn deliver(&mut self, delivery: Delivery) {
        let index = self.deliveries.len();
        let (merchant, gateway, id, payment) =
            (delivery.merchant, delivery.gateway, delivery.id.clone(), delivery.payment.clone());
        self.log(Actor::Gateway(gateway, merchant), || format!("sends {id} about {payment} (delivery {index})"));
        self.deliveries.push(delivery);
        self.after(DELIVERY_TIMEOUT, Event::Handler { delivery: index, event: HandlerEvent::TimesOut });
        if self.disturbs(&id) {
            self.log(Actor::Network, || format!("loses delivery {index}"));
            return;
        }
        let delay = self.rng.between(5, 500);
        self.after(delay, Event::Handler { delivery: index, event: HandlerEvent::Arrives });
    }

    /// Whether a fault disturbs this delivery here.
    fn disturbs(&mut self, id: &str) -> bool {
        let known = self.disturbances.get(id).copied().unwrap_or_default();
        let happens = self.faults.happens(known < MAX_DISTURBANCES);
        if happens {
            *self.disturbances.entry(id.to_owned()).or_default() += 1;
        }
        happens
    }

    pub fn handler(&mut self, index: usize, event: HandlerEvent) -> Result<(), Violation> {
        let merchant = self.deliveries[index].merchant;
        match event {
            HandlerEvent::TimesOut => {
                self.respond(index, None);
                return Ok(());
            }
            // The store goes on, even if the merchant's process has crashed.
            HandlerEvent::Applies(step) => {
                return self.apply(index, &step).map(|_| ());
            }
            HandlerEvent::Arrives => return self.arrives_at_handler(index),
            HandlerEvent::Read(report) => return self.read_by_handler(index, *report),
            HandlerEvent::StepEnds(_) | HandlerEvent::ListenerEnds { .. } => {}
        }
        // The rest is for a handler that still runs.
        if self.deliveries[index].handler.is_none() {
            return Ok(());
        }
        match event {
            HandlerEvent::ListenerEnds { threw } => {
                let delivery = &self.deliveries[index];
                let (event_id, payment) = (delivery.event_id(), delivery.payment.clone());
                self.ledger.listener_ended(merchant, &event_id, delivery.token, threw);
                self.log(Actor::Shop(merchant), || {
                    format!("{} {event_id} (delivery {index})", if threw { "fails to handle" } else { "has handled" })
                });
                if !threw && self.deliveries[index].events.front().is_some_and(|event| event.is_success) {
                    self.fulfil(merchant, &payment);
                }
                self.step_ended(index, StepResult::ListenerEnded { threw })
            }
            HandlerEvent::StepEnds(result) => self.step_ended(index, result),
            _ => Ok(()),
        }
    }

    fn arrives_at_handler(&mut self, index: usize) -> Result<(), Violation> {
        let Delivery { merchant, gateway, ref payment, ref url, .. } = self.deliveries[index];
        let (id, url) = (payment.clone(), path_of(url).to_owned());
        let Some(process) = &self.merchants[merchant].process else {
            self.respond(index, None);
            return Ok(());
        };
        if gateway == Gateway::ItPay {
            return self.begin_event(index);
        }
        // A notification is not signed, so GoPay is asked.
        let op = if World::uses_paykit(merchant) { Op::ReadNotification } else { Op::RetrievePayment };
        let (kind, number) = (Kind::Sale, String::new());
        let params = Params { op, id: id.clone(), kind, number, amount: 0, is_checkout: false, url };
        let call = process.call(params);
        self.start(merchant, None, false, op, &id, call, Some(index)).map(|_| ())
    }

    fn read_by_handler(&mut self, index: usize, report: Report) -> Result<(), Violation> {
        let events = match report {
            Ok(Reply::Events(events)) => events,
            Ok(Reply::Payment { id, state }) => vec![Notified::new(format!("gopay:{id}:{state}"), &state)],
            Ok(_) => Vec::new(),
            // A redelivery would change nothing, so it is ignored.
            Err(failure) if World::uses_paykit(self.deliveries[index].merchant) && !failure.is_retryable => Vec::new(),
            Err(_) => {
                self.respond(index, Some(503));
                return Ok(());
            }
        };
        if events.is_empty() {
            self.respond(index, Some(200));
            return Ok(());
        }
        self.deliveries[index].events = events.into();
        self.begin_event(index)
    }

    fn begin_event(&mut self, index: usize) -> Result<(), Violation> {
        let (handler, next) = Handler::begin();
        self.deliveries[index].token = self.rng.draw();
        self.deliveries[index].handler = Some(handler);
        self.perform(index, next)
    }

    fn step_ended(&mut self, index: usize, result: StepResult) -> Result<(), Violation> {
        let Some(handler) = &mut self.deliveries[index].handler else { return Ok(()) };
        let next = handler.next(result);
        self.perform(index, next)
    }

    fn perform(&mut self, index: usize, next: Next) -> Result<(), Violation> {
        match next {
            Next::Claim => self.store_step(index, None),
            Next::End(end) => self.store_step(index, Some(end)),
            // The events of a webhook are handled in order, up to the first that cannot be.
            Next::Respond(200) if self.deliveries[index].events.len() > 1 => {
                self.deliveries[index].events.pop_front();
                self.begin_event(index)
            }
            Next::Respond(status) => {
                let Delivery { merchant, ref id, .. } = self.deliveries[index];
                let id = id.clone();
                self.deliveries[index].handler = None;
                self.check_claim(index, status)?;
                self.log(Actor::Shop(merchant), || format!("responds to delivery {index} with {status}"));
                if self.disturbs(&id) {
                    self.log(Actor::Network, || format!("loses the response to delivery {index}"));
                } else {
                    self.respond(index, Some(status));
                }
                Ok(())
            }
            Next::CallListener => self.call_listener(index),
        }
    }

    /// A handler that responds with an error holds no claim, unless the store failed to release it.
    fn check_claim(&self, index: usize, status: u16) -> Result<(), Violation> {
        let delivery = &self.deliveries[index];
        let store = &self.merchants[delivery.merchant].store;
        let is_held = store.is_held_by(&delivery.event_id(), delivery.token);
        if status == 500 && is_held && !delivery.has_failed_end {
            let sentence = format!("delivery {index} is refused with {status}, and keeps its claim");
            return Err(Violation { sentence, payment: Some((delivery.merchant, delivery.payment.clone())) });
        }
        Ok(())
    }

    fn call_listener(&mut self, index: usize) -> Result<(), Violation> {
        let delivery = &self.deliveries[index];
        let (merchant, id, event_id, token) =
            (delivery.merchant, delivery.id.clone(), delivery.event_id(), delivery.token);
        self.check_event(index)?;
        self.ledger.listener_starts(merchant, &event_id, token, self.now)?;
        self.log(Actor::Shop(merchant), || format!("handles {event_id} (delivery {index})"));
        self.may_crash(merchant);
        let mut ms = self.rng.between(5, 800);
        let mut threw = false;
        if self.disturbs(&id) {
            if self.rng.permille(500) {
                threw = true;
            } else {
                ms = LEASE + self.rng.between(1_000, 30_000);
            }
        }
        self.after(ms, Event::Handler { delivery: index, event: HandlerEvent::ListenerEnds { threw } });
        Ok(())
    }

    /// A step of the store: a claim, or its end.
    fn store_step(&mut self, index: usize, end: Option<End>) -> Result<(), Violation> {
        let (merchant, id) = (self.deliveries[index].merchant, self.deliveries[index].id.clone());
        self.may_crash(merchant);
        let known = self.disturbances.get(&id).copied().unwrap_or_default();
        let fault = self.faults.of_store(known < MAX_DISTURBANCES);
        if fault.is_some() {
            *self.disturbances.entry(id).or_default() += 1;
            self.deliveries[index].has_failed_end |= end.is_some();
        }
        let delivery = &self.deliveries[index];
        let step = StoreStep { event: delivery.event_id(), token: delivery.token, end };
        let (result, after) = match fault {
            None => (self.apply(index, &step)?, 3),
            Some(StoreFault::Failed) => {
                self.log(Actor::Store(merchant), || format!("fails to {} {}", step_name(end), step.event));
                (StepResult::StoreFailed, 3)
            }
            Some(StoreFault::ResponseLost) => {
                self.apply(index, &step)?;
                self.log(Actor::Network, || format!("loses the store's response to delivery {index}"));
                (StepResult::StoreFailed, 3)
            }
            Some(StoreFault::Slow) => {
                self.log(Actor::Store(merchant), || format!("is slow to {} {}", step_name(end), step.event));
                let applies = HandlerEvent::Applies(Box::new(step));
                self.after(5_000, Event::Handler { delivery: index, event: applies });
                (StepResult::StoreTimedOut, STEP_TIMEOUT)
            }
        };
        self.after(after, Event::Handler { delivery: index, event: HandlerEvent::StepEnds(result) });
        Ok(())
    }

    fn apply(&mut self, index: usize, step: &StoreStep) -> Result<StepResult, Violation> {
        let merchant = self.deliveries[index].merchant;
        let StoreStep { ref event, token, end } = *step;
        let store = &mut self.merchants[merchant].store;
        let (result, text) = match end {
            None => {
                let claim = store.claim(event, token, self.now);
                if claim == Claim::Claimed {
                    self.ledger.claimed(merchant, event, token, self.now)?;
                }
                let text = match claim {
                    Claim::Claimed => "gives",
                    Claim::InProgress => "refuses, as another delivery holds it,",
                    Claim::Done => "refuses, as it is done,",
                };
                (StepResult::Claim(claim), text)
            }
            Some(end) => {
                store.end(event, token, end);
                if end == End::Complete {
                    self.ledger.completed(merchant, event);
                }
                (StepResult::Ended, if end == End::Complete { "completes" } else { "releases" })
            }
        };
        self.log(Actor::Store(merchant), || format!("{text} {event} (delivery {index})"));
        Ok(result)
    }

    fn respond(&mut self, index: usize, status: Option<u16>) {
        let now = self.unix();
        let delivery = &mut self.deliveries[index];
        if !core::mem::take(&mut delivery.is_open) {
            return;
        }
        let (merchant, gateway, id) = (delivery.merchant, delivery.gateway, delivery.id.clone());
        match gateway {
            Gateway::ItPay => self.merchants[merchant].itpay.delivered(&id, status, now),
            Gateway::GoPay => self.merchants[merchant].gopay.delivered(&id, status, now),
        }
        self.after(0, Event::Tick(merchant));
    }

    /// The handlers of a process end with it, and their connections are reset.
    pub fn drop_handlers(&mut self, merchant: usize) {
        for index in 0..self.deliveries.len() {
            let delivery = &mut self.deliveries[index];
            if delivery.merchant == merchant {
                delivery.handler = None;
                if delivery.is_open {
                    self.respond(index, None);
                }
            }
        }
    }

    fn in_handlers(&self, merchant: usize) -> Vec<String> {
        let own = self.deliveries.iter().filter(|delivery| delivery.merchant == merchant);
        own.filter(|delivery| delivery.handler.is_some() || delivery.is_open)
            .map(|delivery| delivery.id.clone())
            .collect()
    }

    /// Counts a disturbance of each delivery that the merchant's process handles. Returns false, and counts none, if
    /// one of them cannot be disturbed again.
    pub fn disturb_handlers(&mut self, merchant: usize) -> bool {
        let ids = self.in_handlers(merchant);
        let can_be = |id: &String| self.disturbances.get(id).copied().unwrap_or_default() < MAX_DISTURBANCES;
        let can_all_be = ids.iter().all(can_be);
        if can_all_be {
            for id in ids {
                *self.disturbances.entry(id).or_default() += 1;
            }
        }
        can_all_be
    }
}

fn step_name(end: Option<End>) -> &'static str {
    match end {
        None => "claim",
        Some(End::Complete) => "complete",
        Some(End::Release) => "release",
    }
}
