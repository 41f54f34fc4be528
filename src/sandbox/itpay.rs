//! The ItPay gateway: who may call, which path does what, and what happens by itself.

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    charges::Charge,
    deliveries::{Deliveries, Delivery, Progress},
    error_response::{Body, Refusal},
    ids::Ids,
    intents::{Action, Change, EventData, Intent},
    services::{Service, ServiceStatus},
    table::Table,
};
use crate::{
    Error, Secret,
    endpoint::to_body,
    http::{Headers, Method, Request, Response, path_segment, query_value},
    itpay::{CreateManifest, CreatePaymentIntent, PaymentType, Status, has_api_key, routes::Route, verify},
    json::FieldReader,
    signature::{DEFAULT_MAX_AGE, HEADER, Key, MAX_MADE_BYTES, make},
};

/// How long an intent and its code live unless told otherwise, in milliseconds (marketing site: 15 minutes).
pub const DEFAULT_EXPIRES_AFTER: u64 = 900_000;
/// Where a `scan_url` leads unless told otherwise.
pub const DEFAULT_WALLET_URL: &str = "itpay://pay";
/// The path below which the API lies.
const PREFIX: &str = "/v1";

/// What a sandbox is set up with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one key that is known.
    pub api_key: Secret,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
    /// Where all webhooks go instead of to their manifests' endpoints.
    pub webhook_url: Option<String>,
    /// `scan_url` is this, a slash, the intent's id and a query.
    pub wallet_url: String,
    /// How long an intent and its code live, in milliseconds.
    pub expires_after: u64,
}

impl Config {
    /// With everything else as usual.
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
    /// One for the first of all attempts.
    pub attempt: usize,
    /// Where it goes.
    pub url: String,
    /// With the signature.
    pub headers: Headers,
    /// The raw bytes that were signed.
    pub body: Vec<u8>,
}

/// An ItPay gateway that holds all its state in memory.
pub struct Sandbox {
    config: Config,
    webhook_key: Key,
    ids: Ids,
    services: Table<Service>,
    intents: Table<Intent>,
    deliveries: Deliveries<Delivery>,
    /// When which intent expires, by its place.
    deadlines: BTreeSet<(u64, usize)>,
    /// What [`Sandbox::take_changes`] has not told yet, by the intent's place.
    changes: Vec<(usize, Change)>,
}

type Answer = Result<(u16, Value), Refusal>;

/// The moment of a call and the random bytes that came with it.
#[derive(Clone, Copy)]
struct Moment<'a> {
    now_ms: u64,
    random: &'a [u8; 16],
}

impl Sandbox {
    /// An empty gateway. The key and the secret must not be empty.
    pub fn new(config: Config) -> Result<Sandbox, Error> {
        if config.api_key.expose().is_empty() {
            return Err(Error::invalid("api_key", "must not be empty"));
        }
        let webhook_key = Key::new(config.webhook_secret.expose().as_bytes())
            .map_err(|_| Error::invalid("webhook_secret", "must not be empty"))?;
        Ok(Sandbox {
            config,
            webhook_key,
            ids: Ids::default(),
            services: Table::new(),
            intents: Table::new(),
            deliveries: Deliveries::new(),
            deadlines: BTreeSet::new(),
            changes: Vec::new(),
        })
    }

    /// One HTTP exchange; `request.path` is the path as sent. Refusals are responses too.
    pub fn answer(&mut self, request: &Request, now_ms: u64, random: &[u8; 16]) -> Response {
        self.answer_by_two_clocks(request, now_ms, now_ms, random)
    }

    /// The same where the gateway's clock is not its caller's, as in a test with a fixed time: a signature is fresh
    /// by either.
    pub fn answer_by_two_clocks(
        &mut self,
        request: &Request,
        now_ms: u64,
        caller_ms: u64,
        random: &[u8; 16],
    ) -> Response {
        self.tick(now_ms, random);
        let request_id = self.ids.draw("req", now_ms, random);
        let mut headers = Headers::default();
        headers.set("Content-Type", "application/json");
        headers.set("X-Request-Id", request_id.as_str());
        let (status, body) = match self.handle(request, caller_ms, Moment { now_ms, random }) {
            Ok((status, value)) => (status, value.to_string()),
            Err(refusal) => {
                if let Some(allow) = refusal.allow {
                    headers.set("Allow", allow);
                }
                // Strings by name: there is nothing in it that JSON cannot write.
                let body = to_body(&Body { error: &refusal, request_id: &request_id }).unwrap_or_default();
                (refusal.status, body)
            }
        };
        Response { status, headers, body: body.into_bytes() }
    }

