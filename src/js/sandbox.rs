//! The `sandbox` wasm module: gateways for which JavaScript provides the clock, random bytes and the network. This file has
//! ItPay's gateway, gopay_sandbox.rs has GoPay's.
//!
//! Input and output are JSON text.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::{
    Result,
    error::{invalid, thrown},
};
use crate::{
    Secret,
    http::{Headers, Method, Request, Response},
    json::text,
    sandbox::{Action, Change, Config, Sandbox, Service},
};

#[wasm_bindgen]
pub struct Gateway(Sandbox);

#[wasm_bindgen]
impl Gateway {
    /// Creates a gateway, from the result of `snapshot` where `state` is given.
    #[wasm_bindgen(constructor)]
    pub fn new(
        api_key: String,
        webhook_secret: String,
        webhook_url: Option<String>,
        wallet_url: Option<String>,
        state: Option<String>,
    ) -> Result<Gateway> {
        let mut config = Config::new(Secret::new(api_key), Secret::new(webhook_secret));
        config.webhook_url = webhook_url;
        config.wallet_url = wallet_url.unwrap_or(config.wallet_url);
        let gateway = match state {
            Some(state) => Sandbox::restore(config, &state),
            None => Sandbox::new(config),
        };
        gateway.map(Gateway).map_err(thrown)
    }

    /// Handles `{method, path, query?, headers: [[name, value]]}`. Returns `{status, headers, body}`. A signature must be
    /// fresh by the gateway's clock or by the caller's.
    pub fn handle(&mut self, request: &str, body: Vec<u8>, now: f64, caller: f64, random: &[u8]) -> Result<String> {
        respond(request, body, |request| {
            self.0.handle_by_two_clocks(request, now as u64, caller as u64, &sixteen(random))
        })
    }

    /// Acts as the wallet: `scan`, `authorize`, `capture`, `succeed`, `pay`, `fail`, `expire` or `cancel`. Returns the
    /// intent.
    pub fn wallet(
        &mut self,
        id: &str,
        action: &str,
        reason: Option<String>,
        now: f64,
        random: &[u8],
    ) -> Result<String> {
        let action = Action::parse(action, reason).map_err(thrown)?;
        let intent = self.0.wallet(id, &action, now as u64, &sixteen(random)).map_err(thrown)?;
        Ok(text(&intent.to_wire()))
    }

    /// Expires the intents that are due.
    pub fn tick(&mut self, now: f64, random: &[u8]) {
        self.0.tick(now as u64, &sixteen(random));
    }

    /// Returns the next webhook, `{id, method, url, headers: [[name, value]], body}`, signed by the receiver's clock.
    pub fn next_delivery(&mut self, now: f64, receiver: f64) -> Option<String> {
        let webhook = self.0.next_delivery_by_two_clocks(now as u64, receiver as u64)?;
        let body = String::from_utf8_lossy(&webhook.body);
        let (id, url, headers) = (&webhook.id, &webhook.url, pairs(&webhook.headers));
        Some(text(&json!({ "id": id, "method": "POST", "url": url, "headers": headers, "body": body })))
    }

    /// Reports the response's status, or none without a response.
    pub fn delivered(&mut self, event_id: &str, status: Option<u16>, now: f64) {
        self.0.delivered(event_id, status, now as u64);
    }

    /// Delivers an event again.
    pub fn redeliver(&mut self, event_id: &str, now: f64) -> Result<()> {
        self.0.redeliver(event_id, now as u64).map_err(thrown)
    }

    /// Returns when the next tick or delivery is due, in Unix milliseconds.
    pub fn next_due(&self) -> Option<f64> {
        self.0.next_due().map(|at| at as f64)
    }

    /// Returns all intents: the wire objects with `charge?`, `failure_reason?`, `history`, `merchant_name` and `refunded`.
    pub fn intents(&self) -> String {
        text(&self.0.intents().iter().map(|intent| self.0.view(intent)).collect::<Vec<_>>())
    }

    /// Returns an intent by its id.
    pub fn intent(&self, id: &str) -> Option<String> {
        self.0.intent(id).map(|intent| text(&self.0.view(intent)))
    }

    /// Returns each status that was entered since the last call, `[{id, status, at}]`, or none.
    pub fn take_changes(&mut self) -> Option<String> {
        let changes = self.0.take_changes();
        let line = |(id, change): &(String, Change)| json!({ "id": id, "status": change.status, "at": change.at });
        (!changes.is_empty()).then(|| text(&changes.iter().map(line).collect::<Value>()))
    }

    /// Returns `svc_sandbox` and all registered services as wire objects.
    pub fn services(&self) -> String {
        let services = self.0.service("svc_sandbox").into_iter().chain(self.0.services());
        text(&services.map(Service::to_wire).collect::<Vec<_>>())
    }

    /// Returns the calls that ItPay documents in part: `{path, params, response, at}`.
    pub fn preview_calls(&self) -> String {
        text(&self.0.preview_calls())
    }

    pub fn deliveries(&self) -> String {
        text(&self.0.deliveries())
    }

    pub fn snapshot(&self) -> Result<String> {
        self.0.snapshot().map_err(thrown)
    }
}

/// Reads a request and writes its response. No path has an unknown method.
pub(super) fn respond(request: &str, body: Vec<u8>, handle: impl FnOnce(&Request) -> Response) -> Result<String> {
    #[derive(Deserialize)]
    struct Incoming {
        method: String,
        path: String,
        query: Option<String>,
        headers: Vec<(String, String)>,
    }
    let request: Incoming = serde_json::from_str(request).map_err(|_| invalid("request", "cannot be read"))?;
    let Some(method) = Method::parse(&request.method) else {
        return Ok(outgoing(&Response { status: 405, headers: Headers::default(), body: Vec::new() }));
    };
    let mut headers = Headers::default();
    for (name, value) in request.headers {
        headers.set(name, value);
    }
    Ok(outgoing(&handle(&Request { query: request.query, headers, body, ..Request::new(method, request.path) })))
}

pub(super) fn outgoing(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    text(&json!({ "status": response.status, "headers": pairs(&response.headers), "body": body }))
}

fn pairs(headers: &Headers) -> Vec<(&str, &str)> {
    headers.iter().collect()
}

pub(super) fn sixteen(random: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (byte, random) in bytes.iter_mut().zip(random) {
        *byte = *random;
    }
    bytes
}
