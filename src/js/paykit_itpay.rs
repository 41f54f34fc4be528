//! The `paykit` wasm module: ItPay's intents and webhooks in PayKit's terms. JSON text goes in and out.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::string::String;

use wasm_bindgen::prelude::*;

use super::error::Record;
use crate::{
    Error, RawObject,
    itpay::{PaymentIntent, WebhookEvent},
    json::text,
    paykit::{self, ProviderDefaults},
};

type Result<T> = core::result::Result<T, JsValue>;

/// What `paymentIntents.create` is given for a `checkout` or a `payment`.
#[wasm_bindgen]
pub fn paykit_intent(kind: &str, params: &str, agent_id: Option<String>, service_id: Option<String>) -> Result<String> {
    let defaults = ProviderDefaults { agent_id, service_id };
    let read = if kind == "checkout" { paykit::intent_of_checkout } else { paykit::intent_of_payment };
    read(params, &defaults).map_err(record)
}

#[wasm_bindgen]
pub fn paykit_checkout(intent: &str, charge: Option<String>) -> Result<String> {
    let charge = charge.as_deref().and_then(RawObject::parse);
    Ok(text(&paykit::intent_checkout(&read(intent)?, charge.as_ref())))
}

#[wasm_bindgen]
pub fn paykit_payment(intent: &str, charge: Option<String>) -> Result<String> {
    let charge = charge.as_deref().and_then(RawObject::parse);
    Ok(text(&paykit::intent_payment(&read(intent)?, charge.as_ref())))
}

/// The events of a verified webhook.
#[wasm_bindgen]
pub fn paykit_events(body: &str, now: f64) -> Result<String> {
    let webhook = WebhookEvent::parse(body.as_bytes()).map_err(record)?;
    Ok(text(&paykit::intent_events(&webhook, now as u64).map_err(record)?))
}

fn record(error: Error) -> JsValue {
    Record::from(error).into()
}

fn read(intent: &str) -> Result<PaymentIntent> {
    PaymentIntent::from_json(intent).map_err(record)
}
