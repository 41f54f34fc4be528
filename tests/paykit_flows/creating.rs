//! Creating a payment or a subscription.

use super::*;

#[test]
fn a_checkout_takes_one_request_besides_the_token() {
    let provider = provider();
    let mut world = world(vec![|| ok(payment(json!({ "state": "CREATED" })))]);
    let params = json!({
        "customer": { "email": "user@example.com" }, "item_id": "shoes", "session_type": "one_time", "quantity": 1,
        "success_url": RETURN_URL, "cancel_url": RETURN_URL, "provider_metadata": { "amount": "2900" },
    });
    let checkout = world.run(create_checkout(&provider, &params.to_string(), "fresh")).unwrap();
    assert_eq!(sent(&world), ["POST"]);
    let body: Value = serde_json::from_str(world.requests()[1].body()).unwrap();
    assert_eq!((&body["order_number"], &body["target"]["goid"]), (&json!("fresh"), &json!(GO_ID)));
    assert_eq!(body["callback"]["notification_url"], "https://shop.example/hook");
    assert_eq!((&checkout["id"], &checkout["payment_url"]), (&json!("7"), &json!("https://gw.example/pay")));
}

#[test]
fn a_failed_payment_is_sent_once_and_has_an_outcome() {
    let params = json!({
        "customer": { "email": "user@example.com" }, "item_id": "shoes", "amount": 2900, "currency": "CZK",
        "billing_interval": "month", "provider_metadata": { "success_url": RETURN_URL },
    });
    let rows: [(fn() -> Reply, Name, Outcome); 8] = [
        (|| error_response(409, 110), Name::OperationFailedError, Outcome::NotDone),
        (|| error_response(403, 200), Name::AuthenticationError, Outcome::NotDone),
        (|| respond(429, ""), Name::RateLimitError, Outcome::Unknown),
        (|| respond(502, "<html>"), Name::OperationFailedError, Outcome::Unknown),
        (|| respond(200, "<html>"), Name::OperationFailedError, Outcome::Unknown),
        (|| fail(Transport::ConnectionRefused), Name::OperationFailedError, Outcome::NotDone),
        (|| fail(Transport::ConnectionFailed), Name::OperationFailedError, Outcome::Unknown),
        (Reply::never, Name::OperationFailedError, Outcome::Unknown),
    ];
    for (row, (reply, name, expected)) in rows.into_iter().enumerate() {
        for create in [create_payment, create_subscription] {
            let mut world = world(vec![reply]);
            let error = error(world.run(create(&provider(), &params.to_string(), "fresh")));
            assert_eq!((error.name, outcome(&error)), (name, Some(expected.clone())), "row {row}");
            // A token error is replayed once with a fresh token.
            let posts = if name == Name::AuthenticationError { 2 } else { 1 };
            assert_eq!(sent(&world).len(), posts, "row {row}");
        }
    }
}

#[test]
fn invalid_parameters_are_errors_before_anything_is_sent() {
    let mut world = world(vec![finished]);
    let provider = provider();
    for (call, field) in [
        (create_payment(&provider, "{}", "fresh"), "amount"),
        (create_payment(&provider, "[]", "fresh"), "params"),
        (create_refund(&provider, r#"{"payment_id":"7","amount":0}"#), "amount"),
        (create_refund(&provider, r#"{"payment_id":"../7","amount":1}"#), "payment_id"),
        (create_refund(&provider, r#"{"amount":1}"#), "payment_id"),
        (
            update_subscription(&provider, "7", r#"{"provider_metadata":{"amount":-1}}"#, "fresh"),
            "provider_metadata.amount",
        ),
        (capture_payment(&provider, "7/x", r#"{"amount":1}"#), "id"),
        (cancel_payment(&provider, ""), "id"),
        (cancel_subscription(&provider, "1.5"), "id"),
        (retrieve_payment(&provider, "7?x=1"), "id"),
    ] {
        let error = error(world.run(call));
        assert_eq!((error.name, error.field.as_deref()), (Name::ValidationError, Some(field)));
    }
    assert_eq!(world.requests().len(), 0);
}
