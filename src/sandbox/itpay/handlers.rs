//! The API's routes and their handlers.

use alloc::format;

use serde_json::Value;

use super::{
    charges::Charge,
    error_response::ErrorResponse,
    gateway::Sandbox,
    intents::Intent,
    services::{Service, ServiceStatus},
};
use crate::{
    Error,
    http::{Method, Request, path_segment, query_value},
    itpay::{CreateManifest, CreatePaymentIntent, PaymentType, has_api_key, routes::Route, verify},
    json::{FieldReader, JsonMap, LONE_SURROGATE, has_lone_surrogate},
    sandbox::context::CallContext,
    signature::DEFAULT_MAX_AGE,
};

/// The API's path prefix.
const PREFIX: &str = "/v1";

/// A status and a body.
pub(super) type HandlerResult = Result<(u16, Value), ErrorResponse>;

impl Sandbox {
    pub(super) fn dispatch(&mut self, request: &Request, caller_ms: u64, context: CallContext<'_>) -> HandlerResult {
        if !has_api_key(request, &self.config.api_key) {
            return Err(ErrorResponse::wrong_key());
        }
        let by = |now_ms: u64| verify(request, &self.config.api_key, now_ms / 1000, DEFAULT_MAX_AGE);
        by(context.now_ms).or_else(|problem| by(caller_ms).or(Err(problem))).map_err(ErrorResponse::wrong_signature)?;
        let (route, id) =
            request.path.strip_prefix(PREFIX).and_then(Route::parse).ok_or_else(ErrorResponse::not_found)?;
        match (route, request.method) {
            (Route::PaymentIntents, Method::Post) => self.create_intent(request, context),
            (Route::PaymentIntent, Method::Get) => {
                let intent = self.intent(&id).ok_or_else(|| ErrorResponse::intent_not_found(&id))?;
                Ok((200, intent.to_wire().into()))
            }
            (Route::Qr, Method::Post) => self.generate_qr(&id, context),
            (Route::Services, Method::Get) => Ok((200, self.search(request.query.as_deref().unwrap_or_default()))),
            (Route::Services, Method::Post) => self.create_service(request, context),
            (Route::Activate, Method::Patch) => self.activate(&id),
            (route, Method::Post) => self.preview(route, request, context),
            (route, _) => Err(ErrorResponse::method_not_allowed(route.methods())),
        }
    }

    fn create_intent(&mut self, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let (mut params, _) = read_params(request, CreatePaymentIntent::from_json)?;
        path_segment("id", &params.id)?;
        if let PaymentType::Other(_) = params.payment_type {
            return Err(Error::invalid("type", "must be one_time, cumulative or subscription").into());
        }
        // No page says that a service must be active before it is paid, so a draft can be paid, too.
        let service =
            self.service(&params.service_id).ok_or_else(|| ErrorResponse::service_not_found(&params.service_id))?;
        // No page names the default channel. The sandbox takes the service's first.
        let channel = params.channel.get_or_insert_with(|| service.default_channel());
        if !service.accepts(channel) {
            return Err(ErrorResponse::channel_not_accepted(channel, &service.params.accepted_channels));
        }
        if let Some(known) = self.intent(&params.id) {
            // Nothing was created this time, so the status is not 201.
            return if known.params == params {
                Ok((200, known.to_wire().into()))
            } else {
                Err(ErrorResponse::id_taken(&params.id))
            };
        }
        let expires_at = context.now_ms.saturating_add(self.config.expires_after);
        let intent = Intent::new(params, context.now_ms, expires_at);
        let (wire, changes) = (intent.to_wire(), intent.history.clone());
        if let Some(index) = self.intents.push(intent) {
            self.deadlines.insert((expires_at, index));
            self.changes.extend(changes.into_iter().map(|change| (index, change)));
        }
        Ok((201, wire.into()))
    }

    fn generate_qr(&mut self, id: &str, context: CallContext<'_>) -> HandlerResult {
        let index = self.intents.index(id).ok_or_else(|| ErrorResponse::intent_not_found(id))?;
        let service_id = self.intents.get(index).map(|intent| intent.params.service_id.as_str()).unwrap_or_default();
        let service = self.service(service_id).ok_or_else(|| ErrorResponse::service_not_found(service_id))?;
        let merchant_name = service.merchant_name();
        let intent = self.intents.get_mut(index).ok_or_else(|| ErrorResponse::intent_not_found(id))?;
        let charge_id = self.ids.next_id("qr", context.now_ms, context.random);
        let channel = intent.params.channel.as_deref().unwrap_or_default();
        let charge = Charge::new(charge_id, &intent.params, channel, &merchant_name, &self.config.wallet_url)?;
        let wire = charge.to_wire(intent.expires_at);
        let known = intent.history.len();
        intent.generate_qr(charge, context.now_ms)?;
        self.changes.extend(intent.changes_since(known).map(|change| (index, change)));
        Ok((201, wire.into()))
    }

    fn create_service(&mut self, request: &Request, context: CallContext<'_>) -> HandlerResult {
        let service = Service {
            params: read_params(request, CreateManifest::from_json)?.0,
            id: self.ids.next_id("svc", context.now_ms, context.random),
            status: ServiceStatus::Draft,
            created_at: context.now_ms,
        };
        let wire = service.to_wire();
        self.services.push(service);
        Ok((201, wire.into()))
    }

    fn activate(&mut self, id: &str) -> HandlerResult {
        if id == self.built_in.id {
            return Ok((200, self.built_in.to_wire().into()));
        }
        let index = self.services.index(id).ok_or_else(|| ErrorResponse::service_not_found(id))?;
        let service = self.services.get_mut(index).ok_or_else(|| ErrorResponse::service_not_found(id))?;
        service.status = ServiceStatus::Active;
        Ok((200, service.to_wire().into()))
    }

    /// Returns all matches at once: no page documents pagination.
    fn search(&self, query: &str) -> Value {
        let wanted = query_value(query, "q").unwrap_or_default();
        let found = self.services.records().iter().filter(|service| service.matches(&wanted));
        found.map(|service| Value::Object(service.to_wire())).collect()
    }
}

/// Reads the parameters of a body, and all of its fields. The model checks its own, so the values of all others are checked
/// afterward.
pub(super) fn read_params<T>(
    request: &Request,
    read: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<(T, JsonMap), ErrorResponse> {
    let invalid = |problem: &str| Error::invalid("body", problem);
    let body = core::str::from_utf8(&request.body).map_err(|_| invalid("is not UTF-8"))?;
    if has_lone_surrogate(body) {
        return Err(ErrorResponse::invalid_json(LONE_SURROGATE));
    }
    let object = FieldReader::parse(body).map_err(|error| {
        invalid(&format!("is not a JSON object (line {}, column {})", error.line(), error.column()))
    })?;
    object.ok_or_else(|| invalid("is not a JSON object"))?;
    let params = read(body)?;
    serde_json::from_str(body)
        .map(|fields| (params, fields))
        .map_err(|error| ErrorResponse::invalid_json(&format!("is not valid JSON: {error}")))
}
