//! Tokens, and the validation of requests.

use super::*;

#[test]
fn a_token_requires_valid_credentials_grant_and_scope() {
    let mut shop = Shop::open();
    let form = "grant_type=client_credentials&scope=payment-all";
    for authorization in [basic(CLIENT, "wrong"), basic("1", SECRET), "Basic".into(), "Bearer x".into(), String::new()]
    {
        let response = shop.token(&authorization, form);
        assert_eq!((response.status, &body(&response)["error_code"]), (401, &json!(202)));
    }
    let right = basic(CLIENT, SECRET);
    for (form, field, code) in [
        ("", "grant_type", 110),
        ("grant_type=password&scope=payment-all", "grant_type", 201),
        ("grant_type=client_credentials", "scope", 110),
        ("grant_type=client_credentials&scope=all", "scope", 111),
    ] {
        assert_eq!(problems(&shop.token(&right, form)), [(field.to_owned(), code)]);
    }
    let token = body(&shop.token(&right, form));
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("bearer"), &json!(1800)));
    assert_ne!(token["access_token"], body(&shop.token(&right, form))["access_token"]);
}

#[test]
fn a_token_expires_after_half_an_hour_or_is_revoked() {
    let mut shop = Shop::open();
    let id = shop.create(&order());
    let path = format!("/payments/payment/{id}");
    shop.now += 1_799_999;
    assert_eq!(shop.get(&path).status, 200);
    shop.now += 1;
    let response = shop.get(&path);
    assert_eq!((response.status, &body(&response)["error_code"]), (403, &json!(200)));
    assert!(body(&response).get("errors").is_none(), "an error alone, without a list");
    shop.renew("payment-all");
    assert_eq!(shop.get(&path).status, 200);
    shop.gateway.revoke_tokens();
    assert_eq!(shop.get(&path).status, 403);
}

#[test]
fn the_scope_payment_create_allows_only_creates() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    shop.renew("payment-create");
    assert_eq!(shop.post("/payments/payment", &order()).status, 200);
    for path in ["", "/refunds", "/refund", "/capture", "/void-authorization", "/create-recurrence", "/void-recurrence"]
    {
        let method = if path.len() % 8 == 0 { Method::Get } else { Method::Post };
        assert_eq!(shop.send(Request::new(method, format!("/payments/payment/{id}{path}"))).status, 403, "{path}");
    }
}

#[test]
fn every_field_of_a_create_is_checked() {
    let long = |length: usize| json!("ž".repeat(length));
    let mut shop = Shop::open();
    for (path, value, field, code) in [
        ("/amount", json!(0), "amount", 111),
        ("/amount", json!(-1), "amount", 111),
        ("/amount", json!(29.5), "amount", 111),
        ("/amount", json!("29.00"), "amount", 111),
        ("/amount", json!("-"), "amount", 111),
        ("/amount", json!(""), "amount", 111),
        ("/items/0/count", json!("0"), "items[0].count", 111),
        ("/amount", json!(9_007_199_254_740_992_u64), "amount", 111),
        ("/amount", Value::Null, "amount", 110),
        ("/amount", json!(2901), "items", 360),
        ("/currency", json!("HRK"), "currency", 111),
        ("/currency", json!("czk"), "currency", 111),
        ("/currency", Value::Null, "currency", 110),
        ("/order_number", json!(""), "order_number", 111),
        ("/order_number", json!(7), "order_number", 111),
        ("/order_number", long(129), "order_number", 111),
        ("/order_description", long(257), "order_description", 111),
        ("/items", json!([]), "items", 110),
        ("/items", Value::Null, "items", 110),
        ("/items", json!({}), "items", 111),
        ("/items/0", json!(1), "items[0]", 111),
        ("/items/0/name", long(257), "items[0].name", 111),
        ("/items/0/type", json!("THING"), "items[0].type", 111),
        ("/items/0/count", json!(0), "items[0].count", 111),
        ("/items/0/amount", json!(1.5), "items[0].amount", 111),
        ("/items/1/amount", Value::Null, "items[1].amount", 110),
        ("/payer", Value::Null, "payer", 110),
        ("/payer/contact", Value::Null, "payer.contact", 110),
        ("/payer/contact/email", Value::Null, "payer.contact.email", 110),
        ("/payer/contact/email", json!("test@test"), "payer.contact.email", 111),
        ("/payer/contact/email", json!("te st@test.cz"), "payer.contact.email", 111),
        ("/payer/contact/email", json!("@test.cz"), "payer.contact.email", 111),
        ("/payer/contact/first_name", long(257), "payer.contact.first_name", 111),
        ("/payer/contact/country_code", json!("CZ"), "payer.contact.country_code", 111),
        ("/payer/contact/country_code", json!("cze"), "payer.contact.country_code", 111),
        ("/payer/contact/country_code", json!(203), "payer.contact.country_code", 111),
        ("/payer/allowed_payment_instruments/0", json!("SUPERCASH"), "payer.allowed_payment_instruments[0]", 111),
        ("/payer/allowed_payment_instruments", json!("PAYMENT_CARD"), "payer.allowed_payment_instruments", 111),
        ("/target", Value::Null, "target", 110),
        ("/target/type", json!("SHOP"), "target.type", 111),
        ("/target/goid", Value::Null, "target.goid", 110),
        ("/target/goid", json!(1), "target.goid", 321),
        ("/target/goid", json!("abc"), "target.goid", 111),
        ("/callback", Value::Null, "callback", 110),
        ("/callback/return_url", Value::Null, "callback.return_url", 110),
        ("/callback/return_url", json!("/back"), "callback.return_url", 111),
        ("/callback/return_url", json!(format!("https://a.example/{}", "a".repeat(500))), "callback.return_url", 111),
        ("/callback/notification_url", json!("https://"), "callback.notification_url", 111),
        ("/additional_params/0/name", Value::Null, "additional_params[0].name", 110),
        ("/additional_params/0/value", json!(1), "additional_params[0].value", 111),
        ("/lang", json!("XX"), "lang", 111),
        ("/lang", json!(1), "lang", 111),
    ] {
        let response = shop.post("/payments/payment", &with(path, value.clone()));
        assert_eq!(problems(&response), [(field.to_owned(), code)], "{path} {value}");
    }
    for (path, value) in [
        ("/target/goid", json!(GO_ID.to_string())),
        ("/order_number", long(128)),
        ("/payer/contact/country_code", Value::Null),
        ("/payer/allowed_payment_instruments", json!([])),
        ("/callback/notification_url", Value::Null),
        ("/additional_params", Value::Null),
        ("/lang", json!("en")),
    ] {
        assert_eq!(shop.post("/payments/payment", &with(path, value)).status, 200, "{path}");
    }
    assert_eq!(shop.gateway.payments().len(), 7, "what was refused was not created");
}

