//! PayKit's mappings, row by row of the tables on the provider's page and in the specification.

#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use itpay::{
    Error, JsonMap,
    gopay::{Notification, OperationStatus, Payment, Refund, RefundPayment},
    itpay::WebhookEvent,
    paykit::{self, ChargeParams, Context, NotificationContext, ProviderDefaults, RequiredReads},
};
use serde_json::{Value, json};

const NOW: u64 = 1_795_255_200_000; // 2026-11-21T10:00:00Z

fn object(value: Value) -> JsonMap {
    value.as_object().expect("an object").clone()
}

fn text(object: JsonMap) -> String {
    Value::Object(object).to_string()
}

/// The gateway's parameters as JSON.
fn params_of(json: Result<String, Error>) -> Value {
    serde_json::from_str(&json.expect("fits")).expect("JSON")
}

fn payment_of(change: Value) -> Payment {
    let mut payment = object(json!({
        "id": 3000006529u64,
        "state": "PAID",
        "amount": 2900,
        "currency": "CZK",
        "order_number": "ORD-1",
        "payer": { "contact": { "email": "user@example.com" } },
        "target": { "type": "ACCOUNT", "goid": 8640000001u64 },
        "additional_params": [{ "name": "__paykit", "value": "{\"item\":\"my-plan\",\"qty\":2,\"billing_interval\":\"month\"}" }, { "name": "mine", "value": "1" }],
        "gw_url": "https://gw.example/pay",
    }));
    payment.extend(object(change));
    Payment::from_json(&text(payment)).expect("a payment")
}

fn as_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}

fn recurrence(state: &str) -> Value {
    json!({ "recurrence_cycle": "MONTH", "recurrence_period": 1, "recurrence_date_to": "2027-11-21", "recurrence_state": state })
}

fn notified(payment: Payment, url_parent: Option<&str>) -> NotificationContext {
    let notification = Notification { id: payment.id.clone(), parent_id: url_parent.map(Into::into) };
    NotificationContext { notification, payment, parent: None, refunds: None }
}

fn types(context: &NotificationContext) -> Vec<String> {
    paykit::events(context, NOW).into_iter().map(|event| event.event_type).collect()
}

// The page's first table: states and events.

#[test]
fn each_state_has_the_documented_events() {
    let (invoice, succeeded) = ("invoice.generated", "payment.succeeded");
    for (state, expected) in [
        ("CREATED", vec!["payment.created"]),
        ("PAYMENT_METHOD_CHOSEN", vec!["payment.updated"]),
        ("PAID", vec![invoice, succeeded]),
        ("AUTHORIZED", vec!["payment.updated"]),
        ("CANCELED", vec!["payment.failed"]),
        ("TIMEOUTED", vec!["payment.failed"]),
        ("REFUNDED", vec!["refund.created"]),
        ("PARTIALLY_REFUNDED", vec!["refund.created"]),
        ("SOMETHING_NEW", vec![]),
    ] {
        assert_eq!(types(&notified(payment_of(json!({ "state": state })), None)), expected, "{state}");
    }
    let charge = payment_of(json!({ "parent_id": 3000000001u64 }));
    assert_eq!(types(&notified(charge, None)), ["subscription.created", invoice, succeeded]);
    let stopped = payment_of(json!({ "state": "CANCELED", "recurrence": recurrence("STOPPED") }));
    assert_eq!(types(&notified(stopped, None)), ["subscription.canceled", "payment.failed"]);
}

#[test]
fn a_parent_in_the_url_alone_proves_nothing() {
    let one_time = notified(payment_of(json!({})), Some("1"));
    assert_eq!(types(&one_time), ["invoice.generated", "payment.succeeded"]);
    let invoice = as_json(&paykit::events(&one_time, NOW)[0].data);
    assert_eq!((&invoice["billing_mode"], &invoice["subscription_id"]), (&json!("one_time"), &Value::Null));

    let first = notified(payment_of(json!({ "recurrence": recurrence("STARTED") })), Some("1"));
    assert_eq!(types(&first), ["subscription.created", "invoice.generated", "payment.succeeded"]);
    // GoPay's id counts, not the one in the URL.
    assert_eq!(as_json(&paykit::events(&first, NOW)[0].data)["id"], "3000006529");
}

