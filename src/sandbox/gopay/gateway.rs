//! The GoPay gateway: who may call, which path does what, and what happens by itself.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    accounts,
    check::{Check, Level},
    error_response::{Language, Refusal},
    notifications::{Notification, is_told, with_id},
    orders::{Order, check_items, has_type, read_json},
    payments::{Action, Change, Operation, Payment, key},
    tokens::Tokens,
};
use crate::{
    Error, Secret,
    gopay::{Progress as Outcome, RecurrenceState, State, routes::Route},
    http::{Headers, Method, Request, Response, query_value},
    json::JsonMap,
    sandbox::{
        deliveries::{Deliveries, Progress},
        ids::Ids,
        table::Table,
    },
    time::to_http_date,
};

/// Where a `gw_url` leads unless told otherwise.
pub const DEFAULT_PAY_URL: &str = "https://gw.sandbox.gopay.com/gw/v3";
/// The path below which the API lies.
const PREFIX: &str = "/api";
/// Below every id.
const FIRST_ID: u64 = 3_000_000_000;

/// What a sandbox is set up with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one client that is known.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The one e-shop that there is.
    pub go_id: u64,
    /// Where all notifications go instead of to their payments' URLs.
    pub notification_url: Option<String>,
    /// `gw_url` is this, a slash and the payment's id.
    pub pay_url: String,
    /// Whether answers have what surprises in the real ones: spaces around text, the e-shop's id as a string.
    pub quirks: bool,
    /// Whether the e-shop may have recurrences, which GoPay enables on request.
    pub recurrence: bool,
    /// Whether it may have preauthorisations, likewise.
    pub preauthorization: bool,
    /// Whether it may capture a part, likewise.
    pub partial_capture: bool,
}

impl Config {
    /// With everything else as usual, and everything enabled.
    pub fn new(client_id: &str, client_secret: Secret, go_id: u64) -> Config {
        Config {
            client_id: client_id.to_owned(),
            client_secret,
            go_id,
            notification_url: None,
            pay_url: DEFAULT_PAY_URL.to_owned(),
            quirks: true,
            recurrence: true,
            preauthorization: true,
            partial_capture: true,
        }
    }
}

/// A URL to GET now.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The notification's id, for [`Sandbox::delivered`].
    pub id: String,
    /// One for the first of all attempts.
    pub attempt: usize,
    /// The whole of it.
    pub url: String,
}

/// A GoPay gateway that holds all its state in memory.
pub struct Sandbox {
    config: Config,
    ids: Ids,
    last_id: u64,
    tokens: Tokens,
    payments: Table<Payment>,
    notifications: Deliveries<Notification>,
    /// When something happens to which payment by itself, by its place.
    due: BTreeSet<(u64, usize)>,
    /// What [`Sandbox::take_changes`] has not told yet.
    changes: Vec<(u64, Change)>,
    /// How operations end, but for those that end well at once.
    outcomes: BTreeMap<Operation, Outcome>,
}

/// The answer's type and body.
type Answer = Result<(&'static str, String), Refusal>;

/// The moment of a call and the random bytes that came with it.
#[derive(Clone, Copy)]
struct Moment<'a> {
    now_ms: u64,
    random: &'a [u8; 16],
}

impl Sandbox {
    /// An empty gateway. Neither the credentials nor the e-shop's id may be empty.
    pub fn new(config: Config) -> Result<Sandbox, Error> {
        for (field, text) in [("clientId", config.client_id.as_str()), ("clientSecret", config.client_secret.expose())]
        {
            if text.is_empty() {
                return Err(Error::invalid(field, "must not be empty"));
            }
        }
        if config.go_id == 0 {
            return Err(Error::invalid("goId", "must not be 0"));
        }
        Ok(Sandbox {
            config,
            ids: Ids::default(),
            last_id: FIRST_ID,
            tokens: Tokens::default(),
            payments: Table::new(),
            notifications: Deliveries::new(),
            due: BTreeSet::new(),
            changes: Vec::new(),
            outcomes: BTreeMap::new(),
        })
    }

