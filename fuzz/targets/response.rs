//! A response of either gateway: status, a header and a body of any bytes. It is read, or its error has the status.

#![no_main]

use std::collections::BTreeMap;

use itpay::{
    Endpoint, RawJson,
    gopay::{self, RetrievePayment},
    http::{Headers, Response},
    itpay::{RetrievePaymentIntent, parse_any},
    paykit,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [high, low, rest @ ..] = data else { return };
    let status = 100 + u16::from_be_bytes([*high, *low]) % 500;
    let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let (header, body) = rest.split_at(end);
    let mut headers = Headers::default();
    headers.set("X-Request-Id", String::from_utf8_lossy(header));
    headers.set("Content-Type", "application/json");
    let response = Response { status, headers, body: body.strip_prefix(b"\0").unwrap_or(body).to_vec() };
    for error in
        [parse_any(&response).err(), RetrievePaymentIntent::parse(&response).err(), gopay::parse_json(&response).err()]
            .into_iter()
            .flatten()
    {
        assert!(!error.code().is_empty());
        let _ = (error.to_string(), error.is_retryable());
    }
    // Both readers agree, and the fields equal the JSON.
    assert_eq!(RetrievePaymentIntent::check(&response).is_ok(), RetrievePaymentIntent::parse(&response).is_ok());
    if let Ok(intent) = RetrievePaymentIntent::parse(&response) {
        let json: BTreeMap<String, RawJson> =
            serde_json::from_slice(&response.body).expect("an intent that is no JSON");
        assert_eq!(json["id"].read(), Some(intent.id.clone()));
        assert_eq!(json["status"].read(), Some(intent.status.as_str().to_owned()));
    }
    if let Ok(payment) = RetrievePayment::parse(&response) {
        let _ = (
            paykit::payment(&payment),
            paykit::checkout(&payment),
            paykit::subscription(&payment, Some(&payment), 1_745_712_345_000),
        );
    }
});
