//! PayKit's mappings, row by row of the tables on the provider's page and in the specification.

#![allow(clippy::indexing_slicing, reason = "a test may fail")]

mod events;
mod intents;
mod objects;
mod params;
mod validation;

use itpay::{
    Error, JsonMap,
    gopay::{Notification, OperationStatus, Payment, Refund, RefundPayment},
    itpay::WebhookEvent,
    paykit::{self, ChargeParams, Context, NotificationContext, ProviderDefaults, RequiredReads},
};
use serde_json::{Value, json};

const NOW: u64 = 1_795_255_200_000; // 2026-11-21T10:00:00Z

fn object(value: Value) -> JsonMap {
    value.as_object().expect("an object").clone()
}

fn text(object: JsonMap) -> String {
    Value::Object(object).to_string()
}

/// The gateway's parameters as JSON.
fn params_of(json: Result<String, Error>) -> Value {
    serde_json::from_str(&json.expect("fits")).expect("JSON")
}

fn payment_of(change: Value) -> Payment {
    let mut payment = object(json!({
        "id": 3000006529u64,
        "state": "PAID",
        "amount": 2900,
        "currency": "CZK",
        "order_number": "ORD-1",
        "payer": { "contact": { "email": "user@example.com" } },
        "target": { "type": "ACCOUNT", "goid": 8640000001u64 },
        "additional_params": [{ "name": "__paykit", "value": "{\"item\":\"my-plan\",\"qty\":2,\"billing_interval\":\"month\"}" }, { "name": "mine", "value": "1" }],
        "gw_url": "https://gw.example/pay",
    }));
    payment.extend(object(change));
    Payment::from_json(&text(payment)).expect("a payment")
}

fn as_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

fn recurrence(state: &str) -> Value {
    json!({ "recurrence_cycle": "MONTH", "recurrence_period": 1, "recurrence_date_to": "2027-11-21", "recurrence_state": state })
}

fn notified(payment: Payment, url_parent: Option<&str>) -> NotificationContext {
    let notification = Notification { id: payment.id.clone(), parent_id: url_parent.map(Into::into) };
    NotificationContext { notification, payment, parent: None, refunds: None }
}

fn types(context: &NotificationContext) -> Vec<String> {
    paykit::events(context, NOW).into_iter().map(|event| event.event_type).collect()
}

fn history(entries: Value) -> Option<Vec<Refund>> {
    Some(Refund::list_from_json(&entries.to_string()).expect("a history"))
}

fn context() -> Context {
    Context {
        go_id: 8640000001,
        language: None,
        notification_url: "https://shop.example/hook".into(),
        order_number: "fresh".into(),
        now: NOW,
    }
}

fn checkout_with(change: Value) -> String {
    let mut params = object(json!({
        "customer": { "email": " user@example.com " }, "item_id": "my-product", "session_type": "one_time", "quantity": 3,
        "success_url": "https://example.com/success", "cancel_url": "https://example.com/cancel", "metadata": null,
        "provider_metadata": { "amount": "2900" },
    }));
    params.extend(object(change));
    text(params)
}

fn subscription_with(interval: Value, provider: Value) -> String {
    let mut metadata = object(json!({ "success_url": "https://example.com/success" }));
    metadata.extend(object(provider));
    text(object(json!({
        "customer": { "email": "user@example.com" }, "item_id": "my-plan", "amount": 2900, "currency": "czk",
        "billing_interval": interval, "provider_metadata": metadata,
    })))
}

fn payment_with(change: Value) -> String {
    let mut params = object(json!({
        "customer": { "email": "user@example.com" }, "item_id": "my-product", "amount": 2900, "currency": "CZK",
        "provider_metadata": { "success_url": "https://example.com/success" },
    }));
    params.extend(object(change));
    text(params)
}

fn defaults() -> ProviderDefaults {
    ProviderDefaults { agent_id: Some("agent_1".into()), service_id: None }
}
