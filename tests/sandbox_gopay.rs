//! The GoPay sandbox from the perspective of a client, a payer and a merchant.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use itpay::{
    Endpoint, Secret,
    gopay::{self, OperationStatus as Outcome},
    http::{Method, Request, Response},
    sandbox::{
        DeliveryState,
        gopay::{Action, Config, Operation, Payment, Sandbox},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_745_712_345_000; // 2025-04-27
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const RANDOM: [u8; 16] = *b"sixteen of them.";
const CLIENT: &str = "1000001";
const SECRET: &str = "n6Wsecret";
const GO_ID: u64 = 8_123_456_789;

struct Shop {
    gateway: Sandbox,
    token: String,
    now: u64,
}

impl Shop {
    fn open() -> Shop {
        Shop::with(config())
    }

    fn with(config: Config) -> Shop {
        let mut shop = Shop { gateway: Sandbox::new(config).unwrap(), token: String::new(), now: NOW };
        shop.renew("payment-all");
        shop
    }

    fn renew(&mut self, scope: &str) {
        let response = self.token(&basic(CLIENT, SECRET), &format!("grant_type=client_credentials&scope={scope}"));
        assert_eq!(response.status, 200);
        self.token = body(&response)["access_token"].as_str().unwrap().to_owned();
    }

    fn token(&mut self, authorization: &str, form: &str) -> Response {
        let mut request = Request::new(Method::Post, "/api/oauth2/token".into()).with_form(form.into());
        request.headers.set("Authorization", authorization);
        self.gateway.handle(&request, self.now, &RANDOM)
    }

    fn send(&mut self, request: Request) -> Response {
        let mut request = gopay::authorize(&request, &self.token);
        request.path = format!("/api{}", request.path);
        self.gateway.handle(&request, self.now, &RANDOM)
    }

    fn get(&mut self, path: &str) -> Response {
        self.send(Request::new(Method::Get, path.into()))
    }

    fn post(&mut self, path: &str, json: &Value) -> Response {
        self.send(Request::new(Method::Post, path.into()).with_json(json.to_string()))
    }

    fn form(&mut self, path: &str, form: &str) -> Response {
        self.send(Request::new(Method::Post, path.into()).with_form(form.into()))
    }

    fn create(&mut self, json: &Value) -> u64 {
        let response = self.post("/payments/payment", json);
        assert_eq!(response.status, 200, "{}", body(&response));
        body(&response)["id"].as_u64().unwrap()
    }

    fn paid(&mut self, json: &Value) -> u64 {
        let id = self.create(json);
        self.act(id, Action::Pay).unwrap();
        id
    }

    fn act(&mut self, id: u64, action: Action) -> Result<String, String> {
        let payment = self.gateway.act(id, &action, self.now, &RANDOM);
        payment.map(|payment| payment.state.as_str().to_owned()).map_err(|error| error.to_string())
    }

    fn wire(&mut self, id: u64) -> Value {
        body(&self.get(&format!("/payments/payment/{id}")))
    }

    fn state(&mut self, id: u64) -> String {
        self.wire(id)["state"].as_str().unwrap().to_owned()
    }

    /// The result of a form that is posted below a payment, or the code and the field of the first error.
    fn call(&mut self, id: u64, last: &str, form: &str) -> String {
        let response = self.form(&format!("/payments/payment/{id}/{last}"), form);
        result(&response)
    }

    fn recur(&mut self, parent: u64, amount: i64) -> Response {
        let order = json!({ "amount": amount, "currency": "CZK", "order_number": "next" });
        self.post(&format!("/payments/payment/{parent}/create-recurrence"), &order)
    }

    fn refunds(&mut self, id: u64) -> Vec<Value> {
        body(&self.get(&format!("/payments/payment/{id}/refunds"))).as_array().unwrap().clone()
    }

    /// Confirms the due notifications with 200. Returns their queries.
    fn notified(&mut self) -> Vec<String> {
        let mut notified = Vec::new();
        while let Some(call) = self.gateway.next_delivery(self.now) {
            self.gateway.delivered(&call.id, Some(200), self.now);
            notified.push(call.url.split_once('?').unwrap().1.to_owned());
        }
        notified
    }

    fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.gateway.tick(self.now, &RANDOM);
        self.renew("payment-all");
    }
}

fn config() -> Config {
    Config::new(CLIENT, Secret::new(SECRET), GO_ID)
}

fn basic(id: &str, secret: &str) -> String {
    let request = gopay::TokenRequest { client_id: id, client_secret: &Secret::new(secret), scope: &gopay::Scope::All }
        .request()
        .unwrap();
    request.headers.get("Authorization").unwrap().to_owned()
}

fn order() -> Value {
    json!({
        "payer": {
            "allowed_payment_instruments": ["PAYMENT_CARD", "BANK_ACCOUNT"],
            "contact": { "first_name": "Zdeněk", "email": "test@test.cz", "country_code": "CZE" },
        },
        "target": { "type": "ACCOUNT", "goid": GO_ID },
        "amount": 2900, "currency": "CZK", "order_number": "ORD-1", "order_description": "Žluťoučký kůň",
        "items": [{ "type": "ITEM", "name": "kůň", "amount": 3000, "count": 2 }, { "name": "sleva", "amount": -100 }],
        "additional_params": [{ "name": "__paykit", "value": "{\"item\":\"a\",\"qty\":1} & <'x'>" }],
        "callback": { "return_url": "https://shop.example/back", "notification_url": "https://shop.example/n?shop=1" },
        "lang": "CS",
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut order = order();
    *order.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
    order
}

fn recurring(cycle: &str, period: Value) -> Value {
    let mut order = order();
    order["recurrence"] = json!({ "recurrence_cycle": cycle, "recurrence_date_to": "2025-08-01" });
    if !period.is_null() {
        order["recurrence"]["recurrence_period"] = period;
    }
    order
}

fn preauthorized() -> Value {
    let mut order = order();
    order["preauthorization"] = json!(true);
    order
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&response.body)))
}

