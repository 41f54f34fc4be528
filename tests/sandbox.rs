//! The ItPay sandbox from the perspective of a client, a wallet and a merchant.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use itpay::{
    Endpoint, Secret,
    http::{BaseUrl, Method, Request, Response},
    itpay::{ApiKey, RetrievePaymentIntent, authorize},
    sandbox::{Action, Config, DEFAULT_EXPIRES_AFTER, DeliveryState, Sandbox, Webhook},
    signature::{self, Key},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_745_712_345_000;
const RANDOM: [u8; 16] = *b"sixteen of them.";
const KEY: &str = "sk_test_0123456789abcdef";
const SECRET: &str = "whsec_test_secret";
const ENDPOINT: &str = "https://merchant.example/itpay/v1/webhook";

/// A merchant with one service, and the gateway.
struct Shop {
    gateway: Sandbox,
    service_id: String,
}

impl Shop {
    fn open() -> Shop {
        Shop::with(config())
    }

    fn with(config: Config) -> Shop {
        let mut shop = Shop { gateway: Sandbox::new(config).unwrap(), service_id: String::new() };
        let service = json(&shop.send(Method::Post, "/services", &manifest()));
        shop.service_id = service["id"].as_str().unwrap().to_owned();
        shop
    }

    fn params(&self, id: &str) -> Value {
        json!({
            "id": id, "service_id": self.service_id, "type": "one_time",
            "amount": {"currency": "CNY", "value": 699},
            "payer": {"agent_id": "agent_cli_a1b2c3d4"},
            "metadata": {"session_id": "sess_xyz_456"},
        })
    }

    fn send(&mut self, method: Method, path: &str, body: &Value) -> Response {
        self.send_at(NOW, method, path, body)
    }

    fn send_at(&mut self, now: u64, method: Method, path: &str, body: &Value) -> Response {
        let request = signed(method, path, body, KEY, now);
        self.gateway.handle(&request, now, &RANDOM)
    }

    fn get(&mut self, path: &str) -> Response {
        self.send(Method::Get, path, &Value::Null)
    }

    fn create(&mut self, id: &str) -> Response {
        let params = self.params(id);
        self.send(Method::Post, "/payment-intents", &params)
    }

    fn qr(&mut self, id: &str) -> Response {
        self.send(Method::Post, &format!("/payment-intents/{id}/qr"), &Value::Null)
    }

    /// An intent whose code can be scanned.
    fn ready(&mut self, id: &str) {
        assert_eq!(self.create(id).status, 201);
        assert_eq!(self.qr(id).status, 201);
    }

    fn act(&mut self, id: &str, action: Action) -> Result<String, String> {
        let intent = self.gateway.wallet(id, &action, NOW, &RANDOM);
        intent.map(|intent| intent.status.as_str().to_owned()).map_err(|error| error.to_string())
    }

    /// The status that a client sees.
    fn status(&mut self, id: &str) -> String {
        json(&self.get(&format!("/payment-intents/{id}")))["status"].as_str().unwrap().to_owned()
    }

    fn events(&mut self, now: u64) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(webhook) = self.gateway.next_delivery(now) {
            events.push(event(&webhook));
            self.gateway.delivered(&webhook.id, Some(200), now);
        }
        events
    }
}

fn config() -> Config {
    Config::new(Secret::new(KEY), Secret::new(SECRET))
}

fn manifest() -> Value {
    json!({
        "name": "Smart Summary", "description": "Document summarization",
        "payment_methods": {"one_time": true},
        "pricing": {"one_time": [{"amount": 99, "currency": "USD", "label": "per summary"}]},
        "accepted_channels": ["alipay", "wechat"], "settlement_currency": "USD", "endpoint": ENDPOINT,
    })
}

fn signed(method: Method, path: &str, body: &Value, key: &str, now: u64) -> Request {
    signed_text(method, path, if body.is_null() { String::new() } else { body.to_string() }, key, now)
}

fn signed_text(method: Method, path: &str, body: String, key: &str, now: u64) -> Request {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query.to_owned())));
    let mut request = Request { query, ..Request::new(method, path.to_owned()) };
    if !body.is_empty() {
        request = request.with_json(body);
    }
    let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
    authorize(&request, &base, &ApiKey::new(Secret::new(key)).unwrap(), now / 1000)
}

fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

fn event(webhook: &Webhook) -> Value {
    serde_json::from_slice(&webhook.body).unwrap()
}

/// The code of an error response in the documented shape.
#[track_caller]
fn refused(response: &Response, status: u16) -> String {
    let body = json(response);
    assert_eq!(response.status, status, "{body}");
    assert_eq!(body["request_id"].as_str(), response.request_id());
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    body["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_payment_goes_from_pending_to_succeeded_and_is_announced_once() {
    let mut shop = Shop::open();
    let created = shop.create("pi_01");
    assert_eq!(created.status, 201);
    let intent = json(&created);
    assert_eq!((intent["id"].as_str(), intent["status"].as_str()), (Some("pi_01"), Some("pending")));
    assert_eq!(intent["created_at"], "2025-04-27T00:05:45.000Z");
    assert_eq!(intent["expires_at"], "2025-04-27T00:20:45.000Z");
    assert_eq!(intent["channel"], "alipay");
    let charge = json(&shop.qr("pi_01"));
    assert_eq!((&charge["status"], &charge["payment_intent_id"]), (&json!("active"), &json!("pi_01")));
    assert_eq!(charge["scan_url"], "itpay://pay/pi_01?channel=alipay&amount=6.99&currency=CNY");
    assert_eq!(charge["display"]["amount"], "CNY 6.99");
    assert_eq!(charge["display"]["merchant_name"], "Smart Summary");
    for (action, status, charge) in [
        (Action::Scan, "scanning", "scanned"),
        (Action::Authorize, "authorized", "scanned"),
        (Action::Capture, "captured", "consumed"),
        (Action::Succeed, "succeeded", "consumed"),
    ] {
        assert!(shop.events(NOW).is_empty());
        assert_eq!(shop.act("pi_01", action).unwrap(), status);
        assert_eq!(shop.status("pi_01"), status);
        assert_eq!(shop.gateway.intents()[0].charge.as_ref().unwrap().status.as_str(), charge);
    }
    let webhook = shop.gateway.next_delivery(NOW).unwrap();
    assert_eq!((webhook.url.as_str(), webhook.attempt), (ENDPOINT, 1));
    let header = webhook.headers.get(signature::HEADER).unwrap().as_bytes();
    let key = Key::new(SECRET.as_bytes()).unwrap();
    assert_eq!(signature::verify(&key, header, &webhook.body, NOW / 1000, Some(0)), Ok(()));
    let text = String::from_utf8(webhook.body.clone()).unwrap();
    let data = r#""data":{"id":"pi_01","amount":{"currency":"CNY","value":699},"channel":"alipay","status":"succeeded","metadata":{"session_id":"sess_xyz_456"}}}"#;
    assert_eq!(text, format!(r#"{{"id":"{}","type":"payment_intent.succeeded",{data}"#, webhook.id));
    assert_eq!(shop.gateway.next_delivery(NOW), None);
    shop.gateway.delivered(&webhook.id, Some(200), NOW);
    assert_eq!(shop.gateway.next_delivery(NOW + 10_000_000), None);
}

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
fn the_service_svc_sandbox_exists_from_the_start_and_accepts_every_channel() {
    let mut shop = Shop::open();
    for channel in [json!("wechat"), json!("carrier_pigeon"), Value::Null] {
        let id = format!("pi_{channel}").replace('"', "");
        let mut params = shop.params(&id);
        params["service_id"] = json!("svc_sandbox");
        params["channel"] = channel.clone();
        let created = shop.send(Method::Post, "/payment-intents", &params);
        assert_eq!(created.status, 201, "{channel}");
        assert_eq!(json(&created)["channel"], if channel.is_null() { json!("alipay") } else { channel });
        assert_eq!(json(&shop.qr(&id))["display"]["merchant_name"], "Sandbox");
        shop.act(&id, Action::Pay).unwrap();
    }
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, "https://merchant.example/webhook");
    let activated = shop.send(Method::Patch, "/services/svc_sandbox/activate", &Value::Null);
    assert_eq!((activated.status, &json(&activated)["status"]), (200, &json!("active")));
    assert_eq!(shop.gateway.services().len(), 1, "it is not a registered service");
    let restored = Sandbox::restore(config(), &shop.gateway.snapshot().unwrap()).unwrap();
    assert_eq!(restored.intents(), shop.gateway.intents());
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
fn a_code_is_generated_from_pending_only() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    assert_eq!(refused(&shop.qr("pi_01"), 409), "INVALID_STATUS");
    assert_eq!(refused(&shop.qr("pi_02"), 404), "PAYMENT_INTENT_NOT_FOUND");
    shop.create("pi_03");
    shop.act("pi_03", Action::Expire).unwrap();
    assert_eq!(refused(&shop.qr("pi_03"), 410), "PAYMENT_EXPIRED");
}

#[test]
fn an_emvco_code_can_be_parsed_and_its_checksum_matches() {
    let mut shop = Shop::open();
    shop.create("pi_01");
    let charge = json(&shop.qr("pi_01"));
    assert_eq!(charge["qr_standard"], "EMVCo");
    let data = charge["qr_data"].as_str().unwrap();
    let (checked, checksum) = data.split_at(data.len() - 4);
    // Bit by bit with a remainder, unlike the implementation.
    let mut remainder: u32 = 0xffff;
    for bit in checked.bytes().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)) {
        let carry = (remainder >> 15 & 1) ^ u32::from(bit);
        remainder = ((remainder << 1) ^ (carry * 0x1021)) & 0xffff;
    }
    assert_eq!(format!("{remainder:04X}"), checksum);
    let mut fields = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let length: usize = rest[2..4].parse().unwrap();
        fields.push((&rest[..2], &rest[4..4 + length]));
        rest = &rest[4 + length..];
    }
    for expected in [("00", "01"), ("53", "156"), ("54", "6.99"), ("58", "CN"), ("59", "Smart Summary")] {
        assert!(fields.contains(&expected), "{data}");
    }
    assert!((150..=260).contains(&data.len()), "{data}");
}