    /// What happens at the wallet. An action that cannot follow on the intent's status changes nothing.
    pub fn wallet(
        &mut self,
        intent_id: &str,
        action: &Action,
        now_ms: u64,
        random: &[u8; 16],
    ) -> Result<&Intent, Error> {
        self.tick(now_ms, random);
        let unknown = || Error::invalid("intent_id", "is not known");
        let place = self.intents.place(intent_id).ok_or_else(unknown)?;
        self.apply(place, action, Moment { now_ms, random })?;
        self.intents.at(place).ok_or_else(unknown)
    }

    /// Lets expire what is due.
    pub fn tick(&mut self, now_ms: u64, random: &[u8; 16]) {
        while self.deadlines.first().is_some_and(|(due, _)| *due <= now_ms) {
            let Some((_, place)) = self.deadlines.pop_first() else { return };
            // It cannot be refused: an intent has a deadline for as long as it can expire.
            self.apply(place, &Action::Expire, Moment { now_ms, random }).ok();
        }
    }

    /// The next webhook to POST, signed for now and in flight until [`Sandbox::delivered`]. The deliveries of
    /// an intent come one after the other; those of different intents may be in flight together.
    pub fn next_delivery(&mut self, now_ms: u64) -> Option<Webhook> {
        self.next_delivery_by_two_clocks(now_ms, now_ms)
    }

    /// The same where the gateway's clock is not its receiver's: signed by the receiver's, which will judge its age.
    pub fn next_delivery_by_two_clocks(&mut self, now_ms: u64, receiver_ms: u64) -> Option<Webhook> {
        let delivery = self.deliveries.start(now_ms)?;
        let mut headers = Headers::default();
        headers.set("Content-Type", "application/json");
        let mut buffer = [0; MAX_MADE_BYTES];
        headers.set(HEADER, make(&self.webhook_key, receiver_ms / 1000, delivery.body.as_bytes(), &mut buffer));
        Some(Webhook {
            id: delivery.id.clone(),
            attempt: delivery.attempts.len() + 1,
            url: delivery.url.clone(),
            headers,
            body: delivery.body.clone().into_bytes(),
        })
    }

    /// How a delivery went; no status means no answer. Anything but a 2xx is tried again, up to ten times.
    pub fn delivered(&mut self, event_id: &str, status: Option<u16>, now_ms: u64) {
        self.deliveries.finish(event_id, status, now_ms);
    }

    /// Delivers an event again, whatever became of it; one that is in flight is left alone.
    pub fn redeliver(&mut self, event_id: &str, now_ms: u64) -> Result<(), Error> {
        self.deliveries.again(event_id, now_ms).ok_or_else(|| Error::invalid("event_id", "is not known"))
    }

    /// When next something happens by itself: a [`Sandbox::tick`] or a [`Sandbox::next_delivery`] is due.
    pub fn next_due(&self) -> Option<u64> {
        let expiry = self.deadlines.first().map(|(due, _)| *due);
        expiry.into_iter().chain(self.deliveries.next_due()).min()
    }

    /// Each status that an intent has entered since this was last called, with the intent's id.
    pub fn take_changes(&mut self) -> Vec<(String, Change)> {
        let changes = core::mem::take(&mut self.changes);
        let named = |(place, change)| self.intents.at(place).map(|intent| (intent.params.id.clone(), change));
        changes.into_iter().filter_map(named).collect()
    }

    /// Every intent, with its charge, in the order of creation.
    pub fn intents(&self) -> &[Intent] {
        self.intents.rows()
    }

