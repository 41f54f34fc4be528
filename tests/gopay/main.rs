//! GoPay's client side: requests, validation and responses.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod outcome;

use itpay::{
    Endpoint, Error, ErrorKind, JsonMap, Secret,
    gopay::{
        AccountStatement, Capture, CreatePayment, CreateRecurrence, ListRefunds, Notification, Observation, Operation,
        Outcome, Payment, PaymentInstruments, RefundPayment, RefundState, RetrievePayment, Scope, SentBetween, State,
        TokenRequest, VoidAuthorization, VoidRecurrence,
    },
    http::{Headers, Method, Response},
    retry::Failure,
};
use serde_json::{Value, json};

const GO_ID: u64 = 8_123_456_789;

fn object(value: Value) -> JsonMap {
    value.as_object().expect("an object").clone()
}

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Headers::default(), body: body.as_bytes().to_vec() }
}

fn payment(fields: Value) -> Payment {
    let mut payment = object(json!({ "id": 3_000_006_529_u64, "state": "PAID", "amount": 2900, "currency": "CZK" }));
    payment.extend(object(fields));
    Payment::from_json(&Value::Object(payment).to_string()).expect("a payment")
}

fn order() -> Value {
    json!({
        "amount": 2900, "currency": "CZK", "order_number": "1", "callback": { "return_url": "https://shop.example/" },
        "items": [{ "name": "Žluťoučký kůň", "amount": 3000, "count": 2 }, { "name": "sleva", "amount": -100, "type": "DISCOUNT" }],
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut order = order();
    let (last, folders) = path
        .split('.')
        .collect::<Vec<_>>()
        .split_last()
        .map(|(last, folders)| (last.to_string(), folders.to_vec()))
        .unwrap();
    let mut place = &mut order;
    for folder in folders {
        place = &mut place[folder];
    }
    place[last] = value;
    order
}

#[test]
fn a_payment_is_created_for_the_e_shop_with_raw_utf8() {
    let request =
        CreatePayment::from_json(&order().to_string(), GO_ID, None).and_then(|create| create.request()).unwrap();
    assert_eq!((request.method, request.path.as_str()), (Method::Post, "/payments/payment"));
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert!(body.contains("Žluťoučký kůň"), "GoPay's firewall refuses escapes: {body}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["target"], json!({ "type": "ACCOUNT", "goid": GO_ID }));
    assert!(!request.is_repeatable(), "a second one would be another payment");
}

#[test]
fn parameters_that_gopay_rejects_are_errors_that_name_the_field() {
    for (path, value, field) in [
        ("amount", json!(0), "amount"),
        ("amount", json!(-1), "amount"),
        ("amount", json!(29.5), "amount"),
        ("amount", json!("29.5"), "amount"),
        ("amount", json!("1e3"), "amount"),
        ("amount", json!(null), "amount"),
        ("amount", json!(9_007_199_254_740_992_u64), "amount"),
        ("amount", json!(2901), "items"),
        ("currency", json!("czk"), "currency"),
        ("currency", json!(""), "currency"),
        ("order_number", json!("x".repeat(129)), "order_number"),
        ("order_number", json!(null), "order_number"),
        ("order_description", json!("ž".repeat(257)), "order_description"),
        ("callback", json!({}), "callback.return_url"),
        (
            "callback",
            json!({ "return_url": "https://a", "notification_url": "x".repeat(513) }),
            "callback.notification_url",
        ),
        ("items", json!([{ "name": "", "amount": 2900 }]), "items[0].name"),
        ("items", json!([{ "name": "a", "amount": "2900" }]), "items[0].amount"),
        ("payer", json!({ "contact": { "country_code": "CZ" } }), "payer.contact.country_code"),
        ("payer", json!({ "contact": { "email": "x".repeat(129) } }), "payer.contact.email"),
        ("recurrence", json!({ "recurrence_cycle": "YEAR" }), "recurrence.recurrence_cycle"),
        (
            "recurrence",
            json!({ "recurrence_cycle": "MONTH", "recurrence_date_to": "2030-01-01" }),
            "recurrence.recurrence_period",
        ),
        (
            "recurrence",
            json!({ "recurrence_cycle": "MONTH", "recurrence_period": 0, "recurrence_date_to": "2030-01-01" }),
            "recurrence.recurrence_period",
        ),
        (
            "recurrence",
            json!({ "recurrence_cycle": "ON_DEMAND", "recurrence_period": 1, "recurrence_date_to": "2030-01-01" }),
            "recurrence.recurrence_period",
        ),
        (
            "recurrence",
            json!({ "recurrence_cycle": "DAY", "recurrence_period": 1, "recurrence_date_to": "soon" }),
            "recurrence.recurrence_date_to",
        ),
    ] {
        match CreatePayment::from_json(&with(path, value.clone()).to_string(), GO_ID, None) {
            Err(Error::Invalid { field: culprit, .. }) => assert_eq!(culprit, field, "{path} = {value}"),
            other => panic!("{path} = {value}: {other:?}"),
        }
    }
    let recurrence =
        json!({ "recurrence_cycle": "MONTH", "recurrence_period": "1", "recurrence_date_to": "2099-12-30" });
    assert!(CreatePayment::from_json(&with("recurrence", recurrence).to_string(), GO_ID, None).is_ok());
}

#[test]
fn an_id_that_is_not_a_number_is_an_error() {
    for id in ["", "../../eshops/eshop/1", "1?x=1", "1/refund", "%31", "-1", "1e3", " 1", "12345678901234567890"] {
        let id = id.to_owned();
        assert!(RetrievePayment { id: id.clone() }.request().is_err(), "{id}");
        assert!(RefundPayment::new(id.clone(), 1).request().is_err(), "{id}");
        assert!(VoidRecurrence { id: id.clone() }.request().is_err(), "{id}");
        assert!(VoidAuthorization { id: id.clone() }.request().is_err(), "{id}");
        assert!(Capture::from_json(id.clone(), None).and_then(|capture| capture.request()).is_err(), "{id}");
        assert!(Notification::parse(&format!("id={}", id.replace('%', "%25"))).is_err(), "{id}");
    }
    assert_eq!(Notification::parse("?id=42&parent_id=x").unwrap(), Notification { id: "42".into(), parent_id: None });
    assert_eq!(Notification::parse("a=1&id=42&parent_id=7").unwrap().parent_id.as_deref(), Some("7"));
}

#[test]
fn each_call_is_sent_as_documented() {
    let id = || "42".to_owned();
    let form = Some("application/x-www-form-urlencoded");
    let json = Some("application/json");
    for (request, path, content_type, body) in [
        (RefundPayment::new(id(), 150).request(), "POST /payments/payment/42/refund", form, "amount=150"),
        (VoidRecurrence { id: id() }.request(), "POST /payments/payment/42/void-recurrence", form, ""),
        (VoidAuthorization { id: id() }.request(), "POST /payments/payment/42/void-authorization", form, ""),
        (Capture::from_json(id(), None).unwrap().request(), "POST /payments/payment/42/capture", form, ""),
        (
            Capture::from_json(id(), Some("{\"amount\":5}")).unwrap().request(),
            "POST /payments/payment/42/capture",
            json,
            "{\"amount\":5}",
        ),
        (
            CreateRecurrence::from_json("42", "{\"amount\":5,\"currency\":\"CZK\",\"order_number\":\"2\"}")
                .unwrap()
                .request(),
            "POST /payments/payment/42/create-recurrence",
            json,
            "{\"amount\":5,\"currency\":\"CZK\",\"order_number\":\"2\"}",
        ),
        (RetrievePayment { id: id() }.request(), "GET /payments/payment/42", None, ""),
        (ListRefunds { id: id() }.request(), "GET /payments/payment/42/refunds", None, ""),
        (
            PaymentInstruments { go_id: 8, currency: Some("CZK".into()) }.request(),
            "GET /eshops/eshop/8/payment-instruments/CZK",
            None,
            "",
        ),
    ] {
        let request = request.unwrap();
        assert_eq!(format!("{} {}", request.method.as_str(), request.path), path);
        assert_eq!(request.headers.get("content-type"), content_type, "{path}");
        assert_eq!(String::from_utf8_lossy(&request.body), body, "{path}");
        assert_eq!(request.is_repeatable(), request.method == Method::Get, "{path}");
    }
    let statement =
        json!({ "date_from": "2026-01-01", "date_to": "2026-01-31", "currency": "CZK", "format": "CSV_A" }).to_string();
    assert!(
        AccountStatement::from_json(&statement, GO_ID).unwrap().request().unwrap().is_repeatable(),
        "it only reads"
    );
}

#[test]
fn a_token_is_requested_with_the_credentials_and_renewed_before_it_expires() {
    let secret = Secret::new("n6W");
    let request = TokenRequest { client_id: "140", client_secret: &secret, scope: &Scope::All }.request().unwrap();
    // printf 140:n6W | base64
    assert_eq!(request.headers.get("authorization"), Some("Basic MTQwOm42Vw=="));
    assert_eq!(request.body, b"grant_type=client_credentials&scope=payment-all");
    assert!(request.is_repeatable());
    for (body, renew_at) in [
        (r#"{"access_token":"t","expires_in":1800}"#, 1_500_000),
        (r#"{"access_token":"t","expires_in":"1800","token_type":"bearer"}"#, 1_500_000),
        (r#"{"access_token":"t","expires_in":60}"#, 48_000),
        (r#"{"access_token":"t","expires_in":0}"#, 0),
        (r#"{"access_token":"t","expires_in":-5}"#, 0),
        (r#"{"access_token":"t"}"#, 240_000),
        // A day at most.
        (r#"{"access_token":"t","expires_in":9007199254740991}"#, 86_100_000),
    ] {
        assert_eq!(TokenRequest::parse(&response(200, body)).unwrap().renew_at(0), renew_at, "{body}");
    }
    for body in [
        "",
        "{}",
        "[]",
        "<html>",
        r#"{"access_token":""}"#,
        r#"{"access_token":"a\nb"}"#,
        r#"{"access_token":"t","expires_in":{}}"#,
    ] {
        assert!(matches!(TokenRequest::parse(&response(200, body)), Err(Error::InvalidResponse { .. })), "{body}");
    }
}

#[test]
fn a_payment_is_read_in_each_observed_shape() {
    let body = r#"{"id":3000006529,"parent_id":"3000006528","state":"PARTIALLY_REFUNDED","sub_state":"_101","amount":139951,
        "gw_url":" https://gw.example/pay ","payer":{"contact":{"email":" test@test.cz "}},"target":{"goid":"8123456789"},
        "recurrence":{"recurrence_cycle":"WEEK","recurrence_period":"2","recurrence_state":"STARTED"},
        "additional_params":[{"name":"__paykit","value":"{&#34;qty&#34;:1}"},{"name":"n","value":5},{"name":7}],"new":{"a":1}}"#;
    let payment = RetrievePayment::parse(&response(200, body)).unwrap();
    assert_eq!((payment.id.as_str(), payment.parent_id.as_deref()), ("3000006529", Some("3000006528")));
    assert_eq!(payment.state, State::PartiallyRefunded);
    assert_eq!(payment.gw_url.as_deref(), Some("https://gw.example/pay"));
    assert_eq!(payment.email.as_deref(), Some("test@test.cz"));
    assert_eq!(payment.go_id.as_deref(), Some("8123456789"));
    assert_eq!(payment.recurrence.unwrap().period, Some(2));
    assert_eq!(payment.additional_params, [("__paykit".into(), "{\"qty\":1}".into()), ("n".into(), "5".into())]);
    assert_eq!(payment.extra.get("new").map(itpay::RawJson::as_str), Some(r#"{"a":1}"#));
    let odd = r#"{"errors":[7,{"error_code":201,"error_name":"NO","description":"d"},null]}"#;
    match RetrievePayment::parse(&response(409, odd)) {
        Err(Error::Api(error)) => {
            assert_eq!(
                (error.code.as_deref(), error.message.as_str()),
                (Some("201"), "d (is the pair of clientId and clientSecret right?)")
            );
            assert_eq!(error.details.map(|details| details.as_str().to_owned()).as_deref(), Some(odd));
        }
        other => panic!("{other:?}"),
    }
    let deep = format!(r#"{{"id":1,"state":"PAID","x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let invalid_response = RetrievePayment::parse(&response(200, &deep)).unwrap_err();
    assert!(
        matches!(invalid_response, Error::InvalidResponse { ref field, .. } if field == "body"),
        "{invalid_response}"
    );
    let unknown = RetrievePayment::parse(&response(200, r#"{"id":1,"state":"NEW_STATE"}"#)).unwrap();
    assert_eq!(unknown.state, State::Other("NEW_STATE".into()));
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"id":1}"#,
        r#"{"id":1.5,"state":"PAID"}"#,
        r#"{"id":1,"state":"PAID","amount":9007199254740993}"#,
    ] {
        assert!(matches!(RetrievePayment::parse(&response(200, body)), Err(Error::InvalidResponse { .. })), "{body}");
    }
}

#[test]
fn an_error_response_has_status_code_and_field_in_both_shapes() {
    let list = r#"{"date_issued":1,"errors":[{"scope":"F","field":"amount","message":"Wrong amount","description":null,"error_code":111,"error_name":null}]}"#;
    let bare = r#"{"scope":"G","field":null,"error_code":351,"error_name":"PAYMENT_CAPTURE_DONE","message":null,"description":null}"#;
    for (status, body, code, fault, message) in [
        (409, list, Some("111"), Some(ErrorKind::InvalidRequest), "amount: Wrong amount"),
        (409, bare, Some("351"), None, "PAYMENT_CAPTURE_DONE"),
        (
            401,
            r#"{"error":"invalid_client","error_description":"Bad credentials"}"#,
            Some("invalid_client"),
            Some(ErrorKind::Authentication),
            "Bad credentials (is the pair of clientId and clientSecret right?)",
        ),
        (403, "<html><h1>Forbidden</h1> Request ID 7</html>", None, None, "Forbidden Request ID 7"),
        (500, "", None, None, "it gave no reason"),
        (429, "{}", None, Some(ErrorKind::RateLimited), "it gave no reason"),
    ] {
        match RetrievePayment::parse(&response(status, body)) {
            Err(Error::Api(error)) => {
                assert_eq!((error.status, error.code.as_deref(), error.kind), (status, code, fault), "{body}");
                assert_eq!(error.message, message, "{body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn a_refund_history_is_read_with_and_without_dates() {
    let body = r#"[{"id":1,"state":"SUCCESS","amount":100,"currency":"CZK","date_requested":"2026-11-21T09:00:00Z"},{"id":"2","state":"NEW","amount":5,"date_requested":1795251600000}]"#;
    let history = ListRefunds::parse(&response(200, body)).unwrap();
    assert_eq!(history[0].requested_at, history[1].requested_at);
    assert_eq!(history[1].state, RefundState::Other("NEW".into()));
    for date in ["2026-11-21T09:00:00", "2026-11-21 09:00:00.123", "2026-11-21", "1795251600000", ""] {
        let body = json!([{ "id": 1, "state": "SUCCESS", "amount": 100, "date_requested": date }]).to_string();
        let history = ListRefunds::parse(&response(200, &body)).unwrap();
        assert_eq!(history[0].requested_at, None, "{date:?} names no time zone");
    }
}
