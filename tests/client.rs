//! The client's side of the core: requests, responses, retries, polling.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use itpay::{
    Endpoint, Error, Money, RawObject, Secret,
    http::{BaseUrl, Headers, Method, Request, Response},
    itpay::{CreatePaymentIntent, PaymentIntent, PaymentType, RetrievePaymentIntent},
    payment_intent_id,
    retry::{self, Failure},
    signature::Key,
};
use proptest::prelude::*;

fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Headers::default(), body: body.into() }
}

fn parse(status: u16, body: &str) -> Result<PaymentIntent, Error> {
    RetrievePaymentIntent::parse(&response(status, body))
}

#[test]
fn each_failure_has_its_retry_rule() {
    let status_failure = |status, retry_after| Failure::Status { status, retry_after };
    // The failure, whether a repeatable call is retried, and whether any other call is.
    let table = [
        (Failure::NoResponse, true, false),
        (Failure::ConnectionRefused, true, true),
        (Failure::IncompleteResponse, false, false),
        (status_failure(408, None), true, false),
        (status_failure(425, None), true, false),
        (status_failure(429, None), true, true),
        (status_failure(500, None), true, false),
        (status_failure(500, Some(0)), true, false),
        (status_failure(502, None), true, false),
        (status_failure(503, None), true, false),
        (status_failure(503, Some(0)), true, true),
        (status_failure(504, None), true, false),
        (status_failure(301, None), false, false),
        (status_failure(400, None), false, false),
        (status_failure(401, None), false, false),
        (status_failure(404, None), false, false),
        (status_failure(409, None), false, false),
        (status_failure(422, Some(1)), false, false),
        (status_failure(501, None), false, false),
        (status_failure(505, None), false, false),
        (status_failure(506, None), true, false),
        (status_failure(520, None), true, false),
        (status_failure(530, None), true, false),
        (status_failure(561, None), true, false),
        (status_failure(599, None), true, false),
        (status_failure(600, None), false, false),
    ];
    for (failure, repeatable, other) in table {
        assert_eq!(retry::wait(failure, true, 0, 1, 0.5).is_some(), repeatable, "{failure:?}");
        assert_eq!(retry::wait(failure, false, 0, 1, 0.5).is_some(), other, "{failure:?}");
        assert_eq!(retry::wait(failure, true, 0, 0, 0.5), None, "no retries allowed: {failure:?}");
        assert_eq!(retry::wait(failure, true, 2, 2, 0.5), None, "none left: {failure:?}");
    }
}

#[test]
fn waits_double_from_half_a_second_to_eight_and_retry_after_counts_up_to_a_minute() {
    let wait = |retries, random| retry::wait(Failure::NoResponse, true, retries, 100, random);
    let longest: Vec<_> = (0..7).map(|retries| wait(retries, 1.0).unwrap()).collect();
    assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
    assert_eq!((wait(0, 0.0), wait(99, 1.0)), (Some(0), Some(8000)));
    assert_eq!((wait(0, -1.0), wait(0, f64::NAN), wait(0, 2.0)), (Some(0), Some(0), Some(500)));
    let wait = |ms| retry::wait(Failure::Status { status: 503, retry_after: Some(ms) }, true, 0, 1, 1.0);
    assert_eq!((wait(1234), wait(3_600_000)), (Some(1234), Some(60_000)));
}

#[test]
fn retry_after_is_read_in_seconds_and_as_a_date() {
    let read = |value: &str| {
        let mut response = response(503, "");
        response.headers.set("Retry-After", value);
        retry::retry_after(&response, 784_111_770_000)
    };
    assert_eq!(read("3"), Some(3000));
    assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7000));
    assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
    assert_eq!((read("0.1"), read("1.0005"), read("0.000001")), (Some(100), Some(1001), Some(1)));
    assert_eq!((read("18446744073709551615"), read("99999999999999999999")), (Some(u64::MAX), Some(u64::MAX)));
    assert_eq!((read(" 3 "), read("007")), (Some(3000), Some(7000)));
    assert_eq!([read("-1"), read("+1"), read(""), read("soon"), read("1e3"), read(".5"), read("5.")], [None; 7]);
}

