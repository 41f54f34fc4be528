//! PayKit's calls of ItPay, step by step.

#![allow(clippy::type_complexity, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::rc::Rc;

use itpay::{
    Outcome, Secret,
    call::{Call, Io, TransportErrorKind as Transport},
    exchange::ConnectionConfig,
    http::BaseUrl,
    itpay::{ApiKey, DEFAULT_BASE_URL, DEFAULT_TIMEOUT, Session},
    paykit::{ItPayProvider, PayKitErrorName as Name, PayKitResult, ProviderDefaults},
};
use serde_json::{Value, json};
use simulator::{Reply, Sent, World, fail, respond};

fn provider() -> Rc<ItPayProvider> {
    let mut config = ConnectionConfig::new(BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap(), DEFAULT_TIMEOUT);
    config.max_retries = 1;
    let api_key = ApiKey::new(Secret::new("sk_test_1")).unwrap();
    let session = Rc::new(Session { config, api_key, channel: Some("alipay".into()) });
    let defaults = ProviderDefaults { agent_id: Some("agent_1".into()), service_id: Some("svc_1".into()) };
    Rc::new(ItPayProvider { session, defaults })
}

fn create_payment(params: &str) -> Call<PayKitResult<Value>> {
    let (provider, params) = (provider(), params.to_string());
    Call::new(move |io: Io| async move {
        let result = provider.create_payment(&io, &params, &|| Ok("pi_new".into())).await;
        result.map(|object| serde_json::to_value(object).unwrap())
    })
}

fn create_checkout(params: &str) -> Call<PayKitResult<Value>> {
    let (provider, params) = (provider(), params.to_string());
    Call::new(move |io: Io| async move {
        let result = provider.create_checkout(&io, &params, &|| Ok("pi_new".into())).await;
        result.map(|object| serde_json::to_value(object).unwrap())
    })
}

macro_rules! calls {
    ($($name:ident($($arg:ident),*);)*) => {
        $(fn $name($($arg: &str),*) -> Call<PayKitResult<Value>> {
            $(let $arg = $arg.to_string();)*
            let provider = provider();
            Call::new(move |io: Io| async move {
                let result = provider.$name(&io, $(&$arg),*).await;
                result.map(|object| serde_json::to_value(object).unwrap())
            })
        })*
    };
}

calls! {
    retrieve_payment(id);
    capture_payment(id, params);
    create_refund(params);
}

const ORDER: &str =
    r#"{"customer":{"id":"u1"},"item_id":"summary","amount":699,"currency":"CNY","capture_method":"manual"}"#;

fn intent(status: &str, qr: Value) -> Reply {
    let amount = json!({ "currency": "CNY", "value": 699 });
    respond(200, &json!({ "id": "pi_new", "status": status, "amount": amount, "qr": qr }).to_string())
}

fn code() -> Reply {
    let code = json!({ "id": "qr_1", "payment_intent_id": "pi_new", "scan_url": "itpay://pay/1", "qr_data": "0002" });
    respond(200, &code.to_string())
}

fn world(replies: Vec<fn() -> Reply>) -> World {
    World::new(move |_, nth| replies[nth.min(replies.len()) - 1]())
}

fn sent(world: &World) -> Vec<String> {
    let path = |sent: &Sent| sent.attempt.url.trim_start_matches(DEFAULT_BASE_URL).to_string();
    world.requests().iter().map(|sent| format!("{} {}", sent.attempt.method.as_str(), path(sent))).collect()
}

#[test]
fn a_payment_is_an_intent_and_its_code() {
    let mut world = world(vec![|| intent("pending", Value::Null), code]);
    let payment = world.run(create_payment(ORDER)).unwrap();
    assert_eq!(sent(&world), ["POST /payment-intents", "POST /payment-intents/pi_new/qr"]);
    let body: Value = serde_json::from_str(world.requests()[0].body()).unwrap();
    assert_eq!(
        (&body["id"], &body["channel"], &body["service_id"]),
        (&json!("pi_new"), &json!("alipay"), &json!("svc_1"))
    );
    assert_eq!(world.requests()[0].header("Idempotency-Key"), "pi_new");
    assert_eq!((&payment["status"], &payment["payment_url"]), (&json!("pending"), &json!("itpay://pay/1")));
    assert_eq!(payment["custom_fields"]["qr"]["qr_data"], "0002");
}

#[test]
fn an_intent_that_has_a_code_gets_no_second_one() {
    let mut world = world(vec![|| intent("qr_generated", json!({ "charge_id": "qr_1", "scan_url": "itpay://pay/1" }))]);
    let payment = world.run(create_payment(ORDER)).unwrap();
    assert_eq!((sent(&world).len(), &payment["payment_url"]), (1, &json!("itpay://pay/1")));
}

