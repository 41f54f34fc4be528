//! The ItPay gateway: its state, its clock, and its public interface.

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    error_response::ErrorBody,
    events::{Delivery, Event},
    intents::{Action, Change, Intent},
    services::Service,
};
use crate::{
    Error, JsonMap, Secret,
    endpoint::to_body,
    http::{Headers, Request, Response},
    itpay::Status,
    json::text,
    sandbox::{
        context::CallContext,
        deliveries::{Deliveries, DeliveryState},
        ids::IdGenerator,
        store::Store,
    },
    signature::{HEADER, Key, MAX_HEADER_LEN, sign},
};

/// The default lifetime of an intent and its code, in milliseconds (marketing site: 15 minutes).
pub const DEFAULT_EXPIRES_AFTER: u64 = 900_000;
/// The default prefix of each `scan_url`.
pub const DEFAULT_WALLET_URL: &str = "itpay://pay";

/// The settings of a sandbox.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one API key that the sandbox accepts.
    pub api_key: Secret,
    /// The secret that signs webhooks.
    pub webhook_secret: Secret,
    /// Receives all webhooks, instead of the endpoints of their services.
    pub webhook_url: Option<String>,
    /// A `scan_url` is this URL, a slash, the intent's id and a query.
    pub wallet_url: String,
    /// The lifetime of an intent and its code, in milliseconds.
    pub expires_after: u64,
}

impl Config {
    /// The default settings with this key and secret.
    pub fn new(api_key: Secret, webhook_secret: Secret) -> Config {
        Config {
            api_key,
            webhook_secret,
            webhook_url: None,
            wallet_url: DEFAULT_WALLET_URL.to_owned(),
            expires_after: DEFAULT_EXPIRES_AFTER,
        }
    }
}

/// A webhook to POST now.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// The event's id, for [`Sandbox::delivered`].
    pub id: String,
    /// The number of this attempt, from 1.
    pub attempt: usize,
    /// The receiver.
    pub url: String,
    /// The headers, with the signature.
    pub headers: Headers,
    /// The raw bytes that were signed.
    pub body: Vec<u8>,
}

/// An ItPay gateway that holds its whole state in memory.
pub struct Sandbox {
    pub(super) config: Config,
    pub(super) webhook_key: Key,
    pub(super) ids: IdGenerator,
    /// `svc_sandbox`.
    pub(super) built_in: Service,
    /// The registered services.
    pub(super) services: Store<Service>,
    pub(super) intents: Store<Intent>,
    pub(super) deliveries: Deliveries<Delivery>,
    pub(super) preview_calls: Vec<PreviewCall>,
    /// When each intent expires, with its index.
    pub(super) deadlines: BTreeSet<(u64, usize)>,
    /// Changes that [`Sandbox::take_changes`] has not returned yet, by the intent's index.
    pub(super) changes: Vec<(usize, Change)>,
}

/// An accepted call of `client.preview`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct PreviewCall {
    /// The path below `/v1`, such as `/refunds`.
    pub path: String,
    /// The body of the request.
    pub params: JsonMap,
    /// The body of the response.
    pub response: JsonMap,
    /// Unix milliseconds.
    pub at: u64,
}

impl Sandbox {
    /// Creates a gateway without payments. The key and the secret must not be empty.
    pub fn new(config: Config) -> Result<Sandbox, Error> {
        if config.api_key.expose().is_empty() {
            return Err(Error::invalid("api_key", "must not be empty"));
        }
        let webhook_key = Key::new(config.webhook_secret.expose().as_bytes())
            .map_err(|_| Error::invalid("webhook_secret", "must not be empty"))?;
        Ok(Sandbox {
            config,
            webhook_key,
            ids: IdGenerator::default(),
            built_in: Service::built_in(),
            services: Store::new(),
            intents: Store::new(),
            deliveries: Deliveries::new(),
            preview_calls: Vec::new(),
            deadlines: BTreeSet::new(),
            changes: Vec::new(),
        })
    }

    /// Handles one HTTP request. `request.path` is the path as sent. An error is a response, too.
    pub fn handle(&mut self, request: &Request, now_ms: u64, random: &[u8; 16]) -> Response {
        self.handle_by_two_clocks(request, now_ms, now_ms, random)
    }

