//! What gateways do by themselves, and what payers and banks do there.

use itpay::{
    paykit::ItPayProvider,
    sandbox::{self, gopay as gopay_sandbox},
};

use crate::{
    delivery::{Delivery, Notified},
    order::Payer,
    world::{Actor, EPOCH, Event, Violation, World},
};

impl World {
    pub fn payer_comes(&mut self, index: usize) -> Result<(), Violation> {
        let (now, random) = (self.unix(), self.rng.bytes());
        let order = &self.orders[index];
        let (merchant, payer, Some(id)) = (order.merchant, order.payer, order.id.clone()) else { return Ok(()) };
        let verb = match payer {
            Payer::Pays => "pays",
            Payer::Declines => "declines",
            Payer::Leaves => "leaves",
        };
        self.log(Actor::Payer, || format!("{verb} {id}"));
        let merchant_state = &mut self.merchants[merchant];
        // A payment that has expired or was paid before stays as it is.
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

    pub fn bank_decides(&mut self, merchant: usize, payment: u64) -> Result<(), Violation> {
        let (now, random) = (self.unix(), self.rng.bytes());
        let settles = self.rng.permille(900);
        let action = if settles { gopay_sandbox::Action::Settle } else { gopay_sandbox::Action::Reject };
        self.log(Actor::Bank, || format!("{} {payment}", if settles { "settles" } else { "rejects" }));
        self.merchants[merchant].gopay.act(payment, &action, now, &random).ok();
        self.pump(merchant)
    }

    /// Something of a gateway is due: a delivery, or the end of a payment.
    pub fn tick(&mut self, merchant: usize) -> Result<(), Violation> {
        self.merchants[merchant].next_tick = None;
        let (now, random) = (self.unix(), self.rng.bytes());
        self.merchants[merchant].itpay.tick(now, &random);
        self.merchants[merchant].gopay.tick(now, &random);
        self.pump(merchant)
    }

    /// Starts the deliveries that are due, and schedules the next tick.
    pub fn pump(&mut self, merchant: usize) -> Result<(), Violation> {
        let now = self.unix();
        while let Some(webhook) = self.merchants[merchant].itpay.next_delivery(now) {
            let event: serde_json::Value = serde_json::from_slice(&webhook.body).map_err(|error| error.to_string())?;
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let payment = text(&event["data"]["id"]);
            let events = if World::uses_paykit(merchant) {
                let events = ItPayProvider::events(&String::from_utf8_lossy(&webhook.body), now);
                let events = events.map_err(|error| format!("PayKit cannot read a webhook: {error}"))?;
                events.iter().map(Notified::of_paykit).collect()
            } else {
                vec![Notified::new(webhook.id.clone(), &text(&event["type"]))]
            };
            self.deliver(Delivery::webhook(merchant, webhook.id.clone(), payment, events));
        }
        while let Some(notification) = self.merchants[merchant].gopay.next_delivery(now) {
            let query = notification.url.split('?').nth(1).unwrap_or_default();
            let id = query.split('&').find_map(|pair| pair.strip_prefix("id=")).unwrap_or_default().to_owned();
            self.deliver(Delivery::notification(merchant, notification.id, id, notification.url));
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
}
