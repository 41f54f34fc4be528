//! The GoPay gateway: its state, its clock, and its public interface.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    error_response::{ErrorResponse, Language},
    notifications::{Notification, with_id},
    payments::{Change, Payment, key},
    tokens::Tokens,
    transitions::{Action, Operation},
};
use crate::{
    Error, Secret,
    gopay::{OperationStatus as Outcome, RecurrenceState, State},
    http::{Headers, Request, Response},
    json::JsonMap,
    sandbox::{context::CallContext, deliveries::Deliveries, ids::IdGenerator, store::Store},
    time::to_http_date,
};

/// The default prefix of each `gw_url`.
pub const DEFAULT_PAY_URL: &str = "https://gw.sandbox.gopay.com/gw/v3";
/// Every id is greater.
const FIRST_ID: u64 = 3_000_000_000;

/// The settings of a sandbox.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one client that the sandbox accepts.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The one e-shop.
    pub go_id: u64,
    /// Receives all notifications, instead of the URLs of their payments.
    pub notification_url: Option<String>,
    /// A `gw_url` is this URL, a slash and the payment's id.
    pub pay_url: String,
    /// Whether responses have the oddities of the real ones: spaces around text, the e-shop's id as a string.
    pub quirks: bool,
    /// Whether the e-shop may create recurrences. GoPay enables them on request.
    pub recurrence: bool,
    /// Whether the e-shop may create preauthorizations. GoPay enables them on request.
    pub preauthorization: bool,
    /// Whether the e-shop may capture a part. GoPay enables it on request.
    pub partial_capture: bool,
}

impl Config {
    /// The default settings with these credentials. Everything is enabled.
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
    /// The number of this attempt, from 1.
    pub attempt: usize,
    /// The URL with its query.
    pub url: String,
}

/// A GoPay gateway that holds its whole state in memory.
pub struct Sandbox {
    pub(super) config: Config,
    pub(super) ids: IdGenerator,
    pub(super) last_id: u64,
    pub(super) tokens: Tokens,
    pub(super) payments: Store<Payment>,
    pub(super) notifications: Deliveries<Notification>,
    /// When each payment changes by itself next, with its index.
    pub(super) due: BTreeSet<(u64, usize)>,
    /// Changes that [`Sandbox::take_changes`] has not returned yet.
    pub(super) changes: Vec<(u64, Change)>,
    /// The results of operations that do not finish at once.
    pub(super) outcomes: BTreeMap<Operation, Outcome>,
}

