//! PayKit's parameters as GoPay's.

use super::*;

#[test]
fn a_checkout_is_a_payment_in_czk_and_english_by_default() {
    let create =
        params_of(paykit::checkout_params(&checkout_with(json!({ "metadata": { "a": "č \"q\" <b>" } })), &context()));
    assert_eq!(
        create,
        json!({
            "target": { "type": "ACCOUNT", "goid": 8640000001u64 },
            "payer": { "allowed_payment_instruments": ["PAYMENT_CARD", "BANK_ACCOUNT"], "contact": { "email": "user@example.com" } },
            "amount": 2900, "currency": "CZK", "lang": "EN", "order_number": "fresh", "order_description": "my-product",
            "items": [{ "type": "ITEM", "name": "my-product", "amount": 2900, "count": 3 }],
            "additional_params": [
                { "name": "a", "value": "č \"q\" <b>" },
                { "name": "__paykit", "value": "{\"item\":\"my-product\",\"qty\":3,\"type\":\"one_time\"}" },
            ],
            "callback": { "return_url": "https://example.com/success", "notification_url": "https://shop.example/hook" },
        })
    );
    let provider =
        json!({ "amount": 5, "currency": "eur", "language": "sk", "order_number": "ORD-1", "description": "Shoes" });
    let create =
        params_of(paykit::checkout_params(&checkout_with(json!({ "provider_metadata": provider })), &context()));
    for (name, value) in
        [("currency", "EUR"), ("lang", "SK"), ("order_number", "ORD-1"), ("order_description", "Shoes")]
    {
        assert_eq!(create[name], value);
    }
}

#[test]
fn each_interval_is_a_cycle_as_the_page_has_it() {
    for (interval, cycle, date_to) in [
        (json!("day"), "DAY", "2027-11-21"),
        (json!("week"), "WEEK", "2027-11-20"),
        (json!("month"), "MONTH", "2027-11-21"),
        (json!("year"), "ON_DEMAND", "2031-11-21"),
        (json!({ "type": "custom", "durationMs": 86_400_000 }), "ON_DEMAND", "2031-11-21"),
    ] {
        let create =
            params_of(paykit::subscription_params(&subscription_with(interval.clone(), json!({})), &context()));
        let mut expected = object(json!({ "recurrence_cycle": cycle, "recurrence_date_to": date_to }));
        if cycle != "ON_DEMAND" {
            expected.insert("recurrence_period".into(), json!(1));
        }
        assert_eq!(create["recurrence"], Value::Object(expected), "{interval}");
        assert_eq!(create["payer"]["allowed_payment_instruments"], json!(["PAYMENT_CARD"]));
        assert_eq!(create["currency"], "CZK");
        // The interval survives a round trip.
        let mut response = object(json!({ "id": 1, "state": "CREATED" }));
        response.extend(object(create));
        let payment = Payment::from_json(&text(response)).expect("a payment");
        assert_eq!(as_json(&paykit::subscription(&payment, None, NOW))["billing_interval"], interval);
    }
}