#[test]
fn a_wechat_code_has_wechats_format() {
    let mut shop = Shop::open();
    let mut params = shop.params("pi_01");
    params["channel"] = json!("wechat");
    shop.send(Method::Post, "/payment-intents", &params);
    let charge = json(&shop.qr("pi_01"));
    assert_ne!(charge["qr_standard"], "EMVCo");
    assert!(charge["qr_data"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?pr="));
}

#[test]
fn a_wallet_action_must_be_allowed_by_the_status() {
    let mut shop = Shop::open();
    let fail = || Action::Fail { reason: "insufficient_funds".into() };
    // For every status: what leads there from a generated code, and what may follow, in the order of `actions`.
    let actions = [
        Action::Scan,
        Action::Authorize,
        Action::Capture,
        Action::Succeed,
        Action::Pay,
        fail(),
        Action::Expire,
        Action::Cancel,
    ];
    let table: [(&[Action], &str); 8] = [
        (&[], "x...xxxx"),
        (&[Action::Scan], ".x..xxxx"),
        (&[Action::Scan, Action::Authorize], "..x.xx.x"),
        (&[Action::Scan, Action::Authorize, Action::Capture], "...xx..."),
        (&[Action::Pay], "........"),
        (&[fail()], "........"),
        (&[Action::Expire], "........"),
        (&[Action::Cancel], "........"),
    ];
    for (row, (steps, allowed)) in table.iter().enumerate() {
        for (column, (action, mark)) in actions.iter().zip(allowed.chars()).enumerate() {
            let id = format!("pi_{row}_{column}");
            shop.ready(&id);
            for step in *steps {
                shop.act(&id, step.clone()).unwrap();
            }
            let before = shop.status(&id);
            let result = shop.act(&id, action.clone());
            assert_eq!(result.is_ok(), mark == 'x', "{action:?} on {before}: {result:?}");
            assert_eq!(result.is_ok(), before != shop.status(&id));
        }
    }
    shop.create("pi_pending");
    for action in [Action::Scan, Action::Pay, fail()] {
        assert_eq!(shop.act("pi_pending", action).unwrap_err(), "status is pending: there is no QR code to scan yet");
    }
    assert_eq!(shop.act("pi_unknown", Action::Pay).unwrap_err(), "intent_id is not known");
}

#[test]
fn a_decline_has_a_reason_in_the_webhook_and_not_in_the_intent() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    assert_eq!(shop.act("pi_01", Action::Fail { reason: "insufficient_funds".into() }).unwrap(), "failed");
    let intent = json(&shop.get("/payment-intents/pi_01"));
    assert_eq!((&intent["status"], &intent["failure_reason"]), (&json!("failed"), &Value::Null));
    let events = shop.events(NOW);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "payment_intent.failed");
    assert_eq!(events[0]["data"]["failure_reason"], "insufficient_funds");
}