#[test]
fn a_base_url_may_have_a_path_and_plain_http_is_for_loopback() {
    let request = Request::new(Method::Get, "/services".into());
    let url = |base: &str, http| BaseUrl::parse(base, http).map(|base| base.url(&request));
    for (base, expected) in [
        ("https://api.itpay.ai/v1", "https://api.itpay.ai/v1/services"),
        ("https://api.itpay.ai/v1///", "https://api.itpay.ai/v1/services"),
        ("HTTPS://api.itpay.ai", "https://api.itpay.ai/services"),
        ("http://localhost:8402/v1", "http://localhost:8402/v1/services"),
        ("http://127.1.2.3", "http://127.1.2.3/services"),
        ("http://[::1]:80/a/b", "http://[::1]:80/a/b/services"),
    ] {
        assert_eq!(url(base, false).unwrap(), expected);
    }
    for base in [
        "",
        "x",
        "://x",
        "https://",
        "https:///v1",
        "https://a b",
        "https://u@x",
        "https://x?q",
        "https://x/#f",
        "https://x/./v1",
        "https://x/%2E%2e/v1",
        "ftp://x",
        "http://127.evil.example",
        "http://localhost.evil.example",
        "http://1270.0.0.1",
        "http://[::2]",
        "http://127.0.0.1:99999",
        "https://x:",
        "https://x:1:2",
        "https://x:-1",
        "https://[::1]:65536",
        "http://api.itpay.ai",
    ] {
        assert!(matches!(url(base, false), Err(Error::Invalid { field, .. }) if field == "baseUrl"), "{base}");
    }
    assert!(url("http://gateway.internal", true).is_ok());
}

