//! Deliveries of webhooks and notifications, from the gateway to the merchant's listener.

use itpay::call::Call;

use crate::{
    merchant::{Op, Reply, Report},
    plan::StoreFault,
    store::{Claim, End, Handler, LEASE, Next, STEP_TIMEOUT, Told},
    world::{Broken, Event, World},
};

/// How long a gateway waits for the response to a delivery, in milliseconds.
const DELIVERY_TIMEOUT: u64 = 30_000;
/// How often something may disturb the delivery of one event. The last attempts of each gateway's schedule get through
/// then, even if each disturbance leaves a claim behind.
const MAX_DISTURBANCES: u32 = 2;
const MAX_CRASHES: u32 = 3;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gateway {
    ItPay,
    GoPay,
}

/// One attempt of a gateway to deliver an event.
pub struct Delivery {
    pub merchant: usize,
    pub gateway: Gateway,
    /// The gateway's name for the delivery.
    pub id: String,
    /// The payment.
    pub subject: String,
    /// What happened to it. GoPay's notifications do not say.
    pub what: String,
    handler: Option<Handler>,
    token: u64,
    /// Whether the gateway still waits for the response.
    is_open: bool,
}

impl Delivery {
    pub fn new(merchant: usize, gateway: Gateway, id: String, subject: String, what: String) -> Delivery {
        Delivery { merchant, gateway, id, subject, what, handler: None, token: 0, is_open: true }
    }

    /// The id under which the handler claims it.
    pub fn event_id(&self) -> String {
        match self.gateway {
            Gateway::ItPay => self.id.clone(),
            Gateway::GoPay => format!("gopay:{}:{}", self.subject, self.what),
        }
    }

    /// Whether it reports that the merchant has the money.
    pub fn is_success(&self) -> bool {
        matches!(self.what.as_str(), "payment_intent.succeeded" | "PAID" | "AUTHORIZED")
    }
}

pub enum HandlerEvent {
    /// The request is at the merchant's server.
    Arrives,
    /// GoPay has said what the notification is about, or not.
    Read(Box<Report>),
    /// The store applies a step whose response nobody gets in time.
    Applies(Option<End>),
    Told(Told),
    /// The listener of this claim ends.
    ListenerEnds {
        threw: bool,
    },
    Crashes,
    /// The gateway has waited long enough.
    TimesOut,
}

impl World {
    pub fn deliver(&mut self, delivery: Delivery) {
        let index = self.deliveries.len();
        let (merchant, id, subject) = (delivery.merchant, delivery.id.clone(), delivery.subject.clone());
        self.tell(|| format!("  gateway delivers {id} about {subject} to merchant {merchant} (delivery {index})"));
        self.deliveries.push(delivery);
        self.after(DELIVERY_TIMEOUT, Event::Handler { delivery: index, event: HandlerEvent::TimesOut });
        if self.disturbs(&id) {
            self.tell(|| format!("  delivery {index} is lost"));
            return;
        }
        let delay = self.rng.between(5, 500);
        self.after(delay, Event::Handler { delivery: index, event: HandlerEvent::Arrives });
    }

    /// Whether a fault disturbs this delivery or event here.
    fn disturbs(&mut self, id: &str) -> bool {
        let known = self.disturbances.get(id).copied().unwrap_or_default();
        let happens = self.faults.happens(known < MAX_DISTURBANCES);
        if happens {
            *self.disturbances.entry(id.to_owned()).or_default() += 1;
        }
        happens
    }