#[test]
fn an_unpaid_intent_expires_and_an_authorized_one_does_not() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.ready("pi_02");
    shop.act("pi_02", Action::Scan).unwrap();
    shop.act("pi_02", Action::Authorize).unwrap();
    let due = NOW + DEFAULT_EXPIRES_AFTER;
    assert_eq!(shop.gateway.next_due(), Some(due));
    shop.gateway.tick(due - 1, &RANDOM);
    assert_eq!(shop.gateway.next_delivery(due - 1), None);
    shop.gateway.tick(due, &RANDOM);
    let events = shop.events(due);
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["type"], &events[0]["data"]["id"]), (&json!("payment_intent.expired"), &json!("pi_01")));
    assert_eq!(shop.gateway.intents()[0].charge.as_ref().unwrap().status.as_str(), "expired");
    assert_eq!(shop.gateway.intents()[1].status.as_str(), "authorized");
    assert_eq!(shop.gateway.next_due(), None);
}

#[test]
fn an_intent_that_expires_early_has_an_earlier_deadline() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Expire).unwrap();
    let intent = json(&shop.get("/payment-intents/pi_01"));
    assert_eq!(intent["expires_at"], intent["created_at"]);
}

#[test]
fn an_expired_code_cannot_be_paid_even_before_the_tick() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    let late = NOW + DEFAULT_EXPIRES_AFTER;
    assert!(shop.gateway.wallet("pi_01", &Action::Pay, late, &RANDOM).is_err());
    assert_eq!(shop.gateway.intent("pi_01").unwrap().status.as_str(), "expired");
}

#[test]
fn a_canceled_payment_has_no_event() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    assert_eq!(shop.act("pi_01", Action::Cancel).unwrap(), "cancelled");
    assert_eq!(shop.events(NOW), Vec::<Value>::new());
    assert_eq!(shop.gateway.next_due(), None);
}

#[test]
fn a_delivery_is_retried_until_a_2xx_with_doubling_pauses() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    let mut now = NOW;
    let mut bodies = Vec::new();
    for (pause, status) in [(1_000, None), (2_000, Some(500)), (4_000, Some(301)), (8_000, Some(401))] {
        let webhook = shop.gateway.next_delivery(now).unwrap();
        let header = webhook.headers.get(signature::HEADER).unwrap();
        assert!(header.starts_with(&format!("t={},", now / 1000)), "signed anew: {header}");
        assert_eq!(shop.gateway.next_delivery(now), None, "it is in flight");
        shop.gateway.delivered(&webhook.id, status, now);
        assert_eq!(shop.gateway.next_due(), Some(now + pause));
        assert_eq!(shop.gateway.next_delivery(now + pause - 1), None);
        now += pause;
        bodies.push(webhook.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(shop.events(now).len(), 1);
    let delivery = &shop.gateway.deliveries()[0];
    assert_eq!(delivery.progress, DeliveryState::Delivered);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [None, Some(500), Some(301), Some(401), Some(200)]);
    shop.gateway.delivered(&delivery.id.clone(), Some(500), now);
    assert_eq!(shop.gateway.deliveries()[0].attempts.len(), 5, "a late report counts for nothing");
}

#[test]
fn an_unreachable_merchants_delivery_is_abandoned_and_can_be_redelivered() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    while let Some(due) = shop.gateway.next_due() {
        let webhook = shop.gateway.next_delivery(due).unwrap();
        shop.gateway.delivered(&webhook.id, None, due);
    }
    let delivery = shop.gateway.deliveries()[0].clone();
    assert_eq!((delivery.progress, delivery.attempts.len()), (DeliveryState::Abandoned, 10));
    shop.gateway.redeliver(&delivery.id, NOW).unwrap();
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().attempt, 11);
}

