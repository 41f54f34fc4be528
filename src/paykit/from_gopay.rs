//! GoPay's payments as PayKit's objects.

use alloc::{string::String, vec, vec::Vec};

use super::{
    metadata::Item,
    objects::{
        BillingInterval, BillingMode, Checkout, CheckoutSubscription, Invoice, Payee, Payment, PaymentStatus, Product,
        Refund, SessionType, Subscription, SubscriptionStatus,
    },
    period::{PeriodDates, current_period},
};
use crate::{
    Metadata, RawObject,
    gopay::{self, Cycle, OperationStatus, Recurrence, RecurrenceState, RefundPayment, State},
    json::FieldReader,
    time::to_iso8601,
};

/// The current state of a payment.
pub fn payment(payment: &gopay::Payment) -> Payment {
    let (item, metadata) = purchase(payment);
    Payment {
        id: payment.id.clone(),
        amount: payment.amount.unwrap_or_default(),
        currency: payment.currency.clone().unwrap_or_default(),
        customer: customer(payment),
        status: match payment.state {
            State::Created => PaymentStatus::Pending,
            State::Authorized => PaymentStatus::RequiresCapture,
            State::Paid | State::PartiallyRefunded | State::Refunded => PaymentStatus::Succeeded,
            State::Canceled => PaymentStatus::Canceled,
            State::Timeouted => PaymentStatus::Failed,
            // An unknown state is neither a success nor a failure.
            State::PaymentMethodChosen | State::Other(_) => PaymentStatus::Processing,
        },
        metadata,
        item_id: item.item.or_else(|| first_item(payment)),
        requires_action: payment.state == State::Created,
        payment_url: payment.gw_url.clone(),
        custom_fields: custom_fields(payment),
    }
}

/// A payment as a checkout.
pub fn checkout(payment: &gopay::Payment) -> Checkout {
    let (item, metadata) = purchase(payment);
    let recurring = payment.recurrence.is_some() || item.session_type.as_deref() == Some("recurring");
    let subscription = payment.recurrence.as_ref().map(|recurrence| CheckoutSubscription {
        billing_interval: interval(&item, Some(recurrence)),
        billing_interval_count: count(Some(recurrence)),
    });
    Checkout {
        id: payment.id.clone(),
        customer: customer(payment),
        payment_url: payment.gw_url.clone().unwrap_or_default(),
        session_type: if recurring { SessionType::Recurring } else { SessionType::OneTime },
        products: products(&item, payment),
        metadata,
        currency: payment.currency.clone().unwrap_or_default(),
        amount: payment.amount.unwrap_or_default(),
        subscription,
        custom_fields: custom_fields(payment),
    }
}

/// A subscription. `payment` is its first payment, or one of its charges; `parent` is the first payment of a charge, if
/// it could be read. A subscription has the id of its first payment, because only that one can be charged and stopped.
pub fn subscription(payment: &gopay::Payment, parent: Option<&gopay::Payment>, now: u64) -> Subscription {
    let charge = payment.parent_id.is_some().then_some(payment);
    let first = parent.unwrap_or(payment);
    let (item, metadata) = purchase(first);
    let recurrence = first.recurrence.as_ref();
    let billing_interval = interval(&item, recurrence);
    let dates = PeriodDates {
        // A first payment that is not paid yet starts the subscription when it is.
        start: item.start.or((first.state == State::Created).then_some(now)),
        last_day: recurrence.and_then(|recurrence| recurrence.date_to.as_deref()),
    };
    let (start, end) = current_period(billing_interval, count(recurrence), dates, now);
    let mut fields = custom_fields(first);
    if let Some(charge) = charge {
        fields.set("charge", &custom_fields(charge));
    }
    let status = status(first, charge);
    Subscription {
        id: payment.parent_id.clone().unwrap_or_else(|| first.id.clone()),
        customer: customer(first).or_else(|| customer(payment)),
        amount: first.amount.unwrap_or_default(),
        currency: first.currency.clone().unwrap_or_default(),
        status,
        current_period_start: start,
        current_period_end: end,
        item_id: item.item.or_else(|| first_item(first)).unwrap_or_default(),
        billing_interval,
        metadata,
        custom_fields: fields,
        requires_action: charge.is_none() && first.state == State::Created && status == SubscriptionStatus::Pending,
        payment_url: first.gw_url.clone(),
    }
}

/// The invoice of a paid payment. `now` is its `paid_at`, because GoPay does not report when a payment was paid.
pub fn invoice(payment: &gopay::Payment, now: u64) -> Invoice {
    let (item, metadata) = purchase(payment);
    let own = payment.recurrence.as_ref().map(|_| payment.id.clone());
    let subscription_id = payment.parent_id.clone().or(own);
    let products = products(&item, payment);
    Invoice {
        id: payment.id.clone(),
        customer: customer(payment),
        billing_mode: if subscription_id.is_some() { BillingMode::Recurring } else { BillingMode::OneTime },
        subscription_id,
        amount_paid: payment.amount.unwrap_or_default(),
        currency: payment.currency.clone().unwrap_or_default(),
        status: "paid",
        paid_at: Some(to_iso8601(now)),
        line_items: if products.is_empty() { None } else { Some(products) },
        metadata,
        custom_fields: custom_fields(payment),
    }
}

