//! GoPay's token, and the outcome of a failed change, in virtual time.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::rc::Rc;

use itpay::{
    CallError, CallResult, ErrorName, Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{
        Capture, CreatePayment, CreateRecurrence, DEFAULT_TIMEOUT, GoPayEndpoint, ListRefunds, MemoryStore,
        RefundPayment, RetrievePayment, SANDBOX_URL, Scope, Session, VoidAuthorization, VoidRecurrence, base_url,
    },
};
use simulator::{Reply, Sent, Stop, World, fail, fail_late, respond, respond_with};

const PAYMENT: &str = r#"{"id":7,"state":"PAID","amount":2900,"currency":"CZK"}"#;
/// GoPay's own error response, not a proxy's page.
const GAVE_UP: &str = r#"{"scope":"G","error_code":500,"error_name":null}"#;
const TOKEN_ERROR: &str = r#"{"errors":[{"scope":"G","error_code":200}]}"#;

fn session() -> Rc<Session> {
    let config = ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), DEFAULT_TIMEOUT);
    Rc::new(Session {
        config,
        client_id: "id".into(),
        client_secret: Secret::new("secret"),
        scope: Scope::All,
        go_id: 8_123_456_789,
        language: None,
        has_token_cache: false,
        store: Box::<MemoryStore>::default(),
    })
}

fn call<E: GoPayEndpoint + 'static>(session: &Rc<Session>, endpoint: E) -> Call<CallResult<()>> {
    call_with(session, endpoint, CallOptions::default())
}

fn call_with<E: GoPayEndpoint + 'static>(
    session: &Rc<Session>,
    endpoint: E,
    options: CallOptions,
) -> Call<CallResult<()>> {
    let session = session.clone();
    Call::new(move |io: Io| async move { session.call(&io, &endpoint, &options).await.map(drop) })
}

fn status(session: &Rc<Session>) -> Call<CallResult<()>> {
    call(session, RetrievePayment { id: "7".into() })
}

fn refund(session: &Rc<Session>, amount: i64) -> Call<CallResult<()>> {
    call(session, RefundPayment::new("7", amount))
}

fn is_token(sent: &Sent) -> bool {
    sent.attempt.url.ends_with("/oauth2/token")
}