#[test]
fn an_event_that_was_delivered_can_be_delivered_again() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    let first = shop.events(NOW);
    let id = first[0]["id"].as_str().unwrap();
    shop.gateway.redeliver(id, NOW + 5).unwrap();
    shop.gateway.redeliver(id, NOW + 5).unwrap();
    assert_eq!(shop.events(NOW + 5), first);
    assert!(shop.gateway.redeliver("evt_unknown", NOW).is_err());
}

#[test]
fn the_sandboxs_webhook_url_overrides_the_manifests_endpoint() {
    let mut shop = Shop::with(Config { webhook_url: Some("http://127.0.0.1:8787/hook".into()), ..config() });
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, "http://127.0.0.1:8787/hook");
}

#[test]
fn a_service_is_a_draft_until_activated_and_only_then_found() {
    let mut shop = Shop::open();
    let path = format!("/services/{}/activate", shop.service_id);
    assert_eq!(shop.gateway.services()[0].status.as_str(), "draft");
    assert_eq!(json(&shop.get("/services?q=summary")), json!([]));
    let activated = shop.send(Method::Patch, &path, &Value::Null);
    assert_eq!((activated.status, &json(&activated)["status"]), (200, &json!("active")));
    for (query, found) in [
        ("", 1),
        ("?q=", 1),
        ("?q=SUMMARI", 1),
        ("?q=smart+summary", 1),
        ("?q=smart%20summary", 1),
        ("?q=translation", 0),
        ("?page=2&q=smart", 1),
    ] {
        assert_eq!(json(&shop.get(&format!("/services{query}"))).as_array().unwrap().len(), found, "{query}");
    }
    let unknown = shop.send(Method::Patch, "/services/svc_unknown/activate", &Value::Null);
    assert_eq!(refused(&unknown, 404), "SERVICE_NOT_FOUND");
    let mut wrong = manifest();
    wrong["accepted_channels"] = json!([7]);
    let response = shop.send(Method::Post, "/services", &wrong);
    assert_eq!(refused(&response, 422), "VALIDATION_FAILED");
}

