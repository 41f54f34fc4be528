//! Authentication and validation of requests.

use super::*;

#[test]
fn without_a_valid_key_every_response_is_the_same() {
    let mut shop = Shop::open();
    shop.create("pi_01");
    let mut errors = Vec::new();
    for (method, path) in [
        (Method::Get, "/payment-intents/pi_01"),
        (Method::Get, "/payment-intents/pi_02"),
        (Method::Delete, "/services"),
        (Method::Get, "/nowhere"),
    ] {
        let mut without = signed(method, path, &Value::Null, KEY, NOW);
        without.headers = itpay::http::Headers::default();
        for request in [signed(method, path, &Value::Null, "sk_test_0123456789abcdeF", NOW), without] {
            let response = shop.gateway.handle(&request, NOW, &RANDOM);
            assert_eq!(refused(&response, 401), "INVALID_API_KEY");
            errors.push(json(&response)["error"].clone());
        }
    }
    errors.dedup();
    assert_eq!(errors.len(), 1);
}

#[test]
fn a_signature_covers_the_request_the_key_and_the_time() {
    let mut shop = Shop::open();
    let reason = |shop: &mut Shop, request: &Request, now: u64| {
        let response = shop.gateway.handle(request, now, &RANDOM);
        assert_eq!(refused(&response, 401), "INVALID_SIGNATURE");
        json(&response)["error"]["details"]["reason"].as_str().unwrap().to_owned()
    };
    let request = signed(Method::Get, "/services", &Value::Null, KEY, NOW);
    assert_eq!(shop.gateway.handle(&request, NOW + 300_000, &RANDOM).status, 200);
    assert_eq!(reason(&mut shop, &request, NOW + 301_000), "too_old");
    assert_eq!(shop.gateway.handle(&request, NOW - 300_000, &RANDOM).status, 200);
    assert_eq!(reason(&mut shop, &request, NOW - 301_000), "too_new");
    let other_path = Request { path: "/v1/payment-intents".into(), ..request.clone() };
    let other_method = Request { method: Method::Post, ..request.clone() };
    let other_body = Request { body: b"{}".to_vec(), ..request.clone() };
    for changed in [other_path, other_method, other_body] {
        assert_eq!(reason(&mut shop, &changed, NOW), "no_match");
    }
    let mut unsigned = request;
    unsigned.headers.set(signature::HEADER, "");
    assert_eq!(reason(&mut shop, &unsigned, NOW), "missing_header");
    unsigned.headers.set(signature::HEADER, "t=now,v1=00");
    assert_eq!(reason(&mut shop, &unsigned, NOW), "malformed_header");
}

#[test]
fn a_missing_or_invalid_field_is_named() {
    let mut shop = Shop::open();
    for (field, wrong) in [
        ("id", Value::Null),
        ("id", json!("")),
        ("id", json!("..")),
        ("service_id", Value::Null),
        ("type", Value::Null),
        ("type", json!("escrow")),
        ("amount", Value::Null),
        ("amount.value", json!({"currency": "CNY", "value": 6.99})),
        ("amount.value", json!({"currency": "CNY", "value": -1})),
        ("amount.value", json!({"currency": "CNY", "value": 0})),
        ("amount.value", json!({"currency": "CNY", "value": 9_007_199_254_740_992_i64})),
        ("amount.value", json!({"currency": "CNY", "value": "699"})),
        ("amount.currency", json!({"currency": "cny", "value": 699})),
        ("payer", Value::Null),
        ("payer.agent_id", json!({})),
        ("channel", json!("cash")),
        ("metadata", json!({"long": "x".repeat(4096)})),
        ("metadata.count", json!({"count": 1})),
    ] {
        let mut params = shop.params("pi_01");
        params[field.split('.').next().unwrap()] = wrong;
        let response = shop.send(Method::Post, "/payment-intents", &params);
        refused(&response, 422);
        assert_eq!(json(&response)["error"]["details"]["field"], field, "{params}");
    }
    for body in [json!([]), json!("text"), Value::Null] {
        let response = shop.send(Method::Post, "/payment-intents", &body);
        assert_eq!(refused(&response, 422), "VALIDATION_FAILED");
        assert_eq!(json(&response)["error"]["details"]["field"], "body");
    }
    assert!(shop.gateway.intents().is_empty());
}

#[test]
fn a_value_that_json_cannot_represent_is_an_error_in_any_field() {
    let mut shop = Shop::open();
    let params = shop.params("pi_01").to_string();
    for value in [r#""\ud83c""#, r#"["\udf70\ud83c"]"#, r#"{"a\ud83c": 1}"#, "1e999"] {
        for field in ["unknown", "description", "metadata"] {
            let body = format!("{{\"{field}\": {value},{}", &params[1..]);
            let request = signed_text(Method::Post, "/payment-intents", body.clone(), KEY, NOW);
            let response = shop.gateway.handle(&request, NOW, &RANDOM);
            let is_checked = value == "1e999" && field == "description";
            let expected = if is_checked { (422, "VALIDATION_FAILED") } else { (400, "INVALID_JSON") };
            assert_eq!(refused(&response, expected.0), expected.1, "{body}");
        }
    }
    assert!(shop.gateway.intents().is_empty());
}