fn result(response: &Response) -> String {
    let body = body(response);
    match response.status {
        200 => body["result"].as_str().unwrap().to_owned(),
        409 => body["errors"][0]["error_code"].to_string(),
        status => format!("HTTP {status}"),
    }
}

fn problems(response: &Response) -> Vec<(String, u64)> {
    let body = body(response);
    assert_eq!(response.status, 409, "{body}");
    assert!(body["date_issued"].is_u64());
    let problem = |error: &Value| {
        assert_eq!(error["scope"], if error["field"].is_null() { "G" } else { "F" });
        assert!(error["message"].is_string());
        (error["field"].as_str().unwrap_or_default().to_owned(), error["error_code"].as_u64().unwrap())
    };
    body["errors"].as_array().unwrap().iter().map(problem).collect()
}

#[test]
fn a_payment_is_created_paid_notified_and_read() {
    let mut shop = Shop::open();
    let created = body(&shop.post("/payments/payment", &order()));
    let id = created["id"].as_u64().unwrap();
    assert_eq!(shop.get(&format!("/payments/payment/{id}")).headers.get("date"), Some("Sun, 27 Apr 2025 00:05:45 GMT"));
    assert_eq!(id.to_string().len(), 10);
    assert_eq!(
        (&created["state"], &created["amount"], &created["lang"]),
        (&json!("CREATED"), &json!(2900), &json!("cs"))
    );
    assert_eq!(created["gw_url"], format!(" https://gw.sandbox.gopay.com/gw/v3/{id}"));
    assert_eq!(created["payer"]["contact"]["email"], " test@test.cz ");
    assert_eq!(
        created["additional_params"][0]["value"],
        "{&#34;item&#34;:&#34;a&#34;,&#34;qty&#34;:1} &amp; &lt;&#39;x&#39;&gt;"
    );
    assert!(created.get("payment_instrument").is_none() && created.get("recurrence").is_none());
    assert_eq!(shop.notified(), Vec::<String>::new());
    shop.act(id, Action::Choose { instrument: "PAYMENT_CARD".into() }).unwrap();
    assert_eq!(shop.state(id), "PAYMENT_METHOD_CHOSEN");
    assert_eq!(shop.notified(), Vec::<String>::new(), "neither of the first two states is notified");
    assert_eq!(shop.act(id, Action::Pay).unwrap(), "PAID");
    assert_eq!(shop.notified(), [format!("shop=1&id={id}")]);
    let paid = shop.wire(id);
    assert_eq!(paid["payer"]["payment_card"]["card_number"], "444444******4448");
    assert_eq!(paid["payment_instrument"], "PAYMENT_CARD");
}

#[test]
fn the_client_reads_the_sandboxs_responses() {
    let mut shop = Shop::open();
    let create = gopay::CreatePayment::from_json(&order().to_string(), GO_ID, None).unwrap();
    let payment = gopay::CreatePayment::parse(&shop.send(create.request().unwrap())).unwrap();
    assert_eq!(payment.email.as_deref(), Some("test@test.cz"));
    assert_eq!(payment.go_id.as_deref(), Some("8123456789"));
    assert_eq!(payment.additional_params, [("__paykit".into(), "{\"item\":\"a\",\"qty\":1} & <'x'>".to_owned())]);
    let id: u64 = payment.id.parse().unwrap();
    shop.act(id, Action::Pay).unwrap();
    assert_eq!(shop.call(id, "refund", "amount=1"), "FINISHED");
    let list = gopay::ListRefunds { id: payment.id };
    let refunds = gopay::ListRefunds::parse(&shop.send(list.request().unwrap())).unwrap();
    assert_eq!((refunds[0].amount, refunds[0].requested_at), (1, Some(NOW)));
}

#[test]
fn odd_ids_have_the_e_shop_id_as_a_string_unless_quirks_are_off() {
    let mut plain = Shop::with(Config { quirks: false, ..config() });
    let mut shop = Shop::open();
    let mut forms = Vec::new();
    for _ in 0..4 {
        let id = shop.create(&order());
        forms.push(shop.wire(id)["target"]["goid"].is_string());
        let id = plain.create(&order());
        let wire = plain.wire(id);
        assert!(wire["target"]["goid"].is_u64());
        assert_eq!(wire["payer"]["contact"]["email"], "test@test.cz");
        assert!(wire["gw_url"].as_str().unwrap().starts_with("https://"));
    }
    // The step is constant, so the ids decide whether odd and even ones occur.
    let odd: Vec<bool> = shop.gateway.payments().iter().map(|payment| payment.id % 2 == 1).collect();
    assert_eq!(forms, odd);
}

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
fn two_refunds_of_the_same_amount_are_two_entries_of_the_history() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    for _ in 0..2 {
        assert_eq!(body(&shop.form(&format!("/payments/payment/{id}/refund"), "amount=500"))["result"], "FINISHED");
    }
    let history = body(&shop.get(&format!("/payments/payment/{id}/refunds")));
    assert_eq!((&history[0]["amount"], &history[1]["amount"]), (&json!(500), &json!(500)));
    assert_ne!(history[0]["id"], history[1]["id"]);
}

