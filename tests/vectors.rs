//! Compares the core with the vectors of an independent program (vectors/generate.py).

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use itpay::{
    Secret,
    http::{BaseUrl, Method, Request},
    itpay::{ApiKey, authorize, verify},
    signature::{self, Key},
};
use serde_json::Value;

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap()
}

fn body(vector: &Value) -> Vec<u8> {
    let hex = match &vector["body"] {
        Value::String(hex) => hex.clone(),
        body => text(body, "repeat").repeat(body["times"].as_u64().unwrap() as usize),
    };
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn every_webhook_vector_has_its_expected_result() {
    let vectors = vectors("webhooks");
    assert!(vectors.len() >= 50);
    for vector in &vectors {
        let key = Key::new(text(vector, "secret").as_bytes()).unwrap();
        let (now, max_age) = (vector["now"].as_u64().unwrap(), vector["max_age"].as_u64());
        let result = signature::verify(&key, text(vector, "header").as_bytes(), &body(vector), now, max_age);
        let result = result.map_or_else(|problem| problem.code(), |()| "ok");
        assert_eq!(result, text(vector, "result"), "{}", text(vector, "name"));
    }
}

#[test]
fn a_signed_header_has_the_vectors_signature() {
    for vector in vectors("webhooks") {
        let header = text(&vector, "header");
        if header == format!("t=1745712345,v1={}", text(&vector, "v1")) {
            let key = Key::new(text(&vector, "secret").as_bytes()).unwrap();
            let mut buffer = [0; signature::MAX_HEADER_LEN];
            assert_eq!(signature::sign(&key, 1_745_712_345, &body(&vector), &mut buffer), header);
        }
    }
}

#[test]
fn a_body_in_pieces_has_the_same_signature() {
    for vector in vectors("webhooks").iter().filter(|vector| vector["result"] == "ok") {
        let key = Key::new(text(vector, "secret").as_bytes()).unwrap();
        let header = signature::Header::parse(text(vector, "header").as_bytes()).unwrap();
        let mut mac = header.mac(&key);
        body(vector).chunks(7919).for_each(|piece| mac.update(piece));
        assert_eq!(header.check(&mac.finish()), Ok(()), "{}", text(vector, "name"));
    }
}

#[test]
fn every_request_vector_is_signed_and_verified() {
    let base = BaseUrl::parse("https://api.itpay.ai/v1/", false).unwrap();
    for vector in vectors("requests") {
        let (key, time) = (Secret::new(text(&vector, "key")), vector["timestamp"].as_u64().unwrap());
        let method = Method::parse(text(&vector, "method")).unwrap();
        let path = text(&vector, "path").strip_prefix("/v1").unwrap();
        let request = Request::new(method, path.into()).with_json(text(&vector, "body").into());
        let sent = authorize(&request, &base, &ApiKey::new(key.clone()).unwrap(), time);
        assert_eq!(base.url(&request), format!("https://api.itpay.ai{}", text(&vector, "path")));
        assert_eq!(sent.headers.get("authorization"), Some("Bearer sk_test_0123456789abcdef"));
        let signature = format!("t={time},v1={}", text(&vector, "v1"));
        assert_eq!(sent.headers.get("x-itpay-signature"), Some(signature.as_str()));
        assert_eq!(verify(&sent, &key, time, 0), Ok(()));
        let tampered = Request { body: b"{}".to_vec(), ..sent };
        assert_eq!(verify(&tampered, &key, time, 0), Err(signature::VerifyError::NoMatch));
    }
}
