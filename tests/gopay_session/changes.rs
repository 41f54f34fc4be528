//! What is known after a change has failed.

use super::*;

pub(crate) type Make = fn(&Rc<Session>) -> Call<CallResult<()>>;

fn order() -> String {
    r#"{"amount":2900,"currency":"CZK","order_number":"1","callback":{"return_url":"https://shop.example/"}}"#.into()
}

/// Each call that changes something, the payment that shows that it was done, and the one that shows that it was not.
pub(crate) fn all_changes() -> [(&'static str, Make, Option<&'static str>, Option<&'static str>); 7] {
    [
        ("create", |session| call(session, CreatePayment::from_json(&order(), 1, None).unwrap()), None, None),
        ("refund", |session| refund(session, 100), None, Some(PAYMENT)),
        ("charge", |session| call(session, CreateRecurrence::from_json("7", &order()).unwrap()), None, None),
        (
            "capture",
            |session| call(session, Capture::from_json("7".into(), None).unwrap()),
            Some(r#"{"id":7,"state":"PAID","preauthorization":{"state":"CAPTURED"}}"#),
            Some(r#"{"id":7,"state":"AUTHORIZED","preauthorization":{"state":"AUTHORIZED"}}"#),
        ),
        (
            "partial capture",
            |session| call(session, Capture::from_json("7".into(), Some(r#"{"amount":100}"#)).unwrap()),
            Some(r#"{"id":7,"state":"PAID","amount":100}"#),
            Some(r#"{"id":7,"state":"AUTHORIZED","amount":500}"#),
        ),
        (
            "void",
            |session| call(session, VoidAuthorization { id: "7".into() }),
            Some(r#"{"id":7,"state":"CANCELED"}"#),
            Some(r#"{"id":7,"state":"AUTHORIZED"}"#),
        ),
        (
            "stop",
            |session| call(session, VoidRecurrence { id: "7".into() }),
            Some(r#"{"id":7,"state":"PAID","recurrence":{"recurrence_state":"STOPPED"}}"#),
            Some(r#"{"id":7,"state":"PAID","recurrence":{"recurrence_state":"STARTED"}}"#),
        ),
    ]
}

/// The failures that leave open whether the call was processed, and whether GoPay itself gave up.
const AMBIGUOUS: [(fn() -> Reply, bool); 22] = [
    (|| fail(Transport::ConnectionFailed), false),
    (|| fail_late(Transport::ConnectionFailed), false),
    (|| fail_late(Transport::TimedOut), false),
    (|| fail_late(Transport::TooLarge), false),
    (Reply::never, false),
    (|| respond(200, ""), false),
    (|| respond(200, "<html>"), false),
    (|| respond(200, r#"{"id":7}"#), false),
    (|| respond(302, ""), false),
    (|| respond(401, "<html>"), false),
    (|| respond(403, "<html>"), false),
    (|| respond(408, ""), false),
    (|| respond(429, "slow down"), false),
    (|| respond(502, ""), false),
    (|| respond(520, "<html>"), false),
    (|| respond(500, ""), false),
    (|| respond(503, ""), false),
    (|| respond(500, "{}"), false),
    (|| respond(503, "<html>"), false),
    // About another payment.
    (|| respond(200, r#"{"id":8,"result":"FINISHED"}"#), false),
    (|| respond(500, GAVE_UP), true),
    (|| respond(503, GAVE_UP), true),
];

fn reply_for(sent: &Sent, failed: fn() -> Reply, payment: Option<&str>) -> Reply {
    match (sent.attempt.method.as_str(), payment) {
        ("POST", _) => failed(),
        (_, Some(_)) if sent.attempt.url.ends_with("/refunds") => respond(200, "[]"),
        (_, Some(payment)) => respond(200, payment),
        (_, None) => respond(404, ""),
    }
}

#[test]
fn after_an_ambiguous_failure_the_payment_decides_the_outcome() {
    for (name, make, when_done, when_not) in all_changes() {
        for (row, (failed, gave_up)) in AMBIGUOUS.into_iter().enumerate() {
            let not_done = if gave_up { Outcome::NotDone } else { Outcome::Unknown };
            for (payment, outcome) in [(when_done, Outcome::Done), (when_not, not_done), (None, Outcome::Unknown)] {
                let outcome = if payment.is_none() { Outcome::Unknown } else { outcome };
                let session = session();
                let mut world = world(move |sent, _| reply_for(sent, failed, payment));
                let error = error(world.run(make(&session)));
                assert_eq!(error.outcome, Some(outcome), "{name}, row {row}, {payment:?}");
                assert_eq!(changes(&world), 1, "{name}, row {row}");
            }
        }
    }
}

#[test]
fn after_an_unambiguous_failure_nothing_is_read() {
    let refused = r#"{"errors":[{"scope":"G","error_code":303}]}"#;
    let failures: [fn() -> Reply; 5] = [
        || fail(Transport::ConnectionRefused),
        || fail(Transport::HostNotFound),
        || respond(409, r#"{"errors":[{"scope":"G","error_code":303}]}"#),
        || respond(404, r#"{"scope":"G","error_code":304}"#),
        || respond(200, r#"{"id":7,"result":"FAILED"}"#),
    ];
    assert!(refused.contains("303"));
    for (name, make, ..) in all_changes() {
        for failed in failures {
            // A payment has no result.
            if matches!(name, "create" | "charge")
                && failed().0.is_some_and(
                    |(_, event)| matches!(event, itpay::call::Event::Response(response) if response.status == 200),
                )
            {
                continue;
            }
            let session = session();
            let mut world = world(move |_, _| failed());
            let error = error(world.run(make(&session)));
            assert_eq!(error.outcome, Some(Outcome::NotDone), "{name}");
            assert_eq!(counts(&world), (1, 1), "{name}");
        }
    }
}

#[test]
fn an_already_done_error_is_a_success_if_the_payment_shows_it() {
    for (name, make, when_done, when_not) in all_changes() {
        let code = match name {
            "capture" | "partial capture" => 351,
            "void" => 353,
            "stop" => 342,
            _ => continue,
        };
        for (payment, is_done) in [(when_done, true), (when_not, false), (None, false)] {
            let session = session();
            let mut world = world(move |sent, _| match (sent.attempt.method.as_str(), payment) {
                ("POST", _) => respond(409, &format!(r#"{{"errors":[{{"error_code":{code}}}]}}"#)),
                (_, Some(payment)) => respond(200, payment),
                (_, None) => respond(500, ""),
            });
            let end = world.run(make(&session));
            assert_eq!(end.is_ok(), is_done, "{name}, {payment:?}");
            if !is_done {
                assert_eq!(error(end).outcome, Some(Outcome::NotDone));
            }
        }
    }
}

#[test]
fn the_abort_of_a_change_has_an_outcome() {
    // While the token is asked for, while the change is in flight, while GoPay is asked how it went.
    for (at, outcome) in [(5, Outcome::NotDone), (15, Outcome::Unknown), (25, Outcome::Unknown)] {
        for (name, make, ..) in all_changes() {
            let session = session();
            let mut world = world(|sent, _| match sent.attempt.method.as_str() {
                "POST" => respond(502, ""),
                _ => respond(200, PAYMENT),
            });
            let error = error(world.run_aborted_at(make(&session), at));
            assert_eq!(error.outcome, Some(outcome.clone()), "{name} at {at}");
        }
    }
}

#[test]
fn an_invalid_change_is_not_sent_and_has_the_outcome_not_done() {
    let session = session();
    let mut world = world(|_, _| respond(200, PAYMENT));
    let error = error(world.run(call(&session, RefundPayment::new("../7", 1))));
    assert_eq!(
        (error.name, error.field.as_deref(), error.outcome),
        (ErrorName::Validation, Some("id"), Some(Outcome::NotDone))
    );
    assert_eq!(counts(&world), (0, 0));
}

#[test]
fn a_response_about_another_payment_is_an_error() {
    let session = session();
    let mut world = world(|_, _| respond(200, r#"{"id":8,"state":"PAID"}"#));
    let error = error(world.run(status(&session)));
    assert_eq!((error.name, error.field.as_deref()), (ErrorName::Api, Some("id")));
}

#[test]
fn a_base_url_ends_in_api() {
    for (url, is_good) in [
        (SANDBOX_URL, true),
        ("https://proxy.example/gopay/api/", true),
        ("https://gw.sandbox.gopay.com", false),
        ("https://gw.sandbox.gopay.com/v3", false),
        ("http://127.0.0.1:99999/api", false),
    ] {
        assert_eq!(base_url(url, false).is_ok(), is_good, "{url}");
    }
}
