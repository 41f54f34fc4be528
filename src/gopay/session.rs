//! A session with GoPay: makes the calls of its API with a token, and reports the outcome of a failed change.
//!
//! ```no_run
//! # use itpay::{CallResult, call::Io, exchange::CallOptions, gopay::*};
//! async fn refund(session: &Session, io: &Io) -> CallResult<OperationResult> {
//!     let refund = RefundPayment::new("3000006529", 100);
//!     session.call(io, &refund, &CallOptions::default()).await
//! }
//! ```
//!
//! - **Token.** Concurrent callers share one token request. A caller that finds a request in flight waits for its
//!   result, and requests a token itself after a second: in a Worker, a request can end with the caller that sent it.
//!   For the same reason the session keeps values, and no promises or futures. A token is renewed before it expires.
//!   A call is replayed once with a fresh token, and only after GoPay's own token error.
//! - **Changes** ([`GoPayEndpoint::change`]) are sent once. After an ambiguous failure the session reads the payment,
//!   and the error's [`outcome`](crate::CallError::outcome) says what is known. See [`super::Operation`].
//! - **Reads** are retried.

use alloc::{boxed::Box, format, string::String};
use core::cell::RefCell;

use serde::Serialize;

use super::{
    GoPayEndpoint, Language, MemoryStore, Prepared, Scope, SessionStore, TokenRequest,
    token::{credentials, is_token, is_token_error},
};
use crate::{
    CallError, CallResult, Endpoint as _, Error, ErrorName, Outcome, Secret,
    call::{CacheEntry, Io},
    exchange::{CallOptions, ConnectionConfig, Exchanged, exchange, response_error},
    http::{BaseUrl, Headers, Request},
    json::{FieldReader, text},
};

/// How long a caller waits for another caller's token request before it sends its own, in milliseconds.
const MAX_TOKEN_WAIT: u64 = 1_000;
/// How long a token of the shared cache is used before the cache is read again, in milliseconds.
const CACHED_TOKEN_LIFE: u64 = 60_000;
/// The longest pause between two checks of another caller's token request, in milliseconds.
const MAX_TOKEN_PAUSE: u64 = 50;

/// The settings and the state that all calls of a client share.
pub struct Session {
    /// The base URL, time limits and retries.
    pub config: ConnectionConfig,
    /// The id of the client.
    pub client_id: String,
    /// The secret of the client.
    pub client_secret: Secret,
    /// The scope of its tokens.
    pub scope: Scope,
    /// The id of the e-shop.
    pub go_id: u64,
    /// The language of GoPay's error messages, and the default language of payments.
    pub language: Option<Language>,
    /// Whether the program has a cache through which several processes share a token.
    pub has_token_cache: bool,
    /// The store that keeps the token.
    pub store: Box<dyn SessionStore>,
}

/// Reads the base URL of a GoPay gateway. Its path ends in `/api`, as on the real ones.
pub fn base_url(url: &str, allow_http: bool) -> Result<BaseUrl, Error> {
    let base = BaseUrl::parse(url, allow_http)?;
    if base.prefix().ends_with("/api") {
        return Ok(base);
    }
    Err(Error::invalid("baseUrl", "must end in /api, such as https://gw.sandbox.gopay.com/api"))
}

impl Session {
    /// A session with default settings, whose state is kept in memory.
    pub fn new(config: ConnectionConfig, client_id: impl Into<String>, client_secret: Secret, go_id: u64) -> Session {
        Session {
            config,
            client_id: client_id.into(),
            client_secret,
            scope: Scope::All,
            go_id,
            language: None,
            has_token_cache: false,
            store: Box::<MemoryStore>::default(),
        }
    }

    /// Makes a call and returns its typed output.
    pub async fn call<E: GoPayEndpoint>(&self, io: &Io, endpoint: &E, options: &CallOptions) -> CallResult<E::Output> {
        let output = RefCell::new(None);
        let prepared = Prepared::new(
            endpoint,
            Box::new(|response, json| {
                output.replace(Some(endpoint.read(response, json)?));
                Ok(())
            }),
        )?;
        Box::pin(self.send(io, &prepared, options)).await?;
        drop(prepared);
        // `send` has called `read`, or it has failed.
        output.take().ok_or_else(|| Error::invalid("response", "was not read").into())
    }

