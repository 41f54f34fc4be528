//! Payments, payers and snapshots.

use super::*;

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
