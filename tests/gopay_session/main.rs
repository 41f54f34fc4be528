//! GoPay's token, and the outcome of a failed change, in virtual time.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod changes;
mod refund_evidence;
#[path = "../simulator/mod.rs"]
mod simulator;
mod token;

use std::rc::Rc;

use itpay::{
    CallError, CallResult, ErrorName, Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::{CallOptions, ConnectionConfig},
    gopay::{
        Capture, CreatePayment, CreateRecurrence, DEFAULT_TIMEOUT, GoPayEndpoint, ListRefunds, RefundPayment,
        RetrievePayment, SANDBOX_URL, Session, VoidAuthorization, VoidRecurrence, base_url,
    },
};
use simulator::{Reply, Sent, Stop, World, fail, fail_late, respond, respond_with};

const PAYMENT: &str = r#"{"id":7,"state":"PAID","amount":2900,"currency":"CZK"}"#;
/// GoPay's own error response, not a proxy's page.
const GAVE_UP: &str = r#"{"scope":"G","error_code":500,"error_name":null}"#;
const TOKEN_ERROR: &str = r#"{"errors":[{"scope":"G","error_code":200}]}"#;

fn session() -> Rc<Session> {
    let config = ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), DEFAULT_TIMEOUT);
    Rc::new(Session::new(config, "id", Secret::new("secret"), 8_123_456_789))
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
