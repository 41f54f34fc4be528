//! GoPay's payments as PayKit's objects.

use super::*;

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
