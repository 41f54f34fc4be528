//! An event's JSON is read without losses.

#![no_main]

use std::collections::BTreeMap;

use itpay::{RawJson, itpay::WebhookEvent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(event) = WebhookEvent::parse(data) else { return };
    // As text, because a number may be too large for Rust and JavaScript.
    let Ok(sent) = serde_json::from_slice::<BTreeMap<String, RawJson>>(data) else {
        panic!("an event that is no object")
    };
    assert_eq!(sent["id"].read(), Some(event.id.clone()));
    for name in sent.keys().filter(|name| !["id", "type", "data"].contains(&name.as_str())) {
        assert_eq!(event.extra.get(name), sent.get(name), "{name}");
    }
    for (name, _) in event.extra.iter() {
        assert!(sent.contains_key(name), "{name} was not sent");
    }
    let _ = event.payment_intent();
});
