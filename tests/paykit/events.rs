//! GoPay's notifications as PayKit's events.

use super::*;

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