#[test]
fn features_that_are_not_enabled_are_errors() {
    let config = Config { recurrence: false, preauthorization: false, partial_capture: false, ..config() };
    let mut shop = Shop::with(config.clone());
    let refused = shop.post("/payments/payment", &recurring("ON_DEMAND", Value::Null));
    assert_eq!(problems(&refused), [("recurrence".to_owned(), 341)]);
    assert_eq!(body(&refused)["errors"][0]["error_name"], "PAYMENT_RECURRENCE_NOT_SUPPORTED");
    assert_eq!(problems(&shop.post("/payments/payment", &preauthorized())), [("preauthorization".to_owned(), 302)]);
    let mut shop = Shop::with(Config { preauthorization: true, ..config });
    let id = shop.paid(&preauthorized());
    let part = json!({ "amount": 1, "items": [{ "name": "a", "amount": 1 }] });
    assert_eq!(result(&shop.post(&format!("/payments/payment/{id}/capture"), &part)), "350");
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
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
fn a_refund_is_full_or_partial_and_never_larger() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    shop.notified();
    shop.now += HOUR / 4;
    assert_eq!(shop.call(id, "refund", "amount=2901"), "332");
    assert_eq!(shop.call(id, "refund", "amount=0"), "332");
    assert_eq!(shop.call(id, "refund", "amount=-1"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1.5"), "111");
    assert_eq!(shop.call(id, "refund", ""), "110");
    assert_eq!(shop.call(id, "refund", "amount=900"), "FINISHED");
    assert_eq!(shop.state(id), "PARTIALLY_REFUNDED");
    assert_eq!(shop.call(id, "refund", "amount=2001"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.notified(), [format!("shop=1&id={id}"), format!("shop=1&id={id}")], "the same, for two refunds");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.state(id), "REFUNDED");
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    assert_eq!(shop.wire(id)["amount"], 2900);
    let refunds = shop.refunds(id);
    let amounts: Vec<&Value> = refunds.iter().map(|refund| &refund["amount"]).collect();
    assert_eq!(amounts, [900, 1000, 1000]);
    assert_eq!((&refunds[0]["state"], &refunds[0]["currency"]), (&json!("SUCCESS"), &json!("CZK")));
    assert_eq!(refunds[0]["date_requested"], "2025-04-27T01:20:45.000+01:00");
    assert_ne!(refunds[0]["id"], refunds[1]["id"]);
}

#[test]
fn only_a_paid_payment_can_be_refunded() {
    let mut shop = Shop::open();
    let id = shop.create(&order());
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    let id = shop.paid(&preauthorized());
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    let items = json!({ "amount": 5, "items": [{ "name": "a", "amount": 5 }] });
    let id = shop.paid(&order());
    assert_eq!(result(&shop.post(&format!("/payments/payment/{id}/refund"), &items)), "FINISHED");
}

#[test]
fn an_accepted_refund_counts_at_once_and_is_visible_when_it_finishes() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    shop.notified();
    shop.gateway.set_outcome(Operation::Refund, Outcome::Accepted);
    assert_eq!(shop.call(id, "refund", "amount=2000"), "ACCEPTED");
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[0]["state"]), ("PAID", &json!("REQUESTED")));
    assert_eq!(shop.call(id, "refund", "amount=901"), "332", "what is on its way cannot go again");
    shop.now += 1000;
    shop.act(id, Action::Settle).unwrap();
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[0]["state"]), ("PARTIALLY_REFUNDED", &json!("SUCCESS")));
    assert_eq!(shop.refunds(id)[0]["date_last_change"], "2025-04-27T01:05:46.000+01:00");
    assert_eq!(shop.notified().len(), 1);
    assert_eq!(shop.call(id, "refund", "amount=900"), "ACCEPTED");
    shop.act(id, Action::Reject).unwrap();
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[1]["state"]), ("PARTIALLY_REFUNDED", &json!("FAILED")));
    shop.gateway.set_outcome(Operation::Refund, Outcome::Failed);
    assert_eq!(shop.call(id, "refund", "amount=900"), "FAILED");
    assert_eq!(shop.refunds(id)[2]["state"], "FAILED");
    shop.gateway.set_outcome(Operation::Refund, Outcome::Finished);
    assert_eq!(shop.call(id, "refund", "amount=900"), "FINISHED", "what failed can be tried again");
    assert!(shop.act(id, Action::Settle).is_err(), "nothing is left to settle");
}

#[test]
fn a_preauthorized_payment_is_captured_whole_once() {
    let mut shop = Shop::open();
    let id = shop.create(&preauthorized());
    assert_eq!(shop.call(id, "capture", ""), "303");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    assert_eq!(shop.act(id, Action::Pay).unwrap(), "AUTHORIZED");
    assert_eq!(shop.wire(id)["preauthorization"], json!({ "requested": true, "state": "AUTHORIZED" }));
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
    assert_eq!((shop.state(id).as_str(), &shop.wire(id)["preauthorization"]["state"]), ("PAID", &json!("CAPTURED")));
    assert_eq!(shop.notified().len(), 2);
    assert_eq!(shop.call(id, "capture", ""), "351");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    let plain = shop.paid(&order());
    assert_eq!(shop.call(plain, "capture", ""), "303");
    assert_eq!(shop.call(plain, "void-authorization", ""), "352");
}

#[test]
fn only_the_captured_part_can_be_refunded() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    let part = |amount: i64, item: i64| json!({ "amount": amount, "items": [{ "name": "a", "amount": item }] });
    let path = format!("/payments/payment/{id}/capture");
    assert_eq!(result(&shop.post(&path, &part(2901, 2901))), "332");
    assert_eq!(result(&shop.post(&path, &part(1000, 999))), "360");
    assert_eq!(result(&shop.post(&path, &part(0, 0))), "111");
    assert_eq!(result(&shop.post(&path, &part(1000, 1000))), "FINISHED");
    assert_eq!(shop.wire(id)["amount"], 2900);
    assert_eq!(result(&shop.post(&path, &part(1000, 1000))), "351");
    assert_eq!(shop.call(id, "refund", "amount=1001"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.state(id), "REFUNDED");
}

