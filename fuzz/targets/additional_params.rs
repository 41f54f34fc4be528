//! `additional_params`: a payment with any value there is read, and the merchant's values survive GoPay, which encodes them
//! and adds spaces around them.

#![no_main]

use itpay::{
    JsonMap,
    gopay::{Payment, normalize},
    paykit::{self, Context},
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// None if it is nested too deeply.
fn payment(params: Value) -> Option<Payment> {
    let json = json!({ "id": 1, "state": "PAID", "amount": 1, "currency": "CZK", "additional_params": params });
    let cleaned = normalize(&json.to_string())?;
    Some(Payment::from_json(cleaned.as_str()).expect("a payment, whatever its additional_params"))
}

fn shown(payment: &Payment) -> Value {
    let recurrence = paykit::subscription(payment, Some(payment), 1_745_712_345_000);
    serde_json::to_value((paykit::payment(payment), paykit::checkout(payment), recurrence)).expect("JSON")
}

fn encode(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&#34;").replace('\'', "&apos;");
    format!(" {} ", text.replace('<', "&lt;").replace('>', "&#x3e;"))
}

fuzz_target!(|data: &[u8]| {
    let Ok(given) = serde_json::from_slice::<Value>(data) else { return };
    let Some(read) = payment(given.clone()) else { return };
    // Only pairs, in their order.
    let names = given.as_array().into_iter().flatten().filter(|param| param.get("value").is_some());
    let names: Vec<&str> = names.filter_map(|param| param.get("name")?.as_str()).map(str::trim).collect();
    assert_eq!(read.additional_params.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
    assert_eq!(shown(&read).pointer("/0/metadata/__paykit"), None, "PayKit's own is not the shop's");

    let metadata: JsonMap =
        read.additional_params.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let order = json!({ "amount": 1, "currency": "CZK", "item_id": "a & \"b\"", "metadata": metadata, "provider_metadata": { "success_url": "https://shop.example/" } });
    let context = Context {
        go_id: 8_123_456_789,
        language: None,
        notification_url: "https://shop.example/n".into(),
        order_number: "1".into(),
        now: 1_745_712_345_000,
    };
    let Ok(sent) = paykit::payment_params(&order.to_string(), &context) else { return };
    let mut sent: Value = serde_json::from_str(&sent).expect("JSON");
    for param in sent.get_mut("additional_params").and_then(Value::as_array_mut).expect("a list") {
        for part in ["name", "value"] {
            let text = param.get(part).and_then(Value::as_str).expect("text");
            param[part] = if part == "name" { text.into() } else { encode(text).into() };
        }
    }
    let back = shown(&payment(sent.get("additional_params").cloned().unwrap_or_default()).expect("flat"));
    assert_eq!(back.pointer("/0/item_id"), Some(&json!("a & \"b\"")));
    let trimmed: JsonMap =
        metadata.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().trim().into())).collect();
    let came_back: JsonMap = back
        .pointer("/0/metadata")
        .and_then(Value::as_object)
        .expect("metadata")
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().trim().into()))
        .collect();
    assert_eq!(came_back, trimmed);
});
