//! A session with ItPay: signs and sends the calls of its API.
//!
//! ```no_run
//! # use itpay::{CallResult, call::Io, exchange::CallOptions, itpay::*};
//! async fn create(session: &Session, io: &Io, params: &CreatePaymentIntent) -> CallResult<PaymentIntent> {
//!     session.call(io, params, &CallOptions::default()).await
//! }
//! ```

use alloc::{boxed::Box, string::String};

use super::{ApiKey, auth::credentials};
use crate::{
    CallError, CallResult, Endpoint, Error, Outcome,
    call::{Io, Now},
    exchange::{CallOptions, ConnectionConfig, Exchanged, exchange, response_error},
    http::{Request, Response},
    retry::Failure,
};

/// The settings that all calls of a client share.
pub struct Session {
    /// The base URL, time limits and retries.
    pub config: ConnectionConfig,
    /// Signs the calls.
    pub api_key: ApiKey,
    /// The payment channel of intents that name none, such as `alipay`.
    pub channel: Option<String>,
}

impl Session {
    /// Makes a call and returns its typed output.
    pub async fn call<E: Endpoint>(&self, io: &Io, endpoint: &E, options: &CallOptions) -> CallResult<E::Output> {
        let verify = |response: &Response| endpoint.verify(response);
        let exchanged = Box::pin(self.send(io, endpoint.request()?, &verify, options)).await?;
        Ok(E::parse(&exchanged.response)?)
    }

    /// Sends a request until there is a final response, and retries where that is safe. `verify` checks the response.
    pub async fn send(
        &self,
        io: &Io,
        mut request: Request,
        verify: &dyn Fn(&Response) -> Result<(), Error>,
        options: &CallOptions,
    ) -> CallResult<Exchanged> {
        let mut options = options.clone();
        if options.idempotency_key.is_some() {
            request.idempotency_key.clone_from(&options.idempotency_key);
        }
        if request.sent_once && request.idempotency_key.is_none() {
            options.max_retries = Some(0);
        }
        let sign =
            |request: &Request, now: Now| credentials(request, &self.config.base, &self.api_key, now.unix_ms / 1000);
        let error = match exchange(io, &self.config, &request, &options, &sign).await {
            Ok(exchanged) => match verify(&exchanged.response) {
                Ok(()) => return Ok(exchanged),
                Err(error) => response_error(error, &exchanged, io.now()),
            },
            Err(error) => error,
        };
        if !request.sent_once {
            return Err(error);
        }
        let outcome = outcome(&error);
        Err(error.with_outcome(outcome, ""))
    }
}

/// The outcome of a failed call that moves money.
fn outcome(error: &CallError) -> Outcome {
    match error.failure {
        _ if error.attempts == 0 => Outcome::NotDone,
        // An earlier attempt may have been processed.
        _ if error.attempts > 1 => Outcome::Unknown,
        Some(Failure::ConnectionRefused) => Outcome::NotDone,
        // ItPay's own error responses are JSON. A filter's page proves nothing.
        Some(Failure::Status { status: 400..=499, .. }) if error.has_own_code() => Outcome::NotDone,
        _ => Outcome::Unknown,
    }
}