#[test]
fn an_unknown_service_has_the_documented_error() {
    let mut shop = Shop::open();
    let mut params = shop.params("pi_01");
    params["service_id"] = json!("svc_invalid_999");
    let response = shop.send(Method::Post, "/payment-intents", &params);
    assert_eq!(refused(&response, 404), "SERVICE_NOT_FOUND");
    let details = json!({"service_id": "svc_invalid_999", "reason": "no_manifest_registered"});
    assert_eq!(json(&response)["error"]["details"], details);
}

#[test]
fn a_repeated_create_returns_the_same_intent_and_a_different_one_is_an_error() {
    let mut shop = Shop::open();
    let first = json(&shop.create("pi_01"));
    let repeated = shop.create("pi_01");
    assert_eq!((repeated.status, json(&repeated)), (200, first));
    let mut other = shop.params("pi_01");
    other["amount"]["value"] = json!(700);
    assert_eq!(refused(&shop.send(Method::Post, "/payment-intents", &other), 409), "ID_ALREADY_USED");
    assert_eq!(shop.gateway.intents().len(), 1);
    assert_eq!(shop.gateway.intents()[0].params.amount.value, 699);
}

#[test]
fn unknown_fields_are_kept() {
    let mut shop = Shop::open();
    let mut params = shop.params("pi_01");
    params["loyalty"] = json!({"points": [1, 2.5, null]});
    params["status"] = json!("succeeded");
    let created = json(&shop.send(Method::Post, "/payment-intents", &params));
    assert_eq!(created["loyalty"], params["loyalty"]);
    assert_eq!(created["status"], "pending");
    let mut service = manifest();
    service["tags"] = json!(["summary"]);
    assert_eq!(json(&shop.send(Method::Post, "/services", &service))["tags"], service["tags"]);
}

#[test]
fn a_path_is_unknown_or_lists_its_methods() {
    let mut shop = Shop::open();
    for path in [
        "/",
        "/payment-intents/",
        "/payment-intents/a/b",
        "/services/a",
        "/payment-intents/a/qr/b",
        "/payment-intents/%zz",
        "/payment-intents/%ff",
        "/payment-intents/%4",
    ] {
        assert_eq!(refused(&shop.get(path), 404), "NOT_FOUND", "{path}");
    }
    let outside = Request::new(Method::Get, "/payment-intents".to_owned());
    let base = BaseUrl::parse("https://api.itpay.ai", false).unwrap();
    let request = authorize(&outside, &base, &ApiKey::new(Secret::new(KEY)).unwrap(), NOW / 1000);
    assert_eq!(refused(&shop.gateway.handle(&request, NOW, &RANDOM), 404), "NOT_FOUND");
    for (path, allow) in [
        ("/payment-intents", "POST"),
        ("/payment-intents/a", "GET"),
        ("/payment-intents/a/qr", "POST"),
        ("/services", "GET, POST"),
        ("/services/a/activate", "PATCH"),
    ] {
        let response = shop.send(Method::Delete, path, &Value::Null);
        assert_eq!(refused(&response, 405), "METHOD_NOT_ALLOWED");
        assert_eq!(response.headers.get("Allow"), Some(allow));
    }
}

#[test]
fn an_id_of_any_shape_is_found() {
    let mut shop = Shop::open();
    for (id, segment) in [("a/b ?#%", "a%2Fb%20%3F%23%25"), ("支付", "%E6%94%AF%E4%BB%98")] {
        assert_eq!(shop.create(id).status, 201);
        assert_eq!(json(&shop.get(&format!("/payment-intents/{segment}")))["id"], id);
        assert!(json(&shop.qr(segment))["scan_url"].as_str().unwrap().contains(segment));
    }
}

#[test]
fn ids_differ_even_if_clock_and_random_bytes_do_not() {
    let mut shop = Shop::open();
    let mut ids: Vec<String> = (0..100).map(|_| shop.get("/services").request_id().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
}

#[test]
fn the_client_reads_the_sandboxs_error_responses() {
    let mut shop = Shop::open();
    let response = shop.get("/payment-intents/pi_01");
    let error = RetrievePaymentIntent::parse(&response).unwrap_err();
    assert_eq!(error.code(), "PAYMENT_INTENT_NOT_FOUND");
}

#[test]
fn secrets_must_not_be_empty_and_are_redacted() {
    assert!(Sandbox::new(Config { api_key: Secret::new(""), ..config() }).is_err());
    assert!(Sandbox::new(Config { webhook_secret: Secret::new(""), ..config() }).is_err());
    let shown = format!("{:?}", config());
    assert!(!shown.contains(KEY) && !shown.contains(SECRET));
}