#[test]
fn a_recurrence_has_a_period_and_a_last_day() {
    let recurrence = |interval: &str, provider: Value| {
        paykit::subscription_params(&subscription_with(json!(interval), provider), &context())
            .map(|create| params_of(Ok(create))["recurrence"].clone())
    };
    let period = recurrence("week", json!({ "recurrence_period": 2, "end_date": "2027-01-31" })).expect("fits");
    assert_eq!(
        period,
        json!({ "recurrence_cycle": "WEEK", "recurrence_period": 2, "recurrence_date_to": "2027-01-31" })
    );
    assert_eq!(
        recurrence("month", json!({ "recurrence_period": 5 })).expect("fits")["recurrence_date_to"],
        "2027-09-21"
    );
    assert_eq!(
        recurrence("month", json!({ "recurrence_period": 24 })).expect("fits")["recurrence_date_to"],
        "2028-11-21"
    );
    assert_eq!(
        recurrence("day", json!({ "recurrence_period": 36_500 })).expect("fits")["recurrence_date_to"],
        "2099-12-30"
    );
    assert_eq!(
        recurrence("day", json!({ "end_date": "2099-12-30" })).expect("fits")["recurrence_date_to"],
        "2099-12-30"
    );
    // GoPay refuses 2099-12-31 and later days.
    for last in ["2099-12-31", "2150-01-01"] {
        let clamped = recurrence("year", json!({ "end_date": last })).expect("fits");
        assert_eq!(clamped["recurrence_date_to"], "2099-12-30", "{last}");
    }
    for (name, wrong) in [
        ("recurrence_period", json!(0)),
        ("recurrence_period", json!(-1)),
        ("recurrence_period", json!(1.5)),
        ("recurrence_period", json!("")),
        ("recurrence_period", json!("x")),
        ("recurrence_period", json!(36_501)),
        ("end_date", json!("")),
        ("end_date", json!("soon")),
        ("end_date", json!("2026-11-21")),
        ("end_date", json!("2026-02-30")),
        ("end_date", json!("2027-02-30")),
        ("end_date", json!("2030-12-30T23:00:00.000Z")),
        ("end_date", json!("2030-12-31 ")),
        ("end_date", json!(0)),
    ] {
        let refused = recurrence("month", json!({ name: wrong }));
        assert!(
            matches!(refused, Err(Error::Invalid { ref field, .. }) if *field == format!("provider_metadata.{name}")),
            "{name} {wrong}: {refused:?}"
        );
    }
}

#[test]
fn a_subscriptions_period_is_counted_from_its_creation() {
    const DAY: u64 = 86_400_000;
    let midnight = NOW - NOW % DAY;
    for (interval, end_date, months) in [("month", "2027-05-31", 1), ("year", "2030-12-31", 12)] {
        let params = subscription_with(json!(interval), json!({ "end_date": end_date }));
        let mut response = object(json!({ "id": 1, "state": "PAID" }));
        response.extend(object(params_of(paykit::subscription_params(&params, &context()))));
        let first = Payment::from_json(&text(response)).expect("a payment");
        for (now, elapsed) in [(NOW, 0), (NOW + 29 * DAY, 0), (NOW + 40 * DAY, usize::from(interval == "month"))] {
            let subscription = as_json(&paykit::subscription(&first, None, now));
            let boundary = |index: usize| {
                midnight + [0, 30, 61, 365][if months == 1 { index } else { index * 3 }] * DAY + NOW % DAY
            };
            assert_eq!(
                (&subscription["current_period_start"], &subscription["current_period_end"]),
                (&json!(boundary(elapsed)), &json!(boundary(elapsed + 1))),
                "{interval} {elapsed}"
            );
        }
    }
}

#[test]
fn a_recurring_checkout_starts_a_recurrence() {
    let subscription = json!({ "billing_interval": "month", "billing_interval_count": 3 });
    let create = params_of(paykit::checkout_params(
        &checkout_with(json!({ "session_type": "recurring", "subscription": subscription })),
        &context(),
    ));
    assert_eq!(
        create["recurrence"],
        json!({ "recurrence_cycle": "MONTH", "recurrence_period": 3, "recurrence_date_to": "2027-11-21" })
    );
    assert_eq!(
        create["additional_params"][0]["value"],
        r#"{"item":"my-product","qty":3,"type":"recurring","billing_interval":"month","start":"2026-11-21T10:00:00.000Z"}"#
    );
    for wrong in
        [json!({ "session_type": "recurring" }), json!({ "session_type": "weekly" }), json!({ "session_type": "" })]
    {
        assert!(paykit::checkout_params(&checkout_with(wrong), &context()).is_err());
    }
}

#[test]
fn manual_capture_is_a_preauthorization() {
    let create = |change: Value| paykit::payment_params(&payment_with(change), &context());
    let manual = params_of(create(json!({ "capture_method": "manual" })));
    assert_eq!(
        (&manual["preauthorization"], &manual["payer"]["allowed_payment_instruments"]),
        (&json!(true), &json!(["PAYMENT_CARD"]))
    );
    for automatic in [json!({}), json!({ "capture_method": "automatic" }), json!({ "capture_method": null })] {
        assert_eq!(params_of(create(automatic))["preauthorization"], false);
    }
    assert!(create(json!({ "capture_method": "later" })).is_err());
}