#[test]
fn a_service_needs_a_name_alone_and_then_takes_every_channel() {
    let mut shop = Shop::open();
    let created = json(&shop.send(Method::Post, "/services", &json!({ "name": "Bare" })));
    let mut params = shop.params("pi_bare");
    params["service_id"] = created["id"].clone();
    params["channel"] = json!("promptpay");
    assert_eq!(shop.send(Method::Post, "/payment-intents", &params).status, 201);
    // It has no endpoint, so nothing is sent.
    shop.act("pi_bare", Action::Expire).unwrap();
    assert!(shop.events(NOW).is_empty());
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
fn a_restored_sandbox_continues_from_the_snapshot() {
    let mut shop = Shop::open();
    for id in ["pi_pending", "pi_ready", "pi_paid", "pi_lost"] {
        shop.ready(id);
    }
    shop.create("pi_new");
    shop.act("pi_lost", Action::Fail { reason: "declined".into() }).unwrap();
    shop.act("pi_paid", Action::Pay).unwrap();
    let in_flight = shop.gateway.next_delivery(NOW).unwrap();
    let snapshot = shop.gateway.snapshot().unwrap();
    assert!(!snapshot.contains(KEY) && !snapshot.contains(SECRET));
    let mut restored = Sandbox::restore(config(), &snapshot).unwrap();
    assert_eq!(restored.intents(), shop.gateway.intents());
    assert_eq!(restored.services(), shop.gateway.services());
    assert_eq!(restored.next_delivery(NOW).unwrap().id, in_flight.id, "what was in flight is sent again");
    assert!(restored.next_delivery(NOW).is_some());
    assert_eq!(restored.next_due(), Some(NOW + DEFAULT_EXPIRES_AFTER));
    shop.gateway = restored;
    assert_eq!(shop.create("pi_new").status, 200);
    assert_eq!(shop.act("pi_ready", Action::Pay).unwrap(), "succeeded");
    for (table, field) in [("intents", "status"), ("intents", "params"), ("services", "id"), ("deliveries", "progress")]
    {
        let mut broken: Value = serde_json::from_str(&snapshot).unwrap();
        broken[table][0][field] = json!({"nothing": "fits"});
        assert!(Sandbox::restore(config(), &broken.to_string()).is_err(), "{table}.{field}");
    }
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

/// The events of a random sequence.
#[derive(Clone, Debug)]
enum Event {
    Act(usize, Action),
    Create(usize, i64),
    Deliver(Option<u16>),
    Qr(usize),
    Redeliver(usize),
    Report(usize, Option<u16>),
    Restart,
    Retrieve(usize),
    Send(Method, String, String),
    Take,
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = 0..4_usize;
    let action = prop_oneof![
        Just(Action::Authorize),
        Just(Action::Cancel),
        Just(Action::Capture),
        Just(Action::Expire),
        Just(Action::Fail { reason: "declined".into() }),
        Just(Action::Pay),
        Just(Action::Scan),
        Just(Action::Succeed),
    ];
    let method = prop::sample::select(vec![Method::Delete, Method::Get, Method::Patch, Method::Post, Method::Put]);
    let path = prop_oneof!["/(payment-intents|services)(/[a-z%./]{0,8}){0,3}", ".{0,12}"];
    let body = prop_oneof![".{0,20}", r#"\{"(id|amount|service_id)":("x"|-?[0-9]{1,20}|1e999|\[\]|\{\})\}"#];
    let status = prop::option::of(prop::sample::select(vec![200, 204, 302, 404, 500]));
    let event = prop_oneof![
        4 => (id.clone(), action).prop_map(|(id, action)| Event::Act(id, action)),
        3 => (id.clone(), 698..=700_i64).prop_map(|(id, value)| Event::Create(id, value)),
        2 => status.clone().prop_map(Event::Deliver),
        3 => id.clone().prop_map(Event::Qr),
        1 => id.clone().prop_map(Event::Redeliver),
        1 => (id.clone(), status).prop_map(|(id, status)| Event::Report(id, status)),
        1 => Just(Event::Restart),
        1 => id.prop_map(Event::Retrieve),
        1 => (method, path, body).prop_map(|(method, path, body)| Event::Send(method, path, body)),
        1 => Just(Event::Take),
        1 => prop_oneof![0..5_000_u64, 0..2_000_000_u64].prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..60)
}

/// A second implementation, from the pages and from the decisions in intents.rs.
fn may_follow(before: &str, after: &str) -> bool {
    matches!(
        (before, after),
        ("pending", "qr_generated" | "expired" | "cancelled")
            | ("qr_generated", "scanning" | "expired" | "cancelled")
            | ("scanning", "authorized" | "failed" | "expired" | "cancelled")
            | ("authorized", "captured" | "failed" | "cancelled")
            | ("captured", "succeeded")
    )
}

/// The invariants. `amounts` has the requested amounts.
fn check(gateway: &Sandbox, amounts: &[Option<i64>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(gateway.intents().len(), amounts.iter().flatten().count());
    for intent in gateway.intents() {
        let statuses: Vec<&str> = intent.history.iter().map(|change| change.status.as_str()).collect();
        prop_assert_eq!((statuses[0], *statuses.last().unwrap()), ("pending", intent.status.as_str()));
        prop_assert!(statuses.windows(2).all(|pair| may_follow(pair[0], pair[1])), "{:?}", statuses);
        prop_assert!(intent.history.windows(2).all(|pair| pair[0].at <= pair[1].at));

        let number: usize = intent.params.id[3..].parse().unwrap();
        prop_assert_eq!(Some(intent.params.amount.value), amounts[number]);

        let charge = intent.charge.as_ref().map(|charge| charge.status.as_str());
        prop_assert_eq!(charge.is_some(), statuses.contains(&"qr_generated"));
        let fits = |charge| match intent.status.as_str() {
            "qr_generated" => charge == "active",
            "scanning" | "authorized" => charge == "scanned",
            "captured" | "succeeded" => charge == "consumed",
            _ => charge == "expired",
        };
        prop_assert!(charge.is_none_or(fits), "{:?}", intent);

        let about = |delivery: &&itpay::sandbox::Delivery| delivery.intent_id == intent.params.id;
        let announced: Vec<&str> = gateway.deliveries().iter().filter(about).map(|d| d.event_type.as_str()).collect();
        let expected = match intent.status.as_str() {
            end @ ("succeeded" | "failed" | "expired") => vec![format!("payment_intent.{end}")],
            _ => Vec::new(),
        };
        prop_assert_eq!(announced, expected);
    }
    for delivery in gateway.deliveries() {
        let event: Value = serde_json::from_str(&delivery.body).unwrap();
        let number: usize = delivery.intent_id[3..].parse().unwrap();
        prop_assert_eq!(event["data"]["amount"]["value"].as_i64(), amounts[number]);
        prop_assert!(delivery.attempts.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_sequence_no_status_is_skipped_and_every_end_has_one_event(events in events()) {
        let mut shop = Shop::open();
        let mut now = NOW;
        let mut amounts = [None; 4];
        for event in events {
            match event {
                Event::Act(id, action) => {
                    let before = shop.gateway.intents().to_vec();
                    let refused = shop.gateway.wallet(&format!("pi_{id}"), &action, now, &RANDOM).is_err();
                    prop_assert!(!refused || before == shop.gateway.intents());
                }
                Event::Create(id, value) => {
                    let mut params = shop.params(&format!("pi_{id}"));
                    params["amount"]["value"] = json!(value);
                    let response = shop.send_at(now, Method::Post, "/payment-intents", &params);
                    let first = *amounts[id].get_or_insert(value);
                    prop_assert_eq!(response.status == 409, first != value);
                }
                Event::Deliver(status) => {
                    if let Some(webhook) = shop.gateway.next_delivery(now) {
                        shop.gateway.delivered(&webhook.id, status, now);
                    }
                }
                Event::Qr(id) => {
                    let path = format!("/payment-intents/pi_{id}/qr");
                    let response = shop.send_at(now, Method::Post, &path, &Value::Null);
                    prop_assert!(matches!(response.status, 201 | 404 | 409 | 410));
                }
                Event::Redeliver(index) => {
                    if let Some(id) = shop.gateway.deliveries().get(index).map(|delivery| delivery.id.clone()) {
                        shop.gateway.redeliver(&id, now).unwrap();
                    }
                }
                Event::Report(index, status) => {
                    if let Some(id) = shop.gateway.deliveries().get(index).map(|delivery| delivery.id.clone()) {
                        shop.gateway.delivered(&id, status, now);
                    }
                }
                Event::Restart => {
                    let due = shop.gateway.next_due();
                    let snapshot = shop.gateway.snapshot().unwrap();
                    shop.gateway = Sandbox::restore(config(), &snapshot).unwrap();
                    // Only deliveries that were in flight become due earlier.
                    let restarted = shop.gateway.next_due();
                    prop_assert!(restarted == due || restarted.is_some_and(|restarted| due.is_none_or(|due| restarted < due)));
                }
                Event::Retrieve(id) => {
                    let response = shop.send_at(now, Method::Get, &format!("/payment-intents/pi_{id}"), &Value::Null);
                    prop_assert_eq!(response.status == 200, amounts[id].is_some());
                }
                Event::Send(method, path, body) => {
                    let unsigned = Request { body: body.into_bytes(), ..Request::new(method, path) };
                    let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
                    let request = authorize(&unsigned, &base, &ApiKey::new(Secret::new(KEY)).unwrap(), now / 1000);
                    let response = shop.gateway.handle(&request, now, &RANDOM);
                    prop_assert!(matches!(response.status, 200 | 404 | 405 | 422), "{}", response.status);
                    prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok());
                }
                Event::Take => {
                    shop.gateway.next_delivery(now);
                }
                Event::Wait(ms) => {
                    now += ms;
                    shop.gateway.tick(now, &RANDOM);
                    let overdue = |intent: &itpay::sandbox::Intent| {
                        intent.expires_at <= now && matches!(intent.status.as_str(), "pending" | "qr_generated" | "scanning")
                    };
                    prop_assert!(!shop.gateway.intents().iter().any(overdue));
                }
            }
            check(&shop.gateway, &amounts)?;
        }

        // The merchant is back: every delivery that was not abandoned arrives.
        while let Some(due) = shop.gateway.next_due() {
            now = now.max(due);
            shop.gateway.tick(now, &RANDOM);
            while let Some(webhook) = shop.gateway.next_delivery(now) {
                shop.gateway.delivered(&webhook.id, Some(200), now);
            }
            check(&shop.gateway, &amounts)?;
        }
        for delivery in shop.gateway.deliveries() {
            prop_assert!(!matches!(delivery.progress, DeliveryState::Waiting { .. }), "{:?}", delivery);
        }
    }

    #[test]
    fn any_request_with_a_valid_key_gets_a_response(
        method in prop::sample::select(vec![Method::Get, Method::Patch, Method::Post]),
        path in prop::sample::select(vec!["/payment-intents", "/services", "/payment-intents/a/qr"]),
        query in prop::option::of("[a-z=&%+]{0,12}"),
        (field, value) in (
            prop::sample::select(vec!["id", "service_id", "type", "amount", "payer", "channel", "metadata", "name",
                "pricing", "payment_methods", "accepted_channels", "settlement_currency", "endpoint", "provider", "tags"]),
            prop_oneof![
                Just("null".to_owned()), "-?[0-9]{1,25}", "[0-9]{1,3}e[0-9]{1,2}", r#""[^"\\\\\x00-\x1f]{0,40}""#,
                Just("[[{}]]".to_owned()), r#"\{"(currency|value|agent_id|one_time)":(1|"CNY"|\[1\]|\{\})\}"#,
            ],
        ),
        cut in 0..400_usize,
    ) {
        let mut shop = Shop::open();
        let mut body = if path == "/services" { manifest() } else { shop.params("a") };
        if let Ok(value) = serde_json::from_str(&value) {
            body[field] = value;
        }
        let mut bytes = body.to_string().into_bytes();
        bytes.truncate(if cut > 350 { cut } else { usize::MAX });
        let unsigned = Request { body: bytes, query, ..Request::new(method, path.to_owned()) };
        let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
        let request = authorize(&unsigned, &base, &ApiKey::new(Secret::new(KEY)).unwrap(), NOW / 1000);
        let response = shop.gateway.handle(&request, NOW, &RANDOM);
        prop_assert!(matches!(response.status, 200 | 201 | 404 | 405 | 409 | 422), "{}", response.status);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        if response.status >= 400 {
            prop_assert_eq!(body["request_id"].as_str(), response.request_id());
        }
        shop.gateway.wallet("a", &Action::Expire, NOW, &RANDOM).ok();
        let snapshot = shop.gateway.snapshot().unwrap();
        prop_assert!(Sandbox::restore(config(), &snapshot).is_ok());
    }
}

/// `cargo test --release --test sandbox -- --ignored --nocapture`
#[test]
#[ignore = "prints a figure"]
fn payments_per_second() {
    const PAYMENTS: usize = 50_000;
    let mut shop = Shop::open();
    let requests: Vec<_> = (0..PAYMENTS)
        .map(|number| {
            let id = format!("pi_{number}");
            let create = signed(Method::Post, "/payment-intents", &shop.params(&id), KEY, NOW);
            let qr = signed(Method::Post, &format!("/payment-intents/{id}/qr"), &Value::Null, KEY, NOW);
            (id, create, qr)
        })
        .collect();
    let start = std::time::Instant::now();
    for (id, create, qr) in &requests {
        assert_eq!(shop.gateway.handle(create, NOW, &RANDOM).status, 201);
        assert_eq!(shop.gateway.handle(qr, NOW, &RANDOM).status, 201);
        shop.gateway.wallet(id, &Action::Pay, NOW, &RANDOM).unwrap();
        let webhook = shop.gateway.next_delivery(NOW).unwrap();
        shop.gateway.delivered(&webhook.id, Some(200), NOW);
    }
    println!("{:.0} payments a second", PAYMENTS as f64 / start.elapsed().as_secs_f64());
}
