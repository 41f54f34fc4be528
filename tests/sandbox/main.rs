//! The ItPay sandbox from the perspective of a client, a wallet and a merchant.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod deliveries;
mod payments;
mod requests;
mod sequences;
mod services;

use itpay::{
    Endpoint, Secret,
    http::{BaseUrl, Method, Request, Response},
    itpay::{ApiKey, RetrievePaymentIntent, authorize},
    sandbox::{Action, Config, DEFAULT_EXPIRES_AFTER, DeliveryState, Sandbox, Webhook},
    signature::{self, Key},
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_745_712_345_000;
const RANDOM: [u8; 16] = *b"sixteen of them.";
const KEY: &str = "sk_test_0123456789abcdef";
const SECRET: &str = "whsec_test_secret";
const ENDPOINT: &str = "https://merchant.example/itpay/v1/webhook";

/// A merchant with one service, and the gateway.
struct Shop {
    gateway: Sandbox,
    service_id: String,
}

impl Shop {
    fn open() -> Shop {
        Shop::with(config())
    }

    fn with(config: Config) -> Shop {
        let mut shop = Shop { gateway: Sandbox::new(config).unwrap(), service_id: String::new() };
        let service = json(&shop.send(Method::Post, "/services", &manifest()));
        shop.service_id = service["id"].as_str().unwrap().to_owned();
        shop
    }

    fn params(&self, id: &str) -> Value {
        json!({
            "id": id, "service_id": self.service_id, "type": "one_time",
            "amount": {"currency": "CNY", "value": 699},
            "payer": {"agent_id": "agent_cli_a1b2c3d4"},
            "metadata": {"session_id": "sess_xyz_456"},
        })
    }

    fn send(&mut self, method: Method, path: &str, body: &Value) -> Response {
        self.send_at(NOW, method, path, body)
    }

    fn send_at(&mut self, now: u64, method: Method, path: &str, body: &Value) -> Response {
        let request = signed(method, path, body, KEY, now);
        self.gateway.handle(&request, now, &RANDOM)
    }

    fn get(&mut self, path: &str) -> Response {
        self.send(Method::Get, path, &Value::Null)
    }

    fn create(&mut self, id: &str) -> Response {
        let params = self.params(id);
        self.send(Method::Post, "/payment-intents", &params)
    }

    fn qr(&mut self, id: &str) -> Response {
        self.send(Method::Post, &format!("/payment-intents/{id}/qr"), &Value::Null)
    }

    /// An intent whose code can be scanned.
    fn ready(&mut self, id: &str) {
        assert_eq!(self.create(id).status, 201);
        assert_eq!(self.qr(id).status, 201);
    }

    fn act(&mut self, id: &str, action: Action) -> Result<String, String> {
        let intent = self.gateway.wallet(id, &action, NOW, &RANDOM);
        intent.map(|intent| intent.status.as_str().to_owned()).map_err(|error| error.to_string())
    }

    /// The status that a client sees.
    fn status(&mut self, id: &str) -> String {
        json(&self.get(&format!("/payment-intents/{id}")))["status"].as_str().unwrap().to_owned()
    }

    fn events(&mut self, now: u64) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(webhook) = self.gateway.next_delivery(now) {
            events.push(event(&webhook));
            self.gateway.delivered(&webhook.id, Some(200), now);
        }
        events
    }
}

fn config() -> Config {
    Config::new(Secret::new(KEY), Secret::new(SECRET))
}

fn manifest() -> Value {
    json!({
        "name": "Smart Summary", "description": "Document summarization",
        "payment_methods": {"one_time": true},
        "pricing": {"one_time": [{"amount": 99, "currency": "USD", "label": "per summary"}]},
        "accepted_channels": ["alipay", "wechat"], "settlement_currency": "USD", "endpoint": ENDPOINT,
    })
}

fn signed(method: Method, path: &str, body: &Value, key: &str, now: u64) -> Request {
    signed_text(method, path, if body.is_null() { String::new() } else { body.to_string() }, key, now)
}

fn signed_text(method: Method, path: &str, body: String, key: &str, now: u64) -> Request {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query.to_owned())));
    let mut request = Request { query, ..Request::new(method, path.to_owned()) };
    if !body.is_empty() {
        request = request.with_json(body);
    }
    let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
    authorize(&request, &base, &ApiKey::new(Secret::new(key)).unwrap(), now / 1000)
}

fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

fn event(webhook: &Webhook) -> Value {
    serde_json::from_slice(&webhook.body).unwrap()
}

/// The code of an error response in the documented shape.
#[track_caller]
fn refused(response: &Response, status: u16) -> String {
    let body = json(response);
    assert_eq!(response.status, status, "{body}");
    assert_eq!(body["request_id"].as_str(), response.request_id());
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    body["error"]["code"].as_str().unwrap().to_owned()
}