#[test]
fn a_stopped_recurrence_has_one_event_id_for_all_its_payments() {
    let stopped = |change: Value| {
        let mut change = object(change);
        change.insert("recurrence".into(), recurrence("STOPPED"));
        payment_of(change.into())
    };
    let paid_first = notified(stopped(json!({})), None);
    let canceled_first = notified(stopped(json!({ "state": "CANCELED" })), None);
    let first = || payment_of(json!({ "id": 3000006529u64, "recurrence": recurrence("STOPPED") }));
    let charge = payment_of(json!({ "id": 3000006530u64, "parent_id": 3000006529u64, "state": "CANCELED" }));
    let charge = NotificationContext { parent: Some(first()), ..notified(charge, Some("3000006529")) };
    for context in [paid_first, canceled_first, charge] {
        let events = paykit::events(&context, NOW);
        assert_eq!(events[0].event_type, "subscription.canceled");
        assert_eq!(events[0].id, "evt_gopay_3000006529_STOPPED_subscription.canceled");
        let subscription = as_json(&events[0].data);
        assert_eq!((&subscription["id"], &subscription["status"]), (&json!("3000006529"), &json!("canceled")));
    }
}

#[test]
fn the_same_change_has_the_same_event_ids_and_another_has_others() {
    let ids = |change: Value| {
        let context = notified(payment_of(change), None);
        paykit::events(&context, NOW).into_iter().map(|event| event.id).collect::<Vec<_>>()
    };
    let later = |change: Value| {
        let mut change = object(change);
        change.insert("lang".into(), "cs".into());
        let context = notified(payment_of(change.into()), None);
        paykit::events(&context, NOW + 60_000).into_iter().map(|event| event.id).collect::<Vec<_>>()
    };
    let states = [
        "CREATED",
        "PAYMENT_METHOD_CHOSEN",
        "AUTHORIZED",
        "PAID",
        "CANCELED",
        "TIMEOUTED",
        "REFUNDED",
        "PARTIALLY_REFUNDED",
    ];
    let mut all = Vec::new();
    for state in states {
        assert_eq!(ids(json!({ "state": state })), later(json!({ "state": state })), "{state}");
        all.extend(ids(json!({ "state": state })));
        all.extend(ids(json!({ "state": state, "id": 7 })));
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

// Refunds.

fn history(entries: Value) -> Option<Vec<Refund>> {
    Some(Refund::list_from_json(&entries.to_string()).expect("a history"))
}

#[test]
fn each_refund_is_an_event_of_its_own_with_its_own_amount() {
    let partly = notified(payment_of(json!({ "state": "PARTIALLY_REFUNDED" })), None);
    let refunds = |entries: Value| {
        let context = NotificationContext { refunds: history(entries), ..partly.clone() };
        let events =
            paykit::events(&context, NOW).into_iter().map(|event| (event.id, as_json(&event.data)["amount"].clone()));
        events.collect::<Vec<_>>()
    };
    let first = ("evt_gopay_3000006529_refund_11".to_string(), json!(900));
    let second = ("evt_gopay_3000006529_refund_12".to_string(), json!(900));
    let entry = |id: u64, state: &str| json!({ "id": id, "state": state, "amount": 900, "currency": "CZK" });
    assert_eq!(refunds(json!([entry(11, "SUCCESS")])), std::slice::from_ref(&first));
    assert_eq!(refunds(json!([entry(11, "SUCCESS"), entry(12, "SUCCESS")])), [first.clone(), second.clone()]);
    // One that failed, or is still on its way, has not happened; unless the state says that one has.
    assert_eq!(
        refunds(json!([entry(11, "SUCCESS"), entry(12, "REQUESTED"), entry(13, "FAILED")])),
        std::slice::from_ref(&first)
    );
    assert_eq!(refunds(json!([entry(11, "REQUESTED"), entry(13, "FAILED")])), [first]);
}

#[test]
fn a_refund_without_a_history_has_no_invented_amount() {
    for (state, amount, has_amount) in [("REFUNDED", 2900, true), ("PARTIALLY_REFUNDED", 0, false)] {
        for refunds in [None, history(json!([])), history(json!([{ "id": 1, "state": "FAILED", "amount": 5 }]))] {
            let context = NotificationContext { refunds, ..notified(payment_of(json!({ "state": state })), None) };
            let events = paykit::events(&context, NOW);
            let refund = as_json(&events[0].data);
            assert_eq!(
                (events.len(), &refund["amount"], &refund["custom_fields"]["amount_known"]),
                (1, &json!(amount), &json!(has_amount))
            );
        }
    }
}

#[test]
fn a_created_refund_has_the_id_of_its_entry_or_else_of_the_payment() {
    let refund_params = RefundPayment::new("3000006529", 100);
    let entry = json!([{ "id": 10, "amount": 100, "state": "REQUESTED", "currency": "EUR" }]);
    let entry = history(entry).expect("a history").remove(0);
    let refund = as_json(&paykit::created_refund(&refund_params, &OperationStatus::Accepted, Some(&entry)));
    assert_eq!((&refund["id"], &refund["currency"]), (&json!("10"), &json!("EUR")));
    assert_eq!(
        refund["custom_fields"],
        json!({ "payment_id": "3000006529", "result": "ACCEPTED", "state": "REQUESTED" })
    );
    let unseen = as_json(&paykit::created_refund(&refund_params, &OperationStatus::Finished, None));
    assert_eq!((&unseen["id"], &unseen["amount"]), (&json!("3000006529"), &json!(100)));
    assert_eq!(unseen["custom_fields"], json!({ "payment_id": "3000006529", "result": "FINISHED" }));
}

// A GoPay payment as PayKit's objects.

#[test]
fn each_state_is_a_payment_status() {
    for (state, status, requires_action) in [
        ("CREATED", "pending", true),
        ("PAYMENT_METHOD_CHOSEN", "processing", false),
        ("AUTHORIZED", "requires_capture", false),
        ("PAID", "succeeded", false),
        ("CANCELED", "canceled", false),
        ("TIMEOUTED", "failed", false),
        ("REFUNDED", "succeeded", false),
        ("PARTIALLY_REFUNDED", "succeeded", false),
        ("SOMETHING_NEW", "processing", false),
    ] {
        let payment = as_json(&paykit::payment(&payment_of(json!({ "state": state, "sub_state": "_101" }))));
        assert_eq!(
            (&payment["status"], &payment["requires_action"]),
            (&json!(status), &json!(requires_action)),
            "{state}"
        );
        assert_eq!(
            (&payment["custom_fields"]["state"], &payment["custom_fields"]["sub_state"]),
            (&json!(state), &json!("_101"))
        );
    }
}

#[test]
fn a_payment_has_its_item_its_customer_and_its_metadata() {
    let payment = as_json(&paykit::payment(&payment_of(json!({}))));
    assert_eq!(
        payment,
        json!({
            "id": "3000006529", "amount": 2900, "currency": "CZK", "customer": { "email": "user@example.com" },
            "status": "succeeded", "metadata": { "mine": "1" }, "item_id": "my-plan", "requires_action": false,
            "payment_url": "https://gw.example/pay",
            "custom_fields": { "id": "3000006529", "state": "PAID", "order_number": "ORD-1" },
        })
    );
}

#[test]
fn a_payment_of_another_program_has_every_field() {
    let foreign =
        json!({ "additional_params": [{ "name": "__paykit", "value": "no JSON" }], "payer": {}, "gw_url": null });
    let bare = as_json(&paykit::payment(&payment_of(foreign.clone())));
    assert_eq!((&bare["item_id"], &bare["customer"], &bare["payment_url"]), (&Value::Null, &Value::Null, &Value::Null));
    let checkout = as_json(&paykit::checkout(&payment_of(foreign.clone())));
    assert_eq!(
        (&checkout["products"], &checkout["session_type"], &checkout["payment_url"]),
        (&json!([]), &json!("one_time"), &json!(""))
    );
    assert_eq!(as_json(&paykit::invoice(&payment_of(foreign.clone()), NOW))["line_items"], Value::Null);
    let mut named = object(foreign);
    named.insert("items".into(), json!([{ "name": "Shoes", "amount": 2900 }]));
    let checkout = as_json(&paykit::checkout(&payment_of(named.into())));
    assert_eq!(checkout["products"], json!([{ "id": "Shoes", "quantity": 1 }]));
    assert!(!paykit::is_subscription(&payment_of(json!({ "additional_params": [] }))));
}

#[test]
fn a_checkout_that_starts_a_subscription_is_recurring() {
    let checkout = as_json(&paykit::checkout(&payment_of(json!({ "recurrence": recurrence("REQUESTED") }))));
    assert_eq!(checkout["session_type"], "recurring");
    assert_eq!(checkout["subscription"], json!({ "billing_interval": "month", "billing_interval_count": 1 }));
    assert_eq!(checkout["products"], json!([{ "id": "my-plan", "quantity": 2 }]));
}

#[test]
fn an_invoice_is_paid_when_it_was_seen_and_belongs_to_the_first_payment() {
    let one_time = as_json(&paykit::invoice(&payment_of(json!({ "recurrence": null })), NOW));
    assert_eq!(
        (&one_time["billing_mode"], &one_time["subscription_id"], &one_time["paid_at"], &one_time["line_items"]),
        (
            &json!("one_time"),
            &Value::Null,
            &json!("2026-11-21T10:00:00.000Z"),
            &json!([{ "id": "my-plan", "quantity": 2 }])
        )
    );
    let charge = as_json(&paykit::invoice(&payment_of(json!({ "parent_id": "3000000001" })), NOW));
    assert_eq!((&charge["billing_mode"], &charge["subscription_id"]), (&json!("recurring"), &json!("3000000001")));
    let first = as_json(&paykit::invoice(&payment_of(json!({ "recurrence": recurrence("STARTED") })), NOW));
    assert_eq!((&first["billing_mode"], &first["subscription_id"]), (&json!("recurring"), &json!("3000006529")));
}

#[test]
fn a_subscription_has_the_status_of_its_recurrence() {
    for (state, recurring, status, requires_action) in [
        ("CREATED", "REQUESTED", "pending", true),
        ("PAYMENT_METHOD_CHOSEN", "REQUESTED", "pending", false),
        ("PAID", "STARTED", "active", false),
        ("AUTHORIZED", "REQUESTED", "active", false),
        ("PARTIALLY_REFUNDED", "STARTED", "active", false),
        ("REFUNDED", "STARTED", "active", false),
        ("PAID", "STOPPED", "canceled", false),
        ("CANCELED", "REQUESTED", "canceled", false),
        ("TIMEOUTED", "REQUESTED", "canceled", false),
        ("SOMETHING_NEW", "REQUESTED", "pending", false),
    ] {
        let first = payment_of(json!({ "state": state, "recurrence": recurrence(recurring) }));
        let subscription = as_json(&paykit::subscription(&first, None, NOW));
        assert_eq!(
            (&subscription["status"], &subscription["requires_action"]),
            (&json!(status), &json!(requires_action)),
            "{state} {recurring}"
        );
    }
}

#[test]
fn a_charge_belongs_to_the_subscription_of_its_first_payment() {
    let first = payment_of(json!({ "id": 3000000001u64, "amount": 1000, "recurrence": recurrence("STARTED") }));
    let paid = payment_of(json!({ "parent_id": 3000000001u64, "additional_params": [] }));
    let subscription = as_json(&paykit::subscription(&paid, Some(&first), NOW));
    assert_eq!(
        (&subscription["id"], &subscription["amount"], &subscription["item_id"]),
        (&json!("3000000001"), &json!(1000), &json!("my-plan"))
    );
    assert_eq!(subscription["custom_fields"]["charge"]["id"], "3000006529");
    // 21 November to 21 December: the current month, not the end of the mandate.
    assert_eq!(
        (&subscription["current_period_start"], &subscription["current_period_end"]),
        (&json!(1_795_219_200_000u64), &json!(1_797_811_200_000u64))
    );
    // Without the first payment it still has its id.
    let alone = as_json(&paykit::subscription(&paid, None, NOW));
    assert_eq!(
        (&alone["id"], &alone["status"], &alone["billing_interval"]),
        (&json!("3000000001"), &json!("active"), &json!("month"))
    );
    for (state, status) in
        [("CANCELED", "past_due"), ("TIMEOUTED", "past_due"), ("CREATED", "active"), ("REFUNDED", "active")]
    {
        let charge = payment_of(json!({ "parent_id": 3000000001u64, "state": state }));
        assert_eq!(as_json(&paykit::subscription(&charge, Some(&first), NOW))["status"], status, "{state}");
    }
}

#[test]
fn an_interval_is_that_of_the_item_or_else_the_cycle() {
    for (item, cycle, interval) in [
        ("day", "DAY", json!("day")),
        ("year", "ON_DEMAND", json!("year")),
        ("custom:86400000ms", "ON_DEMAND", json!({ "type": "custom", "durationMs": 86_400_000 })),
        ("", "DAY", json!("day")),
        ("", "WEEK", json!("week")),
        ("", "MONTH", json!("month")),
        ("", "ON_DEMAND", json!("month")),
    ] {
        let params = json!([{ "name": "__paykit", "value": json!({ "item": "a", "qty": 1, "billing_interval": item }).to_string() }]);
        let recurrence = json!({ "recurrence_cycle": cycle, "recurrence_date_to": "2027-11-21" });
        let first = payment_of(json!({ "additional_params": params, "recurrence": recurrence }));
        assert_eq!(as_json(&paykit::subscription(&first, None, NOW))["billing_interval"], interval, "{item} {cycle}");
    }
}

// Notifications.

#[test]
fn a_notification_is_read_from_the_url_or_the_body() {
    let found = |url: &str, body: &str| {
        paykit::notification(url, body).map(|notification| (notification.id, notification.parent_id))
    };
    let with = |id: &str, parent: Option<&str>| Ok((id.to_string(), parent.map(ToString::to_string)));
    assert_eq!(found("https://shop.example/hook?id=3000006529", ""), with("3000006529", None));
    assert_eq!(found("/hook?shop=1&id=3000006529&parent_id=3000000001#x", ""), with("3000006529", Some("3000000001")));
    assert_eq!(found("https://shop.example/hook", "id=3000006529&parent_id=7"), with("3000006529", Some("7")));
    assert_eq!(
        found("https://shop.example/hook?x=1", r#"{"id":3000006529,"parent_id":"7"}"#),
        with("3000006529", Some("7"))
    );
    // The URL's id counts, even if it is none.
    assert!(found("https://shop.example/hook?id=x", "id=3000006529").is_err());
    // An invalid parent is left out.
    assert_eq!(found("/hook?id=1&parent_id=../1", ""), with("1", None));
}

#[test]
fn a_notification_with_an_invalid_id_is_an_error() {
    let encoded = "/hook?id=..%2F..%2Feshops%2Feshop%2F8123456789%2Fpayment-instruments";
    for url in [
        "",
        "/hook",
        "/hook?id=",
        "/hook?id=../../eshops/eshop/8123456789/payment-instruments",
        encoded,
        "/hook?id=3000006529?x=1",
        "/hook?id=-1",
        "/hook?id=1e3",
        "/hook?id=1.5",
        "/hook?id=NaN",
        "/hook?id=12345678901234567890",
        "/hook?id=１２",
        "/hook?id=%",
        "/hook?id[]=1",
    ] {
        assert!(matches!(paykit::notification(url, ""), Err(Error::Invalid { field, .. }) if field == "id"), "{url}");
    }
    assert!(paykit::notification("/hook", r#"{"id":"../1"}"#).is_err());
    assert!(paykit::notification("/hook", r#"{"id":["1"]}"#).is_err());
    assert!(paykit::notification("/hook", "[1]").is_err());
}

#[test]
fn some_states_need_further_reads() {
    for (state, parent, refunds) in [
        ("PAID", true, false),
        ("CANCELED", true, false),
        ("AUTHORIZED", false, false),
        ("REFUNDED", false, true),
        ("PARTIALLY_REFUNDED", false, true),
    ] {
        let reads = paykit::required_reads(&payment_of(json!({ "state": state, "parent_id": 7 })));
        assert_eq!(reads, RequiredReads { parent: parent.then(|| "7".into()), refunds }, "{state}");
    }
}

// PayKit's calls as GoPay's.

fn context() -> Context {
    Context {
        go_id: 8640000001,
        language: None,
        notification_url: "https://shop.example/hook".into(),
        order_number: "fresh".into(),
        now: NOW,
    }
}

fn checkout_with(change: Value) -> String {
    let mut params = object(json!({
        "customer": { "email": " user@example.com " }, "item_id": "my-product", "session_type": "one_time", "quantity": 3,
        "success_url": "https://example.com/success", "cancel_url": "https://example.com/cancel", "metadata": null,
        "provider_metadata": { "amount": "2900" },
    }));
    params.extend(object(change));
    text(params)
}

fn subscription_with(interval: Value, provider: Value) -> String {
    let mut metadata = object(json!({ "success_url": "https://example.com/success" }));
    metadata.extend(object(provider));
    text(object(json!({
        "customer": { "email": "user@example.com" }, "item_id": "my-plan", "amount": 2900, "currency": "czk",
        "billing_interval": interval, "provider_metadata": metadata,
    })))
}

fn payment_with(change: Value) -> String {
    let mut params = object(json!({
        "customer": { "email": "user@example.com" }, "item_id": "my-product", "amount": 2900, "currency": "CZK",
        "provider_metadata": { "success_url": "https://example.com/success" },
    }));
    params.extend(object(change));
    text(params)
}

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
fn a_customer_without_an_email_address_is_an_error() {
    let customer = json!({ "customer": { "id": 7 } });
    let mut subscription: JsonMap = serde_json::from_str(&subscription_with(json!("month"), json!({}))).expect("JSON");
    subscription.extend(object(customer.clone()));
    for refused in [
        paykit::payment_params(&payment_with(customer.clone()), &context()),
        paykit::checkout_params(&checkout_with(customer), &context()),
        paykit::subscription_params(&text(subscription), &context()),
    ] {
        assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == "customer.email"), "{refused:?}");
    }
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

#[test]
fn amounts_must_be_positive_integers() {
    let wrong = [
        json!("29.5"),
        json!(29.5),
        json!(-1),
        json!(0),
        json!("0"),
        json!(null),
        json!("1e3"),
        json!(9_007_199_254_740_992i64),
        json!("9007199254740993"),
        json!(1e300),
        json!(""),
        json!(" 12 "),
        json!("+5"),
        json!("-5"),
        json!("abc"),
        json!(true),
        json!([]),
        json!({}),
    ];
    for amount in &wrong {
        let refused = [
            paykit::checkout_params(&checkout_with(json!({ "provider_metadata": { "amount": amount } })), &context()),
            paykit::payment_params(&payment_with(json!({ "amount": amount })), &context()),
            paykit::intent_of_checkout(
                &checkout_with(json!({ "provider_metadata": { "amount": amount, "currency": "CNY" } })),
                &defaults(),
            ),
            paykit::intent_of_payment(&payment_with(json!({ "amount": amount })), &defaults()),
        ];
        for (refused, name) in
            refused.into_iter().zip(["provider_metadata.amount", "amount", "provider_metadata.amount", "amount"])
        {
            assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == name), "{amount}: {refused:?}");
        }
        let mut subscription: JsonMap =
            serde_json::from_str(&subscription_with(json!("month"), json!({}))).expect("JSON");
        subscription.insert("amount".into(), amount.clone());
        assert!(paykit::subscription_params(&text(subscription), &context()).is_err(), "{amount}");
    }
    // Only the amount of a checkout may be text.
    assert!(paykit::payment_params(&payment_with(json!({ "amount": "2900" })), &context()).is_err());
    assert!(
        paykit::checkout_params(
            &checkout_with(json!({ "provider_metadata": { "amount": 9_007_199_254_740_991i64 } })),
            &context()
        )
        .is_ok()
    );
}

#[test]
fn other_invalid_parameters_are_named() {
    let subscription =
        |interval: Value| paykit::subscription_params(&subscription_with(interval, json!({})), &context());
    for (refused, name) in [
        (
            paykit::payment_params(&payment_with(json!({ "provider_metadata": {} })), &context()),
            "provider_metadata.success_url",
        ),
        (
            paykit::payment_params(&payment_with(json!({ "provider_metadata": null })), &context()),
            "provider_metadata.success_url",
        ),
        (
            paykit::payment_params(
                &payment_with(json!({ "provider_metadata": { "success_url": "/done" } })),
                &context(),
            ),
            "provider_metadata.success_url",
        ),
        (paykit::payment_params(&payment_with(json!({ "provider_metadata": [] })), &context()), "provider_metadata"),
        (paykit::payment_params(&payment_with(json!({ "currency": "koruna" })), &context()), "currency"),
        (paykit::payment_params(&payment_with(json!({ "currency": null })), &context()), "currency"),
        (
            paykit::payment_params(&payment_with(json!({ "customer": { "email": "nobody" } })), &context()),
            "customer.email",
        ),
        (paykit::payment_params(&payment_with(json!({ "customer": {} })), &context()), "customer.email"),
        (paykit::payment_params(&payment_with(json!({ "item_id": "" })), &context()), "item_id"),
        (paykit::payment_params(&payment_with(json!({ "item_id": "x".repeat(257) })), &context()), "item_id"),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "success_url": format!("https://{}", "x".repeat(512)) })),
                &context(),
            ),
            "success_url",
        ),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "order_number": "x".repeat(129) } })),
                &context(),
            ),
            "provider_metadata.order_number",
        ),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "description": "x".repeat(257) } })),
                &context(),
            ),
            "provider_metadata.description",
        ),
        (
            paykit::payment_params(
                &payment_with(json!({ "billing": { "address": { "postal_code": "x".repeat(17) } } })),
                &context(),
            ),
            "billing.address.postal_code",
        ),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": 0 })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": -1 })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": "" })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "success_url": "" })), &context()), "success_url"),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "language": "english" } })),
                &context(),
            ),
            "provider_metadata.language",
        ),
        (subscription(json!("fortnight")), "billing_interval"),
        (subscription(json!({ "type": "custom", "durationMs": 0 })), "billing_interval"),
        (subscription(json!({ "type": "custom", "durationMs": -1 })), "billing_interval"),
        (subscription(json!({ "type": "custom" })), "billing_interval"),
        (subscription(json!(null)), "billing_interval"),
    ] {
        assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == name), "{name}: {refused:?}");
    }
}