    /// Handles a request where the gateway's clock and its caller's differ, as in a test with a fixed time. A
    /// signature is accepted if it is fresh by either clock.
    pub fn handle_by_two_clocks(
        &mut self,
        request: &Request,
        now_ms: u64,
        caller_ms: u64,
        random: &[u8; 16],
    ) -> Response {
        self.tick(now_ms, random);
        let request_id = self.ids.next_id("req", now_ms, random);
        let mut headers = Headers::default();
        headers.set("Content-Type", "application/json");
        headers.set("X-Request-Id", request_id.as_str());
        let (status, body) = match self.dispatch(request, caller_ms, CallContext { now_ms, random }) {
            Ok((status, value)) => (status, text(&value)),
            Err(error) => {
                if let Some(allow) = error.allow {
                    headers.set("Allow", allow);
                }
                // Infallible: it consists of strings by name.
                let body = to_body(&ErrorBody { error: &error, request_id: &request_id }).unwrap_or_default();
                (error.status, body)
            }
        };
        Response { status, headers, body: body.into_bytes() }
    }

    /// Acts as the wallet. An action that the intent's status does not allow is an error and changes nothing.
    pub fn wallet(
        &mut self,
        intent_id: &str,
        action: &Action,
        now_ms: u64,
        random: &[u8; 16],
    ) -> Result<&Intent, Error> {
        self.tick(now_ms, random);
        let unknown = || Error::invalid("intent_id", "is not known");
        let index = self.intents.index(intent_id).ok_or_else(unknown)?;
        self.apply(index, action, CallContext { now_ms, random })?;
        self.intents.get(index).ok_or_else(unknown)
    }

    /// Expires the intents that are due.
    pub fn tick(&mut self, now_ms: u64, random: &[u8; 16]) {
        while self.deadlines.first().is_some_and(|(due, _)| *due <= now_ms) {
            let Some((_, index)) = self.deadlines.pop_first() else { return };
            // Infallible: an intent has a deadline only while it can expire.
            self.apply(index, &Action::Expire, CallContext { now_ms, random }).ok();
        }
    }

    /// Returns the next webhook to POST, signed now. It is in flight until [`Sandbox::delivered`] is called. The
    /// deliveries of one intent are in order; those of different intents may be in flight at the same time.
    pub fn next_delivery(&mut self, now_ms: u64) -> Option<Webhook> {
        self.next_delivery_by_two_clocks(now_ms, now_ms)
    }

    /// Returns the next webhook, signed by the receiver's clock, which decides whether the signature is fresh.
    pub fn next_delivery_by_two_clocks(&mut self, now_ms: u64, receiver_ms: u64) -> Option<Webhook> {
        let delivery = self.deliveries.start(now_ms)?;
        let mut headers = Headers::default();
        headers.set("Content-Type", "application/json");
        let mut buffer = [0; MAX_HEADER_LEN];
        headers.set(HEADER, sign(&self.webhook_key, receiver_ms / 1000, delivery.body.as_bytes(), &mut buffer));
        Some(Webhook {
            id: delivery.id.clone(),
            attempt: delivery.attempts.len() + 1,
            url: delivery.url.clone(),
            headers,
            body: delivery.body.clone().into_bytes(),
        })
    }

    /// Reports the response's status, or `None` without a response. Any status but 2xx is retried, up to ten attempts.
    pub fn delivered(&mut self, event_id: &str, status: Option<u16>, now_ms: u64) {
        self.deliveries.finish(event_id, status, now_ms);
    }

    /// Delivers an event again. An event in flight is left alone.
    pub fn redeliver(&mut self, event_id: &str, now_ms: u64) -> Result<(), Error> {
        self.deliveries.redeliver(event_id, now_ms).ok_or_else(|| Error::invalid("event_id", "is not known"))
    }

    /// Returns when the next [`Sandbox::tick`] or [`Sandbox::next_delivery`] is due, in Unix milliseconds.
    pub fn next_due(&self) -> Option<u64> {
        let expiry = self.deadlines.first().map(|(due, _)| *due);
        expiry.into_iter().chain(self.deliveries.next_due()).min()
    }

    /// Returns each status that an intent entered since the last call, with the intent's id.
    pub fn take_changes(&mut self) -> Vec<(String, Change)> {
        let changes = core::mem::take(&mut self.changes);
        let named = |(index, change)| self.intents.get(index).map(|intent| (intent.params.id.clone(), change));
        changes.into_iter().filter_map(named).collect()
    }

    /// Returns all intents with their charges, in the order of creation.
    pub fn intents(&self) -> &[Intent] {
        self.intents.records()
    }

