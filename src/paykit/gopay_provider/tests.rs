use alloc::{rc::Rc, string::String, vec::Vec};

use super::*;
use crate::{
    Secret,
    call::{Call, Event, Now, Step},
    exchange::ConnectionConfig,
    gopay::{DEFAULT_TIMEOUT, SANDBOX_URL, base_url},
    http::{Headers, Response},
    json::{conversions, text},
};

const PARAMS: &str = r#"{"item_id":"shoes","customer":{"email":"user@example.com"},"session_type":"one_time","quantity":1,
    "success_url":"https://shop.example/s","cancel_url":"https://shop.example/c","provider_metadata":{"amount":2900}}"#;

fn create_checkout(provider: &Rc<GoPayProvider>) -> String {
    let provider = provider.clone();
    let mut call =
        Call::new(
            move |io| async move { provider.create_checkout(&io, PARAMS, "1").await.map(|checkout| text(&checkout)) },
        );
    let mut event = Event::Started;
    loop {
        event = match call.step(event, Now::default()).expect("a step") {
            Step::Send(attempt) => {
                let is_token = attempt.url.ends_with("/oauth2/token");
                let json = if is_token {
                    r#"{"access_token":"t","expires_in":1800}"#
                } else {
                    r#"{"id":7,"state":"CREATED","amount":2900,"currency":"CZK","gw_url":"https://gw.example/pay"}"#
                };
                Event::Response(Response { status: 200, headers: Headers::default(), body: json.into() })
            }
            Step::Done(result) => return result.expect("a checkout"),
            _ => panic!("another step"),
        };
    }
}

#[test]
fn a_checkout_converts_each_of_its_four_objects_once() {
    let provider = Rc::new(GoPayProvider {
        session: Rc::new(Session::new(
            ConnectionConfig::new(base_url(SANDBOX_URL, false).expect("a URL"), DEFAULT_TIMEOUT),
            "id",
            Secret::new("secret"),
            8_123_456_789,
        )),
        notification_url: "https://shop.example/hook".into(),
    });
    create_checkout(&provider); // Requests the token.
    conversions::take();
    create_checkout(&provider);
    let recorded: Vec<String> = conversions::take();
    // The parameters, GoPay's body, its response and the checkout. Besides, the purchased item is JSON in a string of the
    // body, and the session reads its token. JavaScript writes the parameters and reads the checkout: six in all.
    assert_eq!(
        recorded,
        ["read item_id", "write item", "write target", "read token", "read id", "write id"].map(String::from)
    );
}