#[test]
fn a_charge_needs_an_amount_and_is_in_the_first_payments_currency_by_default() {
    let params =
        |provider: Value, metadata: Value| text(object(json!({ "metadata": metadata, "provider_metadata": provider })));
    let charge =
        |provider: Value, first: Option<&Payment>| paykit::charge_params(&params(provider, json!({})), first, "fresh");
    assert_eq!(charge(json!({}), None), Ok(ChargeParams::None));
    assert_eq!(paykit::charge_params(&params(json!({}), json!({ "a": "b" })), None, "fresh"), Ok(ChargeParams::None));
    assert_eq!(charge(json!({ "amount": 500 }), None), Ok(ChargeParams::MissingCurrency));
    let create = |charge| match charge {
        Ok(ChargeParams::Create(params)) => params_of(Ok(params)),
        other => panic!("{other:?}"),
    };
    let params_of = |provider: Value, first| create(charge(provider, first));
    let item = |name: &str| json!([{ "type": "ITEM", "name": name, "amount": 500, "count": 1 }]);
    let first = payment_of(json!({ "currency": "EUR" }));
    assert_eq!(
        params_of(json!({ "amount": 500 }), Some(&first)),
        json!({ "amount": 500, "currency": "EUR", "order_number": "fresh", "items": item("my-plan") })
    );
    // A payer sees the item's name, so it is not used as an order number.
    assert_eq!(params_of(json!({ "amount": 500, "currency": "CZK" }), None)["items"], item("Subscription"));
    let with_metadata = params(json!({ "amount": 500, "currency": "CZK" }), json!({ "order": "R-2" }));
    let with_metadata = create(paykit::charge_params(&with_metadata, None, "fresh"));
    assert_eq!(with_metadata["additional_params"], json!([{ "name": "order", "value": "R-2" }]));
    let provider = json!({ "amount": "500", "currency": "eur", "order_number": "ORD-2", "order_description": "May" });
    assert_eq!(
        params_of(provider, None),
        json!({ "amount": 500, "currency": "EUR", "order_number": "ORD-2", "order_description": "May", "items": item("May") })
    );
    for wrong in [json!(0), json!(-1), json!("29.5"), json!("1e3"), json!("")] {
        assert!(charge(json!({ "amount": wrong, "currency": "CZK" }), None).is_err());
    }
}