#[test]
fn a_payment_may_have_no_item_and_no_customer() {
    let create =
        params_of(paykit::payment_params(&payment_with(json!({ "item_id": null, "customer": null })), &context()));
    assert_eq!(
        (&create["items"][0]["name"], &create["additional_params"][0]["value"]),
        (&json!("fresh"), &json!(r#"{"item":null,"qty":1}"#))
    );
    assert_eq!(create["payer"].get("contact"), None);
    assert_eq!(create.get("order_description"), None);
}

#[test]
fn a_payment_has_the_callers_instruments() {
    let create = |provider: Value| {
        let mut metadata = object(json!({ "success_url": "https://example.com/success" }));
        metadata.extend(object(provider));
        paykit::payment_params(&payment_with(json!({ "provider_metadata": metadata })), &context())
    };
    assert_eq!(params_of(create(json!({})))["payer"].get("default_payment_instrument"), None);
    let payer = &params_of(create(json!({ "default_payment_instrument": "GPAY" })))["payer"];
    // GoPay accepts a default that is not among the allowed ones.
    assert_eq!(payer["default_payment_instrument"], "GPAY");
    assert_eq!(payer["allowed_payment_instruments"], json!(["PAYMENT_CARD", "BANK_ACCOUNT"]));
    let allowed = params_of(create(json!({ "allowed_payment_instruments": ["GPAY", "APPLE_PAY"] })));
    assert_eq!(allowed["payer"]["allowed_payment_instruments"], json!(["GPAY", "APPLE_PAY"]));
    for wrong in [json!(0), json!(""), json!(-1), json!([])] {
        assert!(create(json!({ "default_payment_instrument": wrong })).is_err());
    }
}

#[test]
fn billing_reaches_gopay_with_three_letters_for_the_country() {
    let address = json!({ "name": "Jan Amos Komenský", "line1": "Dlouhá 1", "line2": "byt 2", "city": "Praha", "postal_code": "110 00", "country": "cz", "phone": "+420777456123" });
    let create = params_of(paykit::payment_params(
        &payment_with(json!({ "billing": { "address": address, "currency": "CZK" } })),
        &context(),
    ));
    assert_eq!(
        create["payer"]["contact"],
        json!({
            "email": "user@example.com", "first_name": "Jan Amos", "last_name": "Komenský", "street": "Dlouhá 1, byt 2", "city": "Praha",
            "postal_code": "110 00", "country_code": "CZE", "phone_number": "+420777456123",
        })
    );
    let bare = params_of(paykit::payment_params(
        &payment_with(json!({ "billing": { "address": { "name": " ", "line1": "" } } })),
        &context(),
    ));
    assert_eq!(bare["payer"]["contact"], json!({ "email": "user@example.com" }));
    let wrong =
        paykit::payment_params(&payment_with(json!({ "billing": { "address": { "country": "UK" } } })), &context());
    assert!(matches!(wrong, Err(Error::Invalid { field, .. }) if field == "billing.address.country"));
}

#[test]
fn metadata_becomes_text_and_paykits_own_is_not_overwritten() {
    let metadata = json!({ "text": "a", "number": 1.5, "yes": true, "object": { "a": [1] }, "nothing": null });
    let create = params_of(paykit::payment_params(&payment_with(json!({ "metadata": metadata })), &context()));
    let params = create["additional_params"].as_array().expect("a list");
    let pairs: Vec<_> = params.iter().map(|param| (param["name"].as_str(), param["value"].as_str())).collect();
    assert_eq!(
        pairs[..4],
        [
            (Some("number"), Some("1.5")),
            (Some("object"), Some(r#"{"a":[1]}"#)),
            (Some("text"), Some("a")),
            (Some("yes"), Some("true"))
        ]
    );
    assert!(paykit::payment_params(&payment_with(json!({ "metadata": { "__paykit": "x" } })), &context()).is_err());
    assert!(paykit::payment_params(&payment_with(json!({ "metadata": [] })), &context()).is_err());
    let deep = ["{\"a\":".repeat(200), "1".into(), "}".repeat(200)].concat();
    let nested = payment_with(json!({ "metadata": { "of": "deep" } })).replace("\"deep\"", &deep);
    let create = params_of(paykit::payment_params(&nested, &context()));
    assert_eq!(create["additional_params"][0]["value"], deep, "however deep it is");
}