    /// The wire object with `charge?`, `failure_reason?`, `history`, `merchant_name` and `refunded`.
    pub fn view(&self, intent: &Intent) -> JsonMap {
        let mut object = intent.to_wire();
        let service = self.service(&intent.params.service_id);
        object.insert("merchant_name".into(), service.map(|service| service.merchant_name()).into());
        object.insert("history".into(), json!(intent.history));
        object.insert("refunded".into(), self.is_refunded(&intent.params.id).into());
        if let Some(charge) = &intent.charge {
            object.insert("charge".into(), charge.to_wire(intent.expires_at).into());
        }
        if let Some(reason) = &intent.failure_reason {
            object.insert("failure_reason".into(), reason.as_str().into());
        }
        object
    }

    /// Returns an intent by its id.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.find(id)
    }

    /// Returns the registered services, in the order of registration. `svc_sandbox` is not among them.
    pub fn services(&self) -> &[Service] {
        self.services.records()
    }

    /// Returns a service by its id. `svc_sandbox` always exists and accepts every channel.
    pub fn service(&self, id: &str) -> Option<&Service> {
        Some(&self.built_in).filter(|service| service.id == id).or_else(|| self.services.find(id))
    }

    /// Returns all deliveries with their attempts, in the order of the events.
    pub fn deliveries(&self) -> &[Delivery] {
        self.deliveries.records()
    }

    /// Returns the state as JSON, without key and secret.
    pub fn snapshot(&self) -> Result<String, Error> {
        let state = State {
            ids_issued: self.ids.issued,
            services: self.services.records().to_vec(),
            intents: self.intents.records().to_vec(),
            deliveries: self.deliveries.records().to_vec(),
            preview_calls: self.preview_calls.clone(),
        };
        serde_json::to_string(&state).map_err(|_| Error::invalid("snapshot", "cannot be written as JSON"))
    }

    /// Creates a gateway from another one's snapshot.
    pub fn restore(config: Config, snapshot: &str) -> Result<Sandbox, Error> {
        let invalid = |problem: &str| Error::invalid("snapshot", problem);
        let state: State = serde_json::from_str(snapshot).map_err(|error| invalid(&error.to_string()))?;
        let taken = || invalid("has an id twice");
        let mut sandbox = Sandbox::new(config)?;
        sandbox.ids.issued = state.ids_issued;
        sandbox.preview_calls = state.preview_calls;
        for service in state.services {
            sandbox.services.push(service).ok_or_else(taken)?;
        }
        for intent in state.intents {
            if matches!(intent.status, Status::Other(_)) || sandbox.service(&intent.params.service_id).is_none() {
                return Err(invalid("has an intent of an unknown status or service"));
            }
            let deadline = intent.can_expire().then_some(intent.expires_at);
            let index = sandbox.intents.push(intent).ok_or_else(taken)?;
            sandbox.deadlines.extend(deadline.map(|due| (due, index)));
        }
        for delivery in state.deliveries {
            sandbox.deliveries.push(delivery).ok_or_else(taken)?;
        }
        Ok(sandbox)
    }

    /// Applies an action to an intent and queues the webhook that announces the new status.
    fn apply(&mut self, index: usize, action: &Action, context: CallContext<'_>) -> Result<(), Error> {
        let intent = self.intents.get_mut(index).ok_or_else(|| Error::invalid("intent_id", "is not known"))?;
        let deadline = (intent.expires_at, index);
        let known = intent.history.len();
        intent.apply(action, context.now_ms)?;
        self.changes.extend(intent.changes_since(known).map(|change| (index, change)));
        if !intent.can_expire() {
            self.deadlines.remove(&deadline);
        }
        let Some(intent) = self.intents.get(index) else { return Ok(()) };
        let service = self.service(&intent.params.service_id);
        let url = self.config.webhook_url.as_deref().or(service.and_then(|service| service.params.endpoint.as_deref()));
        if let (Some(event_type), Some(url)) = (intent.event_type(), url.map(ToOwned::to_owned)) {
            let id = self.ids.next_id("evt", context.now_ms, context.random);
            let event = Event { id: &id, event_type, data: intent.event_data() };
            self.deliveries.push(Delivery {
                // Infallible: it consists of strings and integers by name.
                body: to_body(&event).unwrap_or_default(),
                id,
                event_type: event_type.to_owned(),
                intent_id: intent.params.id.clone(),
                url,
                created_at: context.now_ms,
                progress: DeliveryState::Waiting { due: context.now_ms, failures: 0 },
                attempts: Vec::new(),
            });
        }
        Ok(())
    }
}

#[derive(Deserialize, Serialize)]
struct State {
    #[serde(alias = "ids_drawn")]
    ids_issued: u64,
    services: Vec<Service>,
    intents: Vec<Intent>,
    deliveries: Vec<Delivery>,
    #[serde(default)]
    preview_calls: Vec<PreviewCall>,
}
