//! Reading, and updates, which only read.

use super::*;

#[test]
fn a_missing_resource_is_none_and_a_failed_read_is_an_error() {
    for (reply, name) in [
        (|| respond(404, ""), None),
        (|| respond(404, r#"{"scope":"G","error_code":304}"#), None),
        // A proxy has not found GoPay.
        (|| respond(404, "<html>Not found</html>"), Some(Name::OperationFailedError)),
        (|| respond(500, ""), Some(Name::OperationFailedError)),
        (|| ok(payment(json!({ "id": 8 }))), Some(Name::OperationFailedError)),
    ] as [(fn() -> Reply, Option<Name>); 5]
    {
        for call in [retrieve_payment, retrieve_subscription] {
            let result = world(vec![reply]).run(call(&provider(), "7"));
            assert_eq!(result.map_err(|error| error.name), name.map_or(Ok(Value::Null), Err));
        }
    }
}

#[test]
fn a_charge_is_a_subscription_with_or_without_its_first_payment() {
    let charge = || ok(payment(json!({ "parent_id": 6 })));
    for first in [
        || ok(payment(json!({ "id": 6, "amount": 100, "recurrence": recurrence("STARTED") }))),
        || respond(500, ""),
        || fail(Transport::ConnectionFailed),
    ] as [fn() -> Reply; 3]
    {
        let mut world = world(vec![charge, first]);
        let subscription = world.run(retrieve_subscription(&provider(), "7")).unwrap();
        assert_eq!((&subscription["id"], sent(&world)), (&json!("6"), vec!["GET 7".into(), "GET 6".into()]));
    }
    let one_time = world(vec![|| ok(payment(json!({})))]).run(retrieve_subscription(&provider(), "7"));
    assert_eq!(one_time, Ok(Value::Null));
}

#[test]
fn an_update_reads_and_refuses_another_amount() {
    let update = |params: &str| {
        let mut world = world(vec![|| ok(payment(json!({})))]);
        let result = world.run(update_payment(&provider(), "7", params));
        assert_eq!(sent(&world), ["GET 7"]);
        result.map_err(|error| error.name)
    };
    assert!(update(r#"{"amount":2900,"currency":"czk","metadata":{"a":"b"}}"#).is_ok());
    assert_eq!(update(r#"{"amount":1}"#), Err(Name::ProviderNotSupportedError));
    assert_eq!(update(r#"{"currency":"EUR"}"#), Err(Name::ProviderNotSupportedError));
}
