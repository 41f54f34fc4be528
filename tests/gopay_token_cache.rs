//! A token that several processes share through a cache.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::{cell::Cell, rc::Rc};

use itpay::{
    CallResult, Secret,
    call::{Call, Io},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{DEFAULT_TIMEOUT, MemoryStore, RetrievePayment, SANDBOX_URL, Scope, Session, base_url},
};
use simulator::{Reply, Sent, World, respond};

fn process(scope: Scope) -> Rc<Session> {
    Rc::new(Session {
        config: ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), DEFAULT_TIMEOUT),
        client_id: "id".into(),
        client_secret: Secret::new("secret"),
        scope,
        go_id: 8_123_456_789,
        language: None,
        has_token_cache: true,
        store: Box::<MemoryStore>::default(),
    })
}

fn status(session: &Rc<Session>) -> Call<CallResult<()>> {
    let session = session.clone();
    Call::new(move |io: Io| async move {
        session.call(&io, &RetrievePayment { id: "7".into() }, &CallOptions::default()).await.map(drop)
    })
}

fn is_token(sent: &Sent) -> bool {
    sent.attempt.url.ends_with("/oauth2/token")
}

/// A gateway that accepts only the newest token, from this number on.
fn world(valid_from: usize) -> World {
    let mut tokens = 0;
    World::new(move |sent, _| -> Reply {
        if is_token(sent) {
            tokens += 1;
            return respond(200, &format!(r#"{{"access_token":"token-{tokens}","expires_in":1800}}"#));
        }
        let number: usize = sent.header("Authorization").trim_start_matches("Bearer token-").parse().unwrap_or(0);
        match number >= valid_from {
            true => respond(200, r#"{"id":7,"state":"PAID"}"#),
            false => respond(403, r#"{"errors":[{"error_code":200}]}"#),
        }
    })
}

fn token_requests(world: &World) -> usize {
    world.requests().iter().filter(|sent| is_token(sent)).count()
}

#[test]
fn processes_with_a_cache_share_one_token_request() {
    let mut world = world(0);
    for _ in 0..3 {
        world.run(status(&process(Scope::All))).unwrap();
    }
    assert_eq!(token_requests(&world), 1);
    let key = format!("itpay:gopay:{SANDBOX_URL}:id:payment-all");
    assert_eq!(world.cache.get(&key).map(String::as_str), Some("token-1"));
    // A token of another scope is another entry.
    world.run(status(&process(Scope::Create))).unwrap();
    assert_eq!((token_requests(&world), world.cache.len()), (2, 2));
}

#[test]
fn a_rejected_cached_token_is_replaced_once() {
    let mut world = world(2);
    let key = format!("itpay:gopay:{SANDBOX_URL}:id:payment-all");
    world.cache.insert(key.clone(), "token-0".into());
    world.run(status(&process(Scope::All))).unwrap_err();
    assert_eq!(token_requests(&world), 1, "one refresh and one replay");
    let session = process(Scope::All);
    world.cache.insert(key.clone(), "token-0".into());
    world.run(status(&session)).unwrap();
    assert_eq!(world.cache.get(&key).map(String::as_str), Some("token-2"));
}

#[test]
fn a_cached_token_as_old_as_the_own_one_is_replaced_too() {
    let valid = Rc::new(Cell::new("Bearer token-8"));
    let accepted = valid.clone();
    let mut world = World::new(move |sent, _| match sent.header("Authorization") {
        _ if is_token(sent) => respond(200, r#"{"access_token":"token-10","expires_in":1800}"#),
        token if token == accepted.get() => respond(200, r#"{"id":7,"state":"PAID"}"#),
        _ => respond(403, r#"{"errors":[{"error_code":200}]}"#),
    });
    let session = process(Scope::All);
    let key = format!("itpay:gopay:{SANDBOX_URL}:id:payment-all");
    world.cache.insert(key.clone(), "token-8".into());
    world.run(status(&session)).unwrap();
    // Another process has renewed the token, and GoPay has revoked both.
    world.cache.insert(key, "token-9".into());
    valid.set("Bearer token-10");
    world.run(status(&session)).unwrap();
    assert_eq!(token_requests(&world), 1);
}

#[test]
fn a_cached_token_is_read_again_after_a_minute() {
    let mut world = world(0);
    let session = process(Scope::All);
    let key = format!("itpay:gopay:{SANDBOX_URL}:id:payment-all");
    world.cache.insert(key.clone(), "token-8".into());
    world.run(status(&session)).unwrap();
    world.cache.insert(key, "token-9".into());
    world.run(status(&session)).unwrap();
    world.now += 61_000;
    world.run(status(&session)).unwrap();
    let used: Vec<_> = world.requests().iter().map(|sent| sent.header("Authorization").to_string()).collect();
    assert_eq!(used, ["Bearer token-8", "Bearer token-8", "Bearer token-9"]);
}