#[test]
fn an_authorization_is_voided_or_lapses_after_four_days() {
    let mut shop = Shop::open();
    let voided = shop.paid(&preauthorized());
    assert_eq!(shop.call(voided, "void-authorization", ""), "FINISHED");
    assert_eq!(
        (shop.state(voided).as_str(), &shop.wire(voided)["preauthorization"]["state"]),
        ("CANCELED", &json!("CANCELED"))
    );
    assert_eq!(shop.call(voided, "void-authorization", ""), "353");
    assert_eq!(shop.call(voided, "capture", ""), "303");
    let lapsing = shop.paid(&preauthorized());
    shop.wait(4 * DAY - 1);
    assert_eq!(shop.state(lapsing), "AUTHORIZED");
    shop.wait(1);
    assert_eq!(shop.state(lapsing), "CANCELED");
    assert_eq!(shop.call(lapsing, "void-authorization", ""), "353");
    let lapsed = shop.paid(&preauthorized());
    assert_eq!(shop.act(lapsed, Action::Lapse).unwrap(), "CANCELED");
}

#[test]
fn an_accepted_capture_blocks_other_operations_until_it_is_settled() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    shop.gateway.set_outcome(Operation::Capture, Outcome::Accepted);
    assert_eq!(shop.call(id, "capture", ""), "ACCEPTED");
    assert_eq!(shop.state(id), "AUTHORIZED");
    assert_eq!(shop.call(id, "capture", ""), "303");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    assert!(shop.act(id, Action::Lapse).is_err());
    shop.act(id, Action::Reject).unwrap();
    assert_eq!(shop.state(id), "AUTHORIZED");
    assert_eq!(shop.call(id, "capture", ""), "ACCEPTED");
    shop.act(id, Action::Settle).unwrap();
    assert_eq!(shop.state(id), "PAID");
    shop.gateway.set_outcome(Operation::VoidAuthorization, Outcome::Failed);
    let id = shop.paid(&preauthorized());
    assert_eq!(shop.call(id, "void-authorization", ""), "FAILED");
    assert_eq!(shop.state(id), "AUTHORIZED");
}

#[test]
fn a_recurrence_on_demand_is_charged_until_it_is_voided() {
    let mut shop = Shop::open();
    let parent = shop.create(&recurring("ON_DEMAND", Value::Null));
    assert_eq!(problems(&shop.recur(parent, 500)), [(String::new(), 303)]);
    shop.act(parent, Action::Pay).unwrap();
    assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STARTED");
    shop.notified();
    let charge = body(&shop.recur(parent, 500));
    let child = charge["id"].as_u64().unwrap();
    assert_eq!(
        (&charge["parent_id"], &charge["amount"], &charge["state"]),
        (&json!(parent), &json!(500), &json!("CREATED"))
    );
    assert!(charge.get("recurrence").is_none(), "the documented sample has none");
    assert_eq!(shop.state(child), "PAID");
    assert_eq!(shop.notified(), [format!("shop=1&id={child}&parent_id={parent}")]);
    assert_eq!(result(&shop.recur(child, 500)), "341", "the parent's id, always");
    assert_eq!(shop.call(child, "void-recurrence", ""), "341");
    assert_eq!(shop.call(parent, "void-recurrence", ""), "FINISHED");
    assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STOPPED");
    assert_eq!(shop.state(parent), "PAID");
    assert_eq!(shop.notified(), Vec::<String>::new(), "no payment changed its state");
    assert_eq!(shop.call(parent, "void-recurrence", ""), "342");
    let refused = shop.recur(parent, 500);
    assert_eq!(body(&refused)["errors"][0]["error_name"], "PAYMENT_RECURRENCE_STOPPED");
    assert_eq!(result(&refused), "342");
    assert_eq!(shop.call(child, "refund", "amount=500"), "FINISHED");
    let plain = shop.paid(&order());
    assert_eq!(result(&shop.recur(plain, 500)), "341");
}

#[test]
fn a_charge_is_checked_like_a_create() {
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("ON_DEMAND", Value::Null));
    let path = format!("/payments/payment/{parent}/create-recurrence");
    let fields: Vec<String> = problems(&shop.post(&path, &json!({}))).into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["amount", "currency", "order_number"]);
    let euros = json!({ "amount": 1, "currency": "EUR", "order_number": "a" });
    assert_eq!(problems(&shop.post(&path, &euros)), [("currency".to_owned(), 111)]);
    let items = json!({ "amount": 1, "currency": "CZK", "order_number": "a", "items": [{ "name": "a", "amount": 2 }] });
    assert_eq!(problems(&shop.post(&path, &items)), [("items".to_owned(), 360)]);
}

#[test]
fn after_three_failed_charges_in_a_row_the_next_one_must_wait() {
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("ON_DEMAND", Value::Null));
    shop.gateway.set_outcome(Operation::Charge, Outcome::Failed);
    for _ in 0..3 {
        let child = body(&shop.recur(parent, 500))["id"].as_u64().unwrap();
        assert_eq!((shop.state(child).as_str(), &shop.wire(child)["sub_state"]), ("CANCELED", &json!("_5006")));
    }
    shop.gateway.set_outcome(Operation::Charge, Outcome::Accepted);
    assert_eq!(result(&shop.recur(parent, 500)), "343");
    shop.wait(DAY);
    let child = body(&shop.recur(parent, 500))["id"].as_u64().unwrap();
    assert_eq!(shop.state(child), "CREATED");
    assert_eq!(shop.act(child, Action::Pay).unwrap(), "PAID");
    assert_eq!(shop.recur(parent, 500).status, 200);
}

