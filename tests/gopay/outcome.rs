//! What is known after a failed call.

use super::*;

#[test]
fn the_outcome_of_a_failed_call_follows_from_the_payment() {
    let status_failure = |status| Failure::Status { status, retry_after: None };
    let shows = |payment| Observation { payment: Some(payment), ..Observation::default() };
    let paid = || shows(payment(json!({})));
    let authorized = || shows(payment(json!({ "state": "AUTHORIZED", "preauthorization": { "state": "AUTHORIZED" } })));
    let stopped = || shows(payment(json!({ "recurrence": { "recurrence_state": "STOPPED" } })));
    let refunds = |list: Value, sent| Observation {
        payment: Some(payment(json!({ "state": "PARTIALLY_REFUNDED" }))),
        refunds: Some(ListRefunds::parse(&response(200, &list.to_string())).unwrap()),
        sent,
        is_only_refund_call: true,
        unlisted_refund_calls: 0,
    };
    let refund = |amount: i64, state: &str, date: &str| json!([{ "id": 1, "amount": amount, "state": state, "date_requested": date }]);
    let two = |date: &str| {
        json!([1, 2].map(|id| json!({ "id": id, "amount": 100, "state": "SUCCESS", "date_requested": date })))
    };
    let (later, now, before) = ("2026-11-21T10:00:07+01:00", "2026-11-21T10:00:05+01:00", "2026-11-21T08:00:00Z");
    // Clocks may differ by a second.
    let (next_second, second_before) = ("2026-11-21T10:00:06+01:00", "2026-11-21T10:00:04+01:00");
    // date -u -d 2026-11-21T09:00:05Z +%s000
    let sent = Some(SentBetween { earliest: 1_795_251_605_000, latest: 1_795_251_605_999 });
    let capture = Operation::Captured { amount: None };
    let part = |amount| Operation::Captured { amount: Some(amount) };
    let of_100 = Operation::Refunded { amount: 100 };
    for (wish, failure, seen, outcome) in [
        (capture.clone(), Failure::ConnectionRefused, Observation::default(), Outcome::NotDone),
        (capture.clone(), status_failure(409), Observation::default(), Outcome::NotDone),
        (capture.clone(), status_failure(500), Observation::default(), Outcome::Unknown),
        (capture.clone(), status_failure(500), paid(), Outcome::Done),
        (capture.clone(), status_failure(500), authorized(), Outcome::NotDone),
        (capture.clone(), status_failure(504), authorized(), Outcome::Unknown),
        (capture.clone(), status_failure(408), authorized(), Outcome::Unknown),
        (capture.clone(), Failure::NoResponse, authorized(), Outcome::Unknown),
        (capture.clone(), Failure::IncompleteResponse, paid(), Outcome::Done),
        (Operation::AuthorizationVoided, status_failure(503), authorized(), Outcome::NotDone),
        (
            Operation::AuthorizationVoided,
            Failure::NoResponse,
            shows(payment(json!({ "state": "CANCELED" }))),
            Outcome::Done,
        ),
        (Operation::RecurrenceVoided, Failure::NoResponse, stopped(), Outcome::Done),
        (Operation::RecurrenceVoided, status_failure(500), paid(), Outcome::Unknown),
        (Operation::Recurred, status_failure(500), paid(), Outcome::Unknown),
        (Operation::Created, Failure::NoResponse, Observation::default(), Outcome::Unknown),
        (of_100.clone(), Failure::NoResponse, refunds(json!([]), sent), Outcome::Unknown),
        (of_100.clone(), status_failure(500), refunds(json!([]), None), Outcome::NotDone),
        (of_100.clone(), status_failure(500), refunds(refund(99, "SUCCESS", later), sent), Outcome::NotDone),
        // It may be older than the call, and another program's.
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", now), sent), Outcome::Unknown),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", next_second), sent), Outcome::Unknown),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", second_before), sent), Outcome::Unknown),
        // Without a time zone it is no instant.
        (
            of_100.clone(),
            status_failure(500),
            refunds(refund(100, "SUCCESS", "2026-11-21T09:00:07"), sent),
            Outcome::Unknown,
        ),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", "2026-11-22"), sent), Outcome::Unknown),
        // There is only one call, so another program makes refunds, too.
        (of_100.clone(), status_failure(500), refunds(two(later), sent), Outcome::Unknown),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", later), sent), Outcome::Done),
        (of_100.clone(), Failure::NoResponse, refunds(refund(100, "REQUESTED", later), sent), Outcome::Done),
        (of_100.clone(), status_failure(500), refunds(refund(100, "FAILED", later), sent), Outcome::NotDone),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", before), sent), Outcome::NotDone),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", before), None), Outcome::Unknown),
        (of_100.clone(), status_failure(500), refunds(refund(100, "SUCCESS", "yesterday"), sent), Outcome::Unknown),
        (of_100.clone(), status_failure(500), Observation::default(), Outcome::Unknown),
        (
            Operation::Refunded { amount: 2900 },
            Failure::NoResponse,
            shows(payment(json!({ "state": "REFUNDED" }))),
            // Since when, nobody knows.
            Outcome::Unknown,
        ),
        (part(2900), Failure::NoResponse, paid(), Outcome::Done),
        (part(100), Failure::NoResponse, paid(), Outcome::Unknown),
        (part(100), status_failure(500), authorized(), Outcome::NotDone),
    ] {
        assert_eq!(wish.outcome(failure, &seen), outcome, "{wish:?} after {failure:?} with {seen:?}");
    }
}

#[test]
fn an_already_done_error_is_a_success_only_if_the_payment_shows_it() {
    let error_response = |code: u64| {
        let body = json!({ "errors": [{ "scope": "G", "error_code": code }] }).to_string();
        RetrievePayment::parse(&response(409, &body)).unwrap_err()
    };
    let captured = payment(json!({ "preauthorization": { "state": "CAPTURED" } }));
    assert!(Operation::Captured { amount: None }.was_true_before(&error_response(351), &captured));
    assert!(!Operation::Captured { amount: None }.was_true_before(&error_response(350), &captured));
    assert!(
        !Operation::Captured { amount: None }
            .was_true_before(&error_response(351), &payment(json!({ "state": "CANCELED" })))
    );
    assert!(
        Operation::AuthorizationVoided.was_true_before(&error_response(353), &payment(json!({ "state": "CANCELED" })))
    );
    assert!(
        Operation::RecurrenceVoided.was_true_before(
            &error_response(342),
            &payment(json!({ "recurrence": { "recurrence_state": "STOPPED" } }))
        )
    );
    assert!(!Operation::Refunded { amount: 1 }.was_true_before(&error_response(351), &captured));
}
