//! Access tokens: issued for a client's credentials, valid for half an hour and for one scope.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{error_response::ErrorResponse, orders::has_type};
use crate::{
    Secret,
    http::{Request, query_value},
};

/// The lifetime of a token, in seconds.
const EXPIRES_IN: u64 = 1800;

/// All valid tokens. They are secrets, so a snapshot omits them, and clients request new ones.
#[derive(Default)]
pub(super) struct Tokens {
    issued: u64,
    valid: BTreeMap<String, Token>,
}

struct Token {
    can_all: bool,
    expires_at: u64,
}

impl Tokens {
    /// Handles `POST /oauth2/token`.
    pub fn issue(
        &mut self,
        request: &Request,
        client_id: &str,
        client_secret: &Secret,
        now_ms: u64,
        random: &[u8; 16],
    ) -> Result<Value, ErrorResponse> {
        let input = request.headers.get("Authorization").and_then(|input| input.split_once(' '));
        let expected = STANDARD.encode([client_id, ":", client_secret.expose()].concat());
        let matches = input.is_some_and(|(scheme, input)| scheme.eq_ignore_ascii_case("Basic") && input == expected);
        if !matches {
            return Err(ErrorResponse::Plain { status: 401, code: 202 });
        }
        if !has_type(request, "application/x-www-form-urlencoded") {
            return Err(ErrorResponse::rule(116, "the Content-Type must be application/x-www-form-urlencoded"));
        }
        let form = core::str::from_utf8(&request.body).unwrap_or_default();
        match query_value(form, "grant_type").as_deref() {
            None | Some("") => return Err(ErrorResponse::field("grant_type", 110, "is required")),
            Some("client_credentials") => {}
            Some(_) => return Err(ErrorResponse::field("grant_type", 201, "must be client_credentials")),
        }
        let can_all = match query_value(form, "scope").as_deref() {
            None | Some("") => return Err(ErrorResponse::field("scope", 110, "is required")),
            Some("payment-all") => true,
            Some("payment-create") => false,
            Some(_) => return Err(ErrorResponse::field("scope", 111, "must be payment-create or payment-all")),
        };
        self.valid.retain(|_, token| token.expires_at > now_ms);
        self.issued = self.issued.wrapping_add(1);
        let bytes: Vec<u8> = random.iter().copied().chain(self.issued.to_be_bytes()).collect();
        let access_token = STANDARD.encode(bytes);
        let token = Token { can_all, expires_at: now_ms.saturating_add(EXPIRES_IN * 1000) };
        self.valid.insert(access_token.clone(), token);
        Ok(json!({
            "token_type": "bearer",
            "access_token": access_token,
            "expires_in": EXPIRES_IN,
        }))
    }

    /// Checks that a request carries a valid token of a sufficient scope.
    pub fn authorize(&self, request: &Request, is_create: bool, now_ms: u64) -> Result<(), ErrorResponse> {
        let input = request.headers.get("Authorization").and_then(|input| input.split_once(' '));
        let token = input.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
        let token = token.and_then(|(_, token)| self.valid.get(token)).filter(|token| token.expires_at > now_ms);
        if token.is_some_and(|token| token.can_all || is_create) {
            Ok(())
        } else {
            Err(ErrorResponse::not_authorized())
        }
    }

    pub fn revoke_all(&mut self) {
        self.valid.clear();
    }
}
