//! Payments, codes and wallets.

use super::*;

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
