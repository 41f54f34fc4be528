//! The API's routes and their handlers.

use alloc::string::String;

use serde_json::{Value, json};

use super::{
    accounts,
    error_response::ErrorResponse,
    gateway::{Config, Sandbox},
    orders::{Order, check_items, has_type, read_json},
    payments::{Payment, key},
    transitions::Operation,
    validator::{ObjectRef, Validator},
};
use crate::{
    gopay::{OperationStatus as Outcome, RecurrenceState, routes::Route},
    http::{Method, Request, query_value},
    json::text,
    sandbox::context::CallContext,
};

/// The API's path prefix.
const PREFIX: &str = "/api";

/// A content type and a body.
type HandlerResult = Result<(&'static str, String), ErrorResponse>;

impl Sandbox {
    pub(super) fn dispatch(&mut self, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let route = request.path.strip_prefix(PREFIX).and_then(Route::parse);
        if matches!(route, Some(Route::Token)) && request.method == Method::Post {
            let Config { client_id, client_secret, .. } = &self.config;
            let token = self.tokens.issue(request, client_id, client_secret, context.now_ms, context.random)?;
            return Ok(as_json(&token));
        }
        let is_create = matches!(route, Some(Route::Payments));
        self.tokens.authorize(request, is_create, context.now_ms)?;
        let route = route.ok_or_else(ErrorResponse::not_found)?;
        if !route.methods().split(", ").any(|method| method == request.method.as_str()) {
            return Err(ErrorResponse::Method(route.methods()));
        }
        match route {
            Route::AccountStatement => {
                let statement = accounts::statement(request, self.config.go_id, self.payments.records())?;
                Ok(("application/octet-stream", statement))
            }
            Route::Card(id) if request.method == Method::Delete => {
                self.delete_card(id)?;
                Ok(("", String::new()))
            }
            Route::Card(id) => Ok(as_json(&self.card(id)?.into())),
            Route::Capture(id) => self.capture(id, request, context),
            Route::CreateRecurrence(id) => self.create_recurrence(id, request, context),
            Route::Payment(id) => {
                let payment = self.payment(id).ok_or_else(ErrorResponse::not_found)?;
                Ok(as_json(&Value::Object(self.wire(payment))))
            }
            Route::PaymentInstruments { go_id, currency } if go_id == self.config.go_id => {
                Ok(as_json(&accounts::instruments(currency.as_deref())?))
            }
            Route::Payments => self.create(request, context),
            Route::QrPayment(id) => Ok(as_json(&self.qr_payment(id, request)?)),
            Route::Refund(id) => self.refund(id, request, context),
            Route::Refunds(id) => {
                let payment = self.payment(id).ok_or_else(ErrorResponse::not_found)?;
                let refunds = payment.refunds.iter().map(|refund| refund.to_wire(&payment.order.currency));
                Ok(as_json(&refunds.collect()))
            }
            Route::VoidAuthorization(id) => {
                let outcome = self.outcome(Operation::VoidAuthorization);
                self.call(id, &outcome, context, |payment| payment.void_authorization(&outcome, context.now_ms))
            }
            Route::VoidRecurrence(id) => {
                let outcome = self.outcome(Operation::VoidRecurrence);
                self.call(id, &outcome, context, |payment| payment.void_recurrence(&outcome))
            }
            Route::PaymentInstruments { .. } | Route::Token => Err(ErrorResponse::not_found()),
        }
    }

    fn create(&mut self, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let order = Order::read(request, self.config.go_id, context.now_ms)?;
        if order.recurrence.is_some() && !self.config.recurrence {
            return Err(ErrorResponse::field("recurrence", 341, "is not enabled for this e-shop"));
        }
        if order.preauthorization && !self.config.preauthorization {
            return Err(ErrorResponse::field("preauthorization", 302, "is not enabled for this e-shop"));
        }
        let payment = Payment::new(self.next_id(context), order, context.now_ms);
        let wire = self.wire(&payment);
        self.add(payment);
        Ok(as_json(&wire.into()))
    }

    fn capture(&mut self, id: u64, request: &Request, context: CallContext<'_>) -> HandlerResult {
        self.payment(id).ok_or_else(ErrorResponse::not_found)?;
        let outcome = self.outcome(Operation::Capture);
        let part = if request.body.is_empty() { None } else { Some(read_amount(request)?) };
        if part.is_some() && !self.config.partial_capture {
            return Err(ErrorResponse::rule(350, "capturing a part is not enabled for this e-shop"));
        }
        self.call(id, &outcome, context, |payment| payment.capture(part, &outcome, context.now_ms))
    }

    fn refund(&mut self, id: u64, request: &Request, context: CallContext<'_>) -> HandlerResult {
        self.payment(id).ok_or_else(ErrorResponse::not_found)?;
        let outcome = self.outcome(Operation::Refund);
        let amount = if has_type(request, "application/json") {
            // The form of the fiscal law before 2023.
            read_amount(request)?
        } else if has_type(request, "application/x-www-form-urlencoded") {
            let form = core::str::from_utf8(&request.body).unwrap_or_default();
            let amount = query_value(form, "amount").filter(|amount| !amount.is_empty());
            let amount = amount.ok_or_else(|| ErrorResponse::field("amount", 110, "is required"))?;
            amount.parse().map_err(|_| ErrorResponse::field("amount", 111, "must be an integer"))?
        } else {
            return Err(ErrorResponse::rule(116, "the Content-Type must be application/x-www-form-urlencoded"));
        };
        let refund_id = self.next_id(context);
        self.call(id, &outcome, context, |payment| payment.refund(refund_id, amount, &outcome, context.now_ms))
    }

    fn create_recurrence(&mut self, parent_id: u64, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let index = self.payments.index(&key(parent_id)).ok_or_else(ErrorResponse::not_found)?;
        let parent = self.payments.get(index).ok_or_else(ErrorResponse::not_found)?;
        match &parent.mandate {
            None => {
                return Err(ErrorResponse::rule(341, "only the first payment of a recurrence can be charged again"));
            }
            Some(mandate) => match mandate.state {
                RecurrenceState::Started if mandate.has_failed_too_often(context.now_ms) => {
                    return Err(ErrorResponse::rule(343, "three charges in a row have failed: try again tomorrow"));
                }
                RecurrenceState::Started => {}
                RecurrenceState::Stopped => return Err(ErrorResponse::rule(342, "the recurrence has ended")),
                _ => return Err(ErrorResponse::rule(303, "the first payment is not paid yet")),
            },
        }
        let order = parent.order.read_charge(request)?;
        let child = self.create_charge(index, order, context).ok_or_else(ErrorResponse::not_found)?;
        // The response shows the charge before it is paid, as in the documentation's sample.
        let wire = self.payments.get(child).map(|child| self.wire(child)).unwrap_or_default();
        self.settle_charge(child, context);
        Ok(as_json(&wire.into()))
    }

    /// Changes one payment and responds with the operation's result.
    fn call(
        &mut self,
        id: u64,
        outcome: &Outcome,
        context: CallContext<'_>,
        change: impl FnOnce(&mut Payment) -> Result<(), ErrorResponse>,
    ) -> HandlerResult {
        let index = self.payments.index(&key(id)).ok_or_else(ErrorResponse::not_found)?;
        self.change(index, context, change)?;
        Ok(as_json(&json!({ "id": id, "result": outcome })))
    }
}

fn as_json(value: &Value) -> (&'static str, String) {
    ("application/json", text(value))
}

/// Reads the amount of a refund or a partial capture, and checks that its items add up.
fn read_amount(request: &Request) -> Result<i64, ErrorResponse> {
    let body = read_json(request)?;
    let (top, mut validator) = (ObjectRef::top(&body), Validator::default());
    validator.require(&top, "amount");
    let amount = validator.positive(&top, "amount");
    check_items(&mut validator, &top, amount);
    validator.done(amount).map_err(ErrorResponse::Rules)
}
