//! GoPay's gateway in the `sandbox` wasm module. Its interface is ItPay's, except for the payer's actions.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::{
    Result,
    error::{invalid, thrown},
    sandbox::{outgoing, respond, sixteen},
};
use crate::{
    Secret,
    gopay::OperationStatus as Outcome,
    json::text,
    sandbox::gopay::{Action, Change, Config, Operation, Payment, Sandbox},
};

#[wasm_bindgen]
pub struct GoPayGateway(Sandbox);

#[wasm_bindgen]
impl GoPayGateway {
    /// Creates a gateway from `{clientId, goId, notificationUrl?, payUrl?, quirks?, recurrence?, preauthorization?,
    /// partialCapture?}`, and from the result of `snapshot` where `state` is given.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, client_secret: String, state: Option<String>) -> Result<GoPayGateway> {
        let options: Options = serde_json::from_str(options).map_err(|error| invalid("options", &error.to_string()))?;
        let go_id = number("goId", &options.go_id)?;
        let usual = Config::new(&options.client_id, Secret::new(client_secret), go_id);
        let config = Config {
            notification_url: options.notification_url,
            pay_url: options.pay_url.unwrap_or_else(|| usual.pay_url.clone()),
            quirks: options.quirks.unwrap_or(true),
            recurrence: options.recurrence.unwrap_or(true),
            preauthorization: options.preauthorization.unwrap_or(true),
            partial_capture: options.partial_capture.unwrap_or(true),
            ..usual
        };
        let gateway = match state {
            Some(state) => Sandbox::restore(config, &state),
            None => Sandbox::new(config),
        };
        gateway.map(GoPayGateway).map_err(thrown)
    }

    /// Handles a request as ItPay's gateway does. Nothing depends on the caller's clock.
    pub fn handle(&mut self, request: &str, body: Vec<u8>, now: f64, _caller: f64, random: &[u8]) -> Result<String> {
        respond(request, body, |request| self.0.handle(request, now as u64, &sixteen(random)))
    }

    /// Acts as the payer, the bank or the passing of time. `detail` is the chosen payment instrument or the reason of a
    /// decline. Returns the payment, or the charge for `recur`.
    pub fn act(
        &mut self,
        payment_id: &str,
        action: &str,
        detail: Option<String>,
        now: f64,
        random: &[u8],
    ) -> Result<String> {
        let (id, now, random) = (number("paymentId", payment_id)?, now as u64, sixteen(random));
        let payment = match action {
            "recur" => self.0.charge(id, now, &random),
            _ => Action::parse(action, detail).and_then(|action| self.0.act(id, &action, now, &random)),
        };
        let payment = payment.map_err(thrown)?.clone();
        Ok(self.view(&payment))
    }

    /// Sets the result of an operation from now on.
    pub fn set_outcome(&mut self, operation: &str, result: String) -> Result<()> {
        let operation = match operation {
            "capture" => Operation::Capture,
            "createRecurrence" => Operation::Charge,
            "refund" => Operation::Refund,
            "voidAuthorization" => Operation::VoidAuthorization,
            "voidRecurrence" => Operation::VoidRecurrence,
            _ => return Err(invalid("operation", &format!("is not known: {operation}"))),
        };
        match Outcome::from(result) {
            Outcome::Other(_) => Err(invalid("result", "must be ACCEPTED, FAILED or FINISHED")),
            outcome => {
                self.0.set_outcome(operation, outcome);
                Ok(())
            }
        }
    }

    pub fn revoke_tokens(&mut self) {
        self.0.revoke_tokens();
    }

    /// Returns `{status, headers, body}` of an error response with one of GoPay's codes.
    pub fn error_response(&self, code: u16, now: f64) -> String {
        outgoing(&self.0.error_response(code, None, now as u64))
    }

    pub fn tick(&mut self, now: f64, random: &[u8]) {
        self.0.tick(now as u64, &sixteen(random));
    }

    /// Returns the next notification, in the shape of ItPay's webhooks.
    pub fn next_delivery(&mut self, now: f64, _receiver: f64) -> Option<String> {
        let call = self.0.next_delivery(now as u64)?;
        Some(text(&json!({ "id": call.id, "method": "GET", "url": call.url, "headers": [] })))
    }

    pub fn delivered(&mut self, notification_id: &str, status: Option<u16>, now: f64) {
        self.0.delivered(notification_id, status, now as u64);
    }

    pub fn redeliver(&mut self, notification_id: &str, now: f64) -> Result<()> {
        self.0.redeliver(notification_id, now as u64).map_err(thrown)
    }

    pub fn next_due(&self) -> Option<f64> {
        self.0.next_due().map(|at| at as f64)
    }

    /// Returns each state that was entered since the last call, `[{id, state, at}]`, or none.
    pub fn take_changes(&mut self) -> Option<String> {
        let changes = self.0.take_changes();
        let line =
            |(id, change): &(u64, Change)| json!({ "id": id.to_string(), "state": change.state, "at": change.at });
        (!changes.is_empty()).then(|| text(&changes.iter().map(line).collect::<Value>()))
    }

    pub fn payment(&self, id: &str) -> Option<String> {
        self.0.payment(id.parse().ok()?).map(|payment| self.view(payment))
    }

    pub fn payments(&self) -> String {
        text(&self.0.payments().iter().map(|payment| self.0.view(payment)).collect::<Vec<_>>())
    }

    pub fn deliveries(&self) -> String {
        text(&self.0.notifications())
    }

    pub fn snapshot(&self) -> Result<String> {
        self.0.snapshot().map_err(thrown)
    }
}

impl GoPayGateway {
    fn view(&self, payment: &Payment) -> String {
        text(&self.0.view(payment))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    client_id: String,
    go_id: String,
    notification_url: Option<String>,
    pay_url: Option<String>,
    quirks: Option<bool>,
    recurrence: Option<bool>,
    preauthorization: Option<bool>,
    partial_capture: Option<bool>,
}

/// Reads an id of digits. A JavaScript number would lose some of them.
fn number(field: &str, digits: &str) -> Result<u64> {
    let number = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|digits| digits.parse().ok()).ok_or_else(|| invalid(field, "must be digits"))
}
