//! What GoPay sends as text: the query of a notification, entities in additional_params, the JSON of a payment.

#![no_main]

use itpay::gopay::{Notification, Payment, clean, decode_entities};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(notification) = Notification::parse(&text) {
        assert!(notification.id.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(notification.parent_id.is_none_or(|id| id.bytes().all(|byte| byte.is_ascii_digit())));
    }
    let decoded = decode_entities(&text);
    assert!(decoded.len() <= text.len());
    if !text.contains('&') {
        assert_eq!(decoded, text);
    }
    if let Ok(mut json) = serde_json::from_slice::<Value>(data) {
        clean(&mut json);
        if let Value::Object(payment) = json {
            let _ = Payment::from_json(payment);
        }
    }
});
