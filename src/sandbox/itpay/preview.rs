//! The calls that ItPay's pages show in part. A response has attested fields only, and what no page decides is decided
//! here, with a comment. No page names an idempotency key for them, so the same call again is another call.

use alloc::format;

use serde_json::{Value, json};

use super::{
    error_response::ErrorResponse,
    gateway::{DEFAULT_WALLET_URL, PreviewCall, Sandbox},
    handlers::{HandlerResult, read_params},
    intents::Intent,
};
use crate::{
    Error, JsonEndpoint,
    http::Request,
    itpay::{
        CreateDelivery, CreateInstall, CreateOneTimePayment, CreateRefund, CreateSubscription, CreateWebhookEndpoint,
        RecordUsage, Status, VerifyIdentity, routes::Route,
    },
    json::JsonMap,
    sandbox::context::CallContext,
};

/// Checks the body of a request.
type Check = fn(&str) -> Result<Request, Error>;
/// Makes the body of a response.
type Respond = fn(&mut Sandbox, &JsonMap, CallContext<'_>) -> Result<Value, ErrorResponse>;

impl Sandbox {
    pub(super) fn preview(&mut self, route: Route, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let (check, respond): (Check, Respond) = match route {
            Route::CumulativeRecord => (RecordUsage::request_from_json, Sandbox::record_usage),
            Route::Deliveries => (CreateDelivery::request_from_json, Sandbox::deliver),
            Route::Installs => (CreateInstall::request_from_json, Sandbox::install),
            Route::KycVerify => (VerifyIdentity::request_from_json, |_, _, _| Ok(json!({}))),
            Route::OneTimePayments => (CreateOneTimePayment::request_from_json, Sandbox::pay_once),
            Route::Refunds => (CreateRefund::request_from_json, Sandbox::refund),
            Route::Subscriptions => (CreateSubscription::request_from_json, Sandbox::subscribe),
            Route::WebhookEndpoints => (CreateWebhookEndpoint::request_from_json, Sandbox::register_endpoint),
            other => return Err(ErrorResponse::method_not_allowed(other.methods())),
        };
        let params: JsonMap = read_params(request, check)?.1;
        let response = respond(self, &params, context)?;
        self.preview_calls.push(PreviewCall {
            path: route.path(),
            params,
            response: response.as_object().cloned().unwrap_or_default(),
            at: context.now_ms,
        });
        Ok((201, response))
    }

    /// Each unit costs 1, whatever the service. Every record is billed, also one that was sent twice.
    fn record_usage(&mut self, params: &JsonMap, _: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let amount = params.get("quantity").cloned().unwrap_or_default();
        let total = self.usage_total() + amount.as_f64().unwrap_or_default();
        Ok(json!({ "amount": amount, "running_total": number(total) }))
    }

    /// A delivery of a paid payment. Nothing is delivered: no page shows how the buyer gets at it.
    fn deliver(&mut self, params: &JsonMap, _: CallContext<'_>) -> Result<Value, ErrorResponse> {
        self.paid_intent(text(params, "payment_intent_id"))?;
        Ok(json!({}))
    }

    /// A payment by deep link. It stays `pending`, as no page shows how to read it or what announces its end.
    fn pay_once(&mut self, params: &JsonMap, context: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let service_id = text(params, "service_id");
        self.service(service_id).ok_or_else(|| ErrorResponse::service_not_found(service_id))?;
        // The prefix is ours: an attested deep link shows none.
        let id = self.ids.next_id("pay", context.now_ms, context.random);
        let deeplink = format!("{DEFAULT_WALLET_URL}/{id}");
        Ok(json!({ "id": id, "deeplink": deeplink, "status": "pending" }))
    }

    /// A subscription. Its code has the fields of an intent's and can't be paid, as the request's price is unknown.
    fn subscribe(&mut self, _: &JsonMap, context: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = self.ids.next_id("qr", context.now_ms, context.random);
        let qr = json!({ "charge_id": id, "scan_url": format!("{DEFAULT_WALLET_URL}/{id}") });
        Ok(json!({ "status": "pending", "first_payment": { "qr": qr } }))
    }

    /// A webhook endpoint. The names of both fields are ours, and no webhook is sent there.
    fn register_endpoint(&mut self, _: &JsonMap, context: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = self.ids.next_id("we", context.now_ms, context.random);
        let secret = self.ids.next_id("whsec", context.now_ms, context.random);
        Ok(json!({ "id": id, "secret": secret }))
    }

    /// An install. It limits nothing here, as no page shows a payment that refers to it.
    fn install(&mut self, _: &JsonMap, context: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = self.ids.next_id("ins", context.now_ms, context.random);
        Ok(json!({ "install_id": id, "status": "active" }))
    }

    /// A refund of the whole payment. It succeeds at once, and no page shows how to read it.
    fn refund(&mut self, params: &JsonMap, _: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = text(params, "payment_intent");
        self.paid_intent(id)?;
        if self.is_refunded(id) {
            return Err(ErrorResponse::already_refunded(id));
        }
        // Partial refunds exist. Ignoring an amount would pay back more than was asked for.
        if params.contains_key("amount") {
            return Err(Error::invalid("amount", "is not documented: the sandbox refunds whole payments").into());
        }
        Ok(json!({ "status": "requested" }))
    }

    fn paid_intent(&self, id: &str) -> Result<&Intent, ErrorResponse> {
        let intent = self.intent(id).ok_or_else(|| ErrorResponse::intent_not_found(id))?;
        match &intent.status {
            Status::Succeeded => Ok(intent),
            other => Err(ErrorResponse::not_paid(other.as_str())),
        }
    }

    /// The sum of all usage that was recorded.
    fn usage_total(&self) -> f64 {
        let amounts = self.calls_of(Route::CumulativeRecord).filter_map(|call| call.response.get("amount")?.as_f64());
        amounts.sum()
    }

    /// Whether a payment has been paid back.
    pub fn is_refunded(&self, intent_id: &str) -> bool {
        self.calls_of(Route::Refunds).any(|call| text(&call.params, "payment_intent") == intent_id)
    }

    /// The accepted calls of `client.preview`, in their order.
    pub fn preview_calls(&self) -> &[PreviewCall] {
        &self.preview_calls
    }

    fn calls_of(&self, route: Route) -> impl Iterator<Item = &PreviewCall> {
        let path = route.path();
        self.preview_calls.iter().filter(move |call| call.path == path)
    }
}

/// A number as it is written: 1500, and not 1500.0.
fn number(value: f64) -> Value {
    let whole = value as i64;
    if whole as f64 == value { whole.into() } else { value.into() }
}

fn text<'a>(params: &'a JsonMap, name: &str) -> &'a str {
    params.get(name).and_then(Value::as_str).unwrap_or_default()
}
