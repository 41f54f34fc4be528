//! ItPay's intents and webhooks as PayKit's objects and events.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec,
    vec::Vec,
};

use super::{
    metadata::Item,
    objects::{
        BillingMode, Checkout, Event, EventData, Invoice, Payee, Payment, PaymentStatus, Product, Refund, SessionType,
    },
};
use crate::{
    Error, Metadata, RawObject,
    itpay::{PaymentIntent, Status, WebhookEvent},
    time::to_iso8601,
};

/// The current state of an intent. `charge` is its QR code, if it is known.
pub fn intent_payment(intent: &PaymentIntent, charge: Option<&RawObject>) -> Payment {
    let (item, metadata) = purchase(intent);
    let (amount, currency) = amount(intent);
    Payment {
        id: intent.id.clone(),
        amount,
        currency,
        customer: customer(intent),
        status: match intent.status {
            Status::Pending | Status::QrGenerated => PaymentStatus::Pending,
            Status::Succeeded => PaymentStatus::Succeeded,
            Status::Cancelled => PaymentStatus::Canceled,
            Status::Expired | Status::Failed => PaymentStatus::Failed,
            // An unknown status is neither a success nor a failure.
            Status::Scanning | Status::Authorized | Status::Captured | Status::Other(_) => PaymentStatus::Processing,
        },
        metadata,
        item_id: item.item,
        requires_action: matches!(intent.status, Status::Pending | Status::QrGenerated),
        payment_url: scan_url(intent, charge),
        custom_fields: custom_fields(intent, charge),
    }
}

/// An intent as a checkout. `payment_url` opens the wallet.
pub fn intent_checkout(intent: &PaymentIntent, charge: Option<&RawObject>) -> Checkout {
    let (item, metadata) = purchase(intent);
    let (amount, currency) = amount(intent);
    Checkout {
        id: intent.id.clone(),
        customer: customer(intent),
        payment_url: scan_url(intent, charge).unwrap_or_default(),
        metadata,
        session_type: SessionType::OneTime,
        products: products(&item),
        currency,
        amount,
        subscription: None,
        custom_fields: custom_fields(intent, charge),
    }
}

/// A refund of the whole payment. No known page shows the fields of ItPay's refund, so its id may be the payment's.
pub fn created_refund(intent: &PaymentIntent, reason: Option<String>, refund: &RawObject) -> Refund {
    let (amount, currency) = amount(intent);
    let mut custom_fields = RawObject::default();
    custom_fields.set("payment_id", &intent.id);
    custom_fields.set("status", &refund.get("status"));
    custom_fields.set("preview", &true);
    let id = refund.text("id").filter(|id| !id.is_empty());
    Refund {
        id: id.map_or_else(|| intent.id.clone(), Cow::into_owned),
        amount,
        currency,
        reason,
        metadata: None,
        custom_fields,
    }
}

/// The events of a verified webhook. An event type that PayKit does not have becomes the raw event `itpay.<type>`.
pub fn intent_events(webhook: &WebhookEvent, now: u64) -> Result<Vec<Event>, Error> {
    let event = |event_type: &str, data: EventData| Event {
        id: format!("{}_{event_type}", webhook.id),
        event_type: event_type.to_owned(),
        created: now,
        data,
        is_raw: false,
    };
    let payment = |intent: &PaymentIntent| EventData::Payment(intent_payment(intent, None));
    Ok(match webhook.event_type.as_str() {
        "payment_intent.succeeded" => {
            let intent = webhook.payment_intent()?;
            let invoice = EventData::Invoice(invoice(&intent, now));
            vec![event("invoice.generated", invoice), event("payment.succeeded", payment(&intent))]
        }
        "payment_intent.failed" | "payment_intent.expired" => {
            vec![event("payment.failed", payment(&webhook.payment_intent()?))]
        }
        other => {
            let data = EventData::Raw(webhook.data.clone());
            vec![Event { is_raw: true, ..event(&format!("itpay.{other}"), data) }]
        }
    })
}

/// The QR code that an intent has already.
pub(super) fn code(intent: &PaymentIntent) -> Option<RawObject> {
    let qr = RawObject::parse(intent.extra.get("qr")?.as_str())?;
    let mut code = RawObject::default();
    code.set("id", &qr.get("charge_id"));
    code.set("scan_url", &*qr.text("scan_url").filter(|url| !url.is_empty())?);
    Some(code)
}

fn invoice(intent: &PaymentIntent, now: u64) -> Invoice {
    let (item, metadata) = purchase(intent);
    let (amount_paid, currency) = amount(intent);
    let products = products(&item);
    Invoice {
        id: intent.id.clone(),
        customer: customer(intent),
        subscription_id: None,
        billing_mode: BillingMode::OneTime,
        amount_paid,
        currency,
        status: "paid",
        paid_at: Some(to_iso8601(now)),
        line_items: if products.is_empty() { None } else { Some(products) },
        metadata,
        custom_fields: custom_fields(intent, None),
    }
}

fn amount(intent: &PaymentIntent) -> (i64, String) {
    intent.amount.as_ref().map(|amount| (amount.value, amount.currency.clone())).unwrap_or_default()
}

fn purchase(intent: &PaymentIntent) -> (Item, Metadata) {
    let mut metadata = intent.metadata.clone();
    (Item::take(&mut metadata), metadata)
}

fn products(item: &Item) -> Vec<Product> {
    let quantity = item.quantity.filter(|quantity| *quantity > 0).unwrap_or(1);
    item.item.iter().map(|id| Product { id: id.clone(), quantity }).collect()
}

/// The person for whom the agent acts.
fn customer(intent: &PaymentIntent) -> Option<Payee> {
    let id = RawObject::parse(intent.extra.get("payer")?.as_str())?.text("human_id")?.into_owned();
    Some(if id.contains('@') { Payee::Email(id) } else { Payee::Id(id) })
}

fn scan_url(intent: &PaymentIntent, charge: Option<&RawObject>) -> Option<String> {
    charge.and_then(|charge| charge.text("scan_url").map(Cow::into_owned)).or_else(|| intent.scan_url())
}

/// Data of ItPay that PayKit has no field for. The QR code is in `qr`.
fn custom_fields(intent: &PaymentIntent, charge: Option<&RawObject>) -> RawObject {
    let mut fields = RawObject::default();
    fields.set("status", &intent.status);
    fields.set("channel", &intent.channel);
    fields.set("expires_at", &intent.expires_at);
    fields.set("failure_reason", &intent.failure_reason);
    fields.set("qr", &charge);
    fields
}
