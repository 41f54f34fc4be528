//! GoPay's notifications as PayKit's events.
//!
//! A notification proves nothing, so only GoPay's responses count. Each change of a payment's state always has the same
//! event ids, so that a repeated notification can be recognized.

use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};

use super::{
    from_gopay,
    objects::{Event, EventData},
};
use crate::{
    Error,
    gopay::{self, Notification, Payment, RecurrenceState, Refund, RefundState, State},
    json::FieldReader,
};

/// Reads the payment id of a notification from its URL. Some servers drop the query and pass the id in the body.
pub fn notification(url: &str, body: &str) -> Result<Notification, Error> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let from_url = Notification::parse(query);
    let missing = !query.trim_start_matches('?').split('&').any(|pair| pair == "id" || pair.starts_with("id="));
    if !missing || body.is_empty() {
        return from_url;
    }
    let Ok(Some(mut fields)) = FieldReader::parse(body) else { return Notification::parse(body) };
    let mut query = String::new();
    for name in ["id", "parent_id"] {
        if let Ok(Some(id)) = gopay::id(&mut fields, name) {
            query += &format!("{name}={}&", crate::http::percent_encode(&id));
        }
    }
    Notification::parse(&query)
}

/// A notification, and the data that was read because of it.
#[derive(Clone, Debug)]
pub struct NotificationContext {
    /// The notification.
    pub notification: Notification,
    /// The current state of the payment.
    pub payment: Payment,
    /// The first payment of the subscription, for a charge, if it could be read.
    pub parent: Option<Payment>,
    /// The refunds of the payment; none if GoPay does not list them.
    pub refunds: Option<Vec<Refund>>,
}

/// The further reads that the events need.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct RequiredReads {
    /// The id of the subscription's first payment. Without it, the events have less data of the subscription.
    pub parent: Option<String>,
    /// The payment's refunds. Only this list has their ids and amounts.
    pub refunds: bool,
}

/// The further reads that the events of this payment need.
pub fn required_reads(payment: &Payment) -> RequiredReads {
    let has_subscription_event = matches!(payment.state, State::Paid | State::Canceled);
    RequiredReads {
        parent: payment.parent_id.clone().filter(|_| has_subscription_event),
        refunds: matches!(payment.state, State::Refunded | State::PartiallyRefunded),
    }
}

impl NotificationContext {
    /// Whether the payment is a charge of a subscription. A `parent_id` in the URL alone proves nothing.
    fn is_recurring(&self) -> bool {
        let url_says_so = self.notification.parent_id.is_some();
        self.payment.parent_id.is_some() || (url_says_so && self.payment.recurrence.is_some())
    }

    fn is_stopped(&self) -> bool {
        let stopped = |payment: &Payment| {
            payment.recurrence.as_ref().and_then(|recurrence| recurrence.state.as_ref())
                == Some(&RecurrenceState::Stopped)
        };
        stopped(&self.payment) || (self.payment.state == State::Canceled && self.parent.as_ref().is_some_and(stopped))
    }
}

/// The events in their order of delivery. Empty for an unknown state.
pub fn events(context: &NotificationContext, now: u64) -> Vec<Event> {
    let NotificationContext { payment, parent, .. } = context;
    let event = |id: String, event_type: &str, data: EventData| Event {
        id: format!("evt_gopay_{id}"),
        event_type: event_type.to_owned(),
        created: now,
        data,
        is_raw: false,
    };
    let of_state = |event_type: &str, data: EventData| {
        event(format!("{}_{}_{event_type}", payment.id, payment.state.as_str()), event_type, data)
    };
    let of_payment = |event_type: &str| of_state(event_type, EventData::Payment(from_gopay::payment(payment)));
    let subscription = || from_gopay::subscription(payment, parent.as_ref(), now);

    let mut events = match payment.state {
        State::Created => vec![of_payment("payment.created")],
        State::PaymentMethodChosen | State::Authorized => vec![of_payment("payment.updated")],
        State::Paid => {
            let invoice = EventData::Invoice(from_gopay::invoice(payment, now));
            let mut events = vec![of_state("invoice.generated", invoice), of_payment("payment.succeeded")];
            if context.is_recurring() {
                events.insert(0, of_state("subscription.created", EventData::Subscription(subscription())));
            }
            events
        }
        State::Canceled | State::Timeouted => vec![of_payment("payment.failed")],
        State::Refunded | State::PartiallyRefunded => refunds(context)
            .into_iter()
            .map(|(id, refund)| event(id, "refund.created", EventData::Refund(refund)))
            .collect(),
        State::Other(_) => return Vec::new(),
    };
    if context.is_stopped() {
        let subscription = subscription();
        // A subscription ends once, whichever of its payments shows it.
        let id = format!("{}_STOPPED_subscription.canceled", subscription.id);
        events.insert(0, event(id, "subscription.canceled", EventData::Subscription(subscription)));
    }
    events
}

/// The completed refunds, each with its own event id.
fn refunds(context: &NotificationContext) -> Vec<(String, super::Refund)> {
    let NotificationContext { payment, refunds, .. } = context;
    let of_state = |wanted: fn(&RefundState) -> bool| -> Vec<&Refund> {
        refunds.iter().flatten().filter(|refund| wanted(&refund.state)).collect()
    };
    let mut completed = of_state(|state| *state == RefundState::Success);
    if completed.is_empty() {
        // The payment's state says that one of them is completed.
        completed = of_state(|state| *state != RefundState::Failed);
    }
    if completed.is_empty() {
        // GoPay lists none. The amount of a full refund is known, that of a partial one is not.
        let whole = payment.state == State::Refunded;
        let state = payment.state.as_str().to_owned();
        let unknown = Refund {
            id: payment.id.clone(),
            state: RefundState::Other(state.clone()),
            amount: if whole { payment.amount.unwrap_or_default() } else { 0 },
            currency: None,
            requested_at: None,
        };
        let mut refund = from_gopay::refund(&unknown, payment);
        refund.custom_fields.set("amount_known", &whole);
        return vec![(format!("{}_{state}_refund.created", payment.id), refund)];
    }
    let id = |refund: &Refund| format!("{}_refund_{}", payment.id, refund.id);
    completed.into_iter().map(|refund| (id(refund), from_gopay::refund(refund, payment))).collect()
}
