//! One API call with its attempts, and polling for a payment, in virtual time.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::rc::Rc;

use itpay::{
    CallError, CallResult, ErrorName, Outcome, RawJson, Secret,
    call::{Call, TransportErrorKind as Transport},
    exchange::{CallOptions, ConnectionConfig},
    http::{BaseUrl, Headers, Method, Request},
    itpay::{
        ApiKey, CreatePaymentIntent, DEFAULT_BASE_URL, DEFAULT_TIMEOUT, PaymentIntent, RetrievePaymentIntent, Session,
        WaitOptions, parse_any,
    },
};
use simulator::{Reply, World, fail, fail_late, respond, respond_with};

const INTENT: &str = r#"{"id":"pi_1","status":"pending"}"#;

fn session() -> Rc<Session> {
    let base = BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap();
    let api_key = ApiKey::new(Secret::new("sk_test_1")).unwrap();
    Rc::new(Session { config: ConnectionConfig::new(base, DEFAULT_TIMEOUT), api_key, channel: None })
}

fn retrieve(options: CallOptions) -> Call<CallResult<PaymentIntent>> {
    let session = session();
    Call::new(move |io| async move { session.call(&io, &RetrievePaymentIntent { id: "pi_1".into() }, &options).await })
}

fn create(options: CallOptions) -> Call<CallResult<PaymentIntent>> {
    let params = r#"{"id":"pi_1","service_id":"s","type":"one_time","amount":{"currency":"CNY","value":699},"payer":{"agent_id":"a"}}"#;
    let params = CreatePaymentIntent::from_json(params).unwrap();
    let session = session();
    Call::new(move |io| async move { session.call(&io, &params, &options).await })
}

/// A POST without an idempotency key.
fn plain_post(options: CallOptions) -> Call<CallResult<()>> {
    let session = session();
    Call::new(move |io| async move {
        let request = Request::new(Method::Post, "/refunds".into()).with_json("{}".into());
        session.send(&io, request, &|response| parse_any(response).map(drop), &options).await.map(drop)
    })
}

fn wait(options: WaitOptions) -> Call<CallResult<RawJson>> {
    let session = session();
    Call::new(move |io| async move { session.wait_for_completion(&io, "pi_1", &options).await })
}

fn error<T>(result: CallResult<T>) -> CallError {
    match result {
        Ok(_) => panic!("it did not fail"),
        Err(error) => *error,
    }
}

#[test]
fn each_row_of_the_retry_rules_holds_for_a_whole_call() {
    type Make = fn() -> Reply;
    // The first reply, and the attempts of a repeatable call and of any other.
    let table: [(Make, u32, u32); 22] = [
        (|| fail(Transport::ConnectionFailed), 2, 1),
        (|| fail(Transport::ConnectionRefused), 2, 2),
        (|| fail(Transport::HostNotFound), 2, 2),
        (|| fail(Transport::TimedOut), 2, 1),
        (|| fail_late(Transport::TimedOut), 1, 1),
        (|| fail_late(Transport::ConnectionFailed), 1, 1),
        (|| fail_late(Transport::TooLarge), 1, 1),
        (|| fail(Transport::NotAResponse), 1, 1),
        (|| respond(408, ""), 2, 1),
        (|| respond(425, ""), 2, 1),
        (|| respond(429, ""), 2, 2),
        (|| respond(500, ""), 2, 1),
        (|| respond(501, ""), 1, 1),
        (|| respond(502, ""), 2, 1),
        (|| respond(503, ""), 2, 1),
        (|| respond_with(503, &[("retry-after", "0.1")], ""), 2, 2),
        (|| respond(504, ""), 2, 1),
        (|| respond(505, ""), 1, 1),
        (|| respond(520, ""), 2, 1),
        (|| respond(530, ""), 2, 1),
        (|| respond(561, ""), 2, 1),
        (|| respond(404, ""), 1, 1),
    ];
    for (row, (first, repeatable, other)) in table.into_iter().enumerate() {
        let reply = move |_: &simulator::Sent, nth| if nth == 1 { first() } else { respond(200, INTENT) };
        for (attempts, sent) in [
            (repeatable, {
                let mut world = World::new(reply);
                let end = world.run(retrieve(CallOptions::default())).map(drop);
                (end, world)
            }),
            (repeatable, {
                let mut world = World::new(reply);
                let end = world.run(create(CallOptions::default())).map(drop);
                (end, world)
            }),
            (other, {
                let mut world = World::new(reply);
                let end = world.run(plain_post(CallOptions::default()));
                (end, world)
            }),
        ] {
            let (end, world) = sent;
            assert_eq!(world.requests().len(), attempts as usize, "row {row}");
            match end {
                Ok(()) => assert_eq!(attempts, 2, "row {row}"),
                Err(error) => assert_eq!((error.attempts, attempts), (1, 1), "row {row}: {error:?}"),
            }
        }
    }
}