#[test]
fn a_capture_is_full_or_partial_and_never_larger() {
    let authorized = payment_of(json!({ "state": "AUTHORIZED" }));
    let part = |amount: Value| paykit::capture_params(&text(object(json!({ "amount": amount }))), &authorized);
    assert_eq!(part(json!(2900)), Ok(None));
    let some = part(json!(900)).transpose().expect("a part");
    assert_eq!(
        params_of(some),
        json!({ "amount": 900, "items": [{ "type": "ITEM", "name": "Capture", "amount": 900, "count": 1 }] })
    );
    for wrong in [json!(2901), json!(0), json!(-1), json!(1.5), json!("2900"), json!(null)] {
        assert!(matches!(part(wrong.clone()), Err(Error::Invalid { field, .. }) if field == "amount"), "{wrong}");
    }
}

// ItPay.

fn defaults() -> ProviderDefaults {
    ProviderDefaults { agent_id: Some("agent_1".into()), service_id: None }
}

#[test]
fn a_payment_is_an_itpay_intent() {
    let params = checkout_with(
        json!({ "provider_metadata": { "amount": "699", "currency": "cny", "channel": "wechat", "id": "pi_1" }, "metadata": { "a": "b" } }),
    );
    assert_eq!(
        params_of(paykit::intent_of_checkout(&params, &defaults())),
        json!({
            "id": "pi_1", "service_id": "my-product", "type": "one_time", "amount": { "currency": "CNY", "value": 699 }, "channel": "wechat",
            "payer": { "agent_id": "agent_1", "human_id": "user@example.com" },
            "metadata": { "a": "b", "__paykit": "{\"item\":\"my-product\",\"qty\":3,\"type\":\"one_time\"}" },
        })
    );
    let configured = ProviderDefaults { service_id: Some("svc_1".into()), ..defaults() };
    let intent = params_of(paykit::intent_of_payment(
        &payment_with(json!({ "customer": { "id": "c_1" }, "provider_metadata": { "agent_id": "agent_2" } })),
        &configured,
    ));
    assert_eq!(
        (&intent["service_id"], &intent["payer"]),
        (&json!("svc_1"), &json!({ "agent_id": "agent_2", "human_id": "c_1" }))
    );
    for (params, defaults, name) in [
        (payment_with(json!({})), ProviderDefaults::default(), "provider_metadata.agent_id"),
        (payment_with(json!({ "item_id": null })), defaults(), "provider_metadata.service_id"),
    ] {
        assert!(
            matches!(paykit::intent_of_payment(&params, &defaults), Err(Error::Invalid { field, .. }) if field == name)
        );
    }
    // Without a currency, the amount is ambiguous.
    assert!(paykit::intent_of_checkout(&checkout_with(json!({})), &defaults()).is_err());
}

