//! The GoPay sandbox from the perspective of a client, a payer and a merchant.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

mod changes;
mod notifications;
mod payments;
mod recurrences;
mod requests;
mod sequences;

use itpay::{
    Endpoint, Secret,
    gopay::{self, OperationStatus as Outcome},
    http::{Method, Request, Response},
    sandbox::{
        DeliveryState,
        gopay::{Action, Config, Operation, Payment, Sandbox},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: u64 = 1_745_712_345_000; // 2025-04-27
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const RANDOM: [u8; 16] = *b"sixteen of them.";
const CLIENT: &str = "1000001";
const SECRET: &str = "n6Wsecret";
const GO_ID: u64 = 8_123_456_789;

struct Shop {
    gateway: Sandbox,
    token: String,
    now: u64,
}

impl Shop {
    fn open() -> Shop {
        Shop::with(config())
    }

    fn with(config: Config) -> Shop {
        let mut shop = Shop { gateway: Sandbox::new(config).unwrap(), token: String::new(), now: NOW };
        shop.renew("payment-all");
        shop
    }

    fn renew(&mut self, scope: &str) {
        let response = self.token(&basic(CLIENT, SECRET), &format!("grant_type=client_credentials&scope={scope}"));
        assert_eq!(response.status, 200);
        self.token = body(&response)["access_token"].as_str().unwrap().to_owned();
    }

    fn token(&mut self, authorization: &str, form: &str) -> Response {
        let mut request = Request::new(Method::Post, "/api/oauth2/token".into()).with_form(form.into());
        request.headers.set("Authorization", authorization);
        self.gateway.handle(&request, self.now, &RANDOM)
    }

    fn send(&mut self, request: Request) -> Response {
        let mut request = gopay::authorize(&request, &self.token);
        request.path = format!("/api{}", request.path);
        self.gateway.handle(&request, self.now, &RANDOM)
    }

    fn get(&mut self, path: &str) -> Response {
        self.send(Request::new(Method::Get, path.into()))
    }

    fn post(&mut self, path: &str, json: &Value) -> Response {
        self.send(Request::new(Method::Post, path.into()).with_json(json.to_string()))
    }

    fn form(&mut self, path: &str, form: &str) -> Response {
        self.send(Request::new(Method::Post, path.into()).with_form(form.into()))
    }

    fn create(&mut self, json: &Value) -> u64 {
        let response = self.post("/payments/payment", json);
        assert_eq!(response.status, 200, "{}", body(&response));
        body(&response)["id"].as_u64().unwrap()
    }

    fn paid(&mut self, json: &Value) -> u64 {
        let id = self.create(json);
        self.act(id, Action::Pay).unwrap();
        id
    }

    fn act(&mut self, id: u64, action: Action) -> Result<String, String> {
        let payment = self.gateway.act(id, &action, self.now, &RANDOM);
        payment.map(|payment| payment.state.as_str().to_owned()).map_err(|error| error.to_string())
    }

    fn wire(&mut self, id: u64) -> Value {
        body(&self.get(&format!("/payments/payment/{id}")))
    }

    fn state(&mut self, id: u64) -> String {
        self.wire(id)["state"].as_str().unwrap().to_owned()
    }

    /// The result of a form that is posted below a payment, or the code and the field of the first error.
    fn call(&mut self, id: u64, last: &str, form: &str) -> String {
        let response = self.form(&format!("/payments/payment/{id}/{last}"), form);
        result(&response)
    }

    fn recur(&mut self, parent: u64, amount: i64) -> Response {
        let order = json!({ "amount": amount, "currency": "CZK", "order_number": "next" });
        self.post(&format!("/payments/payment/{parent}/create-recurrence"), &order)
    }

    fn refunds(&mut self, id: u64) -> Vec<Value> {
        body(&self.get(&format!("/payments/payment/{id}/refunds"))).as_array().unwrap().clone()
    }

    /// Confirms the due notifications with 200. Returns their queries.
    fn notified(&mut self) -> Vec<String> {
        let mut notified = Vec::new();
        while let Some(call) = self.gateway.next_delivery(self.now) {
            self.gateway.delivered(&call.id, Some(200), self.now);
            notified.push(call.url.split_once('?').unwrap().1.to_owned());
        }
        notified
    }

    fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.gateway.tick(self.now, &RANDOM);
        self.renew("payment-all");
    }
}

fn config() -> Config {
    Config::new(CLIENT, Secret::new(SECRET), GO_ID)
}

fn basic(id: &str, secret: &str) -> String {
    let request = gopay::TokenRequest { client_id: id, client_secret: &Secret::new(secret), scope: &gopay::Scope::All }
        .request()
        .unwrap();
    request.headers.get("Authorization").unwrap().to_owned()
}

fn order() -> Value {
    json!({
        "payer": {
            "allowed_payment_instruments": ["PAYMENT_CARD", "BANK_ACCOUNT"],
            "contact": { "first_name": "Zdeněk", "email": "test@test.cz", "country_code": "CZE" },
        },
        "target": { "type": "ACCOUNT", "goid": GO_ID },
        "amount": 2900, "currency": "CZK", "order_number": "ORD-1", "order_description": "Žluťoučký kůň",
        "items": [{ "type": "ITEM", "name": "kůň", "amount": 3000, "count": 2 }, { "name": "sleva", "amount": -100 }],
        "additional_params": [{ "name": "__paykit", "value": "{\"item\":\"a\",\"qty\":1} & <'x'>" }],
        "callback": { "return_url": "https://shop.example/back", "notification_url": "https://shop.example/n?shop=1" },
        "lang": "CS",
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut order = order();
    *order.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
    order
}

fn recurring(cycle: &str, period: Value) -> Value {
    let mut order = order();
    order["recurrence"] = json!({ "recurrence_cycle": cycle, "recurrence_date_to": "2025-08-01" });
    if !period.is_null() {
        order["recurrence"]["recurrence_period"] = period;
    }
    order
}

fn preauthorized() -> Value {
    let mut order = order();
    order["preauthorization"] = json!(true);
    order
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&response.body)))
}

fn result(response: &Response) -> String {
    let body = body(response);
    match response.status {
        200 => body["result"].as_str().unwrap().to_owned(),
        409 => body["errors"][0]["error_code"].to_string(),
        status => format!("HTTP {status}"),
    }
}

fn problems(response: &Response) -> Vec<(String, u64)> {
    let body = body(response);
    assert_eq!(response.status, 409, "{body}");
    assert!(body["date_issued"].is_u64());
    let problem = |error: &Value| {
        assert_eq!(error["scope"], if error["field"].is_null() { "G" } else { "F" });
        assert!(error["message"].is_string());
        (error["field"].as_str().unwrap_or_default().to_owned(), error["error_code"].as_u64().unwrap())
    };
    body["errors"].as_array().unwrap().iter().map(problem).collect()
}