#[test]
fn whole_numbers_are_read_in_any_notation_and_fractions_are_errors() {
    let value = |json: &str| {
        parse(200, &format!(r#"{{"id":"p","status":"s","amount":{{"currency":"CNY","value":{json}}}}}"#))
            .map(|intent| intent.amount.unwrap().value)
            .ok()
    };
    assert_eq!((value("699"), value("699.0"), value("1e2"), value("-5")), (Some(699), Some(699), Some(100), Some(-5)));
    assert_eq!(value("9007199254740991"), Some(9_007_199_254_740_991));
    for json in ["9007199254740992", "-9007199254740992", "1e300", "1.5", "\"699\"", "null", "[]"] {
        assert_eq!(value(json), None, "{json}");
    }
}

#[test]
fn an_error_response_in_plain_text_has_its_text_as_message() {
    let message = |body: &str| match parse(500, body) {
        Err(Error::Api(error)) => error.message,
        other => panic!("{other:?}"),
    };
    assert_eq!(message(" \"closed \\u00e9\"\n"), "closed \u{e9}");
    assert_eq!(message("\"closed\" or \"open\""), "\"closed\" or \"open\"", "no JSON: as it is");
    assert_eq!(message("<p>closed</p>"), "closed");
}

#[test]
fn unknown_fields_of_a_response_keep_their_text() {
    let body =
        r#"{"id":"pi_1","status":"pending","fee":1234567890123456789012.50,"x":1,"x":{"y":[1e2]},"metadata":{"a":1}}"#;
    let intent = parse(200, body).unwrap();
    let text = |name: &str| intent.extra.get(name).map(itpay::RawJson::as_str);
    assert_eq!(text("fee"), Some("1234567890123456789012.50"), "no digit is lost");
    assert_eq!((text("x"), text("id")), (Some(r#"{"y":[1e2]}"#), None), "of several of one name the last");
    assert_eq!(text("metadata"), Some(r#"{"a":1}"#), "an unexpected type is kept, too");
    assert!(intent.metadata.is_empty());
}

#[test]
fn typed_parameters_and_json_make_the_same_request() {
    let json = r#"{"id":"pi_1","service_id":"svc","type":"one_time","amount":{"currency":"CNY","value":699},
        "payer":{"agent_id":"a","x":[1]},"metadata":{"k":"v"},"new":{"of":1.50},"description":null}"#;
    let read = CreatePaymentIntent::from_json(json).unwrap();
    assert_eq!(read.extra, RawObject::parse(r#"{"new":{"of":1.50}}"#).unwrap());
    let sent = |request: Request| serde_json::from_slice::<serde_json::Value>(&request.body).unwrap();
    let from_json = CreatePaymentIntent::request_from_json(json, None, || unreachable!("it has an id"), None);
    let from_json: Result<_, Error> = from_json;
    assert_eq!(sent(read.request().unwrap()), sent(from_json.unwrap()));
    for (without, name) in [("\"service_id\":\"svc\",", "service_id"), ("\"agent_id\":\"a\",", "payer.agent_id")] {
        let json = json.replace(without, "");
        let new_id = || Ok::<_, Error>(String::new());
        let refused = CreatePaymentIntent::request_from_json(&json, None, new_id, None).unwrap_err();
        assert!(matches!(&refused, Error::Invalid { field, .. } if field == name), "{refused:?}");
        assert_eq!(CreatePaymentIntent::from_json(&json).unwrap_err(), refused);
    }
}

#[test]
fn an_object_of_a_hundred_thousand_fields_is_read_in_linear_time() {
    let many: String = (0..100_000).map(|index| format!("\"f{index}\":0,")).collect();
    let json = format!(
        r#"{{{many}"id":"pi_1","service_id":"s","type":"t","amount":{{"currency":"CNY","value":1}},"payer":{{"agent_id":"a"}}}}"#
    );
    let request = CreatePaymentIntent::request_from_json(
        &json,
        None,
        || -> Result<String, Error> { unreachable!("it has an id") },
        None,
    );
    assert_eq!(request.map(|request| request.body), Ok(json.clone().into_bytes()));
    assert_eq!(CreatePaymentIntent::from_json(&json).unwrap().extra.iter().count(), 100_000);
    assert_eq!(parse(200, &json.replace("\"t\"", "\"t\",\"status\":\"s\"")).unwrap().extra.iter().count(), 100_002);
}

#[test]
fn an_intent_that_has_its_code_has_the_link_of_the_code() {
    let link = |qr: &str| {
        let intent = format!(r#"{{"id":"pi_1","status":"qr_generated","qr":{qr}}}"#);
        PaymentIntent::from_json(&intent).unwrap().scan_url()
    };
    assert_eq!(link(r#"{"charge_id":"qr_1","scan_url":"itpay://pay/pi_1"}"#).as_deref(), Some("itpay://pay/pi_1"));
    assert_eq!([link("null"), link("7"), link("{}"), link(r#"{"scan_url":7}"#)], [const { None }; 4]);
}

#[test]
fn money_survives_a_round_trip() {
    for (text, currency) in [("6.99", "CNY"), ("0.05", "USD"), ("500", "JPY"), ("1.500", "KWD"), ("0.0001", "CLF")] {
        assert_eq!(Money::parse(text, currency).unwrap().to_decimal(), text);
    }
    assert_eq!(Money { currency: "CNY".into(), value: i64::MIN }.to_decimal(), "-92233720368547758.08");
}

#[test]
fn an_id_is_a_uuid_of_version_seven_and_sorts_by_time() {
    let id = |ms| payment_intent_id(ms, &[0xff; 10]);
    // From Python: "%012x" % 1745712345678.
    assert_eq!(id(1_745_712_345_678), "pi_01967490-724e-7fff-bfff-ffffffffffff");
    assert!(id(1) < id(2));
}

#[test]
fn debug_output_has_no_secret() {
    let secret = Secret::new("sk_test_hidden");
    let key = Key::new(b"whsec_hidden").unwrap();
    assert_eq!(format!("{secret:?} {key:?}"), "Secret(…) Key(…)");
}

proptest! {
    #[test]
    fn any_response_is_an_intent_or_an_error(status in 100u16..600, body in ".*") {
        let _ = parse(status, &body);
    }

    #[test]
    fn any_error_body_keeps_the_status(status in 300u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let response = Response { status, headers: Headers::default(), body };
        let Err(Error::Api(error)) = RetrievePaymentIntent::parse(&response) else { panic!("no error response") };
        prop_assert_eq!(error.status, status);
        prop_assert!(!error.message.is_empty());
    }

    #[test]
    fn any_base_url_and_any_id_give_a_url_below_the_base_or_an_error(base in ".{0,40}", id in ".{0,40}") {
        let _ = BaseUrl::parse(&base, true);
        if let Ok(request) = (RetrievePaymentIntent { id }).request() {
            prop_assert!(request.path.starts_with("/payment-intents/"));
            prop_assert!(!request.path["/payment-intents/".len()..].contains(['/', '?', '#', '\\']));
        }
    }

    #[test]
    fn any_amount_text_is_money_that_writes_the_same_number_or_an_error(text in "[0-9.]{0,20}") {
        if let Ok(money) = Money::parse(&text, "USD") {
            prop_assert_eq!(money.to_decimal().parse::<f64>().unwrap(), text.parse::<f64>().unwrap());
        }
    }

    #[test]
    fn create_parameters_survive_a_round_trip(id in "[a-z]{1,9}", value in 1i64..=9_007_199_254_740_991, note in ".{0,20}") {
        let params = CreatePaymentIntent {
            id,
            service_id: "svc".into(),
            payment_type: PaymentType::OneTime,
            amount: Money { currency: "CNY".into(), value },
            description: Some(note).filter(|note| !note.is_empty()),
            payer: itpay::itpay::Party { agent_id: "a".into(), ..Default::default() },
            channel: None,
            metadata: Default::default(),
            extra: Default::default(),
        };
        let body = params.request().unwrap().body;
        let read = CreatePaymentIntent::from_json(std::str::from_utf8(&body).unwrap());
        prop_assert_eq!(read.unwrap(), params);
    }
}