#[test]
fn all_errors_are_reported_at_once() {
    let mut shop = Shop::open();
    let fields: Vec<String> = problems(&shop.post("/payments/payment", &json!({}))).into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["amount", "currency", "order_number", "items", "payer", "target", "callback"]);
}

#[test]
fn the_terms_of_a_recurrence_and_of_a_preauthorization_are_checked() {
    let mut shop = Shop::open();
    let create = |shop: &mut Shop, path: &str, value: Value| {
        let mut order = recurring("MONTH", json!("1"));
        order.as_object_mut().unwrap().entry("preauthorization").or_insert(json!(false));
        *order.pointer_mut(path).unwrap() = value;
        problems(&shop.post("/payments/payment", &order))
    };
    for (name, value, code) in [
        ("recurrence_cycle", json!("YEAR"), 111),
        ("recurrence_cycle", Value::Null, 110),
        ("recurrence_cycle", json!("ON_DEMAND"), 111),
        ("recurrence_period", json!(0), 111),
        ("recurrence_period", json!(-1), 111),
        ("recurrence_period", json!("x"), 111),
        ("recurrence_period", Value::Null, 110),
        ("recurrence_date_to", json!("2025-04-27"), 111),
        ("recurrence_date_to", json!("2026-02-30"), 111),
        ("recurrence_date_to", json!("31.12.2026"), 111),
        ("recurrence_date_to", Value::Null, 110),
    ] {
        let field = if value == "ON_DEMAND" { "recurrence_period" } else { name };
        let expected = [(format!("recurrence.{field}"), code)];
        assert_eq!(create(&mut shop, &format!("/recurrence/{name}"), value.clone()), expected, "{name} {value}");
    }
    assert_eq!(create(&mut shop, "/preauthorization", json!("yes"))[0].0, "preauthorization");
    assert_eq!(create(&mut shop, "/preauthorization", json!(true))[0].0, "preauthorization", "not with a recurrence");
    let field = "/payer/allowed_payment_instruments";
    assert_eq!(create(&mut shop, field, json!(["BANK_ACCOUNT"]))[0].0, "payer.allowed_payment_instruments");
    let id = shop.create(&recurring("MONTH", json!("2")));
    let expected = json!({
        "recurrence_cycle": "MONTH", "recurrence_period": 2,
        "recurrence_date_to": "2025-08-01", "recurrence_state": "REQUESTED",
    });
    assert_eq!(shop.wire(id)["recurrence"], expected);
}