/// A refund of a payment's history.
pub fn refund(refund: &gopay::Refund, payment: &gopay::Payment) -> Refund {
    let (_, metadata) = purchase(payment);
    let mut custom_fields = RawObject::default();
    custom_fields.set("payment_id", &payment.id);
    custom_fields.set("state", refund.state.as_str());
    Refund {
        id: refund.id.clone(),
        amount: refund.amount,
        currency: refund.currency.clone().or_else(|| payment.currency.clone()).unwrap_or_default(),
        reason: None,
        metadata: Some(metadata),
        custom_fields,
    }
}

/// A refund that was just made. `entry` is its entry in the history, if it is known; without it, the refund has the id of
/// the payment.
pub fn created_refund(refund: &RefundPayment, result: &OperationStatus, entry: Option<&gopay::Refund>) -> Refund {
    let mut custom_fields = RawObject::default();
    custom_fields.set("payment_id", &refund.id);
    custom_fields.set("result", result);
    custom_fields.set("state", &entry.map(|entry| entry.state.as_str()));
    Refund {
        id: entry.map_or(&refund.id, |entry| &entry.id).clone(),
        amount: refund.amount,
        currency: entry.and_then(|entry| entry.currency.clone()).unwrap_or_default(),
        reason: None,
        metadata: None,
        custom_fields,
    }
}

/// The id of the purchased item, or else the name of the first order line.
pub(super) fn item_id(payment: &gopay::Payment) -> Option<String> {
    purchase(payment).0.item.or_else(|| first_item(payment))
}

/// Whether a payment belongs to a subscription.
pub fn is_subscription(payment: &gopay::Payment) -> bool {
    payment.recurrence.is_some() || payment.parent_id.is_some() || purchase(payment).0.billing_interval.is_some()
}

fn status(first: &gopay::Payment, charge: Option<&gopay::Payment>) -> SubscriptionStatus {
    let recurrence = first.recurrence.as_ref().and_then(|recurrence| recurrence.state.as_ref());
    match (recurrence, charge.map(|charge| &charge.state), &first.state) {
        (Some(RecurrenceState::Stopped), _, _) => SubscriptionStatus::Canceled,
        (_, Some(State::Canceled | State::Timeouted), _) => SubscriptionStatus::PastDue,
        (_, Some(_), _) | (Some(RecurrenceState::Started), _, _) => SubscriptionStatus::Active,
        // A refund does not end a recurrence.
        (_, _, State::Paid | State::Authorized | State::Refunded | State::PartiallyRefunded) => {
            SubscriptionStatus::Active
        }
        (_, _, State::Canceled | State::Timeouted) => SubscriptionStatus::Canceled,
        (_, _, State::Created | State::PaymentMethodChosen | State::Other(_)) => SubscriptionStatus::Pending,
    }
}

fn interval(item: &Item, recurrence: Option<&Recurrence>) -> BillingInterval {
    let cycle = recurrence.and_then(|recurrence| recurrence.cycle.as_ref());
    item.billing_interval.unwrap_or(match cycle {
        Some(Cycle::Day) => BillingInterval::Day,
        Some(Cycle::Week) => BillingInterval::Week,
        _ => BillingInterval::Month,
    })
}

fn count(recurrence: Option<&Recurrence>) -> u64 {
    recurrence.and_then(|recurrence| recurrence.period?.try_into().ok()).filter(|count| *count > 0).unwrap_or(1)
}

fn customer(payment: &gopay::Payment) -> Option<Payee> {
    payment.email.clone().map(Payee::Email)
}

/// The purchased item, and the merchant's own metadata.
fn purchase(payment: &gopay::Payment) -> (Item, Metadata) {
    let mut metadata: Metadata = payment.additional_params.iter().cloned().collect();
    (Item::take(&mut metadata), metadata)
}

/// The purchased products, as far as they are known.
fn products(item: &Item, payment: &gopay::Payment) -> Vec<Product> {
    match item.item.clone().or_else(|| first_item(payment)) {
        Some(id) => vec![Product { id, quantity: item.quantity.filter(|quantity| *quantity > 0).unwrap_or(1) }],
        None => Vec::new(),
    }
}

/// The name of the first order line, for a payment that PayKit did not create.
fn first_item(payment: &gopay::Payment) -> Option<String> {
    let items = payment.extra.get("items")?;
    let first = FieldReader::of("items", items.as_str()).objects("items").into_iter().next();
    first?.text("name").filter(|name| !name.is_empty())
}

/// Data of GoPay that PayKit has no field for.
fn custom_fields(payment: &gopay::Payment) -> RawObject {
    let mut fields = RawObject::default();
    fields.set("id", &payment.id);
    fields.set("state", payment.state.as_str());
    fields.set("sub_state", &payment.sub_state);
    fields.set("order_number", &payment.order_number);
    fields.set("payment_instrument", &payment.extra.get("payment_instrument"));
    if let Some(recurrence) = &payment.recurrence {
        fields.set("recurrence_state", &recurrence.state);
        fields.set("recurrence_cycle", &recurrence.cycle);
        fields.set("recurrence_period", &recurrence.period);
        fields.set("recurrence_date_to", &recurrence.date_to);
    }
    fields
}
