//! PayKit's calls of GoPay, step by step: what is sent, and the result if a step fails.

#![allow(clippy::type_complexity, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::{future::Future, rc::Rc};

use itpay::{
    Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::ConnectionConfig,
    gopay::{DEFAULT_TIMEOUT, MemoryStore, SANDBOX_URL, Scope, Session, base_url},
    paykit::{GoPayProvider, PayKitError, PayKitErrorName as Name, PayKitResult},
};
use serde_json::{Value, json};
use simulator::{Reply, Sent, World, fail, fail_late, respond, respond_with};

const GO_ID: u64 = 8_640_000_001;
const RETURN_URL: &str = "https://shop.example/done";

fn provider() -> Rc<GoPayProvider> {
    let mut config = ConnectionConfig::new(base_url(SANDBOX_URL, false).unwrap(), DEFAULT_TIMEOUT);
    config.max_retries = 0;
    let session = Rc::new(Session {
        config,
        client_id: "id".into(),
        client_secret: Secret::new("secret"),
        scope: Scope::All,
        go_id: GO_ID,
        language: None,
        has_token_cache: false,
        store: Box::<MemoryStore>::default(),
    });
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

// Creating

#[test]
fn a_checkout_takes_one_request_besides_the_token() {
    let provider = provider();
    let mut world = world(vec![|| ok(payment(json!({ "state": "CREATED" })))]);
    let params = json!({
        "customer": { "email": "user@example.com" }, "item_id": "shoes", "session_type": "one_time", "quantity": 1,
        "success_url": RETURN_URL, "cancel_url": RETURN_URL, "provider_metadata": { "amount": "2900" },
    });
    let checkout = world.run(create_checkout(&provider, &params.to_string(), "fresh")).unwrap();
    assert_eq!(sent(&world), ["POST"]);
    let body: Value = serde_json::from_str(world.requests()[1].body()).unwrap();
    assert_eq!((&body["order_number"], &body["target"]["goid"]), (&json!("fresh"), &json!(GO_ID)));
    assert_eq!(body["callback"]["notification_url"], "https://shop.example/hook");
    assert_eq!((&checkout["id"], &checkout["payment_url"]), (&json!("7"), &json!("https://gw.example/pay")));
}

#[test]
fn a_failed_payment_is_sent_once_and_has_an_outcome() {
    let params = json!({
        "customer": { "email": "user@example.com" }, "item_id": "shoes", "amount": 2900, "currency": "CZK",
        "billing_interval": "month", "provider_metadata": { "success_url": RETURN_URL },
    });
    let rows: [(fn() -> Reply, Name, Outcome); 8] = [
        (|| error_response(409, 110), Name::OperationFailedError, Outcome::NotDone),
        (|| error_response(403, 200), Name::AuthenticationError, Outcome::NotDone),
        (|| respond(429, ""), Name::RateLimitError, Outcome::Unknown),
        (|| respond(502, "<html>"), Name::OperationFailedError, Outcome::Unknown),
        (|| respond(200, "<html>"), Name::OperationFailedError, Outcome::Unknown),
        (|| fail(Transport::ConnectionRefused), Name::OperationFailedError, Outcome::NotDone),
        (|| fail(Transport::ConnectionFailed), Name::OperationFailedError, Outcome::Unknown),
        (Reply::never, Name::OperationFailedError, Outcome::Unknown),
    ];
    for (row, (reply, name, expected)) in rows.into_iter().enumerate() {
        for create in [create_payment, create_subscription] {
            let mut world = world(vec![reply]);
            let error = error(world.run(create(&provider(), &params.to_string(), "fresh")));
            assert_eq!((error.name, outcome(&error)), (name, Some(expected.clone())), "row {row}");
            // A token error is replayed once with a fresh token.
            let posts = if name == Name::AuthenticationError { 2 } else { 1 };
            assert_eq!(sent(&world).len(), posts, "row {row}");
        }
    }
}

#[test]
fn invalid_parameters_are_errors_before_anything_is_sent() {
    let mut world = world(vec![finished]);
    let provider = provider();
    for (call, field) in [
        (create_payment(&provider, "{}", "fresh"), "amount"),
        (create_payment(&provider, "[]", "fresh"), "params"),
        (create_refund(&provider, r#"{"payment_id":"7","amount":0}"#), "amount"),
        (create_refund(&provider, r#"{"payment_id":"../7","amount":1}"#), "payment_id"),
        (create_refund(&provider, r#"{"amount":1}"#), "payment_id"),
        (
            update_subscription(&provider, "7", r#"{"provider_metadata":{"amount":-1}}"#, "fresh"),
            "provider_metadata.amount",
        ),
        (capture_payment(&provider, "7/x", r#"{"amount":1}"#), "id"),
        (cancel_payment(&provider, ""), "id"),
        (cancel_subscription(&provider, "1.5"), "id"),
        (retrieve_payment(&provider, "7?x=1"), "id"),
    ] {
        let error = error(world.run(call));
        assert_eq!((error.name, error.field.as_deref()), (Name::ValidationError, Some(field)));
    }
    assert_eq!(world.requests().len(), 0);
}

// Reading

#[test]
fn a_missing_resource_is_none_and_a_failed_read_is_an_error() {
    for (reply, name) in [
        (|| respond(404, ""), None),
        (|| respond(404, r#"{"scope":"G","error_code":304}"#), None),
        // A proxy has not found GoPay.
        (|| respond(404, "<html>Not found</html>"), Some(Name::OperationFailedError)),
        (|| respond(500, ""), Some(Name::OperationFailedError)),
        (|| ok(payment(json!({ "id": 8 }))), Some(Name::OperationFailedError)),
    ] as [(fn() -> Reply, Option<Name>); 5]
    {
        for call in [retrieve_payment, retrieve_subscription] {
            let result = world(vec![reply]).run(call(&provider(), "7"));
            assert_eq!(result.map_err(|error| error.name), name.map_or(Ok(Value::Null), Err));
        }
    }
}

#[test]
fn a_charge_is_a_subscription_with_or_without_its_first_payment() {
    let charge = || ok(payment(json!({ "parent_id": 6 })));
    for first in [
        || ok(payment(json!({ "id": 6, "amount": 100, "recurrence": recurrence("STARTED") }))),
        || respond(500, ""),
        || fail(Transport::ConnectionFailed),
    ] as [fn() -> Reply; 3]
    {
        let mut world = world(vec![charge, first]);
        let subscription = world.run(retrieve_subscription(&provider(), "7")).unwrap();
        assert_eq!((&subscription["id"], sent(&world)), (&json!("6"), vec!["GET 7".into(), "GET 6".into()]));
    }
    let one_time = world(vec![|| ok(payment(json!({})))]).run(retrieve_subscription(&provider(), "7"));
    assert_eq!(one_time, Ok(Value::Null));
}

#[test]
fn an_update_reads_and_refuses_another_amount() {
    let update = |params: &str| {
        let mut world = world(vec![|| ok(payment(json!({})))]);
        let result = world.run(update_payment(&provider(), "7", params));
        assert_eq!(sent(&world), ["GET 7"]);
        result.map_err(|error| error.name)
    };
    assert!(update(r#"{"amount":2900,"currency":"czk","metadata":{"a":"b"}}"#).is_ok());
    assert_eq!(update(r#"{"amount":1}"#), Err(Name::ProviderNotSupportedError));
    assert_eq!(update(r#"{"currency":"EUR"}"#), Err(Name::ProviderNotSupportedError));
}

// Capturing

fn authorized() -> Reply {
    ok(payment(json!({ "state": "AUTHORIZED", "preauthorization": { "state": "AUTHORIZED" } })))
}

fn captured() -> Reply {
    ok(payment(json!({ "preauthorization": { "state": "CAPTURED" } })))
}

#[test]
fn a_capture_returns_the_captured_payment_even_if_reads_fail() {
    let rows: [(Vec<fn() -> Reply>, &str); 7] = [
        (vec![authorized, finished, captured], "succeeded"),
        // The result counts more than a read that fails or is late.
        (vec![authorized, finished, || respond(404, "")], "succeeded"),
        (vec![authorized, finished, authorized], "succeeded"),
        (vec![authorized, || ok(json!({ "id": 7, "result": "ACCEPTED" })), authorized], "processing"),
        // The response is lost, and GoPay shows the capture.
        (vec![authorized, || fail(Transport::ConnectionFailed), captured, captured], "succeeded"),
        (vec![authorized, || respond(504, ""), captured, captured], "succeeded"),
        // Error 351: it was captured before.
        (vec![authorized, || error_response(409, 351), captured, captured], "succeeded"),
    ];
    for (row, (replies, status)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let payment = world.run(capture_payment(&provider(), "7", r#"{"amount":2900}"#)).unwrap();
        assert_eq!((&payment["status"], &payment["amount"]), (&json!(status), &json!(2900)), "row {row}");
        assert_eq!(sent(&world).iter().filter(|call| call.starts_with("POST")).count(), 1, "row {row}");
    }
}

#[test]
fn a_repeated_capture_is_sent_only_for_the_whole_amount() {
    let mut world = world(vec![captured]);
    let provider = provider();
    assert!(world.run(capture_payment(&provider, "7", r#"{"amount":2900}"#)).is_ok());
    let error = error(world.run(capture_payment(&provider, "7", r#"{"amount":900}"#)));
    assert_eq!((error.name, outcome(&error)), (Name::ConstraintViolationError, Some(Outcome::NotDone)));
    assert_eq!(sent(&world), ["GET 7", "GET 7"]);
}

/// A call that changes a payment, with what it needs to be sent and the path that it is sent to.
type ChangeRow = (Call<PayKitResult<Value>>, Vec<fn() -> Reply>, &'static str);

fn changes() -> Vec<ChangeRow> {
    let provider = provider();
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    vec![
        (capture_payment(&provider, "7", r#"{"amount":2900}"#), vec![authorized], "POST 7/capture"),
        (cancel_payment(&provider, "7"), vec![authorized], "POST 7/void-authorization"),
        (cancel_subscription(&provider, "7"), vec![first], "POST 7/void-recurrence"),
        (
            update_subscription(&provider, "7", r#"{"provider_metadata":{"amount":5}}"#, "n"),
            vec![first],
            "POST 7/create-recurrence",
        ),
        (create_refund(&provider, r#"{"payment_id":7,"amount":100}"#), vec![], "POST 7/refund"),
    ]
}

#[test]
fn a_change_whose_first_read_fails_is_not_sent() {
    let failures: [(fn() -> Reply, Name); 4] = [
        (|| fail(Transport::ConnectionFailed), Name::OperationFailedError),
        (|| respond(500, ""), Name::OperationFailedError),
        (|| respond(200, "<html>"), Name::OperationFailedError),
        (|| respond(404, ""), Name::ResourceNotFoundError),
    ];
    for (reply, name) in failures {
        for (call, replies, path) in changes().into_iter().filter(|(_, replies, _)| !replies.is_empty()) {
            let mut world = world(vec![reply]);
            let error = error(world.run(call));
            assert_eq!((error.name, outcome(&error)), (name, Some(Outcome::NotDone)), "{path} {}", replies.len());
            assert_eq!(sent(&world), ["GET 7"], "{path}");
        }
    }
}

#[test]
fn a_change_without_a_token_is_not_sent() {
    for (call, _, path) in changes() {
        let mut world = World::new(|_, _| respond(503, ""));
        assert_eq!(outcome(&error(world.run(call))), Some(Outcome::NotDone), "{path}");
    }
}

#[test]
fn a_change_is_sent_once_and_its_outcome_is_never_wrong() {
    // Nothing is read after the change but the payment as it was before.
    let rows: [(fn() -> Reply, Outcome); 8] = [
        (|| error_response(409, 303), Outcome::NotDone),
        (|| ok(json!({ "id": 7, "result": "FAILED" })), Outcome::NotDone),
        (|| fail(Transport::ConnectionRefused), Outcome::NotDone),
        (|| fail(Transport::ConnectionFailed), Outcome::Unknown),
        (|| fail_late(Transport::TimedOut), Outcome::Unknown),
        (|| respond(502, "<html>"), Outcome::Unknown),
        (|| respond(200, "<html>"), Outcome::Unknown),
        // A filter's page: GoPay may have processed the call.
        (|| respond(403, "<html>"), Outcome::Unknown),
    ];
    for (row, (reply, expected)) in rows.into_iter().enumerate() {
        for (call, mut replies, path) in changes() {
            if path.ends_with("create-recurrence") && row == 1 {
                continue; // Its response is a payment.
            }
            let before = replies.first().copied();
            replies.push(reply);
            replies.push(before.unwrap_or(|| ok(json!([]))));
            let mut world = world(replies);
            let error = error(world.run(call));
            assert_eq!(outcome(&error), Some(expected.clone()), "{path} row {row}");
            assert_eq!(sent(&world).iter().filter(|call| *call == path).count(), 1, "{path} row {row}");
        }
    }
}

// Canceling

#[test]
fn only_an_authorized_payment_is_canceled() {
    for (state, name, text) in [
        ("CREATED", Name::ProviderNotSupportedError, "CREATED"),
        ("PAYMENT_METHOD_CHOSEN", Name::ProviderNotSupportedError, "PAYMENT_METHOD_CHOSEN"),
        ("PAID", Name::OperationFailedError, "createRefund"),
        ("PARTIALLY_REFUNDED", Name::OperationFailedError, "createRefund"),
        ("REFUNDED", Name::OperationFailedError, "createRefund"),
        ("SOMETHING_NEW", Name::OperationFailedError, "SOMETHING_NEW"),
    ] {
        let mut world = World::new(move |sent, _| match is_token(sent) {
            true => ok(json!({ "access_token": "token" })),
            false => ok(payment(json!({ "state": state }))),
        });
        let error = error(world.run(cancel_payment(&provider(), "7")));
        assert_eq!((error.name, outcome(&error)), (name, Some(Outcome::NotDone)), "{state}");
        assert!(error.message.contains(text), "{state}: {error}");
        assert_eq!(sent(&world), ["GET 7"], "{state}");
    }
    for state in ["CANCELED", "TIMEOUTED"] {
        let mut world = World::new(move |sent, _| match is_token(sent) {
            true => ok(json!({ "access_token": "token" })),
            false => ok(payment(json!({ "state": state }))),
        });
        assert!(world.run(cancel_payment(&provider(), "7")).is_ok(), "{state}");
        assert_eq!(sent(&world), ["GET 7"], "{state}");
    }
}

#[test]
fn a_cancellation_that_gopay_confirms_or_shows_is_canceled() {
    let canceled: fn() -> Reply = || ok(payment(json!({ "state": "CANCELED" })));
    let rows: [(Vec<fn() -> Reply>, &str); 5] = [
        (vec![authorized, finished, canceled], "canceled"),
        (vec![authorized, finished, || respond(500, "")], "canceled"),
        (vec![authorized, || fail(Transport::ConnectionFailed), canceled, canceled], "canceled"),
        (vec![authorized, || error_response(409, 353), canceled, canceled], "canceled"),
        (vec![authorized, || ok(json!({ "id": 7, "result": "ACCEPTED" })), authorized], "requires_capture"),
    ];
    for (row, (replies, status)) in rows.into_iter().enumerate() {
        let payment = world(replies).run(cancel_payment(&provider(), "7")).unwrap();
        assert_eq!(payment["status"], status, "row {row}");
        assert_eq!(payment["custom_fields"]["state"] == "CANCELED", status == "canceled", "row {row}");
    }
}

#[test]
fn a_subscription_is_canceled_in_all_its_fields() {
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    let stopped: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STOPPED") })));
    let charge: fn() -> Reply = || ok(payment(json!({ "id": 8, "parent_id": 7 })));
    let accepted: fn() -> Reply = || ok(json!({ "id": 7, "result": "ACCEPTED" }));
    let rows: [(Vec<fn() -> Reply>, &str, &[&str], &str); 6] = [
        (vec![first, finished], "7", &["GET 7", "POST 7/void-recurrence"], "canceled"),
        (vec![charge, first, finished], "8", &["GET 8", "GET 7", "POST 7/void-recurrence"], "canceled"),
        (vec![stopped], "7", &["GET 7"], "canceled"),
        (vec![first, accepted, stopped], "7", &["GET 7", "POST 7/void-recurrence", "GET 7"], "canceled"),
        (vec![first, accepted, first], "7", &["GET 7", "POST 7/void-recurrence", "GET 7"], "active"),
        // Error 342: it was stopped before.
        (
            vec![first, || error_response(409, 342), stopped],
            "7",
            &["GET 7", "POST 7/void-recurrence", "GET 7"],
            "canceled",
        ),
    ];
    for (row, (replies, id, calls, status)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let subscription = world.run(cancel_subscription(&provider(), id)).unwrap();
        let state = if status == "canceled" { "STOPPED" } else { "STARTED" };
        let fields = (&subscription["status"], &subscription["custom_fields"]["recurrence_state"]);
        assert_eq!(fields, (&json!(status), &json!(state)), "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
    // A payment that is no subscription has nothing to cancel.
    let error = error(world(vec![|| ok(payment(json!({})))]).run(cancel_subscription(&provider(), "7")));
    assert_eq!(error.name, Name::ResourceNotFoundError);
}

// Charging

#[test]
fn a_charge_is_sent_and_shown_whether_or_not_its_first_payment_can_be_read() {
    let charge: fn() -> Reply = || ok(payment(json!({ "id": 8, "parent_id": 7, "amount": 500 })));
    // GoPay's sample of a charge has no parent_id.
    let bare: fn() -> Reply = || ok(json!({ "id": 8, "state": "PAID" }));
    let first: fn() -> Reply = || ok(payment(json!({ "recurrence": recurrence("STARTED") })));
    let with_currency = r#"{"provider_metadata":{"amount":500,"currency":"CZK"}}"#;
    let rows: [(Vec<fn() -> Reply>, &str, &[&str]); 5] = [
        (vec![charge, first], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![bare, first], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![charge, || respond(500, "")], with_currency, &["POST 7/create-recurrence", "GET 7"]),
        (vec![first, charge], r#"{"provider_metadata":{"amount":500}}"#, &["GET 7", "POST 7/create-recurrence"]),
        (vec![first], r#"{"metadata":{"a":"b"}}"#, &["GET 7"]),
    ];
    for (row, (replies, params, calls)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let subscription = world.run(update_subscription(&provider(), "7", params, "fresh")).unwrap();
        assert_eq!(subscription["id"], "7", "row {row}");
        let charge = subscription["custom_fields"].get("charge").map(|charge| charge["id"].clone());
        assert_eq!(charge, (calls.len() == 2).then(|| json!("8")), "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
}

// Refunding

const REFUND: &str = r#"{"payment_id":"7","amount":500,"reason":"late","metadata":{"a":"b"}}"#;

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

#[test]
fn a_refund_has_the_id_of_the_only_entry_that_can_be_its_own() {
    let rows: [(fn() -> Reply, &str); 5] = [
        (|| history(&[(11, 1)], 1), "11"),
        // An entry of ten minutes earlier is another refund's.
        (|| history(&[(10, 0), (11, 600)], 600), "11"),
        // Two that are equally new.
        (|| history(&[(11, 1), (12, 1)], 1), "7"),
        (|| history(&[], 1), "7"),
        (|| respond(404, ""), "7"),
    ];
    for (row, (list, id)) in rows.into_iter().enumerate() {
        let mut world = world(vec![finished, list, || ok(payment(json!({})))]);
        let refund = world.run(create_refund(&provider(), REFUND)).unwrap();
        assert_eq!(refund["id"], id, "row {row}");
        let currency = if id == "7" { "CZK" } else { "EUR" };
        assert_eq!((&refund["amount"], &refund["currency"]), (&json!(500), &json!(currency)), "row {row}");
        assert_eq!((&refund["reason"], &refund["metadata"]), (&json!("late"), &json!({ "a": "b" })), "row {row}");
        assert_eq!(refund["custom_fields"]["result"], "FINISHED", "row {row}");
    }
}

#[test]
fn a_second_equal_refund_never_takes_the_first_ones_entry() {
    let provider = provider();
    let first: fn() -> Reply = || history(&[(11, 1)], 1);
    let mut world = world(vec![finished, first, finished, first, || ok(payment(json!({})))]);
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "11");
    // The history does not show the second one yet.
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
}

#[test]
fn an_earlier_refunds_entry_does_not_prove_a_lost_request() {
    let provider = provider();
    let list: fn() -> Reply = || history(&[(11, 1)], 1);
    let paid: fn() -> Reply = || {
        let body = payment(json!({ "state": "PARTIALLY_REFUNDED" })).to_string();
        respond_with(200, &[("date", &http_date(1))], &body)
    };
    let mut world = world(vec![finished, list, || fail(Transport::ConnectionFailed), paid, list]);
    assert!(world.run(create_refund(&provider, REFUND)).is_ok());
    let error = error(world.run(create_refund(&provider, REFUND)));
    assert_eq!(outcome(&error), Some(Outcome::Unknown));
    assert_eq!(sent(&world).iter().filter(|call| *call == "POST 7/refund").count(), 2);
}

#[test]
fn a_refund_whose_response_is_lost_is_a_success_if_its_entry_is_newer_than_the_call() {
    // The call is sent in the first second. Dates are cut off to the second, and clocks may differ by one.
    let lost: fn() -> Reply = || fail(Transport::ConnectionFailed).after(9_000);
    let paid: fn() -> Reply = || {
        let body = payment(json!({ "state": "PARTIALLY_REFUNDED" })).to_string();
        respond_with(200, &[("date", &http_date(9))], &body)
    };
    let rows: [(fn() -> Reply, bool); 4] = [
        (|| history(&[(11, 5)], 9), true),
        (|| history(&[(11, 2)], 9), true),
        (|| history(&[(11, 0)], 9), false),
        (|| history(&[(11, 1)], 9), false),
    ];
    for (row, (list, is_done)) in rows.into_iter().enumerate() {
        let mut world = world(vec![lost, paid, list]);
        match world.run(create_refund(&provider(), REFUND)) {
            Ok(refund) => assert_eq!((&refund["id"], is_done), (&json!("11"), true), "row {row}"),
            Err(error) => assert_eq!((outcome(&error), is_done), (Some(Outcome::Unknown), false), "row {row}"),
        }
        assert_eq!(sent(&world).iter().filter(|call| *call == "POST 7/refund").count(), 1);
    }
}

#[test]
fn a_refund_after_one_that_may_be_listed_late_has_no_entry_of_its_own() {
    let provider = provider();
    let paid: fn() -> Reply = || ok(payment(json!({})));
    let first: fn() -> Reply = || history(&[(11, 1)], 1);
    // The first is done, and not listed yet. After the second one, a single entry is: whose it is, nobody knows.
    let mut world = world(vec![finished, || history(&[], 1), paid, finished, first, paid]);
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
    assert_eq!(world.run(create_refund(&provider, REFUND)).unwrap()["id"], "7");
}

// Webhooks

#[test]
fn a_webhook_reads_only_what_its_events_need() {
    let stopped: fn() -> Reply = || ok(payment(json!({ "id": 6, "recurrence": recurrence("STOPPED") })));
    let rows: [(Vec<fn() -> Reply>, &[&str], &[&str]); 6] = [
        (vec![|| ok(payment(json!({})))], &["GET 7"], &["invoice.generated", "payment.succeeded"]),
        (
            vec![|| ok(payment(json!({ "parent_id": 6 }))), || respond(500, "")],
            &["GET 7", "GET 6"],
            &["subscription.created", "invoice.generated", "payment.succeeded"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "CANCELED", "parent_id": 6 }))), stopped],
            &["GET 7", "GET 6"],
            &["subscription.canceled", "payment.failed"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || history(&[(11, 1), (12, 1)], 1)],
            &["GET 7", "GET 7/refunds"],
            &["refund.created", "refund.created"],
        ),
        (
            vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(404, "")],
            &["GET 7", "GET 7/refunds"],
            &["refund.created"],
        ),
        (vec![|| ok(payment(json!({ "state": "SOMETHING_NEW" })))], &["GET 7"], &[]),
    ];
    for (row, (replies, calls, types)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let events = world.run(handle_webhook(&provider(), "/hook?id=7", "")).unwrap();
        let seen: Vec<_> = events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(seen, types, "row {row}");
        assert_eq!(sent(&world), calls, "row {row}");
    }
}

#[test]
fn a_webhook_that_cannot_be_read_now_is_retryable_and_any_other_is_not() {
    let canceled: fn() -> Reply = || ok(payment(json!({ "state": "CANCELED", "parent_id": 6 })));
    let rows: [(Vec<fn() -> Reply>, &str, bool); 14] = [
        (vec![|| respond(404, "")], "not_found", false),
        (vec![|| respond(404, "<html>Not found</html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "target": { "goid": 1 } })))], "mismatch", false),
        (vec![|| ok(payment(json!({ "id": 8 })))], "unavailable", true),
        (vec![|| respond(500, "")], "unavailable", true),
        (vec![|| respond(200, "<html>")], "unavailable", true),
        (vec![|| fail(Transport::HostNotFound)], "unavailable", true),
        // The parent may say that the subscription has ended.
        (vec![canceled, || respond(500, "")], "unavailable", true),
        (vec![canceled, || respond(403, "<html>")], "unavailable", true),
        // Without its refunds, the events would have other ids.
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(503, "")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(403, "<html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(401, "")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(200, "<html>")], "unavailable", true),
        (vec![|| ok(payment(json!({ "state": "REFUNDED" }))), || respond(520, "")], "unavailable", true),
    ];
    for (replies, reason, retryable) in rows {
        let error = error(world(replies).run(handle_webhook(&provider(), "/hook?id=7", "")));
        assert_eq!((error.name, error.retryable), (Name::WebhookError, retryable), "{reason}");
        assert_eq!(context(&error)["reason"], reason);
    }
    let mut world = world(vec![finished]);
    let error = error(world.run(handle_webhook(&provider(), "/hook?id=../7", "")));
    assert_eq!((error.name, context(&error)["reason"].as_str()), (Name::WebhookError, Some("no_id")));
    assert_eq!(world.requests().len(), 0);
}
