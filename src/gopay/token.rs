//! The access token of each call. It is requested with the client's credentials and renewed before it expires.

use alloc::{borrow::ToOwned, format};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{error_body, parse_object, routes};
use crate::{
    Endpoint, Error, Secret,
    http::{Headers, Method, Request, Response},
    json::open_enum,
};

open_enum! {
    /// The scope of a token.
    Scope {
        /// All calls.
        All = "payment-all",
        /// Only the creation of payments.
        Create = "payment-create",
    }
}

/// How long before its expiry a token is renewed, in milliseconds, and at most a fifth of its lifetime.
const REFRESH_MARGIN: u64 = 300_000;
/// The default lifetime of a token, in seconds, if the response has none.
const DEFAULT_EXPIRES_IN: i64 = 300;
/// The longest lifetime that a token is used for, in seconds.
const MAX_EXPIRES_IN: u64 = 86_400;

/// `POST /oauth2/token`. It changes nothing, so it is retried.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRequest<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The client's secret.
    pub client_secret: &'a Secret,
    /// The scope of the token.
    pub scope: &'a Scope,
}

/// An access token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The token for the `Authorization` header.
    pub access_token: Secret,
    /// The remaining lifetime in seconds.
    pub expires_in: u64,
}

impl Token {
    /// When to renew a token that arrived at `now_ms`, in Unix milliseconds.
    pub fn renew_at(&self, now_ms: u64) -> u64 {
        // A day at most: JavaScript represents the sum exactly.
        let life = self.expires_in.min(MAX_EXPIRES_IN).saturating_mul(1000);
        now_ms.saturating_add(life.saturating_sub(REFRESH_MARGIN.min(life / 5)))
    }
}

impl Endpoint for TokenRequest<'_> {
    type Output = Token;

    fn request(&self) -> Result<Request, Error> {
        let credentials = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.expose()));
        let mut request = Request::new(Method::Post, routes::TOKEN.to_owned())
            .with_form(format!("grant_type=client_credentials&scope={}", self.scope.as_str()));
        request.headers.set("Authorization", "Basic ".to_owned() + &credentials);
        request.repeatable = true;
        Ok(request)
    }

    fn parse(response: &Response) -> Result<Token, Error> {
        parse_object(response, |mut fields| {
            let access_token = fields.string("access_token")?;
            if !is_token(&access_token) {
                return fields.field_error("access_token", "must be visible ASCII");
            }
            let expires_in =
                if fields.has("expires_in") { fields.integer_or_digits("expires_in")? } else { DEFAULT_EXPIRES_IN };
            Ok(Token { access_token: Secret::new(access_token), expires_in: expires_in.try_into().unwrap_or(0) })
        })
    }
}

/// Whether a text can be sent as a token.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether GoPay itself rejected the token, so that the call was not processed. A filter before GoPay also sends 401
/// and 403, perhaps after GoPay has processed the call, so its page proves nothing. `is_repeatable` means that the call
/// may be sent twice, so that an empty response is enough.
pub(super) fn is_token_error(response: &Response, is_repeatable: bool) -> bool {
    if is_repeatable && response.body.is_empty() {
        return true;
    }
    let Error::Api(error) = error_body::parse(response) else { return false };
    (200..=202).any(|code| error_body::has_code(&error, code, "invalid_token"))
        || error.code.as_deref() == Some("invalid_token")
}

/// Adds the token to a request.
pub fn authorize(request: &Request, token: &str) -> Request {
    let mut request = request.clone();
    request.headers.extend(credentials(token));
    request
}

/// The headers of the token.
pub(crate) fn credentials(token: &str) -> Headers {
    let mut headers = Headers::default();
    headers.set("Authorization", ["Bearer ", token].concat());
    headers
}
