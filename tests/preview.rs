//! The calls that ItPay documents in part: what is sent, what is refused, what a response must have, and the sandbox.

#![allow(clippy::indexing_slicing, clippy::type_complexity, clippy::unwrap_used, reason = "a test may fail")]

mod simulator;

use std::rc::Rc;

use itpay::{
    CallError, Endpoint, Error, ErrorName, JsonEndpoint, Money, Outcome, RawObject, Secret,
    call::{Call, TransportErrorKind as Transport},
    exchange::{CallOptions, ConnectionConfig},
    http::{BaseUrl, Headers, Method, Request, Response},
    itpay::{
        ApiKey, CreateDelivery, CreateInstall, CreateOneTimePayment, CreateRefund, CreateSubscription,
        CreateWebhookEndpoint, DEFAULT_BASE_URL, DEFAULT_TIMEOUT, IdentityData, Party, RecordUsage, Revocation,
        Session, VerifyIdentity, authorize,
    },
    sandbox::{Action, Config, Sandbox},
};
use serde_json::{Value, json};
use simulator::{World, fail, respond};

/// A call: its path, its parameters, what makes them wrong and the field that is named, its response, and the fields
/// without which a response isn't of the documented form.
struct Row {
    path: &'static str,
    build: fn(&str) -> Result<Request, Error>,
    check: fn(&Response) -> Result<(), Error>,
    params: Value,
    wrong: Vec<(&'static str, Value)>,
    response: Value,
    required: Vec<&'static str>,
}

fn row<E: JsonEndpoint>(
    path: &'static str,
    params: Value,
    wrong: Vec<(&'static str, Value)>,
    response: Value,
    required: Vec<&'static str>,
) -> Row {
    Row { path, build: E::request_from_json, check: E::check, params, wrong, response, required }
}

fn rows() -> Vec<Row> {
    vec![
        row::<CreateOneTimePayment>(
            "/payments/one-time",
            json!({ "service_id": "svc_sandbox", "amount": { "currency": "CNY", "value": 699 }, "payer": { "agent_id": "a" } }),
            vec![
                ("service_id", json!({ "service_id": "" })),
                ("amount", json!({ "amount": null })),
                ("amount.value", json!({ "amount": { "currency": "CNY", "value": 6.99 } })),
                ("amount.value", json!({ "amount": { "currency": "CNY", "value": 0 } })),
                ("payer.agent_id", json!({ "payer": {} })),
                ("payer.human_id", json!({ "payer": { "agent_id": "a", "human_id": 7 } })),
            ],
            json!({ "id": "1", "deeplink": "itpay://pay/1", "status": "pending" }),
            vec!["id", "deeplink", "status"],
        ),
        row::<CreateRefund>(
            "/refunds",
            json!({ "payment_intent": "pi_1", "reason": "customer_request", "revoke": { "targets": [{ "type": "signed_url" }] } }),
            vec![
                ("payment_intent", json!({ "payment_intent": null })),
                ("reason", json!({ "reason": 1 })),
                ("revoke", json!({ "revoke": [] })),
                ("revoke.targets[0]", json!({ "revoke": { "targets": ["signed_url"] } })),
                ("revoke.targets[0].type", json!({ "revoke": { "targets": [{ "type": 1 }] } })),
            ],
            json!({}),
            vec![],
        ),
        row::<RecordUsage>(
            "/cumulative/record",
            json!({ "quantity": 1500 }),
            vec![
                ("quantity", json!({ "quantity": null })),
                ("quantity", json!({ "quantity": "1" })),
                ("quantity", json!({ "quantity": 0 })),
                ("quantity", json!({ "quantity": -0.5 })),
            ],
            json!({ "amount": 1500, "running_total": 1500.5 }),
            vec!["amount", "running_total"],
        ),
        row::<CreateSubscription>(
            "/subscriptions",
            json!({ "plan": "pro" }),
            vec![],
            json!({ "status": "pending", "first_payment": { "qr": {} } }),
            vec!["status", "first_payment", "first_payment.qr"],
        ),
        row::<CreateInstall>(
            "/installs",
            json!({ "auto_pay_limit": 1000, "channel": "alipay" }),
            vec![("auto_pay_limit", json!({ "auto_pay_limit": null })), ("channel", json!({ "channel": "" }))],
            json!({ "install_id": "ins_1", "status": "active" }),
            vec!["install_id", "status"],
        ),
        row::<CreateDelivery>(
            "/deliveries",
            json!({ "type": "signed_url", "payment_intent_id": "pi_1", "source_url": "https://a.example" }),
            vec![
                ("type", json!({ "type": null })),
                ("payment_intent_id", json!({ "payment_intent_id": 1 })),
                ("source_url", json!({ "source_url": "" })),
            ],
            json!({}),
            vec![],
        ),
        row::<CreateWebhookEndpoint>(
            "/webhook-endpoints",
            json!({ "url": "https://a.example", "description": "d", "enabled_events": ["payment_intent.succeeded"] }),
            vec![
                ("url", json!({ "url": "a.example" })),
                ("description", json!({ "description": 1 })),
                ("enabled_events", json!({ "enabled_events": {} })),
                ("enabled_events[0]", json!({ "enabled_events": [null] })),
            ],
            json!({}),
            vec![],
        ),
        row::<VerifyIdentity>(
            "/kyc/verify",
            json!({ "level": "basic", "data": { "email": "a@example.com", "phone": "+1" } }),
            vec![
                ("level", json!({ "level": "" })),
                ("data", json!({ "data": "a@example.com" })),
                ("data.email", json!({ "data": { "email": "" } })),
                ("data.phone", json!({ "data": { "phone": 1 } })),
            ],
            json!({}),
            vec![],
        ),
    ]
}

fn response(body: &Value) -> Response {
    Response { status: 201, headers: Headers::default(), body: body.to_string().into_bytes() }
}

fn changed(params: &Value, change: &Value) -> String {
    let mut params = params.clone();
    params.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    params.to_string()
}

#[test]
fn parameters_are_sent_as_they_came_and_once() {
    for row in rows() {
        let params = changed(&row.params, &json!({ "unknown": [1.50, null] }));
        let request = (row.build)(&params).unwrap();
        assert_eq!((request.method, request.path.as_str()), (Method::Post, row.path));
        assert_eq!(String::from_utf8(request.body).unwrap(), params);
        assert!(request.sent_once && request.idempotency_key.is_none() && !request.repeatable);
    }
}

#[test]
fn a_wrong_parameter_is_refused_and_named() {
    for row in rows() {
        for (field, change) in &row.wrong {
            match (row.build)(&changed(&row.params, change)) {
                Err(Error::Invalid { field: named, .. }) => assert_eq!(named, *field, "{} {change}", row.path),
                other => panic!("{} {change}: {other:?}", row.path),
            }
        }
    }
}

#[test]
fn a_response_that_is_not_of_the_documented_form_names_the_field() {
    for row in rows() {
        (row.check)(&response(&row.response)).unwrap();
        (row.check)(&response(&Value::Object(row.response.as_object().unwrap().clone()))).unwrap();
        let mut wrong = vec![("body", json!([])), ("body", Value::Null), ("body", json!("text"))];
        for path in row.required {
            let mut copy = row.response.clone();
            let pointer = format!("/{}", path.replace('.', "/"));
            *copy.pointer_mut(&pointer).unwrap() = json!([]);
            wrong.push((path, copy));
        }
        for (field, body) in wrong {
            match (row.check)(&response(&body)) {
                Err(Error::InvalidResponse { field: named, .. }) => assert_eq!(named, field, "{} {body}", row.path),
                other => panic!("{} {body}: {other:?}", row.path),
            }
        }
    }
}

#[test]
fn a_struct_is_the_same_request_as_its_json() {
    let extra = RawObject::default;
    let body = |request: Result<Request, Error>| String::from_utf8(request.unwrap().body).unwrap();
    let amount = Money { currency: "CNY".into(), value: 699 };
    let payer = Party { agent_id: "a".into(), ..Party::default() };
    let targets = vec![RawObject::parse(r#"{"type":"signed_url"}"#).unwrap()];
    let bodies = [
        body(CreateOneTimePayment { service_id: "svc_sandbox".into(), amount, payer, extra: extra() }.request()),
        body(
            CreateRefund {
                payment_intent: "pi_1".into(),
                reason: Some("customer_request".into()),
                revoke: Some(Revocation { targets }),
                extra: extra(),
            }
            .request(),
        ),
        body(RecordUsage { quantity: 1500.0, extra: extra() }.request()),
        body(CreateSubscription { extra: RawObject::parse(r#"{"plan":"pro"}"#).unwrap() }.request()),
        body(
            CreateInstall {
                auto_pay_limit: serde_json::from_str("1000").unwrap(),
                channel: Some("alipay".into()),
                extra: extra(),
            }
            .request(),
        ),
        body(
            CreateDelivery {
                delivery_type: "signed_url".into(),
                payment_intent_id: "pi_1".into(),
                source_url: "https://a.example".into(),
                extra: extra(),
            }
            .request(),
        ),
        body(
            CreateWebhookEndpoint {
                url: "https://a.example".into(),
                description: Some("d".into()),
                enabled_events: vec!["payment_intent.succeeded".into()],
                extra: extra(),
            }
            .request(),
        ),
        body(
            VerifyIdentity {
                level: "basic".into(),
                data: IdentityData { email: Some("a@example.com".into()), phone: Some("+1".into()), extra: extra() },
                extra: extra(),
            }
            .request(),
        ),
    ];
    for (row, body) in rows().iter().zip(bodies) {
        let written: Value = serde_json::from_str(&body.replace("1500.0", "1500")).unwrap();
        assert_eq!(written, row.params, "{}", row.path);
    }
}

#[test]
fn a_failed_refund_says_what_is_known_whatever_the_retries() {
    let refused = r#"{"error":{"code":"REFUND_WINDOW_CLOSED","message":"no"}}"#;
    for (reply, outcome) in [
        (fail(Transport::ConnectionFailed), Outcome::Unknown),
        (fail(Transport::ConnectionRefused), Outcome::NotDone),
        (respond(503, ""), Outcome::Unknown),
        (respond(422, refused), Outcome::NotDone),
        (respond(201, "[]"), Outcome::Unknown),
    ] {
        let mut reply = Some(reply);
        let mut world = World::new(move |_, _| reply.take().unwrap());
        let config = ConnectionConfig {
            max_retries: 9,
            ..ConnectionConfig::new(BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap(), DEFAULT_TIMEOUT)
        };
        let api_key = ApiKey::new(Secret::new("sk_test_1")).unwrap();
        let session = Rc::new(Session { config, api_key, channel: None });
        let call: Call<Result<RawObject, Box<CallError>>> = Call::new(move |io| async move {
            let refund =
                CreateRefund { payment_intent: "pi_1".into(), reason: None, revoke: None, extra: RawObject::default() };
            session.call(&io, &refund, &CallOptions::default()).await
        });
        let error = world.run(call).unwrap_err();
        assert_eq!((error.outcome, world.requests().len()), (Some(outcome), 1), "{}", error.message);
    }
}

#[test]
fn an_unreadable_response_is_an_api_error() {
    let error = Box::<CallError>::from((rows().remove(0).check)(&response(&json!({}))).unwrap_err());
    assert_eq!((error.name, error.field.as_deref()), (ErrorName::Api, Some("id")));
}

const NOW: u64 = 1_745_712_345_000;
const RANDOM: [u8; 16] = [7; 16];

struct Gateway(Sandbox);

impl Gateway {
    fn open() -> Gateway {
        Gateway(Sandbox::new(Config::new(Secret::new("sk_test_1"), Secret::new("whsec_1"))).unwrap())
    }

    fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::new(Method::Post, path.to_owned()).with_json(body.to_string());
        let base = BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap();
        let signed = authorize(&request, &base, &ApiKey::new(Secret::new("sk_test_1")).unwrap(), NOW / 1000);
        let response = self.0.handle(&signed, NOW, &RANDOM);
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    fn pay(&mut self, id: &str) {
        self.create(id);
        self.0.wallet(id, &Action::Pay, NOW, &RANDOM).unwrap();
    }

    fn create(&mut self, id: &str) {
        let amount = json!({ "currency": "CNY", "value": 699 });
        let payer = json!({ "agent_id": "a" });
        let params =
            json!({ "id": id, "service_id": "svc_sandbox", "type": "one_time", "amount": amount, "payer": payer });
        assert_eq!(self.post("/payment-intents", &params).0, 201);
        assert_eq!(self.post(&format!("/payment-intents/{id}/qr"), &Value::Null).0, 201);
    }
}

#[test]
fn the_sandbox_responds_to_each_call_with_what_the_client_reads() {
    let mut gateway = Gateway::open();
    gateway.pay("pi_1");
    let deliveries = gateway.0.deliveries().len();
    for row in rows() {
        let (status, body) = gateway.post(row.path, &row.params);
        assert_eq!(status, 201, "{} {body}", row.path);
        (row.check)(&response(&body)).unwrap();
        for (field, change) in row.wrong {
            let (status, body) = gateway.post(row.path, &serde_json::from_str(&changed(&row.params, &change)).unwrap());
            assert_eq!((status, &body["error"]["details"]["field"]), (422, &json!(field)));
        }
        let request = Request::new(Method::Get, row.path.to_owned());
        let base = BaseUrl::parse(DEFAULT_BASE_URL, false).unwrap();
        let signed = authorize(&request, &base, &ApiKey::new(Secret::new("sk_test_1")).unwrap(), NOW / 1000);
        let response = gateway.0.handle(&signed, NOW, &RANDOM);
        assert_eq!((response.status, response.headers.get("allow")), (405, Some("POST")));
    }
    assert_eq!(gateway.0.preview_calls().len(), rows().len());
    assert_eq!(gateway.0.deliveries().len(), deliveries, "no webhook has an attested type");
}

#[test]
fn the_sandbox_refunds_what_was_paid_and_no_more() {
    let mut gateway = Gateway::open();
    gateway.create("pi_open");
    gateway.pay("pi_1");
    let mut refused = |body: Value| {
        let (status, body) = gateway.post("/refunds", &body);
        (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused(json!({ "payment_intent": "pi_none" })), (404, "PAYMENT_INTENT_NOT_FOUND".into()));
    assert_eq!(refused(json!({ "payment_intent": "pi_open" })), (409, "INVALID_STATUS".into()));
    assert_eq!(refused(json!({ "payment_intent": "pi_1", "amount": 1 })), (422, "VALIDATION_FAILED".into()));
    assert_eq!(refused(json!({ "payment_intent": "pi_1" })), (201, String::new()));
    assert_eq!(refused(json!({ "payment_intent": "pi_1" })), (409, "ALREADY_REFUNDED".into()));
    assert!(gateway.0.is_refunded("pi_1") && !gateway.0.is_refunded("pi_open"));
    let restored =
        Sandbox::restore(Config::new(Secret::new("sk_test_1"), Secret::new("whsec_1")), &gateway.0.snapshot().unwrap());
    assert!(restored.unwrap().is_refunded("pi_1"), "a restart forgets no refund");
}

#[test]
fn the_sandbox_bills_usage_twice_that_is_recorded_twice() {
    let mut gateway = Gateway::open();
    let mut record = |quantity: Value| gateway.post("/cumulative/record", &json!({ "quantity": quantity })).1;
    assert_eq!(record(json!(1500)), json!({ "amount": 1500, "running_total": 1500 }));
    assert_eq!(record(json!(1500)), json!({ "amount": 1500, "running_total": 3000 }));
    assert_eq!(record(json!(0.5)), json!({ "amount": 0.5, "running_total": 3000.5 }));
}