#[test]
fn a_cyclic_recurrence_charges_by_itself_until_its_last_day() {
    for (cycle, period, charges) in [("DAY", 30, 3), ("WEEK", 1, 13), ("MONTH", 1, 3), ("MONTH", 9, 0)] {
        let mut shop = Shop::open();
        let parent = shop.paid(&recurring(cycle, json!(period)));
        shop.notified();
        shop.wait(97 * DAY); // after 2025-08-01
        assert_eq!(shop.gateway.payments().len(), 1 + charges, "{cycle}");
        assert!(
            shop.gateway.payments().iter().skip(1).all(|child| child.parent_id == Some(parent) && child.paid == 2900)
        );
        assert_eq!(shop.notified().len(), charges);
        assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STOPPED");
        shop.wait(365 * DAY);
        assert_eq!(shop.gateway.payments().len(), 1 + charges);
    }
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("MONTH", json!(1)));
    let child = shop.gateway.charge(parent, NOW, &RANDOM).unwrap();
    assert_eq!((child.parent_id, child.state.as_str()), (Some(parent), "PAID"));
    assert_eq!(shop.act(parent, Action::StopRecurrence).unwrap(), "PAID");
    assert!(shop.gateway.charge(parent, NOW, &RANDOM).is_err());
}

#[test]
fn a_first_payment_that_ends_unpaid_ends_its_recurrence() {
    let mut shop = Shop::open();
    let parent = shop.create(&recurring("MONTH", json!(1)));
    shop.act(parent, Action::Cancel).unwrap();
    let wire = shop.wire(parent);
    assert_eq!((&wire["state"], &wire["sub_state"]), (&json!("CANCELED"), &json!("_5043")));
    assert_eq!(wire["recurrence"]["recurrence_state"], "STOPPED");
}

#[test]
fn a_bank_transfer_may_take_days_and_a_card_half_a_day() {
    let mut shop = Shop::open();
    let (bank, offline, card) = (shop.create(&order()), shop.create(&order()), shop.create(&order()));
    shop.act(bank, Action::Choose { instrument: "BANK_ACCOUNT".into() }).unwrap();
    assert_eq!(shop.wire(bank)["sub_state"], "_101");
    shop.act(offline, Action::Transfer).unwrap();
    assert_eq!(shop.wire(offline)["sub_state"], "_102");
    shop.wait(12 * HOUR);
    assert_eq!((shop.state(bank).as_str(), shop.state(card).as_str()), ("PAYMENT_METHOD_CHOSEN", "TIMEOUTED"));
    assert_eq!(shop.act(bank, Action::Pay).unwrap(), "PAID");
    let paid = shop.wire(bank);
    assert_eq!((&paid["sub_state"], &paid["payment_instrument"]), (&json!("_3001"), &json!("BANK_ACCOUNT")));
    assert!(paid["payer"]["bank_account"]["iban"].is_string());
    assert_eq!(shop.act(offline, Action::Decline { sub_state: "_5046".into() }).unwrap(), "CANCELED", "underpaid");
    assert_eq!(shop.act(card, Action::Pay).unwrap_err(), "state is TIMEOUTED, which does not allow this action");
}

#[test]
fn a_payer_chooses_among_the_allowed_instruments() {
    let mut shop = Shop::open();
    let id = shop.create(&order());
    for instrument in ["GPAY", "CASH", ""] {
        assert!(shop.act(id, Action::Choose { instrument: instrument.into() }).is_err());
    }
    let id = shop.create(&preauthorized());
    assert!(shop.act(id, Action::Transfer).is_err());
    for sub_state in ["", "5006", "_", "_50061", "_abc"] {
        assert!(shop.act(id, Action::Decline { sub_state: sub_state.into() }).is_err());
    }
    assert!(shop.act(1, Action::Pay).is_err());
}

#[test]
fn a_notification_is_sent_up_to_twenty_times_until_a_200() {
    let mut shop = Shop::open();
    shop.paid(&order());
    for (attempt, status) in (1..=20).zip([Some(204), Some(302), Some(500), None, Some(201)].into_iter().cycle()) {
        let due = shop.gateway.next_due().unwrap();
        let call = shop.gateway.next_delivery(due).unwrap();
        assert_eq!(call.attempt, attempt);
        shop.gateway.delivered(&call.id, status, due);
    }
    assert_eq!(shop.gateway.notifications()[0].progress, DeliveryState::Abandoned);
    let id = shop.gateway.notifications()[0].id.clone();
    shop.gateway.redeliver(&id, NOW).unwrap();
    assert_eq!(shop.notified().len(), 1);
    assert_eq!(shop.gateway.notifications()[0].progress, DeliveryState::Delivered);
    assert!(shop.gateway.redeliver("ntf_none", NOW).is_err());
}

#[test]
fn notifications_are_independent_and_reads_show_the_current_state() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    let first = shop.gateway.next_delivery(shop.now).unwrap();
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
    let second = shop.gateway.next_delivery(shop.now).unwrap();
    assert_eq!(first.url, second.url);
    assert_eq!(shop.state(id), "PAID");
}

#[test]
fn the_sandboxs_notification_url_overrides_the_payments() {
    let mut shop = Shop::with(Config { notification_url: Some("http://localhost:3000/hook".into()), ..config() });
    let id = shop.paid(&with("/callback/notification_url", Value::Null));
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, format!("http://localhost:3000/hook?id={id}"));
    let mut shop = Shop::open();
    shop.paid(&with("/callback/notification_url", Value::Null));
    assert_eq!(shop.gateway.next_delivery(NOW), None);
}

