//! What proves that a refund was made by this call.

use super::*;

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
    for (name, make, ..) in
        changes::all_changes().into_iter().filter(|(name, ..)| !matches!(*name, "create" | "charge"))
    {
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