#[test]
fn each_status_of_an_intent_is_a_payment_status() {
    for (status, expected, requires_action) in [
        ("pending", "pending", true),
        ("qr_generated", "pending", true),
        ("scanning", "processing", false),
        ("authorized", "processing", false),
        ("captured", "processing", false),
        ("succeeded", "succeeded", false),
        ("expired", "failed", false),
        ("cancelled", "canceled", false),
        ("failed", "failed", false),
        ("something_new", "processing", false),
    ] {
        let event = json!({ "id": "evt_1", "type": "payment_intent.failed", "data": { "id": "pi_1", "status": status, "amount": { "currency": "CNY", "value": 699 } } });
        let intent = WebhookEvent::parse(event.to_string().as_bytes())
            .and_then(|event| event.payment_intent())
            .expect("an intent");
        let payment = as_json(&paykit::intent_payment(&intent, None));
        assert_eq!(
            (&payment["status"], &payment["requires_action"]),
            (&json!(expected), &json!(requires_action)),
            "{status}"
        );
    }
}

#[test]
fn an_itpay_webhook_becomes_paykit_events() {
    let events = |event_type: &str, data: Value| {
        let webhook = json!({ "id": "evt_1", "type": event_type, "data": data }).to_string();
        let webhook = WebhookEvent::parse(webhook.as_bytes()).expect("an event");
        paykit::intent_events(&webhook, NOW).map(|events| events.iter().map(as_json).collect::<Vec<_>>())
    };
    let data = json!({
        "id": "pi_1", "status": "succeeded", "amount": { "currency": "CNY", "value": 699 }, "channel": "alipay", "failure_reason": "declined",
        "payer": { "agent_id": "a", "human_id": "h_1" }, "metadata": { "a": "b", "__paykit": "{\"item\":\"svc_1\",\"qty\":1}" },
    });
    let types_and_ids = |event_type: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("text").to_string();
        events(event_type, data.clone())
            .expect("events")
            .iter()
            .map(|event| (text(&event["type"]), text(&event["id"])))
            .collect()
    };
    let pair = |event_type: &str, id: &str| (event_type.to_string(), id.to_string());
    let succeeded =
        [pair("invoice.generated", "evt_1_invoice.generated"), pair("payment.succeeded", "evt_1_payment.succeeded")];
    assert_eq!(types_and_ids("payment_intent.succeeded"), succeeded);
    assert_eq!(types_and_ids("payment_intent.failed"), [pair("payment.failed", "evt_1_payment.failed")]);
    assert_eq!(types_and_ids("payment_intent.expired"), [pair("payment.failed", "evt_1_payment.failed")]);
    assert_eq!(types_and_ids("escrow.held"), [pair("itpay.escrow.held", "evt_1_itpay.escrow.held")]);
    assert_eq!(events("escrow.held", json!({ "x": 1 })).expect("events")[0]["is_raw"], true);
    let invoice = &events("payment_intent.succeeded", data.clone()).expect("events")[0]["data"];
    assert_eq!(
        (&invoice["amount_paid"], &invoice["line_items"], &invoice["customer"]),
        (&json!(699), &json!([{ "id": "svc_1", "quantity": 1 }]), &json!({ "id": "h_1" }))
    );
    assert!(events("payment_intent.succeeded", json!("none")).is_err());
}
