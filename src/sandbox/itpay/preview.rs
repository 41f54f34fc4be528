//! The calls that ItPay's pages show in part. A response has attested fields only, and what no page decides is decided
//! here, with a comment. No page names an idempotency key for them, so the same call again is another call.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    error_response::ErrorResponse,
    gateway::Sandbox,
    handlers::{HandlerResult, read_params},
};
use crate::{
    Error, JsonEndpoint,
    http::Request,
    itpay::{CreateInstall, CreateRefund, Status, routes::Route},
    json::JsonMap,
    sandbox::context::CallContext,
};

/// A call that was accepted.
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

/// Checks the body of a request.
type Check = fn(&str) -> Result<Request, Error>;
/// Makes the body of a response.
type Respond = fn(&mut Sandbox, &JsonMap, CallContext<'_>) -> Result<Value, ErrorResponse>;

impl Sandbox {
    pub(super) fn preview(&mut self, route: Route, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let (check, respond): (Check, Respond) = match route {
            Route::Installs => (CreateInstall::request_from_json, Sandbox::install),
            Route::Refunds => (CreateRefund::request_from_json, Sandbox::refund),
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

    /// An install. It limits nothing here, as no page shows a payment that refers to it.
    fn install(&mut self, _: &JsonMap, context: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = self.ids.next_id("ins", context.now_ms, context.random);
        Ok(json!({ "install_id": id, "status": "active" }))
    }

    /// A refund of the whole payment. It succeeds at once, and no page shows how to read it.
    fn refund(&mut self, params: &JsonMap, _: CallContext<'_>) -> Result<Value, ErrorResponse> {
        let id = text(params, "payment_intent");
        let intent = self.intent(id).ok_or_else(|| ErrorResponse::intent_not_found(id))?;
        if intent.status != Status::Succeeded {
            return Err(ErrorResponse::not_paid(intent.status.as_str()));
        }
        if self.is_refunded(id) {
            return Err(ErrorResponse::already_refunded(id));
        }
        // Partial refunds exist. Ignoring an amount would pay back more than was asked for.
        if params.contains_key("amount") {
            return Err(Error::invalid("amount", "is not documented: the sandbox refunds whole payments").into());
        }
        Ok(json!({ "status": "requested" }))
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

fn text<'a>(params: &'a JsonMap, name: &str) -> &'a str {
    params.get(name).and_then(Value::as_str).unwrap_or_default()
}