    /// Makes a call and returns its normalized JSON. Returns nothing for a file.
    pub async fn send(&self, io: &Io, call: &Prepared<'_>, options: &CallOptions) -> CallResult<String> {
        match &call.change {
            Some(change) => self.send_change(io, call, change, options).await,
            None => {
                let exchanged = self.exchange(io, &call.request, options).await?;
                let json =
                    call.read(&exchanged.response).map_err(|error| response_error(error, &exchanged, io.now()))?;
                if let Some(payment_id) = &call.lists_refunds_of {
                    self.learn_history(payment_id, &json);
                }
                Ok(json)
            }
        }
    }

    /// Sends a request with a valid token. After a token error, sends it again with another one.
    pub(super) async fn exchange(&self, io: &Io, request: &Request, options: &CallOptions) -> CallResult<Exchanged> {
        let mut replays = 0;
        loop {
            let (token, is_fresh) = self.token(io, options).await?;
            let sign = |_: &Request, _| {
                let mut headers = self.headers();
                headers.extend(credentials(token.expose()));
                headers
            };
            let mut exchanged = exchange(io, &self.config, request, options, &sign).await.map_err(|mut error| {
                error.attempts += replays;
                error
            })?;
            exchanged.attempts += replays;
            if !matches!(exchanged.response.status, 401 | 403) {
                return Ok(exchanged);
            }
            // Even if a proxy rejected the token, the next call should use another one.
            self.drop_token(&token);
            // Another token from the cache may be as old as the one before.
            let is_last = replays == 2 || (replays == 1 && (is_fresh || !self.has_token_cache));
            if is_last || !is_token_error(&exchanged.response, request.is_repeatable()) {
                return Ok(exchanged);
            }
            replays += 1;
        }
    }

    fn headers(&self) -> Headers {
        let mut headers = Headers::default();
        headers.set("Accept-Language", Language::of_messages(self.language.as_ref()));
        headers
    }

    /// Returns the stored token, or the result of the one token request, and whether this call has requested it from GoPay.
    async fn token(&self, io: &Io, options: &CallOptions) -> CallResult<(Secret, bool)> {
        let timeout_ms = options.timeout_ms.unwrap_or(self.config.timeout_ms);
        let started = io.now().monotonic_ms;
        // The request of another caller that this one waits for, and since when.
        let mut awaited: Option<(u64, u64)> = None;
        let mut pause = 1;
        loop {
            let state = TokenState::load(self);
            let now = io.now();
            if let Some(token) = state.token.as_ref().filter(|_| now.unix_ms < state.renew_at) {
                return Ok((Secret::new(token.as_str()), false));
            }
            match awaited {
                Some((request, _)) if state.request == request && !state.is_pending => {
                    if let Some(failure) = state.failure {
                        return Err(failure);
                    }
                }
                _ => {}
            }
            let since = match awaited {
                Some((request, since)) if request == state.request => since,
                _ => now.monotonic_ms,
            };
            if !state.is_pending || now.monotonic_ms.saturating_sub(since) >= MAX_TOKEN_WAIT {
                return self.request_token(io, state, options).await;
            }
            if now.monotonic_ms.saturating_sub(started) >= timeout_ms {
                let message = format!("There was no response within {timeout_ms} ms");
                let mut error = CallError::new(ErrorName::Timeout, "timeout", message);
                error.retryable = true;
                return Err(without_token(error));
            }
            awaited = Some((state.request, since));
            let rest = timeout_ms.saturating_sub(now.monotonic_ms.saturating_sub(started));
            io.wait(pause.min(rest.max(1))).await.map_err(|_| CallError::aborted(0))?;
            pause = (pause * 2).min(MAX_TOKEN_PAUSE);
        }
    }

