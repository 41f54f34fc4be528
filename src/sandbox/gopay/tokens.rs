//! Tokens: what a client's credentials are exchanged for, good for half an hour and for what was asked for.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{error_response::Refusal, orders::has_type};
use crate::{
    Secret,
    gopay::SCOPE,
    http::{Request, query_value},
};

/// How long a token lasts, in seconds.
const EXPIRES_IN: u64 = 1800;
/// The scope of a client that only creates payments.
const CREATE_SCOPE: &str = "payment-create";

/// Every token that is good at the moment. They are secrets, so no snapshot has them: a client asks again.
#[derive(Default)]
pub(super) struct Tokens {
    drawn: u64,
    live: BTreeMap<String, Token>,
}

struct Token {
    can_all: bool,
    expires_at: u64,
}

impl Tokens {
    /// Answers `POST /oauth2/token`.
    pub fn issue(
        &mut self,
        request: &Request,
        client_id: &str,
        client_secret: &Secret,
        now_ms: u64,
        random: &[u8; 16],
    ) -> Result<Value, Refusal> {
        let given = request.headers.get("Authorization").and_then(|given| given.split_once(' '));
        let expected = STANDARD.encode([client_id, ":", client_secret.expose()].concat());
        let fits = given.is_some_and(|(scheme, given)| scheme.eq_ignore_ascii_case("Basic") && given == expected);
        if !fits {
            return Err(Refusal::Plain { status: 401, code: 202 });
        }
        if !has_type(request, "application/x-www-form-urlencoded") {
            return Err(Refusal::rule(116, "the Content-Type must be application/x-www-form-urlencoded"));
        }
        let form = core::str::from_utf8(&request.body).unwrap_or_default();
        match query_value(form, "grant_type").as_deref() {
            None | Some("") => return Err(Refusal::field("grant_type", 110, "is required")),
            Some("client_credentials") => {}
            Some(_) => return Err(Refusal::field("grant_type", 201, "must be client_credentials")),
        }
        let can_all = match query_value(form, "scope").as_deref() {
            None | Some("") => return Err(Refusal::field("scope", 110, "is required")),
            Some(SCOPE) => true,
            Some(CREATE_SCOPE) => false,
            Some(_) => return Err(Refusal::field("scope", 111, "must be payment-create or payment-all")),
        };
        self.live.retain(|_, token| token.expires_at > now_ms);
        self.drawn = self.drawn.wrapping_add(1);
        let bytes: Vec<u8> = random.iter().copied().chain(self.drawn.to_be_bytes()).collect();
        let access_token = STANDARD.encode(bytes);
        let token = Token { can_all, expires_at: now_ms.saturating_add(EXPIRES_IN * 1000) };
        self.live.insert(access_token.clone(), token);
        Ok(json!({
            "token_type": "bearer",
            "access_token": access_token,
            "expires_in": EXPIRES_IN,
        }))
    }

    /// Whether a request bears a token that is good for it.
    pub fn check(&self, request: &Request, is_create: bool, now_ms: u64) -> Result<(), Refusal> {
        let given = request.headers.get("Authorization").and_then(|given| given.split_once(' '));
        let token = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
        let token = token.and_then(|(_, token)| self.live.get(token)).filter(|token| token.expires_at > now_ms);
        if token.is_some_and(|token| token.can_all || is_create) { Ok(()) } else { Err(Refusal::not_authorised()) }
    }

    pub fn revoke_all(&mut self) {
        self.live.clear();
    }
}