#[test]
fn an_e_shop_reads_its_instruments_and_its_statement() {
    let mut shop = Shop::open();
    let instruments = body(&shop.get(&format!("/eshops/eshop/{GO_ID}/payment-instruments/CZK")));
    assert_eq!(instruments["enabledPaymentInstruments"][0]["paymentInstrument"], "PAYMENT_CARD");
    assert!(instruments["groups"]["card-payment"]["label"]["cs"].is_string());
    let all = body(&shop.get(&format!("/eshops/eshop/{GO_ID}/payment-instruments")));
    assert_eq!(all["enabledPaymentInstruments"][1]["currencies"][1], "CZK");

    let id = shop.paid(&with("/order_number", json!("=a;\"b\"")));
    shop.call(id, "refund", "amount=50");
    shop.create(&order());
    let query = |from: &str, to: &str, goid: Value, format: &str| json!({ "date_from": from, "date_to": to, "goid": goid, "currency": "CZK", "format": format });
    let response = shop.post("/accounts/account-statement", &query("2025-04-27", "2025-04-27", json!(GO_ID), "CSV_A"));
    assert_eq!(response.headers.get("content-type"), Some("application/octet-stream"));
    let text = String::from_utf8(response.body).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], format!("2025-04-27T01:05:45.000+01:00;PAYMENT;{id};\"'=a;\"\"b\"\"\";29.00;CZK"));
    assert!(lines[2].contains(";REFUND;") && lines[2].contains(";-0.50;") && lines.len() == 3);
    for (from, to, goid, format, field) in [
        ("2025-05-01", "2025-04-01", json!(GO_ID), "CSV_A", "date_to"),
        ("2025-04-01", "2025-04-31", json!(GO_ID), "CSV_A", "date_to"),
        ("2025-04-01", "2025-05-01", json!(1), "CSV_A", "goid"),
        ("2025-04-01", "2025-05-01", json!(GO_ID), "PDF_A", "format"),
    ] {
        let response = shop.post("/accounts/account-statement", &query(from, to, goid, format));
        assert_eq!(problems(&response)[0].0, field);
    }
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

#[test]
fn each_state_that_a_payment_enters_is_a_change() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    let changes: Vec<(u64, String)> =
        shop.gateway.take_changes().into_iter().map(|(id, change)| (id, change.state.as_str().to_owned())).collect();
    let expected = ["CREATED", "PAYMENT_METHOD_CHOSEN", "PAID"].map(|state| (id, state.to_owned()));
    assert_eq!(changes, expected);
    assert!(shop.gateway.take_changes().is_empty());
}

#[test]
fn a_restored_sandbox_continues_without_secret_and_tokens() {
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("MONTH", json!(1)));
    let held = shop.paid(&preauthorized());
    shop.gateway.set_outcome(Operation::Capture, Outcome::Accepted);
    shop.call(held, "capture", "");
    shop.call(parent, "refund", "amount=100");
    let in_flight = shop.gateway.next_delivery(NOW).unwrap();
    let snapshot = shop.gateway.snapshot().unwrap();
    assert!(!snapshot.contains(SECRET) && !snapshot.contains(&shop.token));
    let mut restored = Sandbox::restore(config(), &snapshot).unwrap();
    assert_eq!(restored.payments(), shop.gateway.payments());
    assert_eq!(restored.next_delivery(NOW).unwrap().id, in_flight.id, "what was in flight is sent again");
    shop.gateway = restored;
    assert_eq!(shop.get(&format!("/payments/payment/{parent}")).status, 403, "a client asks for a token again");
    shop.renew("payment-all");
    assert_eq!(shop.act(held, Action::Settle).unwrap(), "PAID");
    shop.wait(DAY * 40);
    assert_eq!(shop.gateway.payments().len(), 3);
    for (table, field, value) in [
        ("payments", "state", json!("GONE")),
        ("payments", "paid", json!(2901)),
        ("payments", "id", json!(u64::MAX)),
        ("payments", "parent_id", json!(5)),
        ("payments", "history", json!([])),
        (
            "payments",
            "refunds",
            json!([{ "id": 1, "state": "SUCCESS", "amount": i64::MAX, "requested_at": 0, "changed_at": 0 }]),
        ),
        ("notifications", "progress", json!(1)),
    ] {
        let mut broken: Value = serde_json::from_str(&snapshot).unwrap();
        broken[table][0][field] = value;
        assert!(Sandbox::restore(config(), &broken.to_string()).is_err(), "{table}.{field}");
    }
}

#[test]
fn credentials_must_not_be_empty_and_the_secret_is_redacted() {
    assert!(Sandbox::new(Config { client_id: String::new(), ..config() }).is_err());
    assert!(Sandbox::new(Config { client_secret: Secret::new(""), ..config() }).is_err());
    assert!(Sandbox::new(Config { go_id: 0, ..config() }).is_err());
    assert!(!format!("{:?}", config()).contains(SECRET));
}

