//! Refunds, and which entry of the history is whose.

use super::*;

const REFUND: &str = r#"{"payment_id":"7","amount":500,"reason":"late","metadata":{"a":"b"}}"#;

#[test]
fn a_refund_has_the_id_of_the_only_entry_that_can_be_its_own() {
    let rows: [(fn() -> Reply, &str); 5] = [
        (|| history(&[(11, 1)], 1), "11"),
        // An entry of ten minutes earlier is another refund's.
        (|| history(&[(10, 0), (11, 600)], 600), "11"),
        // Two that are equally new.
        (|| history(&[(11, 1), (12, 1)], 1), "7"),
        (|| history(&[], 1), "7"),
        (|| respond(404, ""), "7"),
    ];
    for (row, (list, id)) in rows.into_iter().enumerate() {
        let mut world = world(vec![finished, list, || ok(payment(json!({})))]);
        let refund = world.run(create_refund(&provider(), REFUND)).unwrap();
        assert_eq!(refund["id"], id, "row {row}");
        let currency = if id == "7" { "CZK" } else { "EUR" };
        assert_eq!((&refund["amount"], &refund["currency"]), (&json!(500), &json!(currency)), "row {row}");
        assert_eq!((&refund["reason"], &refund["metadata"]), (&json!("late"), &json!({ "a": "b" })), "row {row}");
        assert_eq!(refund["custom_fields"]["result"], "FINISHED", "row {row}");
    }
}

#[test]
fn a_second_equal_refund_never_takes_the_first_ones_entry() {
    let provider = provider();
    let first: fn() -> Reply = || history(&[(11, 1)], 1);
    let mut world = world(vec![finished, first, finished, first, || ok(payment(json!({})))]);
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "11");
    // The history does not show the second one yet.
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
}

#[test]
fn an_earlier_refunds_entry_does_not_prove_a_lost_request() {
    let provider = provider();
    let list: fn() -> Reply = || history(&[(11, 1)], 1);
    let paid: fn() -> Reply = || {
        let body = payment(json!({ "state": "PARTIALLY_REFUNDED" })).to_string();
        respond_with(200, &[("date", &http_date(1))], &body)
    };
    let mut world = world(vec![finished, list, || fail(Transport::ConnectionFailed), paid, list]);
    assert!(world.run(create_refund(&provider, REFUND)).is_ok());
    let error = error(world.run(create_refund(&provider, REFUND)));
    assert_eq!(outcome(&error), Some(Outcome::Unknown));
    assert_eq!(sent(&world).iter().filter(|call| *call == "POST 7/refund").count(), 2);
}

#[test]
fn a_refund_whose_response_is_lost_is_a_success_if_its_entry_is_newer_than_the_call() {
    // The call is sent in the first second. Dates are cut off to the second, and clocks may differ by one.
    let lost: fn() -> Reply = || fail(Transport::ConnectionFailed).after(9_000);
    let paid: fn() -> Reply = || {
        let body = payment(json!({ "state": "PARTIALLY_REFUNDED" })).to_string();
        respond_with(200, &[("date", &http_date(9))], &body)
    };
    let rows: [(fn() -> Reply, bool); 4] = [
        (|| history(&[(11, 5)], 9), true),
        (|| history(&[(11, 2)], 9), true),
        (|| history(&[(11, 0)], 9), false),
        (|| history(&[(11, 1)], 9), false),
    ];
    for (row, (list, is_done)) in rows.into_iter().enumerate() {
        let mut world = world(vec![lost, paid, list]);
        match world.run(create_refund(&provider(), REFUND)) {
            Ok(refund) => assert_eq!((&refund["id"], is_done), (&json!("11"), true), "row {row}"),
            Err(error) => assert_eq!((outcome(&error), is_done), (Some(Outcome::Unknown), false), "row {row}"),
        }
        assert_eq!(sent(&world).iter().filter(|call| *call == "POST 7/refund").count(), 1);
    }
}

#[test]
fn a_refund_after_one_that_may_be_listed_late_has_no_entry_of_its_own() {
    let provider = provider();
    let paid: fn() -> Reply = || ok(payment(json!({})));
    let first: fn() -> Reply = || history(&[(11, 1)], 1);
    // The first is done, and not listed yet. After the second one, a single entry is: whose it is, nobody knows.
    let mut world = world(vec![finished, || history(&[], 1), paid, finished, first, paid]);
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
}
