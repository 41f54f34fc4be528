//! Deliveries of webhooks and notifications, from the gateway to the merchant, and what disturbs them.

use std::collections::VecDeque;

use itpay::paykit::{self, EventData, PaymentStatus};

use crate::{
    handler::HandlerEvent,
    store::Handler,
    world::{Actor, Event, World},
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
    pub url: String,
    /// The events that the webhook means, and that are still to be handled. The first one is being handled.
    pub events: VecDeque<Notified>,
    pub handler: Option<Handler>,
    pub token: u64,
    /// Whether the store failed to end the claim.
    pub has_failed_end: bool,
    /// Whether the gateway still waits for the response.
    pub is_open: bool,
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
    pub fn event_id(&self) -> String {
        self.events.front().map(|event| event.id.clone()).unwrap_or_default()
    }
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
    pub fn disturbs(&mut self, id: &str) -> bool {
        let is_possible = self.can_be_disturbed(id);
        let happens = self.faults.happens(is_possible);
        if happens {
            self.disturbed(id);
        }
        happens
    }

    pub fn can_be_disturbed(&self, id: &str) -> bool {
        self.disturbances.get(id).is_none_or(|known| *known < MAX_DISTURBANCES)
    }

    pub fn disturbed(&mut self, id: &str) {
        *self.disturbances.entry(id.to_owned()).or_default() += 1;
    }

    pub fn respond(&mut self, index: usize, status: Option<u16>) {
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
        let can_all_be = ids.iter().all(|id| self.can_be_disturbed(id));
        if can_all_be {
            ids.iter().for_each(|id| self.disturbed(id));
        }
        can_all_be
    }
}
