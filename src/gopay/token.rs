//! The token that every call carries: asked for with the client's credentials, used until shortly before it ends.

use alloc::{borrow::ToOwned, format};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{error_body, parse_object, routes};
use crate::{
    Endpoint, Error, Secret,
    http::{Headers, Method, Request, Response},
    json::open_enum,
};

open_enum! {
    /// The calls that a token allows.
    Scope {
        /// All calls.
        All = "payment-all",
        /// Only the creation of payments.
        Create = "payment-create",
    }
}

/// How long before its end a token is renewed, in milliseconds; but at most a fifth of its life.
const REFRESH_MARGIN: u64 = 300_000;
/// How long a token is believed to last, in seconds, where the answer does not say.
const DEFAULT_EXPIRES_IN: i64 = 300;

/// `POST /oauth2/token`. Changes nothing, so it may be sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRequest<'a> {
    /// Public.
    pub client_id: &'a str,
    /// Not.
    pub client_secret: &'a Secret,
    /// The calls that the token allows.
    pub scope: &'a Scope,
}

/// What calls are authorized with, for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// For the `Authorization` header.
    pub access_token: Secret,
    /// How long it lasts from now, in seconds.
    pub expires_in: u64,
}

impl Token {
    /// When to ask for another, in Unix milliseconds, of a token that came at `now_ms`.
    pub fn renew_at(&self, now_ms: u64) -> u64 {
        let life = self.expires_in.saturating_mul(1000);
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
            if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return fields.field_error("access_token", "must be visible ASCII");
            }
            let expires_in =
                if fields.has("expires_in") { fields.integer_or_digits("expires_in")? } else { DEFAULT_EXPIRES_IN };
            Ok(Token { access_token: Secret::new(access_token), expires_in: expires_in.try_into().unwrap_or(0) })
        })
    }
}

/// Whether GoPay itself says that the token does not hold, so that the call was not processed. A filter before GoPay
/// also answers 401 and 403, perhaps after GoPay has processed the call: its page proves nothing. `is_repeatable` is for
/// a call that may be sent twice anyway, for which an empty response is enough.
pub(super) fn is_token_error(response: &Response, is_repeatable: bool) -> bool {
    if is_repeatable && response.body.is_empty() {
        return true;
    }
    let Error::Api(error) = error_body::parse(response) else { return false };
    (200..=202).any(|code| error_body::has_code(&error, code, "invalid_token"))
        || error.code.as_deref() == Some("invalid_token")
}

/// A call with its token.
pub fn authorize(request: &Request, token: &str) -> Request {
    let mut request = request.clone();
    request.headers.extend(credentials(token));
    request
}

/// What that adds to its headers.
pub(crate) fn credentials(token: &str) -> Headers {
    let mut headers = Headers::default();
    headers.set("Authorization", ["Bearer ", token].concat());
    headers
}