#[test]
fn each_step_of_a_creation_can_fail() {
    let rows: [(Vec<fn() -> Reply>, Name, usize); 5] = [
        (vec![|| respond(401, "")], Name::AuthenticationError, 1),
        (vec![|| respond(422, r#"{"error":{"code":"bad","message":"no"}}"#)], Name::OperationFailedError, 1),
        // An intent has an idempotency key, so it is sent again.
        (vec![|| fail(Transport::ConnectionFailed)], Name::OperationFailedError, 2),
        (vec![|| intent("pending", Value::Null), || respond(500, "")], Name::OperationFailedError, 2),
        (
            vec![|| intent("pending", Value::Null), || {
                respond(200, r#"{"id":"qr_1","payment_intent_id":"pi_other","qr_data":"0002"}"#)
            }],
            Name::OperationFailedError,
            2,
        ),
    ];
    for (row, (replies, name, requests)) in rows.into_iter().enumerate() {
        let mut world = world(replies);
        let error = world.run(create_payment(ORDER)).expect_err("it did not fail");
        assert_eq!((error.name, world.requests().len()), (name, requests), "row {row}: {error:?}");
    }
}

#[test]
fn invalid_parameters_are_errors_before_anything_is_sent() {
    for (call, name) in [
        (create_payment("{}"), Name::ValidationError),
        (create_payment(&ORDER.replace("manual", "later")), Name::ValidationError),
        (create_checkout(r#"{"session_type":"recurring"}"#), Name::ProviderNotSupportedError),
        (capture_payment("pi_1", r#"{"amount":0}"#), Name::ValidationError),
    ] {
        let mut world = world(vec![code]);
        assert_eq!(world.run(call).expect_err("it did not fail").name, name);
        assert_eq!(world.requests().len(), 0);
    }
}

#[test]
fn a_capture_returns_only_a_paid_payment() {
    let rows: [(fn() -> Reply, &str, Option<Name>); 6] = [
        (|| intent("succeeded", Value::Null), "699", None),
        (|| intent("succeeded", Value::Null), "698", Some(Name::ValidationError)),
        (|| intent("pending", Value::Null), "699", Some(Name::ConstraintViolationError)),
        (|| intent("failed", Value::Null), "699", Some(Name::ConstraintViolationError)),
        (|| respond(404, ""), "699", Some(Name::ResourceNotFoundError)),
        (|| respond(401, ""), "699", Some(Name::AuthenticationError)),
    ];
    for (row, (reply, amount, name)) in rows.into_iter().enumerate() {
        let mut world = world(vec![reply]);
        let result = world.run(capture_payment("pi_new", &format!("{{\"amount\":{amount}}}")));
        assert_eq!(
            result.map(|payment| payment["status"] == "succeeded").map_err(|error| error.name),
            name.map_or(Ok(true), Err),
            "row {row}"
        );
        assert_eq!(sent(&world), ["GET /payment-intents/pi_new"], "row {row}");
    }
    assert_eq!(world(vec![|| respond(404, "")]).run(retrieve_payment("pi_none")), Ok(Value::Null));
}

#[test]
fn a_refund_of_the_whole_payment_is_read_first_and_sent_once() {
    let replies: Vec<fn() -> Reply> =
        vec![|| intent("succeeded", Value::Null), || respond(201, r#"{"status":"requested"}"#)];
    let mut world = world(replies);
    let params = r#"{"payment_id":"pi_new","amount":699,"reason":"late","metadata":{"a":"b"}}"#;
    let refund = world.run(create_refund(params)).unwrap();
    let custom = json!({ "payment_id": "pi_new", "status": "requested", "preview": true });
    assert_eq!(
        refund,
        json!({ "id": "pi_new", "amount": 699, "currency": "CNY", "reason": "late", "metadata": { "a": "b" },
            "custom_fields": custom })
    );
    let requests = world.requests();
    assert_eq!(requests.last().unwrap().body(), r#"{"payment_intent":"pi_new","reason":"late"}"#);
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_refund_that_is_not_of_the_whole_payment_is_refused_before_it_is_sent() {
    let whole = r#"{"payment_id":"pi_new","amount":699}"#;
    let part = r#"{"payment_id":"pi_new","amount":698}"#;
    for (params, reply, name, field) in [
        (part, (|| intent("succeeded", Value::Null)) as fn() -> Reply, Name::ValidationError, Some("amount")),
        (
            r#"{"payment_id":"pi_new","amount":700}"#,
            || intent("succeeded", Value::Null),
            Name::ValidationError,
            Some("amount"),
        ),
        (whole, || respond(200, r#"{"id":"pi_new","status":"succeeded"}"#), Name::ValidationError, Some("amount")),
        (whole, || intent("scanning", Value::Null), Name::ConstraintViolationError, None),
        (whole, || respond(404, ""), Name::ResourceNotFoundError, None),
        (whole, || respond(403, ""), Name::OperationFailedError, None),
    ] {
        let mut world = world(vec![reply]);
        let error = world.run(create_refund(params)).unwrap_err();
        assert_eq!((error.name, error.field.as_deref()), (name, field), "{}", error.message);
        assert_eq!(error.context.get("outcome").map(|outcome| outcome.as_str()), Some(r#""not_done""#));
        assert_eq!(world.requests().len(), 1);
    }
    for params in [r#"{"payment_id":"","amount":699}"#, r#"{"payment_id":"pi_new","amount":0}"#, "{}"] {
        let mut world = world(vec![code]);
        let error = world.run(create_refund(params)).unwrap_err();
        assert_eq!(error.context.get("outcome").map(|outcome| outcome.as_str()), Some(r#""not_done""#));
        assert!(world.requests().is_empty());
    }
}

#[test]
fn a_refund_that_fails_ambiguously_is_not_sent_again() {
    for (reply, outcome) in [
        ((|| fail(Transport::ConnectionFailed)) as fn() -> Reply, Outcome::Unknown),
        (|| respond(503, ""), Outcome::Unknown),
        (|| respond(201, "null"), Outcome::Unknown),
        (|| respond(409, r#"{"error":{"code":"ALREADY_REFUNDED","message":"no"}}"#), Outcome::NotDone),
    ] {
        let mut world = world(vec![|| intent("succeeded", Value::Null), reply]);
        let error = world.run(create_refund(r#"{"payment_id":"pi_new","amount":699}"#)).unwrap_err();
        assert_eq!(error.cause.unwrap().outcome, Some(outcome));
        assert_eq!(world.requests().len(), 2);
    }
}
