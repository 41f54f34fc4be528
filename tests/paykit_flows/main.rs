//! PayKit's calls of GoPay, step by step: what is sent, and the result if a step fails.

#![allow(clippy::type_complexity, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod changes;
mod creating;
mod reading;
mod refunds;
#[path = "../simulator/mod.rs"]
mod simulator;
mod webhooks;

use std::{future::Future, rc::Rc};

use itpay::{
    Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::ConnectionConfig,
    gopay::{DEFAULT_TIMEOUT, SANDBOX_URL, Session, base_url},
    paykit::{GoPayProvider, PayKitError, PayKitErrorName as Name, PayKitResult},
};
use serde_json::{Value, json};
use simulator::{Reply, Sent, World, fail, fail_late, respond, respond_with};

const GO_ID: u64 = 8_640_000_001;
const RETURN_URL: &str = "https://shop.example/done";

fn provider() -> Rc<GoPayProvider> {
    let mut config = ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), DEFAULT_TIMEOUT);
    config.max_retries = 0;
    let session = Rc::new(Session::new(config, "id", Secret::new("secret"), GO_ID));
    Rc::new(GoPayProvider { session, notification_url: "https://shop.example/hook".into() })
}

/// A call of the provider, as JSON.
fn call<T: serde::Serialize, F: Future<Output = PayKitResult<T>> + 'static>(
    provider: &Rc<GoPayProvider>,
    flow: impl FnOnce(Rc<GoPayProvider>, Io) -> F + 'static,
) -> Call<PayKitResult<Value>> {
    let provider = provider.clone();
    Call::new(move |io| {
        let result = flow(provider, io);
        async move { result.await.map(|object| serde_json::to_value(object).unwrap()) }
    })
}

macro_rules! calls {
    ($($name:ident($($arg:ident),*);)*) => {
        $(fn $name(provider: &Rc<GoPayProvider>, $($arg: &str),*) -> Call<PayKitResult<Value>> {
            $(let $arg = $arg.to_string();)*
            call(provider, move |provider, io| async move { provider.$name(&io, $(&$arg),*).await })
        })*
    };
}

calls! {
    create_checkout(params, order_number);
    create_payment(params, order_number);
    create_subscription(params, order_number);
    retrieve_payment(id);
    retrieve_subscription(id);
    update_payment(id, params);
    update_subscription(id, params, order_number);
    cancel_subscription(id);
    cancel_payment(id);
    capture_payment(id, params);
    create_refund(params);
    handle_webhook(url, body);
}

fn payment(change: Value) -> Value {
    let mut payment = json!({
        "id": 7, "state": "PAID", "amount": 2900, "currency": "CZK", "target": { "type": "ACCOUNT", "goid": GO_ID },
        "payer": { "contact": { "email": "user@example.com" } }, "gw_url": "https://gw.example/pay",
    });
    payment.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    payment
}

fn recurrence(state: &str) -> Value {
    json!({ "recurrence_cycle": "MONTH", "recurrence_period": 1, "recurrence_date_to": "2030-12-30", "recurrence_state": state })
}

fn ok(body: Value) -> Reply {
    respond(200, &body.to_string())
}

fn finished() -> Reply {
    ok(json!({ "id": 7, "result": "FINISHED" }))
}

fn error_response(status: u16, code: u64) -> Reply {
    respond(status, &json!({ "errors": [{ "scope": "G", "error_code": code }] }).to_string())
}

fn is_token(sent: &Sent) -> bool {
    sent.attempt.url.ends_with("/oauth2/token")
}

/// A gateway that issues tokens and has these replies to the next calls, in order. The last one repeats.
fn world(replies: Vec<fn() -> Reply>) -> World {
    let mut nth = 0;
    World::new(move |sent, _| {
        if is_token(sent) {
            return ok(json!({ "access_token": "token", "expires_in": 1800 }));
        }
        nth += 1;
        replies[nth.min(replies.len()) - 1]()
    })
}

/// The calls after the token, as `GET 7` or `POST 7/refund`.
fn sent(world: &World) -> Vec<String> {
    let call = |sent: &Sent| {
        let path = sent.attempt.url.split("/payments/payment").nth(1).unwrap_or_default();
        format!("{} {}", sent.attempt.method.as_str(), path.trim_start_matches('/')).trim().to_string()
    };
    world.requests().iter().filter(|sent| !is_token(sent)).map(call).collect()
}

fn error(result: PayKitResult<Value>) -> PayKitError {
    *result.expect_err("it did not fail")
}

fn context(error: &PayKitError) -> Value {
    serde_json::to_value(&error.context).unwrap()
}

/// The outcome in an error.
fn outcome(error: &PayKitError) -> Option<Outcome> {
    let own = error.context.get("outcome").map(|outcome| outcome.as_str().trim_matches('"').to_string());
    own.map(Into::into).or_else(|| error.cause.as_ref()?.outcome.clone())
}

/// The time of the simulated gateway, as text: so many seconds after its start.
fn date(seconds: u64) -> String {
    // 2027-01-15T08:00:01Z is the simulator's start.
    format!("2027-01-15T08:{:02}:{:02}Z", seconds / 60, seconds % 60)
}

fn http_date(seconds: u64) -> String {
    format!("Fri, 15 Jan 2027 08:{:02}:{:02} GMT", seconds / 60, seconds % 60)
}

fn history(refunds: &[(u64, u64)], now: u64) -> Reply {
    let entry = |(id, at): &(u64, u64)| json!({ "id": id, "state": "SUCCESS", "amount": 500, "currency": "EUR", "date_requested": date(*at) });
    let body = Value::Array(refunds.iter().map(entry).collect()).to_string();
    respond_with(200, &[("date", &http_date(now))], &body)
}
