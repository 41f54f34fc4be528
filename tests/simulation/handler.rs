//! The merchant's webhook handler: it reads a notification, claims its event, calls the listener, and ends the claim.

use crate::{
    delivery::{Delivery, Gateway, Notified},
    network::path_of,
    op::{Op, Reply, Report},
    order::Kind,
    plan::StoreFault,
    process::Params,
    store::{Claim, End, Handler, LEASE, Next, STEP_TIMEOUT, StepResult},
    world::{Actor, Event, Violation, World},
};

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
                    self.fulfill(merchant, &payment);
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
        let is_possible = self.can_be_disturbed(&id);
        let fault = self.faults.of_store(is_possible);
        if fault.is_some() {
            self.disturbed(&id);
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
}

fn step_name(end: Option<End>) -> &'static str {
    match end {
        None => "claim",
        Some(End::Complete) => "complete",
        Some(End::Release) => "release",
    }
}