fn token(nth: usize, expires_in: u64) -> Reply {
    respond(200, &format!(r#"{{"access_token":"token-{nth}","expires_in":{expires_in}}}"#))
}

/// A gateway that issues tokens, and responds to all other calls with `reply`. `nth` counts them.
fn world(mut reply: impl FnMut(&Sent, usize) -> Reply + 'static) -> World {
    let (mut tokens, mut others) = (0, 0);
    World::new(move |sent, _| {
        if is_token(sent) {
            tokens += 1;
            token(tokens, 1800)
        } else {
            others += 1;
            reply(sent, others)
        }
    })
}

fn counts(world: &World) -> (usize, usize) {
    let (tokens, others): (Vec<_>, Vec<_>) = world.requests().into_iter().partition(is_token);
    (tokens.len(), others.len())
}

fn changes(world: &World) -> usize {
    let is_change = |sent: &&Sent| !is_token(sent) && sent.attempt.method.as_str() == "POST";
    world.requests().iter().filter(is_change).count()
}

fn error(result: CallResult<()>) -> CallError {
    *result.expect_err("it did not fail")
}

// ---- The token ----

#[test]
fn fifty_callers_at_once_make_one_token_request() {
    let session = session();
    let mut world = world(|_, _| respond(200, PAYMENT));
    let ends = world.run_all((0..50).map(|_| (0, status(&session), None)));
    assert!(ends.into_iter().all(|end| end.is_some_and(|end| end.is_ok())));
    assert_eq!(counts(&world), (1, 50));
    assert!(world.now < 1000 + 100, "nobody waited long");
}

#[test]
fn a_token_is_renewed_shortly_before_it_expires() {
    // The lifetime in seconds, and when the token is renewed, in milliseconds after its arrival.
    for (expires_in, renewed_after) in [(1800, 1_500_000), (301, 240_800), (100, 80_000), (1, 800), (0, 0)] {
        let session = session();
        let mut tokens = 0;
        let mut world = World::new(move |sent, _| {
            if !is_token(sent) {
                return respond(200, PAYMENT);
            }
            tokens += 1;
            token(tokens, expires_in)
        });
        let tokens = |world: &World| counts(world).0;
        world.run(status(&session)).unwrap();
        let arrived = world.now - 10;
        if renewed_after > 100 {
            world.now = arrived + renewed_after - 1;
            world.run(status(&session)).unwrap();
            assert_eq!(tokens(&world), 1, "{expires_in}");
        }
        world.now = arrived + renewed_after;
        world.run(status(&session)).unwrap();
        assert_eq!(tokens(&world), 2, "{expires_in}");
    }
}

#[test]
fn a_failed_token_request_fails_all_waiting_callers_and_the_next_caller_sends_another() {
    let session = session();
    let mut world = World::new(move |sent, nth| {
        if !is_token(sent) {
            return respond(200, PAYMENT);
        }
        if nth > 1 { token(nth, 1800) } else { respond(401, r#"{"error":"invalid_client"}"#).after(200) }
    });
    let ends = world.run_all((0..10).map(|_| (0, refund(&session, 100), None)));
    for end in ends {
        let error = error(end.unwrap());
        assert_eq!(
            (error.name, error.code.as_str(), error.status),
            (ErrorName::Authentication, "invalid_client", Some(401))
        );
        assert_eq!(error.outcome, Some(Outcome::NotDone));
        assert!(error.message.starts_with("GoPay gave no token, so the call was not sent"), "{}", error.message);
    }
    assert_eq!(counts(&world), (1, 0));
    world.run(status(&session)).unwrap();
    assert_eq!(counts(&world), (2, 1));
}

#[test]
fn a_caller_requests_a_token_itself_if_the_requesting_caller_has_died() {
    let session = session();
    let mut tokens = 0;
    let mut world = World::new(move |sent, _| {
        if !is_token(sent) {
            return respond(200, PAYMENT);
        }
        tokens += 1;
        token(tokens, 1800).after(if tokens == 1 { 20_000 } else { 10 })
    });
    let mut calls = vec![(0, status(&session), Some(Stop::Lose(500)))];
    calls.extend((0..5).map(|_| (100, status(&session), None)));
    let ends = world.run_all(calls);
    assert!(ends[0].is_none());
    assert!(ends[1..].iter().all(|end| matches!(end, Some(Ok(())))));
    assert_eq!(counts(&world), (2, 5), "one of them asks for all");
    assert!(world.now < 1000 + 100 + 1_300, "after {} ms", world.now - 1000);
}

#[test]
fn a_slow_token_request_is_repeated_at_most_once_a_second() {
    let session = session();
    let mut tokens = 0;
    let mut world = World::new(move |sent, _| {
        if !is_token(sent) {
            return respond(200, PAYMENT);
        }
        tokens += 1;
        token(tokens, 1800).after(2_500)
    });
    let ends = world.run_all((0..20).map(|_| (0, status(&session), None)));
    assert!(ends.iter().all(|end| matches!(end, Some(Ok(())))));
    assert!(counts(&world).0 <= 3, "{:?}", counts(&world));
    assert!(world.now < 1000 + 4_700, "after {} ms", world.now - 1000);
}

#[test]
fn after_an_abort_of_the_requesting_caller_another_one_requests_the_token() {
    let session = session();
    let mut tokens = 0;
    let slow_first = move |sent: &Sent, _| {
        if !is_token(sent) {
            return respond(200, PAYMENT);
        }
        tokens += 1;
        token(tokens, 1800).after(if tokens == 1 { 20_000 } else { 10 })
    };
    let mut world = World::new(slow_first);
    let ends = world.run_all([(0, status(&session), Some(Stop::Abort(200))), (0, status(&session), None)]);
    let mut ends = ends.into_iter().flatten();
    let aborted = error(ends.next().unwrap());
    assert_eq!((aborted.name, aborted.attempts), (ErrorName::Abort, 0));
    assert!(ends.next().unwrap().is_ok());
    assert!(world.now < 1000 + 400);

    // A native program drops a call.
    let session = self::session();
    let mut call = status(&session);
    assert!(call.step(itpay::call::Event::Started, world.time()).is_some());
    drop(call);
    let mut world = self::world(|_, _| respond(200, PAYMENT));
    world.run(status(&session)).unwrap();
    assert!(world.waits.is_empty());
}

#[test]
fn a_hung_token_request_ends_at_the_time_limit_of_each_caller() {
    let session = session();
    let mut world = World::new(|sent, _| if is_token(sent) { Reply::never() } else { respond(200, PAYMENT) });
    let options = || CallOptions { timeout_ms: Some(600), max_retries: Some(0), ..CallOptions::default() };
    let start = world.now;
    let waiting = call_with(&session, RetrievePayment { id: "7".into() }, options());
    let ends = world.run_all([(0, status(&session), Some(Stop::Abort(10_000))), (5, waiting, None)]);
    let error = error(ends.into_iter().next_back().flatten().unwrap());
    assert_eq!((error.name, error.code.as_str(), error.attempts), (ErrorName::Timeout, "timeout", 0));
    assert_eq!(error.outcome, Some(Outcome::NotDone));
    assert!(world.now - start <= 10_000 + 10);
}

#[test]
fn a_rejected_token_is_replaced_once_and_the_call_is_replayed_once() {
    for status_code in [401, 403] {
        let session = session();
        let mut once = world(move |sent, _| match sent.header("authorization") {
            "Bearer token-1" => respond(status_code, TOKEN_ERROR),
            _ => respond(200, r#"{"id":7,"result":"FINISHED"}"#),
        });
        once.run(refund(&session, 100)).unwrap();
        assert_eq!((counts(&once), changes(&once)), ((2, 2), 2), "the first was not processed");

        let session = self::session();
        let mut always = world(move |_, _| respond(status_code, TOKEN_ERROR));
        let error = error(always.run(refund(&session, 100)));
        assert_eq!((error.status, error.attempts, error.outcome), (Some(status_code), 2, Some(Outcome::NotDone)));
        assert_eq!((counts(&always), changes(&always)), ((2, 2), 2));
    }
}

#[test]
fn a_change_is_not_replayed_after_the_page_of_a_filter() {
    for body in ["<html>Forbidden</html>", "", "{}", r#"{"message":"blocked"}"#, "null"] {
        for status_code in [401, 403] {
            let session = session();
            let body = body.to_owned();
            let mut world = world(move |sent, _| match sent.attempt.method.as_str() {
                "POST" => respond(status_code, &body),
                _ => respond(404, ""),
            });
            let error = error(world.run(refund(&session, 100)));
            assert_eq!((changes(&world), error.status), (1, Some(status_code)));
            assert_eq!(error.outcome, Some(Outcome::Unknown), "GoPay may have processed it before the filter");
        }
    }
}

#[test]
fn a_read_is_replayed_after_an_empty_401() {
    let session = session();
    let mut world = world(|sent, _| match sent.header("authorization") {
        "Bearer token-1" => respond(401, ""),
        _ => respond(200, PAYMENT),
    });
    world.run(status(&session)).unwrap();
    assert_eq!(counts(&world), (2, 2));
}

// ---- What is known after a failure ----

/// When the refund call is sent: 10 ms after the start, which is when the token has come. GoPay's clock is the wall clock.
const SENT_AT: u64 = 1_800_000_001_010;

fn iso(unix_ms: u64) -> String {
    // The tests stay within a minute of 2027-01-15T08:00:00Z.
    let ms = unix_ms as i64 - 1_800_000_000_000;
    let (hour, ms) = if ms < 0 { (7, ms + 3_600_000) } else { (8, ms) };
    format!("2027-01-15T{hour:02}:{:02}:{:02}.{:03}Z", ms / 60_000, ms / 1000 % 60, ms % 1000)
}

fn http_date(unix_ms: u64) -> String {
    let ms = unix_ms - 1_800_000_000_000;
    format!("Fri, 15 Jan 2027 08:{:02}:{:02} GMT", ms / 60_000, ms / 1000 % 60)
}

/// A gateway whose refunds fail with `failed`, and whose history has a refund of 500 requested at `requested`.
fn refunds_world(failed: fn() -> Reply, history: Vec<(u64, &'static str, u64)>) -> World {
    world(move |sent, _| {
        let date = http_date(1_800_000_000_000 + sent.at);
        if sent.attempt.method.as_str() == "POST" {
            return failed();
        }
        if !sent.attempt.url.ends_with("/refunds") {
            return respond_with(200, &[("date", &date)], PAYMENT);
        }
        let entries = history.iter().map(|(amount, state, requested)| {
            let (id, requested) = (requested % 1_000_000_000, iso(*requested));
            format!(r#"{{"id":{id},"amount":{amount},"state":"{state}","date_requested":"{requested}"}}"#)
        });
        respond(200, &format!("[{}]", entries.collect::<Vec<_>>().join(",")))
    })
}

#[test]
fn only_a_refund_newer_than_the_call_proves_the_call() {
    // Requested at, when the request is lost and when the gateway gives up with 500.
    let done = Outcome::Done;
    let unknown = Outcome::Unknown;
    for (requested, state, lost, gave_up) in [
        (SENT_AT + 8_000, "SUCCESS", done.clone(), done.clone()),
        (SENT_AT + 8_000, "REQUESTED", done.clone(), done.clone()),
        (SENT_AT + 2_000, "REQUESTED", done.clone(), done.clone()),
        // Later, but by less than the gateway's date is exact, and its clocks are.
        (SENT_AT + 1_900, "SUCCESS", unknown.clone(), unknown.clone()),
        (SENT_AT + 8_000, "FAILED", unknown.clone(), Outcome::NotDone),
        (SENT_AT, "SUCCESS", unknown.clone(), unknown.clone()),
        (SENT_AT + 500, "SUCCESS", unknown.clone(), unknown.clone()),
        // Earlier, but a date may be cut off to the second.
        (SENT_AT - 500, "SUCCESS", unknown.clone(), unknown.clone()),
        (SENT_AT - 1_990, "SUCCESS", unknown.clone(), unknown.clone()),
        // Certainly an earlier one's.
        (SENT_AT - 30_000, "SUCCESS", unknown.clone(), Outcome::NotDone),
        (SENT_AT - 500_000, "SUCCESS", unknown.clone(), Outcome::NotDone),
    ] {
        for (failed, outcome) in [
            ((|| fail(Transport::ConnectionFailed).after(9_000)) as fn() -> Reply, lost),
            (|| respond(500, GAVE_UP).after(9_000), gave_up),
        ] {
            let session = session();
            let mut world = refunds_world(failed, vec![(500, state, requested)]);
            let error = error(world.run(refund(&session, 500)));
            assert_eq!(error.outcome, Some(outcome), "{} ms, {state}", requested as i64 - SENT_AT as i64);
            assert_eq!((changes(&world), error.attempts), (1, 1));
        }
    }
}

#[test]
fn a_refund_of_another_amount_proves_nothing() {
    let session = session();
    let lost = || fail(Transport::ConnectionFailed).after(9_000);
    let mut world = refunds_world(lost, vec![(499, "SUCCESS", SENT_AT + 8_000)]);
    assert_eq!(error(world.run(refund(&session, 500))).outcome, Some(Outcome::Unknown));
}

#[test]
fn a_refund_that_is_known_from_an_earlier_call_proves_nothing() {
    let session = session();
    let lost = || fail(Transport::ConnectionFailed).after(9_000);
    // GoPay's two clocks differ, so that the date looks newer than each of the calls.
    let mut world = refunds_world(lost, vec![(500, "SUCCESS", SENT_AT + 50_000)]);
    assert_eq!(error(world.run(refund(&session, 500))).outcome, Some(Outcome::Done));
    assert_eq!(error(world.run(refund(&session, 500))).outcome, Some(Outcome::Unknown));
}

#[test]
fn a_refund_that_the_program_has_read_before_proves_nothing() {
    let session = session();
    let lost = || fail(Transport::ConnectionFailed).after(9_000);
    // GoPay's two clocks differ, so that the date looks newer than the call.
    let mut world = refunds_world(lost, vec![(500, "SUCCESS", SENT_AT + 50_000)]);
    world.run(call(&session, ListRefunds { id: "7".into() })).unwrap();
    assert_eq!(error(world.run(refund(&session, 500))).outcome, Some(Outcome::Unknown));
}

#[test]
fn two_new_refunds_after_one_call_prove_nothing() {
    // Another program refunds the same amount at the same time, and may have made both.
    let session = session();
    let lost = || fail(Transport::ConnectionFailed).after(9_000);
    let history = vec![(500, "SUCCESS", SENT_AT + 5_000), (500, "SUCCESS", SENT_AT + 6_000)];
    assert_eq!(error(refunds_world(lost, history).run(refund(&session, 500))).outcome, Some(Outcome::Unknown));
}

#[test]
fn a_result_about_another_payment_is_an_error() {
    for (name, make, ..) in all_changes().into_iter().filter(|(name, ..)| !matches!(*name, "create" | "charge")) {
        for (id, is_own) in [("7", true), ("\"7\"", true), ("null", true), ("8", false), ("\"07\"", false)] {
            let session = session();
            let mut world = world(move |sent, _| match sent.attempt.method.as_str() {
                "POST" => respond(200, &format!(r#"{{"id":{id},"result":"FINISHED"}}"#)),
                _ => respond(404, ""),
            });
            let result = world.run(make(&session));
            assert_eq!(result.is_ok(), is_own, "{name} of 7, answered for {id}");
            if !is_own {
                let error = error(result);
                assert_eq!((error.field.as_deref(), error.outcome), (Some("id"), Some(Outcome::Unknown)), "{name}");
            }
        }
    }
}

#[test]
fn a_refund_that_an_earlier_call_could_have_made_proves_nothing() {
    // The first is done; the second, of the same amount and in the same second, never arrives.
    for first in [respond(200, r#"{"id":7,"result":"FINISHED"}"#), fail(Transport::ConnectionFailed)] {
        let session = session();
        let (mut first, mut looks) = (Some(first), 0);
        let mut world = world(move |sent, _| {
            let date = http_date(1_800_000_000_000 + sent.at);
            if sent.attempt.method.as_str() == "POST" {
                return first.take().unwrap_or_else(|| fail(Transport::ConnectionFailed));
            }
            if !sent.attempt.url.ends_with("/refunds") {
                return respond_with(200, &[("date", &date)], PAYMENT);
            }
            looks += 1;
            // Nothing is listed yet at the first look.
            let requested = iso(SENT_AT + 5);
            let list = format!(r#"[{{"id":1,"amount":500,"state":"SUCCESS","date_requested":"{requested}"}}]"#);
            respond(200, if looks == 1 && sent.at < 1_060 { "[]" } else { &list })
        });
        let was_done = world.run(refund(&session, 500)).is_ok();
        if was_done {
            world.now = 1_100;
        }
        let second = error(world.run(refund(&session, 500)));
        assert_eq!(second.outcome, Some(Outcome::Unknown), "after {was_done}");
    }
}

#[test]
fn two_concurrent_refunds_do_not_prove_each_other() {
    let session = session();
    let mut posts = 0;
    let mut world = world(move |sent, _| {
        let date = http_date(1_800_000_000_000 + sent.at);
        if sent.attempt.method.as_str() == "POST" {
            posts += 1;
            // The first one never arrives, the second is done.
            return if posts == 1 {
                fail(Transport::ConnectionFailed).after(9_000)
            } else {
                respond(200, r#"{"id":7,"result":"FINISHED"}"#)
            };
        }
        if !sent.attempt.url.ends_with("/refunds") {
            return respond_with(200, &[("date", &date)], PAYMENT);
        }
        let requested = iso(SENT_AT + 5_000);
        respond(200, &format!(r#"[{{"id":1,"amount":500,"state":"SUCCESS","date_requested":"{requested}"}}]"#))
    });
    let ends = world.run_all([(0, refund(&session, 500), None), (4_900, refund(&session, 500), None)]);
    let mut ends = ends.into_iter().flatten();
    assert_eq!(error(ends.next().unwrap()).outcome, Some(Outcome::Unknown));
    assert!(ends.next().unwrap().is_ok());
}

type Make = fn(&Rc<Session>) -> Call<CallResult<()>>;

fn order() -> String {
    r#"{"amount":2900,"currency":"CZK","order_number":"1","callback":{"return_url":"https://shop.example/"}}"#.into()
}

/// Each call that changes something, the payment that shows that it was done, and the one that shows that it was not.
fn all_changes() -> [(&'static str, Make, Option<&'static str>, Option<&'static str>); 7] {
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
