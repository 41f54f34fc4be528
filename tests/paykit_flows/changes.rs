//! Captures, cancellations and charges.

use super::*;

fn authorized() -> Reply {
    ok(payment(json!({ "state": "AUTHORIZED", "preauthorization": { "state": "AUTHORIZED" } })))
}

fn captured() -> Reply {
    ok(payment(json!({ "preauthorization": { "state": "CAPTURED" } })))
}

#[test]
fn a_capture_returns_the_captured_payment_even_if_reads_fail() {
    let rows: [(Vec<fn() -> Reply>, &str); 7] = [
        (vec![authorized, finished, captured], "succeeded"),
        // The result counts more than a read that fails or is late.
        (vec![authorized, finished, || respond(404, "")], "succeeded"),
        (vec![authorized, finished, authorized], "succeeded"),
        (vec![authorized, || ok(json!({ "id": 7, "result": "ACCEPTED" })), authorized], "processing"),
        // The response is lost, and GoPay shows the capture.
        (vec![authorized, || fail(Transport::ConnectionFailed), captured, captured], "succeeded"),
        (vec![authorized, || respond(504, ""), captured, captured], "succeeded"),
        // Error 351: it was captured before.
        (vec![authorized, || error_response(409, 351), captured, captured], "succeeded"),
    ];
    for (row, (replies, status)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let payment = world.run(capture_payment(&provider(), "7", r#"{"amount":2900}"#)).unwrap();
        assert_eq!((&payment["status"], &payment["amount"]), (&json!(status), &json!(2900)), "row {row}");
        assert_eq!(sent(&world).iter().filter(|call| call.starts_with("POST")).count(), 1, "row {row}");
    }
}

#[test]
fn a_repeated_capture_is_sent_only_for_the_whole_amount() {
    let mut world = world(vec![captured]);
    let provider = provider();
    assert!(world.run(capture_payment(&provider, "7", r#"{"amount":2900}"#)).is_ok());
    let error = error(world.run(capture_payment(&provider, "7", r#"{"amount":900}"#)));
    assert_eq!((error.name, outcome(&error)), (Name::ConstraintViolationError, Some(Outcome::NotDone)));
    assert_eq!(sent(&world), ["GET 7", "GET 7"]);
}

/// A call that changes a payment, with what it needs to be sent and the path that it is sent to.
type ChangeRow = (Call<PayKitResult<Value>>, Vec<fn() -> Reply>, &'static str);

fn changes() -> Vec<ChangeRow> {
    let provider = provider();
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    vec![
        (capture_payment(&provider, "7", r#"{"amount":2900}"#), vec![authorized], "POST 7/capture"),
        (cancel_payment(&provider, "7"), vec![authorized], "POST 7/void-authorization"),
        (cancel_subscription(&provider, "7"), vec![first], "POST 7/void-recurrence"),
        (
            update_subscription(&provider, "7", r#"{"provider_metadata":{"amount":5}}"#, "n"),
            vec![first],
            "POST 7/create-recurrence",
        ),
        (create_refund(&provider, r#"{"payment_id":7,"amount":100}"#), vec![], "POST 7/refund"),
    ]
}

#[test]
fn a_change_whose_first_read_fails_is_not_sent() {
    let failures: [(fn() -> Reply, Name); 4] = [
        (|| fail(Transport::ConnectionFailed), Name::OperationFailedError),
        (|| respond(500, ""), Name::OperationFailedError),
        (|| respond(200, "<html>"), Name::OperationFailedError),
        (|| respond(404, ""), Name::ResourceNotFoundError),
    ];
    for (reply, name) in failures {
        for (call, replies, path) in changes().into_iter().filter(|(_, replies, _)| !replies.is_empty()) {
            let mut world = world(vec![reply]);
            let error = error(world.run(call));
            assert_eq!((error.name, outcome(&error)), (name, Some(Outcome::NotDone)), "{path} {}", replies.len());
            assert_eq!(sent(&world), ["GET 7"], "{path}");
        }
    }
}

#[test]
fn a_change_without_a_token_is_not_sent() {
    for (call, _, path) in changes() {
        let mut world = World::new(|_, _| respond(503, ""));
        assert_eq!(outcome(&error(world.run(call))), Some(Outcome::NotDone), "{path}");
    }
}

#[test]
fn a_change_is_sent_once_and_its_outcome_is_never_wrong() {
    // Nothing is read after the change but the payment as it was before.
    let rows: [(fn() -> Reply, Outcome); 8] = [
        (|| error_response(409, 303), Outcome::NotDone),
        (|| ok(json!({ "id": 7, "result": "FAILED" })), Outcome::NotDone),
        (|| fail(Transport::ConnectionRefused), Outcome::NotDone),
        (|| fail(Transport::ConnectionFailed), Outcome::Unknown),
        (|| fail_late(Transport::TimedOut), Outcome::Unknown),
        (|| respond(502, "<html>"), Outcome::Unknown),
        (|| respond(200, "<html>"), Outcome::Unknown),
        // A filter's page: GoPay may have processed the call.
        (|| respond(403, "<html>"), Outcome::Unknown),
    ];
    for (row, (reply, expected)) in rows.into_iter().enumerate() {
        for (call, mut replies, path) in changes() {
            if path.ends_with("create-recurrence") && row == 1 {
                continue; // Its response is a payment.
            }
            let before = replies.first().copied();
            replies.push(reply);
            replies.push(before.unwrap_or(|| ok(json!([]))));
            let mut world = world(replies);
            let error = error(world.run(call));
            assert_eq!(outcome(&error), Some(expected.clone()), "{path} row {row}");
            assert_eq!(sent(&world).iter().filter(|call| *call == path).count(), 1, "{path} row {row}");
        }
    }
}

// Canceling

#[test]
fn only_an_authorized_payment_is_canceled() {
    for (state, name, text) in [
        ("CREATED", Name::ProviderNotSupportedError, "CREATED"),
        ("PAYMENT_METHOD_CHOSEN", Name::ProviderNotSupportedError, "PAYMENT_METHOD_CHOSEN"),
        ("PAID", Name::OperationFailedError, "createRefund"),
        ("PARTIALLY_REFUNDED", Name::OperationFailedError, "createRefund"),
        ("REFUNDED", Name::OperationFailedError, "createRefund"),
        ("SOMETHING_NEW", Name::OperationFailedError, "SOMETHING_NEW"),
    ] {
        let mut world = World::new(move |sent, _| match is_token(sent) {
            true => ok(json!({ "access_token": "token" })),
            false => ok(payment(json!({ "state": state }))),
        });
        let error = error(world.run(cancel_payment(&provider(), "7")));
        assert_eq!((error.name, outcome(&error)), (name, Some(Outcome::NotDone)), "{state}");
        assert!(error.message.contains(text), "{state}: {error}");
        assert_eq!(sent(&world), ["GET 7"], "{state}");
    }
    for state in ["CANCELED", "TIMEOUTED"] {
        let mut world = World::new(move |sent, _| match is_token(sent) {
            true => ok(json!({ "access_token": "token" })),
            false => ok(payment(json!({ "state": state }))),
        });
        assert!(world.run(cancel_payment(&provider(), "7")).is_ok(), "{state}");
        assert_eq!(sent(&world), ["GET 7"], "{state}");
    }
}

#[test]
fn a_cancellation_that_gopay_confirms_or_shows_is_canceled() {
    let canceled: fn() -> Reply = || ok(payment(json!({ "state": "CANCELED" })));
    let rows: [(Vec<fn() -> Reply>, &str); 5] = [
        (vec![authorized, finished, canceled], "canceled"),
        (vec![authorized, finished, || respond(500, "")], "canceled"),
        (vec![authorized, || fail(Transport::ConnectionFailed), canceled, canceled], "canceled"),
        (vec![authorized, || error_response(409, 353), canceled, canceled], "canceled"),
        (vec![authorized, || ok(json!({ "id": 7, "result": "ACCEPTED" })), authorized], "requires_capture"),
    ];
    for (row, (replies, status)) in rows.into_iter().enumerate() {
        let payment = world(replies).run(cancel_payment(&provider(), "7")).unwrap();
        assert_eq!(payment["status"], status, "row {row}");
        assert_eq!(payment["custom_fields"]["state"] == "CANCELED", status == "canceled", "row {row}");
    }
}

#[test]
fn a_subscription_is_canceled_in_all_its_fields() {
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    let stopped: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STOPPED") })));
    let charge: fn() -> Reply = || ok(payment(json!({ "id": 8, "parent_id": 7 })));
    let accepted: fn() -> Reply = || ok(json!({ "id": 7, "result": "ACCEPTED" }));
    let rows: [(Vec<fn() -> Reply>, &str, &[&str], &str); 6] = [
        (vec![first, finished], "7", &["GET 7", "POST 7/void-recurrence"], "canceled"),
        (vec![charge, first, finished], "8", &["GET 8", "GET 7", "POST 7/void-recurrence"], "canceled"),
        (vec![stopped], "7", &["GET 7"], "canceled"),
        (vec![first, accepted, stopped], "7", &["GET 7", "POST 7/void-recurrence", "GET 7"], "canceled"),
        (vec![first, accepted, first], "7", &["GET 7", "POST 7/void-recurrence", "GET 7"], "active"),
        // Error 342: it was stopped before.
        (
            vec![first, || error_response(409, 342), stopped],
            "7",
            &["GET 7", "POST 7/void-recurrence", "GET 7"],
            "canceled",
        ),
    ];
    for (row, (replies, id, calls, status)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let subscription = world.run(cancel_subscription(&provider(), id)).unwrap();
        let state = if status == "canceled" { "STOPPED" } else { "STARTED" };
        let fields = (&subscription["status"], &subscription["custom_fields"]["recurrence_state"]);
        assert_eq!(fields, (&json!(status), &json!(state)), "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
    // A payment that is no subscription has nothing to cancel.
    let error = error(world(vec![|| ok(payment(json!({})))]).run(cancel_subscription(&provider(), "7")));
    assert_eq!(error.name, Name::ResourceNotFoundError);
}

// Charging

#[test]
fn a_charge_is_sent_and_shown_whether_or_not_its_first_payment_can_be_read() {
    let charge: fn() -> Reply = || ok(payment(json!({ "id": 8, "parent_id": 7, "amount": 500 })));
    // GoPay's sample of a charge has no parent_id.
    let bare: fn() -> Reply = || ok(json!({ "id": 8, "state": "PAID" }));
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    let with_currency = r#"{"provider_metadata":{"amount":500,"currency":"CZK"}}"#;
    let rows: [(Vec<fn() -> Reply>, &str, &[&str]); 5] = [
        (vec![charge, first], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![bare, first], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![charge, || respond(500, "")], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![first, charge], r#"{"provider_metadata":{"amount":500}}"#, &["GET 7", "POST 7/create-recurrence"]),
        (vec![first], r#"{"metadata":{"a":"b"}}"#, &["GET 7"]),
    ];
    for (row, (replies, params, calls)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let subscription = world.run(update_subscription(&provider(), "7", params, "fresh")).unwrap();
        assert_eq!(subscription["id"], "7", "row {row}");
        let charge = subscription["custom_fields"].get("charge").map(|charge| charge["id"].clone());
        assert_eq!(charge, (calls.len() == 2).then(|| json!("8")), "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
}