    /// One HTTP exchange; `request.path` is the path as sent, below `/api`. Refusals are responses too.
    pub fn answer(&mut self, request: &Request, now_ms: u64, random: &[u8; 16]) -> Response {
        self.tick(now_ms, random);
        let language = Language::accepted(request.headers.get("Accept-Language"));
        let mut response = match self.handle(request, Moment { now_ms, random }) {
            Ok((content_type, body)) => {
                let mut headers = Headers::default();
                headers.set("Content-Type", content_type);
                Response { status: 200, headers, body: body.into_bytes() }
            }
            Err(refusal) => refusal.into_response(language, now_ms),
        };
        // A client may want to know the gateway's clock, to find what it did among the dates of a history.
        response.headers.set("Date", to_http_date(now_ms));
        response
    }

    /// What happens at the payer, at a bank or by time. An action that cannot follow changes nothing.
    pub fn act(&mut self, payment_id: u64, action: &Action, now_ms: u64, random: &[u8; 16]) -> Result<&Payment, Error> {
        self.tick(now_ms, random);
        let place = self.place(payment_id)?;
        self.change(place, Moment { now_ms, random }, |payment| payment.apply(action, now_ms))?;
        self.payment(payment_id).ok_or_else(unknown)
    }

    /// Charges the payer of a recurrence as GoPay does when the cycle brings it, now. Gives the charge.
    pub fn charge(&mut self, parent_id: u64, now_ms: u64, random: &[u8; 16]) -> Result<&Payment, Error> {
        self.tick(now_ms, random);
        let place = self.place(parent_id)?;
        let parent = self.payments.at(place).ok_or_else(unknown)?;
        if !parent.mandate.as_ref().is_some_and(|mandate| mandate.state == RecurrenceState::Started) {
            return Err(Error::invalid("payment", "has no recurrence that was started and not stopped"));
        }
        let order = parent.order.as_charge();
        let child = self.charge_again(place, order, Moment { now_ms, random }).ok_or_else(unknown)?;
        self.settle_charge(child, Moment { now_ms, random });
        self.payments.at(child).ok_or_else(unknown)
    }

    /// Says how an operation ends from now on: at once, which is usual, later ([`Action::Settle`], or
    /// [`Action::Pay`] for a charge), or not at all.
    pub fn set_outcome(&mut self, operation: Operation, outcome: Outcome) {
        self.outcomes.insert(operation, outcome);
    }

