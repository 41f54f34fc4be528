//! PayKit's side of the `gopay` wasm module: GoPay's payments in PayKit's terms. JSON text goes in and out; payments are
//! the client's own, cleaned.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::{string::String, vec::Vec};

use wasm_bindgen::prelude::*;

use super::error::Record;
use crate::{
    Error,
    gopay::{Notification, Payment, Refund},
    json::{FieldReader, text},
    paykit::{self, ChargeParams, Context, Mismatch, NotificationContext},
};

type Result<T> = core::result::Result<T, JsValue>;

/// What `payments.create` is given for a `checkout`, a `payment` or a `subscription`.
#[wasm_bindgen]
pub fn paykit_params(
    kind: &str,
    params: &str,
    notification_url: String,
    order_number: String,
    now: f64,
) -> Result<String> {
    let context = Context { notification_url, order_number, now: now as u64 };
    let read = match kind {
        "checkout" => paykit::checkout_params,
        "payment" => paykit::payment_params,
        _ => paykit::subscription_params,
    };
    read(params, &context).map_err(record)
}

/// What `payments.createRecurrence` is given; `null` where nothing is to be charged, `"currency"` where that is missing.
#[wasm_bindgen]
pub fn paykit_charge(params: &str, first: Option<String>, order_number: &str) -> Result<String> {
    let first = first.as_deref().map(payment).transpose()?;
    Ok(match paykit::charge_params(params, first.as_ref(), order_number).map_err(record)? {
        ChargeParams::None => "null".into(),
        ChargeParams::Create(params) => params,
        ChargeParams::MissingCurrency => "\"currency\"".into(),
    })
}

/// What `payments.capture` is given; none for all of it.
#[wasm_bindgen]
pub fn paykit_part_to_capture(params: &str, of: &str) -> Result<Option<String>> {
    paykit::capture_params(params, &payment(of)?).map_err(record)
}

#[wasm_bindgen]
pub fn paykit_checkout(of: &str) -> Result<String> {
    Ok(text(&paykit::checkout(&payment(of)?)))
}

#[wasm_bindgen]
pub fn paykit_payment(of: &str) -> Result<String> {
    Ok(text(&paykit::payment(&payment(of)?)))
}

/// None for a payment that is no subscription's.
#[wasm_bindgen]
pub fn paykit_subscription(of: &str, parent: Option<String>, now: f64) -> Result<Option<String>> {
    let payment = payment(of)?;
    if !paykit::is_subscription(&payment) {
        return Ok(None);
    }
    let parent = parent.as_deref().map(self::payment).transpose()?;
    Ok(Some(text(&paykit::subscription(&payment, parent.as_ref(), now as u64))))
}

#[wasm_bindgen]
pub fn paykit_refund(payment_id: &str, amount: f64, result: &str, history: Option<String>) -> Result<String> {
    let history = refunds(history)?.unwrap_or_default();
    Ok(text(&paykit::created_refund(payment_id, amount as i64, result, &history)))
}

/// `{id, parent_id}`, the ids being digits.
#[wasm_bindgen]
pub fn paykit_notification(url: &str, body: &str) -> Result<String> {
    Ok(text(&paykit::notification(url, body).map_err(record)?))
}

/// `{parent, refunds}`, what else to read; or `{mismatch}`.
#[wasm_bindgen]
pub fn paykit_further_looks(notification: &str, of: &str, go_id: &str) -> Result<String> {
    Ok(match paykit::required_reads(&read_notification(notification), &payment(of)?, go_id) {
        Ok(reads) => text(&reads),
        Err(Mismatch::GoId) => "{\"mismatch\":\"goid\"}".into(),
        Err(Mismatch::Id) => "{\"mismatch\":\"id\"}".into(),
    })
}

#[wasm_bindgen]
pub fn paykit_events(
    notification: &str,
    of: &str,
    parent: Option<String>,
    history: Option<String>,
    now: f64,
) -> Result<String> {
    let context = NotificationContext {
        notification: read_notification(notification),
        payment: payment(of)?,
        parent: parent.as_deref().map(payment).transpose()?,
        refunds: refunds(history)?,
    };
    Ok(text(&paykit::events(&context, now as u64)))
}

fn record(error: Error) -> JsValue {
    Record::from(error).into()
}

fn payment(text: &str) -> Result<Payment> {
    Payment::from_json(text).map_err(record)
}

fn refunds(history: Option<String>) -> Result<Option<Vec<Refund>>> {
    let Some(history) = history else { return Ok(None) };
    Refund::list_from_json(&history).map(Some).map_err(record)
}

/// What `paykit_notification` has written.
fn read_notification(text: &str) -> Notification {
    let mut fields = FieldReader::of("notification", text).nested("notification");
    let mut id = |name: &str| fields.as_mut()?.text(name);
    Notification { id: id("id").unwrap_or_default(), parent_id: id("parent_id") }
}