#[test]
fn a_failure_has_a_class_and_a_code_and_states_whether_the_call_was_processed() {
    for (reply, name, code, retryable, message) in [
        (fail(Transport::ConnectionFailed), ErrorName::Connection, "connection_failed", true, "it is not known"),
        (fail(Transport::ConnectionRefused), ErrorName::Connection, "connection_refused", true, "was not processed"),
        (fail(Transport::HostNotFound), ErrorName::Connection, "host_not_found", true, "the host name was not found"),
        (fail_late(Transport::ConnectionFailed), ErrorName::Connection, "broken_answer", false, "probably processed"),
        (Reply::never(), ErrorName::Timeout, "timeout", true, "within 30000 ms"),
        (fail_late(Transport::TimedOut), ErrorName::Timeout, "timeout", true, "did not end"),
        (fail_late(Transport::TooLarge), ErrorName::Connection, "response_too_large", false, "too large"),
        (fail(Transport::NotAResponse), ErrorName::Validation, "invalid_request", false, "must resolve to a Response"),
    ] {
        let mut reply = Some(reply);
        let mut world = World::new(move |_, _| reply.take().unwrap());
        let error = error(world.run(retrieve(CallOptions { max_retries: Some(0), ..CallOptions::default() })));
        assert_eq!((&error.name, error.code.as_str(), error.retryable, error.attempts), (&name, code, retryable, 1));
        assert!(error.message.contains(message), "{}", error.message);
    }
}

#[test]
fn a_retry_waits_for_retry_after_and_at_least_for_the_backoff() {
    // The date is seven seconds after the time of the second attempt's response.
    for (value, waited) in [
        ("", 500),
        ("3", 3000),
        ("0.1", 500),
        ("0.7501", 751),
        ("2.5", 2500),
        ("0", 500),
        ("00", 500),
        ("-1", 500),
        ("+3", 500),
        ("1e3", 500),
        (".5", 500),
        ("5.", 500),
        ("soon", 500),
        ("3600", 60_000),
        ("99999999999999999999999", 60_000),
        ("Fri, 15 Jan 2027 08:00:08 GMT", 6990),
        ("Friday, 15-Jan-27 08:00:08 GMT", 6990),
        ("Fri Jan 15 08:00:08 2027", 6990),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 500),
        ("Fri, 15 Jan 2027", 500),
    ] {
        let mut world = World::new(move |_, nth| match nth {
            1 => respond_with(503, &[("retry-after", value)], ""),
            _ => respond(200, INTENT),
        });
        assert!(world.run(retrieve(CallOptions::default())).is_ok());
        assert_eq!(world.waits, [waited], "{value}");
    }
}

#[test]
fn retries_back_off_and_end() {
    let mut world = World::new(|_, _| respond(503, ""));
    let options = CallOptions { max_retries: Some(6), ..CallOptions::default() };
    let error = error(world.run(retrieve(options)));
    assert_eq!((error.status, error.attempts, error.retryable), (Some(503), 7, true));
    assert_eq!(world.waits, [500, 1000, 2000, 4000, 8000, 8000]);
    let numbers: Vec<_> = world.requests().iter().map(|sent| (sent.attempt.number, sent.attempt.max_number)).collect();
    assert_eq!((numbers[0], numbers[6]), ((1, 7), (7, 7)));
}

#[test]
fn every_attempt_is_signed_for_its_own_time() {
    let mut world = World::new(|_, nth| if nth == 1 { respond(503, "") } else { respond(200, INTENT) });
    world.random = 1.0;
    assert!(world.run(create(CallOptions::default())).is_ok());
    let sent = world.requests();
    assert_eq!(sent[0].header("idempotency-key"), sent[1].header("idempotency-key"));
    assert_eq!(sent[0].body(), sent[1].body());
    assert!(sent[0].header("x-itpay-signature").starts_with("t=1800000001,v1="));
}