impl Sandbox {
    /// Creates a gateway without payments. Neither the credentials nor the e-shop's id may be empty.
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
            ids: IdGenerator::default(),
            last_id: FIRST_ID,
            tokens: Tokens::default(),
            payments: Store::new(),
            notifications: Deliveries::new(),
            due: BTreeSet::new(),
            changes: Vec::new(),
            outcomes: BTreeMap::new(),
        })
    }

    /// Handles one HTTP request. `request.path` is the path as sent, with `/api`. An error is a response, too.
    pub fn handle(&mut self, request: &Request, now_ms: u64, random: &[u8; 16]) -> Response {
        self.tick(now_ms, random);
        let language = Language::accepted(request.headers.get("Accept-Language"));
        let mut response = match self.dispatch(request, CallContext { now_ms, random }) {
            Ok((content_type, body)) => {
                let mut headers = Headers::default();
                let status = if body.is_empty() { 204 } else { 200 };
                if status == 200 {
                    headers.set("Content-Type", content_type);
                }
                Response { status, headers, body: body.into_bytes() }
            }
            Err(error) => error.into_response(language, now_ms),
        };
        // A client compares the dates of a refund history with the gateway's clock.
        response.headers.set("Date", to_http_date(now_ms));
        response
    }

    /// Acts as the payer, the bank or the passing of time. An action that the state does not allow is an error and
    /// changes nothing.
    pub fn act(&mut self, payment_id: u64, action: &Action, now_ms: u64, random: &[u8; 16]) -> Result<&Payment, Error> {
        self.tick(now_ms, random);
        let index = self.index(payment_id)?;
        self.change(index, CallContext { now_ms, random }, |payment| payment.apply(action, now_ms))?;
        self.payment(payment_id).ok_or_else(unknown)
    }

    /// Charges a recurrence now, as GoPay does at the end of each cycle. Returns the charge.
    pub fn charge(&mut self, parent_id: u64, now_ms: u64, random: &[u8; 16]) -> Result<&Payment, Error> {
        self.tick(now_ms, random);
        let index = self.index(parent_id)?;
        let parent = self.payments.get(index).ok_or_else(unknown)?;
        if !parent.mandate.as_ref().is_some_and(|mandate| mandate.state == RecurrenceState::Started) {
            return Err(Error::invalid("payment", "has no recurrence that was started and not stopped"));
        }
        let order = parent.order.as_charge();
        let child = self.create_charge(index, order, CallContext { now_ms, random }).ok_or_else(unknown)?;
        self.settle_charge(child, CallContext { now_ms, random });
        self.payments.get(child).ok_or_else(unknown)
    }

    /// Sets the result of an operation from now on: `FINISHED` at once (the default), `ACCEPTED` until
    /// [`Action::Settle`] (or [`Action::Pay`] for a charge), or `FAILED`.
    pub fn set_outcome(&mut self, operation: Operation, outcome: Outcome) {
        self.outcomes.insert(operation, outcome);
    }

    /// Revokes every token.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke_all();
    }

    /// Returns an error response with one of GoPay's codes, to simulate a failure that no request can cause.
    pub fn error_response(&self, code: u16, accept_language: Option<&str>, now_ms: u64) -> Response {
        let error = match code {
            100 => ErrorResponse::Plain { status: 500, code },
            200 => ErrorResponse::not_authorized(),
            202 => ErrorResponse::Plain { status: 401, code },
            304 => ErrorResponse::not_found(),
            _ => ErrorResponse::rule(code, "injected"),
        };
        error.into_response(Language::accepted(accept_language), now_ms)
    }

    /// Applies what is due: time-outs, lapsed preauthorizations, cyclic charges, the end of a recurrence.
    pub fn tick(&mut self, now_ms: u64, random: &[u8; 16]) {
        let context = CallContext { now_ms, random };
        while let Some((_, index)) = self.due.first().copied().filter(|(due, _)| *due <= now_ms) {
            let Some(payment) = self.payments.get(index) else { return };
            let action = match (&payment.state, payment.next_charge()) {
                (State::Created | State::PaymentMethodChosen, _) => Action::TimeOut,
                (State::Authorized, _) => Action::Lapse,
                (_, Some((_, true))) => Action::StopRecurrence,
                _ => {
                    let order = payment.order.as_charge();
                    // Counted first, so that the parent is not due again even if the charge fails.
                    self.change(index, context, |payment| {
                        if let Some(mandate) = &mut payment.mandate {
                            mandate.cycles = mandate.cycles.saturating_add(1);
                        }
                        Ok::<(), Error>(())
                    })
                    .ok();
                    if let Some(child) = self.create_charge(index, order, context) {
                        self.settle_charge(child, context);
                    }
                    continue;
                }
            };
            if self.change(index, context, |payment| payment.apply(&action, now_ms)).is_err() {
                // Infallible: a payment is due only while its state allows the action. Never loop on it.
                self.due.pop_first();
            }
        }
    }

    /// Returns the next notification to GET. It is in flight until [`Sandbox::delivered`] is called. Several may be in
    /// flight at the same time.
    pub fn next_delivery(&mut self, now_ms: u64) -> Option<Call> {
        let notification = self.notifications.start(now_ms)?;
        let attempt = notification.attempts.len() + 1;
        Some(Call { id: notification.id.clone(), attempt, url: notification.url.clone() })
    }

    /// Reports the response's status, or `None` without a response. Any status but 200 is retried, up to twenty attempts.
    pub fn delivered(&mut self, notification_id: &str, status: Option<u16>, now_ms: u64) {
        self.notifications.finish(notification_id, status, now_ms);
    }

    /// Sends a notification again. A notification in flight is left alone.
    pub fn redeliver(&mut self, notification_id: &str, now_ms: u64) -> Result<(), Error> {
        let known = self.notifications.redeliver(notification_id, now_ms);
        known.ok_or_else(|| Error::invalid("notificationId", "is not known"))
    }

    /// Returns when the next [`Sandbox::tick`] or [`Sandbox::next_delivery`] is due, in Unix milliseconds.
    pub fn next_due(&self) -> Option<u64> {
        let due = self.due.first().map(|(due, _)| *due);
        due.into_iter().chain(self.notifications.next_due()).min()
    }

    /// Returns each state that a payment entered since the last call, with the payment's id.
    pub fn take_changes(&mut self) -> Vec<(u64, Change)> {
        core::mem::take(&mut self.changes)
    }

    /// Returns all payments, in the order of creation.
    pub fn payments(&self) -> &[Payment] {
        self.payments.records()
    }

    /// Returns a payment by its id.
    pub fn payment(&self, id: u64) -> Option<&Payment> {
        self.payments.find(&key(id))
    }

    /// Returns a payment for a user interface: the wire object without its oddities, and with the internal fields.
    pub fn view(&self, payment: &Payment) -> JsonMap {
        let order = &payment.order;
        let mut view = payment.to_wire(self.config.go_id, &self.config.pay_url, false);
        let more = json!({
            "order_description": order.order_description,
            "return_url": with_id(&order.return_url, payment.id, payment.parent_id),
            "notification_url": order.notification_url,
            "additional_params": order.additional_params,
            "choices": order.choices(),
            "qr_text": payment.qr_text(),
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

    /// Returns all notifications with their attempts, in order.
    pub fn notifications(&self) -> &[Notification] {
        self.notifications.records()
    }

    /// Returns the state as JSON, without the client's secret and without tokens.
    pub fn snapshot(&self) -> Result<String, Error> {
        let state = Snapshot {
            ids_issued: self.ids.issued,
            last_id: self.last_id,
            payments: self.payments.records().to_vec(),
            notifications: self.notifications.records().to_vec(),
        };
        serde_json::to_string(&state).map_err(|_| Error::invalid("snapshot", "cannot be written as JSON"))
    }

    /// Creates a gateway from another one's snapshot.
    pub fn restore(config: Config, snapshot: &str) -> Result<Sandbox, Error> {
        let invalid = |problem: &str| Error::invalid("snapshot", problem);
        let state: Snapshot = serde_json::from_str(snapshot).map_err(|error| invalid(&error.to_string()))?;
        let mut sandbox = Sandbox::new(config)?;
        (sandbox.ids.issued, sandbox.last_id) = (state.ids_issued, state.last_id);
        for payment in state.payments {
            let payment = payment.restored().ok_or_else(|| invalid("has an inconsistent payment"))?;
            if payment.id > sandbox.last_id || payment.parent_id.is_some_and(|id| sandbox.payment(id).is_none()) {
                return Err(invalid("has a payment with an invalid id"));
            }
            let due = payment.due();
            let index = sandbox.payments.push(payment).ok_or_else(|| invalid("has an id twice"))?;
            sandbox.due.extend(due.map(|due| (due, index)));
        }
        for notification in state.notifications {
            sandbox.notifications.push(notification).ok_or_else(|| invalid("has an id twice"))?;
        }
        Ok(sandbox)
    }

    pub(super) fn wire(&self, payment: &Payment) -> JsonMap {
        payment.to_wire(self.config.go_id, &self.config.pay_url, self.config.quirks)
    }

    pub(super) fn index(&self, id: u64) -> Result<usize, Error> {
        self.payments.index(&key(id)).ok_or_else(unknown)
    }
}

#[derive(Deserialize, Serialize)]
struct Snapshot {
    #[serde(alias = "ids_drawn")]
    ids_issued: u64,
    last_id: u64,
    payments: Vec<Payment>,
    notifications: Vec<Notification>,
}

fn unknown() -> Error {
    Error::invalid("paymentId", "is not known")
}
