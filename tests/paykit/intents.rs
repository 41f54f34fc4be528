//! ItPay's intents and webhooks.

use super::*;

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