#[test]
fn an_abort_ends_a_call_at_each_step() {
    let reply = |_: &simulator::Sent, _| respond(503, "").after(100);
    // During the first attempt, during the wait, during the second attempt.
    for (at, attempts) in [(50, 1), (300, 1), (650, 2)] {
        let mut world = World::new(reply);
        let error = error(world.run_aborted_at(retrieve(CallOptions::default()), at));
        assert_eq!((error.name, error.attempts), (ErrorName::Abort, attempts), "at {at}");
        assert_eq!(world.requests().len(), attempts as usize);
        assert_eq!(world.now, 1000 + at);
    }
}

#[test]
fn a_call_that_is_aborted_before_it_starts_sends_nothing() {
    use itpay::call::{Event, Now, Step};
    let mut call = retrieve(CallOptions::default());
    assert!(matches!(call.step(Event::Started, Now::default()), Some(Step::Send(_))));
    let Some(Step::Done(result)) = call.step(Event::Aborted { sent: false }, Now::default()) else { panic!() };
    assert_eq!(error(result).attempts, 0);
}

#[test]
fn caller_headers_are_sent_but_do_not_replace_the_calls_own() {
    let mut headers = Headers::default();
    for (name, value) in [("X-Own", "1"), ("authorization", "mine"), ("Accept", "text/html")] {
        headers.set(name, value);
    }
    let mut world = World::new(|_, _| respond(200, INTENT));
    assert!(world.run(retrieve(CallOptions { headers, ..CallOptions::default() })).is_ok());
    let sent = &world.requests()[0];
    assert_eq!((sent.header("x-own"), sent.header("accept")), ("1", "application/json"));
    assert_eq!(sent.header("authorization"), "Bearer sk_test_1");
}