    pub fn handler(&mut self, index: usize, event: HandlerEvent) -> Result<(), Broken> {
        let Delivery { merchant, gateway, ref subject, .. } = self.deliveries[index];
        let subject = subject.clone();
        match event {
            HandlerEvent::TimesOut => {
                self.respond(index, None);
                return Ok(());
            }
            // The store goes on, whatever happens to the merchant.
            HandlerEvent::Applies(end) => {
                self.apply(index, end);
                return Ok(());
            }
            HandlerEvent::Arrives => {
                let Some(process) = &self.merchants[merchant].process else {
                    self.respond(index, None);
                    return Ok(());
                };
                self.deliveries[index].token = self.rng.draw();
                if gateway == Gateway::ItPay {
                    return self.begin(index);
                }
                // A notification is not signed, so GoPay is asked.
                let call: Call<Report> = process.call(Op::Status, &subject, 0, 0);
                self.start(merchant, None, Op::Status, &subject, call, Some(index))?;
                return Ok(());
            }
            HandlerEvent::Read(report) => {
                match *report {
                    Ok(Reply::Payment { state, .. }) => {
                        self.deliveries[index].what = state;
                        return self.begin(index);
                    }
                    _ => self.respond(index, Some(503)),
                }
                return Ok(());
            }
            _ => {}
        }
        // The rest is for a handler that still runs.
        if self.deliveries[index].handler.is_none() {
            return Ok(());
        }
        let event_id = self.deliveries[index].event_id();
        match event {
            HandlerEvent::Crashes => {
                self.crash(merchant);
                Ok(())
            }
            HandlerEvent::ListenerEnds { threw } => {
                self.ledger.listener_ended(merchant, &event_id, self.deliveries[index].token, threw);
                self.tell(|| format!("  listener of {event_id} {}", if threw { "throws" } else { "succeeds" }));
                if !threw && self.deliveries[index].is_success() {
                    self.fulfil(merchant, &subject);
                }
                self.told(index, Told::Listened { threw })
            }
            HandlerEvent::Told(told) => self.told(index, told),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, index: usize) -> Result<(), Broken> {
        let (handler, next) = Handler::begin();
        self.deliveries[index].handler = Some(handler);
        self.perform(index, next)
    }

    fn told(&mut self, index: usize, told: Told) -> Result<(), Broken> {
        let Some(handler) = &mut self.deliveries[index].handler else { return Ok(()) };
        let next = handler.next(told);
        self.perform(index, next)
    }

    fn perform(&mut self, index: usize, next: Next) -> Result<(), Broken> {
        let id = self.deliveries[index].id.clone();
        match next {
            Next::Claim => self.store_step(index, &id, None),
            Next::End(end) => self.store_step(index, &id, Some(end)),
            Next::Respond(status) => {
                self.deliveries[index].handler = None;
                self.tell(|| format!("  delivery {index} is answered with {status}"));
                // The response gets lost on its way, perhaps.
                if !self.disturbs(&id) {
                    self.respond(index, Some(status));
                }
                Ok(())
            }
            Next::Listen => self.listen(index, &id),
        }
    }

    fn listen(&mut self, index: usize, id: &str) -> Result<(), Broken> {
        let (merchant, event_id, token) = {
            let delivery = &self.deliveries[index];
            (delivery.merchant, delivery.event_id(), delivery.token)
        };
        self.ledger.listener_starts(merchant, &event_id, token, self.now)?;
        self.tell(|| format!("  merchant {merchant} handles {event_id} (delivery {index})"));
        let mut ms = self.rng.between(5, 800);
        let can_crash = self.merchants[merchant].crashes < MAX_CRASHES && self.all_can_be_disturbed(merchant);
        if can_crash && self.faults.happens(true) {
            self.disturb_all(merchant);
            self.after(ms, Event::Handler { delivery: index, event: HandlerEvent::Crashes });
            return Ok(());
        }
        let mut threw = false;
        if self.disturbs(id) {
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
    fn store_step(&mut self, index: usize, id: &str, end: Option<End>) -> Result<(), Broken> {
        let known = self.disturbances.get(id).copied().unwrap_or_default();
        let fault = self.faults.of_store(known < MAX_DISTURBANCES);
        if let Some(fault) = fault {
            *self.disturbances.entry(id.to_owned()).or_default() += 1;
            self.tell(|| format!("  store: {end:?} of delivery {index} <- {fault:?}"));
        }
        let (told, after) = match fault {
            None => (self.apply(index, end), 3),
            Some(StoreFault::Failed) => (Told::StoreFailed, 3),
            Some(StoreFault::ResponseLost) => {
                self.apply(index, end);
                (Told::StoreFailed, 3)
            }
            Some(StoreFault::Slow) => {
                self.after(5_000, Event::Handler { delivery: index, event: HandlerEvent::Applies(end) });
                (Told::StoreTimedOut, STEP_TIMEOUT)
            }
        };
        self.after(after, Event::Handler { delivery: index, event: HandlerEvent::Told(told) });
        Ok(())
    }

    fn apply(&mut self, index: usize, end: Option<End>) -> Told {
        let delivery = &self.deliveries[index];
        let (merchant, event_id, token) = (delivery.merchant, delivery.event_id(), delivery.token);
        let store = &mut self.merchants[merchant].store;
        let told = match end {
            None => {
                let claim = store.claim(&event_id, token, self.now);
                if claim == Claim::Claimed {
                    self.ledger.claimed(merchant, &event_id, token, self.now);
                }
                Told::Claim(claim)
            }
            Some(end) => {
                store.end(&event_id, token, end);
                if end == End::Complete {
                    self.ledger.completed(merchant, &event_id);
                }
                Told::Ended
            }
        };
        self.tell(|| format!("  store: {event_id} {told:?} ({end:?})"));
        told
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
            if delivery.merchant == merchant && delivery.is_open {
                delivery.handler = None;
                self.respond(index, None);
            } else if delivery.merchant == merchant {
                delivery.handler = None;
            }
        }
    }

    fn in_handlers(&self, merchant: usize) -> Vec<String> {
        let own = self.deliveries.iter().filter(|delivery| delivery.merchant == merchant);
        own.filter(|delivery| delivery.handler.is_some() || delivery.is_open)
            .map(|delivery| delivery.id.clone())
            .collect()
    }

    fn all_can_be_disturbed(&self, merchant: usize) -> bool {
        let known = |id: &String| self.disturbances.get(id).copied().unwrap_or_default();
        self.in_handlers(merchant).iter().all(|id| known(id) < MAX_DISTURBANCES)
    }

    fn disturb_all(&mut self, merchant: usize) {
        for id in self.in_handlers(merchant) {
            *self.disturbances.entry(id).or_default() += 1;
        }
    }
}
