//! Webhooks, which read what their events need.

use super::*;

#[test]
fn a_webhook_reads_only_what_its_events_need() {
    let stopped: fn() -> Reply = || ok(payment(json!({ "id": 6, "recurrence": recurrence("STOPPED") })));
    let rows: [(Vec<fn() -> Reply>, &[&str], &[&str]); 6] = [
        (vec![|| ok(payment(json!({})))], &["GET 7"], &["invoice.generated", "payment.succeeded"]),
        (
            vec![|| ok(payment(json!({ "parent_id": 6 }))), || respond(500, "")],
            &["GET 7", "GET 6"],
            &["subscription.created", "invoice.generated", "payment.succeeded"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "CANCELED", "parent_id": 6 }))), stopped],
            &["GET 7", "GET 6"],
            &["subscription.canceled", "payment.failed"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || history(&[(11, 1), (12, 1)], 1)],
            &["GET 7", "GET 7/refunds"],
            &["refund.created", "refund.created"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(404, "")],
            &["GET 7", "GET 7/refunds"],
            &["refund.created"],
        ),
        (vec![|| ok(payment(json!({ "state": "SOMETHING_NEW" })))], &["GET 7"], &[]),
    ];
    for (row, (replies, calls, types)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let events = world.run(handle_webhook(&provider(), "/hook?id=7", "")).unwrap();
        let seen: Vec<_> = events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(seen, types, "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
}

#[test]
fn a_webhook_that_cannot_be_read_now_is_retryable_and_any_other_is_not() {
    let canceled: fn() -> Reply = || ok(payment(json!({ "state": "CANCELED", "parent_id": 6 })));
    let rows: [(Vec<fn() -> Reply>, &str, bool); 14] = [
        (vec![|| respond(404, "")], "not_found", false),
        (vec![|| respond(404, "<html>Not found</html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "target": { "goid": 1 } })))], "mismatch", false),
        (vec![|| ok(payment(json!({ "id": 8 })))], "unavailable", true),
        (vec![|| respond(500, "")], "unavailable", true),
        (vec![|| respond(200, "<html>")], "unavailable", true),
        (vec![|| fail(Transport::HostNotFound)], "unavailable", true),
        // The parent may say that the subscription has ended.
        (vec![canceled, || respond(500, "")], "unavailable", true),
        (vec![canceled, || respond(403, "<html>")], "unavailable", true),
        // Without its refunds, the events would have other ids.
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(503, "")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(403, "<html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(401, "")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(200, "<html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(520, "")], "unavailable", true),
    ];
    for (replies, reason, retryable) in rows {
        let error = error(world(replies).run(handle_webhook(&provider(), "/hook?id=7", "")));
        assert_eq!((error.name, error.retryable), (Name::WebhookError, retryable), "{reason}");
        assert_eq!(context(&error)["reason"], reason);
    }
    let mut world = world(vec![finished]);
    let error = error(world.run(handle_webhook(&provider(), "/hook?id=../7", "")));
    assert_eq!((error.name, context(&error)["reason"].as_str()), (Name::WebhookError, Some("no_id")));
    assert_eq!(world.requests().len(), 0);
}
