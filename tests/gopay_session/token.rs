//! The token: shared, renewed, replaced once.

use super::*;

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