#[test]
fn a_response_about_another_payment_is_an_error() {
    let mut world = World::new(|_, _| respond(200, r#"{"id":"pi_other","status":"succeeded"}"#));
    let error_of = |error: CallError| (error.name, error.field, error.code);
    let expected = (ErrorName::Api, Some("id".to_owned()), "unreadable_response".to_owned());
    assert_eq!(error_of(error(world.run(retrieve(CallOptions::default())))), expected);
    assert_eq!(error_of(error(world.run(wait(WaitOptions::default())))), expected);
    assert_eq!(world.requests().len(), 2);
    assert_eq!(world.run(create(CallOptions::default())).unwrap().id, "pi_other", "a create takes the gateway's id");
}

#[test]
fn the_error_of_a_call_that_is_sent_once_has_an_outcome() {
    for (reply, outcome) in [
        (fail(Transport::ConnectionRefused), Outcome::NotDone),
        (fail(Transport::HostNotFound), Outcome::NotDone),
        (fail(Transport::ConnectionFailed), Outcome::Unknown),
        (Reply::never(), Outcome::Unknown),
        (respond(422, r#"{"error":{"code":"BAD","message":"no"}}"#), Outcome::NotDone),
        (respond(403, "<html>filter</html>"), Outcome::Unknown),
        (respond(500, r#"{"error":{"code":"BAD","message":"no"}}"#), Outcome::Unknown),
        (respond(200, "<html>"), Outcome::Unknown),
    ] {
        let mut reply = Some(reply);
        let mut world = World::new(move |_, _| reply.take().unwrap());
        let session = session();
        let call = Call::new(move |io| async move {
            let request =
                Request { sent_once: true, ..Request::new(Method::Post, "/refunds".into()).with_json("{}".into()) };
            let options = CallOptions { max_retries: Some(9), ..CallOptions::default() };
            session.send(&io, request, &|response| parse_any(response).map(drop), &options).await
        });
        assert_eq!(error(world.run(call)).outcome, Some(outcome));
        assert_eq!(world.requests().len(), 1);
    }
}

#[test]
fn a_call_that_is_sent_once_is_repeated_with_an_idempotency_key_and_then_its_outcome_is_unknown() {
    let mut replies = vec![
        fail(Transport::ConnectionFailed),
        respond(409, r#"{"error":{"code":"ALREADY_REFUNDED","message":"no"}}"#),
    ];
    let mut world = World::new(move |_, _| replies.remove(0));
    let session = session();
    let call = Call::new(move |io| async move {
        let request = Request { sent_once: true, ..Request::new(Method::Post, "/refunds".into()) };
        let options = CallOptions { idempotency_key: Some("refund-1".into()), ..CallOptions::default() };
        session.send(&io, request, &|response| parse_any(response).map(drop), &options).await
    });
    let error = error(world.run(call));
    // The first attempt may be the one that refunded it.
    assert_eq!((error.status, error.outcome), (Some(409), Some(Outcome::Unknown)));
    assert!(world.requests().iter().all(|sent| sent.header("idempotency-key") == "refund-1"));
    assert_eq!(world.requests().len(), 2);
}

fn intent(status: &str) -> String {
    format!(r#"{{"id":"pi_1","status":"{status}"}}"#)
}

#[test]
fn waiting_polls_until_the_payment_ends_and_notifies_of_each_change() {
    for end in ["succeeded", "expired", "cancelled", "failed"] {
        let statuses = ["pending", "pending", "scanning", "levitating", end];
        let mut world = World::new(move |_, nth| respond(200, &intent(statuses[nth - 1])));
        let options = WaitOptions { notifies: true, ..WaitOptions::default() };
        assert_eq!(world.run(wait(options)).unwrap().as_str(), intent(end));
        assert_eq!(world.waits, [2000; 4]);
        assert_eq!(world.notified, ["pending", "scanning", "levitating", end].map(intent));
    }
}

#[test]
fn waiting_survives_transient_failures_and_ends_with_any_other() {
    let mut replies = vec![
        fail(Transport::ConnectionFailed),
        fail(Transport::HostNotFound),
        fail_late(Transport::ConnectionFailed),
        respond(520, ""),
        respond(429, ""),
        respond_with(429, &[("retry-after", "9")], ""),
        respond(200, &intent("succeeded")),
    ];
    let mut world = World::new(move |_, _| replies.remove(0));
    assert!(world.run(wait(WaitOptions::default())).is_ok());
    assert_eq!(world.waits, [2000, 2000, 2000, 2000, 4000, 9000]);
    for (reply, status) in
        [(respond(404, ""), Some(404)), (respond(200, "{}"), Some(200)), (fail_late(Transport::TooLarge), Some(200))]
    {
        let mut reply = Some(reply);
        let mut world = World::new(move |_, _| reply.take().unwrap());
        assert_eq!(error(world.run(wait(WaitOptions::default()))).status, status);
    }
}

#[test]
fn waiting_ends_at_its_time_limit_with_the_payment_as_it_was_last_seen() {
    let mut world = World::new(|_, nth| if nth == 2 { respond(503, "") } else { respond(200, &intent("scanning")) });
    let options = WaitOptions { timeout_ms: 5000, ..WaitOptions::default() };
    let error = error(world.run(wait(options)));
    assert_eq!((error.name, error.attempts), (ErrorName::Timeout, 4));
    assert_eq!(error.intent.unwrap().as_str(), intent("scanning"));
    assert_eq!(world.now, 1000 + 5000 + 1, "the last poll falls on the deadline");
}

#[test]
fn waiting_is_measured_by_the_monotonic_clock() {
    // The wall clock is set back by an hour meanwhile, without effect.
    let mut world = World::new(|_, _| respond(200, &intent("pending")));
    let mut call = wait(WaitOptions { timeout_ms: 1000, poll_interval_ms: 400, ..WaitOptions::default() });
    use itpay::call::{Event, Step};
    let mut event = Event::Started;
    let mut unix_ms = 1_800_000_000_000;
    for _ in 0..20 {
        unix_ms -= 600_000;
        let now = itpay::call::Now { unix_ms, ..world.time() };
        event = match call.step(event, now).unwrap() {
            Step::Send(_) => Event::Response(simulator::response_with(200, &[], &intent("pending"))),
            Step::Wait(ms) => {
                world.now += ms;
                Event::WaitEnded
            }
            Step::Notify(_) => Event::Notified,
            Step::ReadCache(_) | Step::WriteCache(_) => Event::CacheRead(None),
            Step::Done(end) => {
                assert_eq!(error(end).name, ErrorName::Timeout);
                return;
            }
        };
    }
    panic!("it goes on");
}

#[test]
fn waiting_can_be_aborted_during_a_poll_and_between_two() {
    for (at, attempts) in [(5, 1), (1000, 1), (2015, 2)] {
        let mut world = World::new(|_, _| respond(200, &intent("pending")));
        let error = error(world.run_aborted_at(wait(WaitOptions::default()), at));
        assert_eq!((error.name, error.attempts), (ErrorName::Abort, attempts), "at {at}");
    }
}