    /// One intent.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.get(id)
    }

    /// Every service, in the order of registration.
    pub fn services(&self) -> &[Service] {
        self.services.rows()
    }

    /// One service.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.get(id)
    }

    /// Every delivery with its attempts, in the order of the events.
    pub fn deliveries(&self) -> &[Delivery] {
        self.deliveries.rows()
    }

    /// The whole state as JSON, without key and secret.
    pub fn snapshot(&self) -> Result<String, Error> {
        let state = State {
            ids_drawn: self.ids.drawn,
            services: self.services.rows().to_vec(),
            intents: self.intents.rows().to_vec(),
            deliveries: self.deliveries.rows().to_vec(),
        };
        serde_json::to_string(&state).map_err(|_| Error::invalid("snapshot", "cannot be written as JSON"))
    }

    /// A gateway that goes on where another's snapshot was taken.
    pub fn restore(config: Config, snapshot: &str) -> Result<Sandbox, Error> {
        let invalid = |problem: &str| Error::invalid("snapshot", problem);
        let state: State = serde_json::from_str(snapshot).map_err(|error| invalid(&error.to_string()))?;
        let taken = || invalid("has an id twice");
        let mut sandbox = Sandbox::new(config)?;
        sandbox.ids.drawn = state.ids_drawn;
        for service in state.services {
            sandbox.services.push(service).ok_or_else(taken)?;
        }
        for intent in state.intents {
            if matches!(intent.status, Status::Other(_)) || sandbox.service(&intent.params.service_id).is_none() {
                return Err(invalid("has an intent of an unknown status or service"));
            }
            let deadline = intent.can_expire().then_some(intent.expires_at);
            let place = sandbox.intents.push(intent).ok_or_else(taken)?;
            sandbox.deadlines.extend(deadline.map(|due| (due, place)));
        }
        for delivery in state.deliveries {
            sandbox.deliveries.push(delivery).ok_or_else(taken)?;
        }
        Ok(sandbox)
    }

    fn handle(&mut self, request: &Request, caller_ms: u64, moment: Moment<'_>) -> Answer {
        if !has_api_key(request, &self.config.api_key) {
            return Err(Refusal::wrong_key());
        }
        let by = |now_ms: u64| verify(request, &self.config.api_key, now_ms / 1000, DEFAULT_MAX_AGE);
        by(moment.now_ms).or_else(|problem| by(caller_ms).or(Err(problem))).map_err(Refusal::wrong_signature)?;
        let route = request.path.strip_prefix(PREFIX).and_then(Route::parse).ok_or_else(Refusal::not_found)?;
        match (route, request.method) {
            (Route::PaymentIntents, Method::Post) => self.create_intent(request, moment),
            (Route::PaymentIntent(id), Method::Get) => {
                let intent = self.intents.get(&id).ok_or_else(|| Refusal::intent_not_found(&id))?;
                Ok((200, intent.to_wire().into()))
            }
            (Route::Qr(id), Method::Post) => self.generate_qr(&id, moment),
            (Route::Services, Method::Get) => Ok((200, self.search(request.query.as_deref().unwrap_or_default()))),
            (Route::Services, Method::Post) => self.create_service(request, moment),
            (Route::Activate(id), Method::Patch) => self.activate(&id),
            (route, _) => Err(Refusal::method_not_allowed(route.methods())),
        }
    }

    fn create_intent(&mut self, request: &Request, moment: Moment<'_>) -> Answer {
        let mut params = CreatePaymentIntent::from_json(read_body(request)?)?;
        path_segment("id", &params.id)?;
        if let PaymentType::Other(_) = params.payment_type {
            return Err(Error::invalid("type", "must be one_time, cumulative or subscription").into());
        }
        // That a service must be active before it is paid is documented nowhere, so a draft can be paid too.
        let service =
            self.services.get(&params.service_id).ok_or_else(|| Refusal::service_not_found(&params.service_id))?;
        let accepted = &service.params.accepted_channels;
        // Which channel it is when nobody says is documented nowhere either: the first.
        if params.channel.is_none() {
            params.channel = accepted.first().cloned();
        }
        if let Some(channel) = params.channel.as_ref().filter(|channel| !accepted.contains(channel)) {
            return Err(Refusal::channel_not_accepted(channel, accepted));
        }
        if let Some(known) = self.intents.get(&params.id) {
            // Nothing was created this time, so it is no 201.
            return if known.params == params {
                Ok((200, known.to_wire().into()))
            } else {
                Err(Refusal::id_taken(&params.id))
            };
        }
        let expires_at = moment.now_ms.saturating_add(self.config.expires_after);
        let intent = Intent::new(params, moment.now_ms, expires_at);
        let (wire, changes) = (intent.to_wire(), intent.history.clone());
        if let Some(place) = self.intents.push(intent) {
            self.deadlines.insert((expires_at, place));
            self.changes.extend(changes.into_iter().map(|change| (place, change)));
        }
        Ok((201, wire.into()))
    }

    fn generate_qr(&mut self, id: &str, moment: Moment<'_>) -> Answer {
        let place = self.intents.place(id).ok_or_else(|| Refusal::intent_not_found(id))?;
        let intent = self.intents.at_mut(place).ok_or_else(|| Refusal::intent_not_found(id))?;
        let charge_id = self.ids.draw("qr", moment.now_ms, moment.random);
        let service_id = &intent.params.service_id;
        let service = self.services.get(service_id).ok_or_else(|| Refusal::service_not_found(service_id))?;
        let channel = intent.params.channel.as_deref().unwrap_or_default();
        let charge =
            Charge::new(charge_id, &intent.params, channel, &service.merchant_name(), &self.config.wallet_url)?;
        let wire = charge.to_wire(intent.expires_at);
        let known = intent.history.len();
        intent.generate_qr(charge, moment.now_ms)?;
        self.changes.extend(intent.changes_since(known).map(|change| (place, change)));
        Ok((201, wire.into()))
    }

    fn create_service(&mut self, request: &Request, moment: Moment<'_>) -> Answer {
        let service = Service {
            params: CreateManifest::from_json(read_body(request)?)?,
            id: self.ids.draw("svc", moment.now_ms, moment.random),
            status: ServiceStatus::Draft,
            created_at: moment.now_ms,
        };
        let wire = service.to_wire();
        self.services.push(service);
        Ok((201, wire.into()))
    }

    fn activate(&mut self, id: &str) -> Answer {
        let place = self.services.place(id).ok_or_else(|| Refusal::service_not_found(id))?;
        let service = self.services.at_mut(place).ok_or_else(|| Refusal::service_not_found(id))?;
        service.status = ServiceStatus::Active;
        Ok((200, service.to_wire().into()))
    }

    /// A list: nothing is documented about pages.
    fn search(&self, query: &str) -> Value {
        let wanted = query_value(query, "q").unwrap_or_default();
        let found = self.services.rows().iter().filter(|service| service.matches(&wanted));
        found.map(|service| Value::Object(service.to_wire())).collect()
    }

    /// The one way in which an intent's status changes after its code was generated.
    fn apply(&mut self, place: usize, action: &Action, moment: Moment<'_>) -> Result<(), Error> {
        let intent = self.intents.at_mut(place).ok_or_else(|| Error::invalid("intent_id", "is not known"))?;
        let deadline = (intent.expires_at, place);
        let known = intent.history.len();
        intent.apply(action, moment.now_ms)?;
        self.changes.extend(intent.changes_since(known).map(|change| (place, change)));
        if !intent.can_expire() {
            self.deadlines.remove(&deadline);
        }
        let service = self.services.get(&intent.params.service_id);
        let url = self.config.webhook_url.as_deref().or(service.map(|service| service.params.endpoint.as_str()));
        if let (Some(event_type), Some(url)) = (intent.event_type(), url) {
            let id = self.ids.draw("evt", moment.now_ms, moment.random);
            let event = Event { id: &id, event_type, data: intent.event_data() };
            self.deliveries.push(Delivery {
                // Strings and integers by name: there is nothing in it that JSON cannot write.
                body: to_body(&event).unwrap_or_default(),
                id,
                event_type: event_type.to_owned(),
                intent_id: intent.params.id.clone(),
                url: url.to_owned(),
                created_at: moment.now_ms,
                progress: Progress::Waiting { due: moment.now_ms, failures: 0 },
                attempts: Vec::new(),
            });
        }
        Ok(())
    }
}

/// What a snapshot holds.
#[derive(Deserialize, Serialize)]
struct State {
    ids_drawn: u64,
    services: Vec<Service>,
    intents: Vec<Intent>,
    deliveries: Vec<Delivery>,
}

/// A webhook's body, in the order of the page.
#[derive(Serialize)]
struct Event<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    data: EventData<'a>,
}

fn read_body(request: &Request) -> Result<&str, Error> {
    let body = core::str::from_utf8(&request.body).map_err(|_| Error::invalid("body", "is not UTF-8"))?;
    match FieldReader::parse(body) {
        Ok(Some(_)) => Ok(body),
        Ok(None) => Err(Error::invalid("body", "is not a JSON object")),
        Err(error) => {
            let place = format!("is not a JSON object (line {}, column {})", error.line(), error.column());
            Err(Error::invalid("body", &place))
        }
    }
}