    /// Requests a token for all callers that wait for one.
    async fn request_token(&self, io: &Io, state: TokenState, options: &CallOptions) -> CallResult<(Secret, bool)> {
        let request = state.request.wrapping_add(1) & MAX_REQUEST;
        let rejected = state.rejected;
        TokenState { request, is_pending: true, rejected: rejected.clone(), ..TokenState::default() }.save(self);
        let mut pending = PendingToken { session: self, request, is_over: false };
        if self.has_token_cache
            && let Some(token) = io
                .read_cache(self.cache_key())
                .await
                .filter(|token| is_token(token) && rejected.as_ref() != Some(token))
        {
            pending.is_over = true;
            // Another process renews the token, so the cache is read again soon.
            let renew_at = io.now().unix_ms.saturating_add(CACHED_TOKEN_LIFE);
            TokenState { token: Some(token.clone()), renew_at, request, ..TokenState::default() }.save(self);
            return Ok((Secret::new(token), false));
        }

        let token_request =
            TokenRequest { client_id: &self.client_id, client_secret: &self.client_secret, scope: &self.scope };
        let options = CallOptions { timeout_ms: options.timeout_ms, ..CallOptions::default() };
        let asked = async {
            let request = token_request.request()?;
            let exchanged = exchange(io, &self.config, &request, &options, &|_, _| self.headers()).await?;
            TokenRequest::parse(&exchanged.response).map_err(|error| response_error(error, &exchanged, io.now()))
        };
        match asked.await {
            Ok(token) => {
                pending.is_over = true;
                let access_token = Some(token.access_token.expose().into());
                let renew_at = token.renew_at(io.now().unix_ms);
                // The token is valid even if another caller has sent its own request meanwhile.
                TokenState { token: access_token, renew_at, request, ..TokenState::default() }.save(self);
                if self.has_token_cache {
                    let ttl_ms = renew_at.saturating_sub(io.now().unix_ms);
                    let entry = CacheEntry { key: self.cache_key(), value: token.access_token.clone(), ttl_ms };
                    io.write_cache(entry).await;
                }
                Ok((token.access_token, true))
            }
            // The other callers do not abort with this one. Dropping `pending` lets them send a request.
            Err(error) if error.name == ErrorName::Abort => Err(CallError::aborted(0)),
            Err(error) => {
                let error = without_token(error);
                pending.fail(&error);
                Err(error)
            }
        }
    }

    fn drop_token(&self, token: &Secret) {
        let state = TokenState::load(self);
        if state.token.as_deref() == Some(token.expose()) {
            TokenState { token: None, rejected: state.token.clone(), ..state }.save(self);
        }
    }

    /// The cache key. A token belongs to one client, one gateway and one scope.
    fn cache_key(&self) -> String {
        let origin = [self.config.base.origin(), self.config.base.prefix()].concat();
        format!("itpay:gopay:{origin}:{}:{}", self.client_id, self.scope.as_str())
    }
}

/// The error of a call that was not sent because there was no token.
fn without_token(mut error: Box<CallError>) -> Box<CallError> {
    // The rest of the message would be about a call that may have been processed.
    let why = error.message.split(';').next().unwrap_or_default();
    error.message = ["GoPay gave no token, so the call was not sent: ", why].concat();
    error.with_outcome(Outcome::NotDone, "")
}

/// The largest number of a token request. JSON represents it exactly.
const MAX_REQUEST: u64 = (1 << 53) - 1;

/// The state of a session's token.
#[derive(Default, Serialize)]
struct TokenState {
    token: Option<String>,
    /// When to renew the token, in Unix milliseconds.
    renew_at: u64,
    /// The number of the last token request.
    request: u64,
    /// Whether that request is in flight.
    is_pending: bool,
    /// The last token that GoPay rejected.
    rejected: Option<String>,
    /// How the last request failed, if it did.
    failure: Option<Box<CallError>>,
}

impl TokenState {
    const KEY: &'static str = "token";

    fn load(session: &Session) -> TokenState {
        let json = session.store.get(TokenState::KEY).unwrap_or_default();
        let Ok(Some(mut fields)) = FieldReader::parse(&json) else { return TokenState::default() };
        let mut number = |name: &str| fields.integer(name).ok().and_then(|number| u64::try_from(number).ok());
        let (renew_at, request) = (number("renew_at").unwrap_or_default(), number("request").unwrap_or_default());
        TokenState {
            token: fields.text("token"),
            rejected: fields.text("rejected"),
            renew_at,
            request,
            is_pending: fields.boolean("is_pending").unwrap_or_default(),
            failure: fields.nested("failure").and_then(CallError::read),
        }
    }

    fn save(&self, session: &Session) {
        session.store.set(TokenState::KEY, text(self));
    }
}

/// A token request in flight. When it is dropped, nobody waits for it any longer.
struct PendingToken<'a> {
    session: &'a Session,
    request: u64,
    is_over: bool,
}

impl PendingToken<'_> {
    fn fail(&mut self, error: &CallError) {
        self.end(Some(Box::new(error.clone())));
    }

    fn end(&mut self, failure: Option<Box<CallError>>) {
        let state = TokenState::load(self.session);
        self.is_over = true;
        // Another caller may have sent its own request meanwhile.
        if state.request == self.request && state.is_pending {
            TokenState { is_pending: false, failure, ..state }.save(self.session);
        }
    }
}

impl Drop for PendingToken<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(None);
        }
    }
}