#[test]
fn payments_of_gopays_own_test_suites_are_accepted() {
    let mut shop = Shop::open();
    let mut digits = order();
    let amount = digits["amount"].to_string();
    digits["amount"] = json!(amount);
    for item in digits["items"].as_array_mut().unwrap() {
        item["amount"] = json!(item["amount"].to_string());
        item["count"] = json!("1");
    }
    digits["payer"]["allowed_payment_instruments"] = json!(["BANK_ACCOUNT"]);
    digits["payer"]["default_payment_instrument"] = json!("PAYMENT_CARD");
    let id = shop.create(&digits);
    assert_eq!(shop.wire(id)["amount"].to_string(), amount, "a response has the number");
    shop.act(id, Action::Pay).unwrap();
    assert_eq!(shop.wire(id)["payment_instrument"], "BANK_ACCOUNT", "a default that is not allowed is no choice");
    for date in ["2099-12-31", "2100-01-01"] {
        let mut order = recurring("MONTH", json!("1"));
        order["recurrence"]["recurrence_date_to"] = json!(date);
        let id = shop.create(&order);
        assert_eq!(shop.wire(id)["recurrence"]["recurrence_date_to"], date);
    }
}

#[test]
fn the_firewall_rejects_escaped_characters() {
    let mut shop = Shop::open();
    let raw = order().to_string();
    let escaped = raw.replace("kůň", "k\\u016f\\u0148");
    for (body, status) in [(raw.clone(), 200), (escaped, 403), (raw.replace("kůň", "C:\\\\u0041"), 200)] {
        let response = shop.send(Request::new(Method::Post, "/payments/payment".into()).with_json(body));
        assert_eq!(response.status, status);
        assert_eq!(response.headers.get("content-type") == Some("text/html"), status == 403);
        assert_eq!(response.body.starts_with(b"<html>"), status == 403);
    }
}

#[test]
fn a_body_must_be_a_json_object_with_its_media_type() {
    let mut shop = Shop::open();
    for body in ["", "{", "[]", "1", "null", "{\"a\":1e999}"] {
        let response = shop.send(Request::new(Method::Post, "/payments/payment".into()).with_json(body.into()));
        assert_eq!(problems(&response), [(String::new(), 116)], "{body}");
    }
    assert_eq!(problems(&shop.form("/payments/payment", "amount=1")), [(String::new(), 116)]);
}

#[test]
fn errors_have_the_requested_language() {
    let mut shop = Shop::open();
    for (language, message) in [
        (None, "A required value is missing"),
        (Some("en-US"), "A required value is missing"),
        (Some("cs-CZ"), "Chybí povinný údaj"),
        (Some("sk"), "Chybí povinný údaj"),
        (Some(""), "A required value is missing"),
    ] {
        let mut request = Request::new(Method::Post, "/payments/payment".into()).with_json("{}".into());
        if let Some(language) = language {
            request.headers.set("Accept-Language", language);
        }
        assert_eq!(body(&shop.send(request))["errors"][0]["message"], message);
    }
}

#[test]
fn unknown_payments_paths_and_methods_are_errors() {
    let mut shop = Shop::open();
    let id = shop.create(&order());
    for path in [
        "/payments/payment/1",
        "/payments/payment/x",
        "/payments/payment/",
        "/payments",
        "/",
        "/payments/payment/99999999999999999999",
        "/payments/payment/1/refunds",
        "/eshops/eshop/1/payment-instruments",
        "/eshops/eshop/8123456789/payment-instruments/XXX",
        "/payments/cards/1",
    ] {
        let response = shop.get(path);
        assert_eq!((response.status, &body(&response)["error_code"]), (404, &json!(304)), "{path}");
    }
    for last in ["refund", "capture", "void-authorization", "void-recurrence"] {
        assert_eq!(shop.call(1, last, "amount=1"), "HTTP 404");
    }
    let response = shop.get(&format!("/payments/payment/{id}/capture"));
    assert_eq!((response.status, response.headers.get("allow")), (405, Some("POST")), "there is no GET on capture");
    assert_eq!(shop.form(&format!("/payments/payment/{id}"), "").status, 405);
}

#[test]
fn every_documented_code_can_be_injected_with_a_body_of_its_shape() {
    let shop = Shop::open();
    for (code, status) in [(100, 500), (200, 403), (202, 401), (304, 404), (333, 409), (340, 409), (999, 409)] {
        let response = shop.gateway.error_response(code, Some("cs"), NOW);
        assert_eq!(response.status, status);
        let body = body(&response);
        let error = if status == 409 { &body["errors"][0] } else { &body };
        assert_eq!(error["error_code"], code);
    }
}