/// The events of a random sequence.
#[derive(Clone, Debug)]
enum Event {
    Act(usize, Action),
    Capture(usize, Option<i64>),
    Charge(usize),
    Create(u8, i64),
    Deliver(Option<u16>),
    Outcome(Operation, Outcome),
    Post(usize, &'static str),
    Recur(usize, i64),
    Redeliver(usize),
    Refund(usize, i64),
    Restart,
    Send(Method, String, String),
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = 0..6_usize;
    let action = prop::sample::select(vec![
        Action::Cancel,
        Action::Choose { instrument: "BANK_ACCOUNT".into() },
        Action::Choose { instrument: "PAYMENT_CARD".into() },
        Action::Decline { sub_state: "_5006".into() },
        Action::Lapse,
        Action::Pay,
        Action::Pay,
        Action::Pay,
        Action::Reject,
        Action::Settle,
        Action::StopRecurrence,
        Action::TimeOut,
        Action::Transfer,
    ]);
    let operation = prop::sample::select(vec![
        Operation::Capture,
        Operation::Charge,
        Operation::Refund,
        Operation::VoidAuthorization,
        Operation::VoidRecurrence,
    ]);
    let outcome = prop::sample::select(vec![Outcome::Accepted, Outcome::Failed, Outcome::Finished]);
    let method = prop::sample::select(vec![Method::Delete, Method::Get, Method::Patch, Method::Post, Method::Put]);
    let path = prop_oneof!["/(payments/payment|eshops/eshop)(/[a-z0-9%.-]{0,12}){0,3}", ".{0,12}"];
    let body = prop_oneof![".{0,20}", r#"\{"(amount|items|payer)":("x"|-?[0-9]{1,20}|1e999|\[\]|\{\})\}"#];
    let status = prop::option::of(prop::sample::select(vec![200, 204, 404, 500]));
    let amount = prop_oneof![1..40_i64, Just(0), Just(-1), Just(i64::MAX)];
    let event = prop_oneof![
        5 => (id.clone(), action).prop_map(|(id, action)| Event::Act(id, action)),
        2 => (id.clone(), prop::option::of(amount.clone())).prop_map(|(id, amount)| Event::Capture(id, amount)),
        1 => id.clone().prop_map(Event::Charge),
        3 => (0..5_u8, 1..40_i64).prop_map(|(kind, amount)| Event::Create(kind, amount)),
        2 => status.prop_map(Event::Deliver),
        2 => (operation, outcome).prop_map(|(operation, outcome)| Event::Outcome(operation, outcome)),
        2 => (id.clone(), prop::sample::select(vec!["void-authorization", "void-recurrence"]))
            .prop_map(|(id, last)| Event::Post(id, last)),
        2 => (id.clone(), amount.clone()).prop_map(|(id, amount)| Event::Recur(id, amount)),
        1 => id.clone().prop_map(Event::Redeliver),
        4 => (id, amount).prop_map(|(id, amount)| Event::Refund(id, amount)),
        1 => Just(Event::Restart),
        1 => (method, path, body).prop_map(|(method, path, body)| Event::Send(method, path, body)),
        2 => prop_oneof![0..5_000_u64, 0..3 * DAY, 0..40 * DAY].prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..60)
}

/// A second implementation, from the documentation.
fn may_follow(before: &str, after: &str) -> bool {
    matches!(
        (before, after),
        ("CREATED", "PAYMENT_METHOD_CHOSEN" | "TIMEOUTED" | "CANCELED" | "PAID")
            | ("PAYMENT_METHOD_CHOSEN", "PAID" | "AUTHORIZED" | "CANCELED" | "TIMEOUTED")
            | ("AUTHORIZED", "PAID" | "CANCELED")
            | ("PAID" | "PARTIALLY_REFUNDED", "PARTIALLY_REFUNDED" | "REFUNDED")
    )
}

/// The invariants. `asked` has the orders as requested, by id.
fn check(gateway: &Sandbox, asked: &mut std::collections::BTreeMap<u64, i64>) -> Result<(), TestCaseError> {
    for payment in gateway.payments() {
        let Payment { id, order, state, .. } = payment;
        prop_assert_eq!(*asked.entry(*id).or_insert(order.amount), order.amount, "an amount changed");
        let states: Vec<&str> = payment.history.iter().map(|change| change.state.as_str()).collect();
        prop_assert_eq!((states[0], *states.last().unwrap()), ("CREATED", state.as_str()));
        prop_assert!(states.windows(2).all(|pair| may_follow(pair[0], pair[1])), "{:?}", states);
        prop_assert!(payment.history.windows(2).all(|pair| pair[0].at <= pair[1].at));

        prop_assert!((0..=order.amount).contains(&payment.paid), "captured more than authorized");
        prop_assert_eq!(payment.paid > 0, states.contains(&"PAID"));
        let sum = |wanted: &[&str]| -> i64 {
            payment
                .refunds
                .iter()
                .filter(|refund| wanted.contains(&refund.state.as_str()))
                .map(|refund| refund.amount)
                .sum()
        };
        let (back, on_its_way) = (sum(&["SUCCESS"]), sum(&["SUCCESS", "REQUESTED"]));
        prop_assert!(on_its_way <= payment.paid, "refunded more than paid");
        prop_assert_eq!(state.as_str() == "REFUNDED", back > 0 && back == payment.paid);
        prop_assert_eq!(state.as_str() == "PARTIALLY_REFUNDED", back > 0 && back < payment.paid);

        let hold = payment.preauthorization.as_ref().map(|hold| hold.as_str());
        let fits = match state.as_str() {
            "CREATED" | "PAYMENT_METHOD_CHOSEN" => hold == Some("REQUESTED"),
            "AUTHORIZED" => hold == Some("AUTHORIZED"),
            "CANCELED" | "TIMEOUTED" => hold == Some("CANCELED"),
            _ => hold == Some("CAPTURED"),
        };
        prop_assert!(fits || (hold.is_none() && state.as_str() != "AUTHORIZED"), "{:?}", payment);
        let recurrence = payment.mandate.as_ref().map(|mandate| mandate.state.as_str());
        prop_assert!(recurrence != Some("STARTED") || payment.paid > 0);
        prop_assert!(recurrence != Some("REQUESTED") || payment.paid == 0);
        if let Some(parent_id) = payment.parent_id {
            prop_assert!(payment.mandate.is_none() && hold.is_none());
            let parent = gateway.payment(parent_id).unwrap();
            prop_assert!(parent.mandate.is_some() && parent.paid > 0);
            prop_assert_eq!(&parent.order.currency, &order.currency);
        }
        let notified =
            gateway.notifications().iter().filter(|one| one.payment_id == *id).map(|one| one.payment_state.as_str());
        let expected: Vec<&str> =
            states.into_iter().filter(|state| !matches!(*state, "CREATED" | "PAYMENT_METHOD_CHOSEN")).collect();
        prop_assert_eq!(notified.collect::<Vec<_>>(), expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_sequence_states_are_legal_and_no_money_is_refunded_twice(events in events()) {
        let mut shop = Shop::open();
        let mut asked = std::collections::BTreeMap::new();
        for event in events {
            let known = |shop: &Shop, index: usize| shop.gateway.payments().get(index).map_or(1, |payment| payment.id);
            match event {
                Event::Act(index, action) => {
                    let id = known(&shop, index);
                    let before = shop.gateway.payments().to_vec();
                    let refused = shop.act(id, action).is_err();
                    prop_assert!(!refused || before == shop.gateway.payments());
                }
                Event::Capture(index, amount) => {
                    let path = format!("/payments/payment/{}/capture", known(&shop, index));
                    let response = match amount {
                        None => shop.form(&path, ""),
                        Some(amount) => shop.post(&path, &json!({ "amount": amount, "items": [{ "name": "a", "amount": amount }] })),
                    };
                    prop_assert!(matches!(response.status, 200 | 404 | 409));
                }
                Event::Charge(index) => {
                    let id = known(&shop, index);
                    shop.gateway.charge(id, shop.now, &RANDOM).ok();
                }
                Event::Create(kind, amount) => {
                    let mut order = match kind {
                        0 => order(),
                        1 => preauthorized(),
                        2 => recurring("ON_DEMAND", Value::Null),
                        3 => recurring("MONTH", json!(1)),
                        _ => recurring("DAY", json!(7)),
                    };
                    if kind > 1 {
                        order["recurrence"]["recurrence_date_to"] = json!("2031-01-01");
                    }
                    order["amount"] = json!(amount);
                    order["items"] = json!([{ "name": "a", "amount": amount }]);
                    asked.insert(shop.create(&order), amount);
                }
                Event::Deliver(status) => {
                    if let Some(call) = shop.gateway.next_delivery(shop.now) {
                        shop.gateway.delivered(&call.id, status, shop.now);
                    }
                }
                Event::Outcome(operation, outcome) => shop.gateway.set_outcome(operation, outcome),
                Event::Post(index, last) => {
                    let id = known(&shop, index);
                    shop.call(id, last, "");
                }
                Event::Recur(index, amount) => {
                    let id = known(&shop, index);
                    let response = shop.recur(id, amount);
                    prop_assert!(matches!(response.status, 200 | 404 | 409));
                }
                Event::Redeliver(index) => {
                    if let Some(id) = shop.gateway.notifications().get(index).map(|one| one.id.clone()) {
                        shop.gateway.redeliver(&id, shop.now).unwrap();
                    }
                }
                Event::Refund(index, amount) => {
                    let id = known(&shop, index);
                    let left = shop.gateway.payment(id).map_or(0, Payment::refundable);
                    let result = shop.call(id, "refund", &format!("amount={amount}"));
                    let accepted = matches!(result.as_str(), "ACCEPTED" | "FAILED" | "FINISHED");
                    prop_assert!(!accepted || (1..=left).contains(&amount));
                }
                Event::Restart => {
                    let (due, snapshot) = (shop.gateway.next_due(), shop.gateway.snapshot().unwrap());
                    shop.gateway = Sandbox::restore(config(), &snapshot).unwrap();
                    shop.renew("payment-all");
                    prop_assert_eq!(shop.gateway.next_due(), due);
                }
                Event::Send(method, path, body) => {
                    let response = shop.send(Request { method, ..Request::new(method, path).with_json(body) });
                    prop_assert!(matches!(response.status, 200 | 403 | 404 | 405 | 409), "{}", response.status);
                }
                Event::Wait(ms) => {
                    shop.wait(ms);
                    let overdue = |payment: &Payment| {
                        let open = matches!(payment.state.as_str(), "CREATED" | "PAYMENT_METHOD_CHOSEN");
                        open && payment.expires_at <= shop.now
                    };
                    prop_assert!(!shop.gateway.payments().iter().any(overdue));
                }
            }
            check(&shop.gateway, &mut asked)?;
        }
    }

    #[test]
    fn any_request_with_a_token_gets_a_response(
        (path, value) in (
            prop::sample::select(vec!["/amount", "/currency", "/items", "/items/0/amount", "/payer", "/payer/contact",
                "/target/goid", "/callback", "/callback/notification_url", "/additional_params", "/additional_params/0", "/lang",
                "/order_number", "/payer/allowed_payment_instruments"]),
            prop_oneof![
                Just("null".to_owned()), "-?[0-9]{1,25}", "[0-9]{1,3}e[0-9]{1,2}", r#""[^"\\\\\x00-\x1f]{0,40}""#,
                Just("[[{}]]".to_owned()), r#"\{"(recurrence_cycle|email|goid)":(1|"DAY"|\[1\]|\{\})\}"#,
            ],
        ),
        cut in 0..900_usize,
    ) {
        let mut shop = Shop::open();
        let mut order = recurring("MONTH", json!(1));
        if let Ok(value) = serde_json::from_str(&value) {
            *order.pointer_mut(path).unwrap() = value;
        }
        let mut bytes = order.to_string().into_bytes();
        bytes.truncate(if cut < 700 { usize::MAX } else { cut - 700 });
        let request = Request { body: bytes, ..Request::new(Method::Post, "/payments/payment".into()).with_json(String::new()) };
        let response = shop.send(request);
        prop_assert!(matches!(response.status, 200 | 409), "{}", response.status);
        body(&response);
        let snapshot = shop.gateway.snapshot().unwrap();
        prop_assert!(Sandbox::restore(config(), &snapshot).is_ok());
    }
}

/// `cargo test --release --test sandbox_gopay -- --ignored --nocapture`
#[test]
#[ignore = "prints a figure"]
fn payments_per_second() {
    const PAYMENTS: usize = 20_000;
    let mut shop = Shop::open();
    let order = order();
    let start = std::time::Instant::now();
    for _ in 0..PAYMENTS {
        let id = shop.create(&order);
        shop.act(id, Action::Pay).unwrap();
        assert_eq!(shop.state(id), "PAID");
        shop.notified();
    }
    println!("{:.0} payments a second", PAYMENTS as f64 / start.elapsed().as_secs_f64());
}