    /// No token is good any more.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke_all();
    }

    /// A refusal with one of GoPay's error codes, as a double of a fault that cannot be brought about.
    pub fn refusal(&self, code: u16, accept_language: Option<&str>, now_ms: u64) -> Response {
        let refusal = match code {
            100 => Refusal::Plain { status: 500, code },
            200 => Refusal::not_authorised(),
            202 => Refusal::Plain { status: 401, code },
            304 => Refusal::not_found(),
            _ => Refusal::rule(code, "injected"),
        };
        refusal.into_response(Language::accepted(accept_language), now_ms)
    }

    /// Does what is due: time-outs, lapses, charges of a cycle, the end of a recurrence.
    pub fn tick(&mut self, now_ms: u64, random: &[u8; 16]) {
        let moment = Moment { now_ms, random };
        while let Some((_, place)) = self.due.first().copied().filter(|(due, _)| *due <= now_ms) {
            let Some(payment) = self.payments.at(place) else { return };
            let action = match (&payment.state, payment.next_charge()) {
                (State::Created | State::PaymentMethodChosen, _) => Action::TimeOut,
                (State::Authorized, _) => Action::Lapse,
                (_, Some((_, true))) => Action::StopRecurrence,
                _ => {
                    let order = payment.order.as_charge();
                    // It must not be due again before its child is made, whatever comes of that.
                    self.change(place, moment, |payment| {
                        if let Some(mandate) = &mut payment.mandate {
                            mandate.cycles = mandate.cycles.saturating_add(1);
                        }
                        Ok::<(), Error>(())
                    })
                    .ok();
                    if let Some(child) = self.charge_again(place, order, moment) {
                        self.settle_charge(child, moment);
                    }
                    continue;
                }
            };
            if self.change(place, moment, |payment| payment.apply(&action, now_ms)).is_err() {
                // It cannot be refused: a payment is due for as long as that can follow.
                self.due.pop_first();
            }
        }
    }

    /// The next notification to GET, in flight until [`Sandbox::delivered`]. Several may be in flight together.
    pub fn next_delivery(&mut self, now_ms: u64) -> Option<Call> {
        let notification = self.notifications.start(now_ms)?;
        let attempt = notification.attempts.len() + 1;
        Some(Call { id: notification.id.clone(), attempt, url: notification.url.clone() })
    }

    /// How it went; no status means no answer. Anything but a 200 is tried again, up to twenty times.
    pub fn delivered(&mut self, notification_id: &str, status: Option<u16>, now_ms: u64) {
        self.notifications.finish(notification_id, status, now_ms);
    }

    /// Sends a notification again, whatever became of it; one that is in flight is left alone.
    pub fn redeliver(&mut self, notification_id: &str, now_ms: u64) -> Result<(), Error> {
        let known = self.notifications.again(notification_id, now_ms);
        known.ok_or_else(|| Error::invalid("notificationId", "is not known"))
    }

    /// When next something happens by itself: a [`Sandbox::tick`] or a [`Sandbox::next_delivery`] is due.
    pub fn next_due(&self) -> Option<u64> {
        let due = self.due.first().map(|(due, _)| *due);
        due.into_iter().chain(self.notifications.next_due()).min()
    }

    /// Each state that a payment has entered since this was last called, with the payment's id.
    pub fn take_changes(&mut self) -> Vec<(u64, Change)> {
        core::mem::take(&mut self.changes)
    }

    /// Every payment, in the order of creation.
    pub fn payments(&self) -> &[Payment] {
        self.payments.rows()
    }

    /// One payment.
    pub fn payment(&self, id: u64) -> Option<&Payment> {
        self.payments.get(&key(id))
    }

    /// A payment for whoever looks at the gateway from inside, as a page for the payer does: as on the wire but
    /// without what surprises there, and with what is not on the wire.
    pub fn view(&self, payment: &Payment) -> JsonMap {
        let order = &payment.order;
        let mut view = payment.to_wire(self.config.go_id, &self.config.pay_url, false);
        let more = json!({
            "order_description": order.order_description,
            "return_url": with_id(&order.return_url, payment.id, payment.parent_id),
            "notification_url": order.notification_url,
            "additional_params": order.additional_params,
            "choices": order.choices(),
            "created_at": payment.created_at,
            "expires_at": payment.expires_at,
            "paid": payment.paid,
            "refunds": payment.refunds,
            "queued": payment.queued,
            "history": payment.history,
        });
        if let Value::Object(more) = more {
            view.extend(more);
        }
        view
    }

    /// Every notification with its attempts, in order.
    pub fn notifications(&self) -> &[Notification] {
        self.notifications.rows()
    }

    /// The whole state as JSON, without the client's secret and without tokens.
    pub fn snapshot(&self) -> Result<String, Error> {
        let state = Snapshot {
            ids_drawn: self.ids.drawn,
            last_id: self.last_id,
            payments: self.payments.rows().to_vec(),
            notifications: self.notifications.rows().to_vec(),
        };
        serde_json::to_string(&state).map_err(|_| Error::invalid("snapshot", "cannot be written as JSON"))
    }

    /// A gateway that goes on where another's snapshot was taken.
    pub fn restore(config: Config, snapshot: &str) -> Result<Sandbox, Error> {
        let invalid = |problem: &str| Error::invalid("snapshot", problem);
        let state: Snapshot = serde_json::from_str(snapshot).map_err(|error| invalid(&error.to_string()))?;
        let mut sandbox = Sandbox::new(config)?;
        (sandbox.ids.drawn, sandbox.last_id) = (state.ids_drawn, state.last_id);
        for payment in state.payments {
            let payment = payment.restored().ok_or_else(|| invalid("has a payment that cannot be"))?;
            if payment.id > sandbox.last_id || payment.parent_id.is_some_and(|id| sandbox.payment(id).is_none()) {
                return Err(invalid("has a payment with an id that cannot be"));
            }
            let due = payment.due();
            let place = sandbox.payments.push(payment).ok_or_else(|| invalid("has an id twice"))?;
            sandbox.due.extend(due.map(|due| (due, place)));
        }
        for notification in state.notifications {
            sandbox.notifications.push(notification).ok_or_else(|| invalid("has an id twice"))?;
        }
        Ok(sandbox)
    }

    fn wire(&self, payment: &Payment) -> JsonMap {
        payment.to_wire(self.config.go_id, &self.config.pay_url, self.config.quirks)
    }

    fn handle(&mut self, request: &Request, moment: Moment<'_>) -> Answer {
        let route = request.path.strip_prefix(PREFIX).and_then(Route::parse);
        if matches!(route, Some(Route::Token)) && request.method == Method::Post {
            let Config { client_id, client_secret, .. } = &self.config;
            let token = self.tokens.issue(request, client_id, client_secret, moment.now_ms, moment.random)?;
            return Ok(as_json(&token));
        }
        let is_create = matches!(route, Some(Route::Payments));
        self.tokens.check(request, is_create, moment.now_ms)?;
        let route = route.ok_or_else(Refusal::not_found)?;
        if request.method.as_str() != route.methods() {
            return Err(Refusal::Method(route.methods()));
        }
        match route {
            Route::AccountStatement => {
                let statement = accounts::statement(request, self.config.go_id, self.payments.rows())?;
                Ok(("application/octet-stream", statement))
            }
            Route::Capture(id) => self.capture(id, request, moment),
            Route::CreateRecurrence(id) => self.create_recurrence(id, request, moment),
            Route::Payment(id) => {
                let payment = self.payment(id).ok_or_else(Refusal::not_found)?;
                Ok(as_json(&Value::Object(self.wire(payment))))
            }
            Route::PaymentInstruments { go_id, currency } if go_id == self.config.go_id => {
                Ok(as_json(&accounts::instruments(currency.as_deref())?))
            }
            Route::Payments => self.create(request, moment),
            Route::Refund(id) => self.refund(id, request, moment),
            Route::Refunds(id) => {
                let payment = self.payment(id).ok_or_else(Refusal::not_found)?;
                let refunds = payment.refunds.iter().map(|refund| refund.to_wire(&payment.order.currency));
                Ok(as_json(&refunds.collect()))
            }
            Route::VoidAuthorization(id) => {
                let outcome = self.outcome(Operation::VoidAuthorization);
                self.call(id, &outcome, moment, |payment| payment.void_authorization(&outcome, moment.now_ms))
            }
            Route::VoidRecurrence(id) => {
                let outcome = self.outcome(Operation::VoidRecurrence);
                self.call(id, &outcome, moment, |payment| payment.void_recurrence(&outcome))
            }
            Route::PaymentInstruments { .. } | Route::Token => Err(Refusal::not_found()),
        }
    }

    fn create(&mut self, request: &Request, moment: Moment<'_>) -> Answer {
        let order = Order::read(request, self.config.go_id, moment.now_ms)?;
        if order.recurrence.is_some() && !self.config.recurrence {
            return Err(Refusal::field("recurrence", 341, "is not enabled for this e-shop"));
        }
        if order.preauthorization && !self.config.preauthorization {
            return Err(Refusal::field("preauthorization", 302, "is not enabled for this e-shop"));
        }
        let payment = Payment::new(self.next_id(moment), order, moment.now_ms);
        let wire = self.wire(&payment);
        self.add(payment);
        Ok(as_json(&wire.into()))
    }

    fn capture(&mut self, id: u64, request: &Request, moment: Moment<'_>) -> Answer {
        self.payment(id).ok_or_else(Refusal::not_found)?;
        let outcome = self.outcome(Operation::Capture);
        let part = if request.body.is_empty() { None } else { Some(read_amount(request)?) };
        if part.is_some() && !self.config.partial_capture {
            return Err(Refusal::rule(350, "capturing a part is not enabled for this e-shop"));
        }
        self.call(id, &outcome, moment, |payment| payment.capture(part, &outcome, moment.now_ms))
    }

    fn refund(&mut self, id: u64, request: &Request, moment: Moment<'_>) -> Answer {
        self.payment(id).ok_or_else(Refusal::not_found)?;
        let outcome = self.outcome(Operation::Refund);
        let amount = if has_type(request, "application/json") {
            // The variant for the fiscal law of before 2023.
            read_amount(request)?
        } else if has_type(request, "application/x-www-form-urlencoded") {
            let form = core::str::from_utf8(&request.body).unwrap_or_default();
            let amount = query_value(form, "amount").filter(|amount| !amount.is_empty());
            let amount = amount.ok_or_else(|| Refusal::field("amount", 110, "is required"))?;
            amount.parse().map_err(|_| Refusal::field("amount", 111, "must be an integer"))?
        } else {
            return Err(Refusal::rule(116, "the Content-Type must be application/x-www-form-urlencoded"));
        };
        let refund_id = self.next_id(moment);
        self.call(id, &outcome, moment, |payment| payment.refund(refund_id, amount, &outcome, moment.now_ms))
    }

    fn create_recurrence(&mut self, parent_id: u64, request: &Request, moment: Moment<'_>) -> Answer {
        let place = self.payments.place(&key(parent_id)).ok_or_else(Refusal::not_found)?;
        let parent = self.payments.at(place).ok_or_else(Refusal::not_found)?;
        match &parent.mandate {
            None => return Err(Refusal::rule(341, "only the first payment of a recurrence can be charged again")),
            Some(mandate) => match mandate.state {
                RecurrenceState::Started if mandate.has_failed_too_often(moment.now_ms) => {
                    return Err(Refusal::rule(343, "three charges in a row have failed: try again tomorrow"));
                }
                RecurrenceState::Started => {}
                RecurrenceState::Stopped => return Err(Refusal::rule(342, "the recurrence has ended")),
                _ => return Err(Refusal::rule(303, "the first payment is not paid yet")),
            },
        }
        let order = parent.order.read_charge(request)?;
        let child = self.charge_again(place, order, moment).ok_or_else(Refusal::not_found)?;
        // The answer shows the charge before it is made, as the documentation's sample does.
        let wire = self.payments.at(child).map(|child| self.wire(child)).unwrap_or_default();
        self.settle_charge(child, moment);
        Ok(as_json(&wire.into()))
    }

    /// A call that changes one payment and is answered with how far that is.
    fn call(
        &mut self,
        id: u64,
        outcome: &Outcome,
        moment: Moment<'_>,
        change: impl FnOnce(&mut Payment) -> Result<(), Refusal>,
    ) -> Answer {
        let place = self.payments.place(&key(id)).ok_or_else(Refusal::not_found)?;
        self.change(place, moment, change)?;
        Ok(as_json(&json!({ "id": id, "result": outcome })))
    }

    /// A charge of the payment's recurrence, not made yet. Gives its place.
    fn charge_again(&mut self, parent: usize, order: Order, moment: Moment<'_>) -> Option<usize> {
        let id = self.next_id(moment);
        let child = self.payments.at(parent)?.charge(id, order, moment.now_ms);
        self.add(child)
    }

    /// Makes a charge, if that is how charges end.
    fn settle_charge(&mut self, child: usize, moment: Moment<'_>) {
        let action = match self.outcome(Operation::Charge) {
            Outcome::Finished => Action::Pay,
            Outcome::Failed => Action::Decline { sub_state: "_5006".to_owned() },
            _ => return,
        };
        // It cannot be refused: the charge is new.
        self.change(child, moment, |payment| payment.apply(&action, moment.now_ms)).ok();
    }

    /// The one way in which a payment changes: what is due, told and counted follows from it.
    fn change<E>(
        &mut self,
        place: usize,
        moment: Moment<'_>,
        change: impl FnOnce(&mut Payment) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(payment) = self.payments.at_mut(place) else { return Ok(()) };
        let (due, known) = (payment.due(), payment.history.len());
        change(payment)?;
        self.follow(place, due, known, moment);
        Ok(())
    }

    /// What was due and how long the history was before a payment changed.
    fn follow(&mut self, place: usize, due: Option<u64>, known: usize, moment: Moment<'_>) {
        let Some(payment) = self.payments.at(place) else { return };
        if let Some(due) = due {
            self.due.remove(&(due, place));
        }
        self.due.extend(payment.due().map(|due| (due, place)));
        let (id, parent_id) = (payment.id, payment.parent_id);
        let entered: Vec<Change> = payment.history.iter().skip(known).cloned().collect();
        let url = self.config.notification_url.as_ref().or(payment.order.notification_url.as_ref());
        let url = url.map(|url| with_id(url, id, parent_id));
        for change in entered {
            if let Some(url) = url.as_ref().filter(|_| is_told(&change.state)) {
                self.notifications.push(Notification {
                    id: self.ids.draw("ntf", moment.now_ms, moment.random),
                    payment_id: id,
                    payment_state: change.state.clone(),
                    url: url.clone(),
                    created_at: moment.now_ms,
                    progress: Progress::Waiting { due: moment.now_ms, failures: 0 },
                    attempts: Vec::new(),
                });
            }
            self.count_charge(parent_id, &change.state, moment.now_ms);
            self.changes.push((id, change));
        }
    }

    /// A charge of a recurrence came to an end: the recurrence remembers which.
    fn count_charge(&mut self, parent_id: Option<u64>, state: &State, now_ms: u64) {
        let paid = match state {
            State::Paid => true,
            State::Canceled | State::Timeouted => false,
            _ => return,
        };
        let place = parent_id.and_then(|parent_id| self.payments.place(&key(parent_id)));
        let parent = place.and_then(|place| self.payments.at_mut(place));
        if let Some(mandate) = parent.and_then(|parent| parent.mandate.as_mut()) {
            mandate.count(paid, now_ms);
        }
    }

    fn add(&mut self, payment: Payment) -> Option<usize> {
        let (id, due, history) = (payment.id, payment.due(), payment.history.clone());
        let place = self.payments.push(payment)?;
        self.due.extend(due.map(|due| (due, place)));
        self.changes.extend(history.into_iter().map(|change| (id, change)));
        Some(place)
    }

    /// Ids of payments and of refunds, which cannot be told from each other.
    fn next_id(&mut self, moment: Moment<'_>) -> u64 {
        let [step, ..] = *moment.random;
        self.last_id = self.last_id.saturating_add(1 + u64::from(step));
        self.last_id
    }

    fn outcome(&self, operation: Operation) -> Outcome {
        self.outcomes.get(&operation).cloned().unwrap_or(Outcome::Finished)
    }

    fn place(&self, id: u64) -> Result<usize, Error> {
        self.payments.place(&key(id)).ok_or_else(unknown)
    }
}

/// What a snapshot holds.
#[derive(Deserialize, Serialize)]
struct Snapshot {
    ids_drawn: u64,
    last_id: u64,
    payments: Vec<Payment>,
    notifications: Vec<Notification>,
}

fn unknown() -> Error {
    Error::invalid("paymentId", "is not known")
}

fn as_json(value: &Value) -> (&'static str, String) {
    ("application/json", value.to_string())
}

/// The JSON of a part: an amount, and items that make it up.
fn read_amount(request: &Request) -> Result<i64, Refusal> {
    let body = read_json(request)?;
    let (top, mut check) = (Level::top(&body), Check::default());
    check.require(&top, "amount");
    let amount = check.positive(&top, "amount");
    check_items(&mut check, &top, amount);
    check.done(amount).map_err(Refusal::Rules)
}
