//! An event's JSON: read, and nothing of it lost.

#![no_main]

use itpay::itpay::WebhookEvent;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(event) = WebhookEvent::parse(data) else { return };
    let Ok(Value::Object(sent)) = serde_json::from_slice(data) else { panic!("an event that is no object") };
    assert_eq!(sent.get("id").and_then(Value::as_str), Some(event.id.as_str()));
    for (name, value) in &event.extra {
        assert_eq!(sent.get(name), Some(value));
    }
    let _ = event.payment_intent();
});
