//! What has happened at GoPay, from a notification and from what was read because of it.
//!
//! A notification proves nothing: only what GoPay answers counts. Each change of a payment's state makes the same event
//! ids whenever it is seen, so that notifications which come again are known.

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

/// Reads which payment a notification is about: from the URL that it went to, or from a body where something on the way
/// has put it there.
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

/// Why what was read is not what was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mismatch {
    /// It is another e-shop's payment.
    GoId,
    /// It is another payment.
    Id,
}

/// What was read because of a notification.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What said that there is something to read.
    pub notification: Notification,
    /// The payment, as it is now.
    pub payment: Payment,
    /// The first payment of the recurrence that it is a charge of, if it could be read.
    pub parent: Option<Payment>,
    /// What went back; none where GoPay does not say.
    pub refunds: Option<Vec<Refund>>,
}

/// What else to read before the events are known.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Look {
    /// This payment. If it cannot be read, less is said of the subscription.
    pub parent: Option<String>,
    /// The payment's refunds: only there they have ids and amounts.
    pub refunds: bool,
}

/// What else to read, now that the payment is known; or why it is not the one that was asked for, or not this e-shop's.
pub fn further_looks(notification: &Notification, payment: &Payment, go_id: &str) -> Result<Look, Mismatch> {
    if payment.id != notification.id {
        return Err(Mismatch::Id);
    }
    if payment.go_id.as_deref().is_some_and(|other| other != go_id) {
        return Err(Mismatch::GoId);
    }
    let has_subscription_event = matches!(payment.state, State::Paid | State::Canceled);
    Ok(Look {
        parent: payment.parent_id.clone().filter(|_| has_subscription_event),
        refunds: matches!(payment.state, State::Refunded | State::PartiallyRefunded),
    })
}

impl Seen {
    /// Whether this is a charge of a recurrence. A `parent_id` in the URL alone proves nothing.
    fn is_recurring(&self) -> bool {
        let said_by_url = self.notification.parent_id.is_some();
        self.payment.parent_id.is_some() || (said_by_url && self.payment.recurrence.is_some())
    }

    fn is_stopped(&self) -> bool {
        let stopped = |payment: &Payment| {
            payment.recurrence.as_ref().and_then(|recurrence| recurrence.state.as_ref())
                == Some(&RecurrenceState::Stopped)
        };
        stopped(&self.payment) || (self.payment.state == State::Canceled && self.parent.as_ref().is_some_and(stopped))
    }
}

/// What has happened, in the order in which it is told. Empty for a state that this version does not know.
pub fn events(seen: &Seen, now: u64) -> Vec<Event> {
    let Seen { payment, parent, .. } = seen;
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
            if seen.is_recurring() {
                events.insert(0, of_state("subscription.created", EventData::Subscription(subscription())));
            }
            events
        }
        State::Canceled | State::Timeouted => vec![of_payment("payment.failed")],
        State::Refunded | State::PartiallyRefunded => refunds(seen)
            .into_iter()
            .map(|(id, refund)| event(id, "refund.created", EventData::Refund(refund)))
            .collect(),
        State::Other(_) => return Vec::new(),
    };
    if seen.is_stopped() {
        let subscription = subscription();
        // It stops once, whichever of its payments shows it.
        let id = format!("{}_STOPPED_subscription.canceled", subscription.id);
        events.insert(0, event(id, "subscription.canceled", EventData::Subscription(subscription)));
    }
    events
}

/// The refunds that have happened, each under an id of its own.
fn refunds(seen: &Seen) -> Vec<(String, super::Refund)> {
    let Seen { payment, refunds, .. } = seen;
    let of_state = |wanted: fn(&RefundState) -> bool| -> Vec<&Refund> {
        refunds.iter().flatten().filter(|refund| wanted(&refund.state)).collect()
    };
    let mut happened = of_state(|state| *state == RefundState::Success);
    if happened.is_empty() {
        // The payment's state says that money went back, so one of them has happened.
        happened = of_state(|state| *state != RefundState::Failed);
    }
    if happened.is_empty() {
        // GoPay does not say which: of a whole refund the amount is known, of a part it is not.
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
    happened.into_iter().map(|refund| (id(refund), from_gopay::refund(refund, payment))).collect()
}
