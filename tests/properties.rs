//! In any order of responses and failures: no change is sent twice unless the gateway has rejected the first without
//! processing it, no call loops without a wait, and each call ends. A failed change has an outcome.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::rc::Rc;

use itpay::{
    CallError, CallResult, Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{
        Capture, CreatePayment, CreateRecurrence, GoPayEndpoint, MemoryStore, RefundPayment, RetrievePayment,
        SANDBOX_URL, Scope, Session, VoidAuthorization, VoidRecurrence, base_url,
    },
    http::{BaseUrl, Method, Request},
    itpay::{ApiKey, CreatePaymentIntent, DEFAULT_BASE_URL, WaitOptions, parse_any},
};
use proptest::prelude::*;
use simulator::{Reply, Sent, Stop, World, fail, fail_late, respond, respond_with};

const TIMEOUT: u32 = 2_000;
const TOKEN_ERROR: &str = r#"{"errors":[{"scope":"G","error_code":200}]}"#;

/// All possible replies, by number.
fn reply(number: u8, after: u64) -> Reply {
    let reply = match number {
        0 => fail(Transport::ConnectionFailed),
        1 => fail(Transport::ConnectionRefused),
        2 => fail(Transport::HostNotFound),
        3 => fail(Transport::TimedOut),
        4 => fail(Transport::NotAResponse),
        5 => fail_late(Transport::ConnectionFailed),
        6 => fail_late(Transport::TimedOut),
        7 => fail_late(Transport::TooLarge),
        8 => Reply::never(),
        9 => respond(401, TOKEN_ERROR),
        10 => respond(403, TOKEN_ERROR),
        11 => respond(401, "<html>"),
        12 => respond(403, ""),
        13 => respond(429, ""),
        14 => respond_with(429, &[("retry-after", "1")], ""),
        15 => respond(500, ""),
        16 => respond_with(503, &[("retry-after", "0")], ""),
        17 => respond(520, "<html>"),
        18 => respond(409, r#"{"errors":[{"error_code":351}]}"#),
        19 => respond(404, ""),
        20 => respond(200, "<html>"),
        21 => respond(200, r#"{"id":8,"result":"FINISHED"}"#),
        22 => respond(200, r#"{"id":7,"result":"FAILED"}"#),
        23 => respond(200, "[]"),
        24 => respond(200, r#"[{"id":1,"amount":100,"state":"SUCCESS","date_requested":"2027-01-15T08:00:02Z"}]"#),
        25 => respond_with(
            200,
            &[("date", "Fri, 15 Jan 2027 08:00:01 GMT")],
            r#"{"id":7,"state":"PAID","access_token":"t","expires_in":0}"#,
        ),
        26 => respond(200, r#"{"id":7,"state":"AUTHORIZED","access_token":"t","expires_in":1800}"#),
        _ => respond(200, r#"{"id":7,"state":"PAID","result":"FINISHED","access_token":"t","expires_in":1800}"#),
    };
    reply.after(after)
}

fn any_replies() -> impl Strategy<Value = Vec<(u8, u64)>> {
    prop::collection::vec((0u8..32, prop_oneof![Just(0u64), 1..3_000u64]), 1..60)
}

fn stop() -> impl Strategy<Value = Option<Stop>> {
    prop_oneof![
        4 => Just(None),
        1 => (0..5_000u64).prop_map(|at| Some(Stop::Abort(at))),
        1 => (0..5_000u64).prop_map(|at| Some(Stop::Lose(at))),
    ]
}

fn gopay_session() -> Rc<Session> {
    Rc::new(Session {
        config: ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), TIMEOUT),
        client_id: "id".into(),
        client_secret: Secret::new("secret"),
        go_id: 1,
        scope: Scope::All,
        language: None,
        has_token_cache: false,
        store: Box::<MemoryStore>::default(),
    })
}

fn make<E: GoPayEndpoint + 'static>(session: &Rc<Session>, endpoint: E) -> Call<CallResult<()>> {
    let session = session.clone();
    Call::new(move |io: Io| async move { session.call(&io, &endpoint, &CallOptions::default()).await.map(drop) })
}

/// A GoPay call by number, each with its own amount, which identifies its attempts. Number 0 only reads.
fn gopay_call(session: &Rc<Session>, number: u8, index: usize) -> Call<CallResult<()>> {
    let id = || format!("{}", 100 + index);
    let order = r#"{"amount":2900,"currency":"CZK","order_number":"ORDER","callback":{"return_url":"https://x/"}}"#;
    let order = order.replace("ORDER", &format!("order-{index}-"));
    match number {
        0 => make(session, RetrievePayment { id: "7".into() }),
        1 => make(session, CreatePayment::from_json(&order, 1, None).unwrap()),
        2 => make(session, RefundPayment::new(id(), 100)),
        3 => make(session, CreateRecurrence::from_json(&id(), &order).unwrap()),
        4 => make(session, Capture::from_json(id(), None).unwrap()),
        5 => make(session, VoidAuthorization { id: id() }),
        _ => make(session, VoidRecurrence { id: id() }),
    }
}

fn is_change(sent: &Sent) -> bool {
    sent.attempt.method == Method::Post && !sent.attempt.url.ends_with("/oauth2/token")
}

fn is_token_error(reply: &Reply) -> bool {
    use itpay::call::Event;
    matches!(&reply.0, Some((after, Event::Response(response)))
        if *after < u64::from(TIMEOUT) && response.body == TOKEN_ERROR.as_bytes() && matches!(response.status, 401 | 403))
}

fn check_end(is_change: bool, error: &CallError) -> Result<(), TestCaseError> {
    prop_assert!(!error.code.is_empty() && !error.message.is_empty());
    if is_change {
        prop_assert!(error.outcome.is_some(), "no outcome: {error:?}");
        if error.attempts == 0 {
            prop_assert_eq!(error.outcome.clone(), Some(Outcome::NotDone));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_gopay_change_is_sent_once_and_ends_with_an_outcome(
        replies in any_replies(),
        calls in prop::collection::vec((0u8..7, 0..3_000u64, stop()), 1..6),
        random in 0.0..1.0f64,
    ) {
        let session = gopay_session();
        // The requests, and whether GoPay rejected their token.
        let seen: Rc<std::cell::RefCell<Vec<(Sent, bool)>>> = Rc::default();
        let log = seen.clone();
        let mut world = World::new(move |sent, nth| {
            let (number, after) = replies[(nth - 1) % replies.len()];
            let reply = reply(number, after);
            log.borrow_mut().push((sent.clone(), is_token_error(&reply)));
            reply
        });
        world.random = random;
        let kinds: Vec<u8> = calls.iter().map(|(number, ..)| *number).collect();
        let lost: Vec<bool> = calls.iter().map(|(.., stop)| matches!(stop, Some(Stop::Lose(_)))).collect();
        let calls: Vec<_> = calls
            .into_iter()
            .enumerate()
            .map(|(index, (number, start, stop))| (start, gopay_call(&session, number, index), stop))
            .collect();
        let count = calls.len();
        let ends = world.run_all(calls);
        for (index, end) in ends.into_iter().enumerate() {
            match end {
                None => prop_assert!(lost[index], "call {index} has no end"),
                Some(Err(error)) => check_end(kinds[index] != 0, &error)?,
                Some(Ok(())) => {}
            }
            let of_call = |(sent, _): &&(Sent, bool)| {
                let name = [format!("/payment/{}/", 100 + index), format!("order-{index}-")];
                is_change(sent) && (sent.attempt.url.contains(&name[0]) || sent.body().contains(&name[1]))
            };
            let seen = seen.borrow();
            let changes: Vec<_> = seen.iter().filter(of_call).collect();
            prop_assert!(changes.len() <= 2, "sent {} times", changes.len());
            if changes.len() == 2 {
                prop_assert!(changes[0].1, "replayed without GoPay's own token error");
            }
        }
        // Retries and pauses are bounded, so that nothing loops.
        prop_assert!(world.requests().len() <= count * 40, "{} requests", world.requests().len());
        prop_assert!(world.steps <= count * 400, "{} steps", world.steps);
    }

    #[test]
    fn an_itpay_call_is_retried_only_if_that_is_safe(
        replies in any_replies(),
        max_retries in 0u32..5,
        stop in stop(),
        random in 0.0..1.0f64,
        kind in 0u8..4,
    ) {
        let base = BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap();
        let session = Rc::new(itpay::itpay::Session {
            config: ConnectionConfig { max_retries, ..ConnectionConfig::new(base, TIMEOUT) },
            api_key: ApiKey::new(Secret::new("sk")).unwrap(),
            channel: None,
        });
        let params = r#"{"id":"pi_1","service_id":"s","type":"one_time","amount":{"currency":"CNY","value":1},"payer":{"agent_id":"a"}}"#;
        let create = CreatePaymentIntent::from_json(params).unwrap();
        let plain = || Request::new(Method::Post, "/refunds".into()).with_json("{}".into());
        let call: Call<CallResult<()>> = Call::new(move |io| async move {
            let options = CallOptions::default();
            let verify = |response: &itpay::http::Response| parse_any(response).map(drop);
            match kind {
                0 => session.call(&io, &create, &options).await.map(drop),
                1 => session.send(&io, plain(), &verify, &options).await.map(drop),
                2 => session.send(&io, Request { sent_once: true, ..plain() }, &verify, &options).await.map(drop),
                _ => {
                    let options = WaitOptions { timeout_ms: 60_000, poll_interval_ms: 500, notifies: true };
                    session.wait_for_completion(&io, "7", &options).await.map(drop)
                }
            }
        });
        let seen: Rc<std::cell::RefCell<Vec<u8>>> = Rc::default();
        let log = seen.clone();
        let mut world = World::new(move |_, nth| {
            let (number, after) = replies[(nth - 1) % replies.len()];
            log.borrow_mut().push(if after < u64::from(TIMEOUT) { number } else { 8 });
            reply(number, after)
        });
        world.random = random;
        let is_lost = matches!(stop, Some(Stop::Lose(_)));
        let end = world.run_all([(0, call, stop)]).pop().flatten();
        match &end {
            None => prop_assert!(is_lost),
            Some(Err(error)) => check_end(kind == 2, error)?,
            Some(Ok(())) => {}
        }
        let sent = world.requests();
        match kind {
            0 => {
                prop_assert!(sent.len() <= max_retries as usize + 1);
                prop_assert!(sent.iter().all(|sent| sent.header("idempotency-key") == "pi_1"));
            }
            1 => {
                prop_assert!(sent.len() <= max_retries as usize + 1);
                // Each but the last was certainly not processed: refused, not found, 429, or 503 with Retry-After.
                for number in seen.borrow().iter().rev().skip(1) {
                    prop_assert!(matches!(number, 1 | 2 | 13 | 14 | 16), "sent again after {number}");
                }
            }
            2 => prop_assert!(sent.len() == 1 || is_lost),
            // Polls are apart.
            _ => prop_assert!(sent.windows(2).all(|two| two[1].at - two[0].at >= 499 || two[1].at >= 61_000)),
        }
    }
}
