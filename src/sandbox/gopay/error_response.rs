//! Error responses: a list of errors, a single error, or the firewall's page.
//!
//! Documented are the two shapes, the codes, the status 409 for invalid requests, and the five names below. Decided
//! here: a list with status 409, a single error with any other status.

use alloc::{borrow::ToOwned, vec, vec::Vec};

use serde_json::{Value, json};

use crate::{
    http::{Headers, Response},
    json::text,
    sandbox::gopay::validator::FieldError,
};

#[derive(Debug)]
pub(super) enum ErrorResponse {
    /// The firewall's 403 with an HTML page.
    Firewall,
    /// 405, with the allowed method.
    Method(&'static str),
    /// A single error.
    Plain { status: u16, code: u16 },
    /// 409 with a list of errors.
    Rules(Vec<FieldError>),
}

impl ErrorResponse {
    /// An error of the payment, not of a field.
    pub fn rule(code: u16, description: &str) -> ErrorResponse {
        ErrorResponse::Rules(vec![FieldError { field: None, code, description: description.to_owned() }])
    }

    pub fn field(field: &str, code: u16, description: &str) -> ErrorResponse {
        ErrorResponse::Rules(vec![FieldError {
            field: Some(field.to_owned()),
            code,
            description: description.to_owned(),
        }])
    }

    /// An unknown path or payment.
    pub fn not_found() -> ErrorResponse {
        ErrorResponse::Plain { status: 404, code: 304 }
    }

    /// A token is missing, unknown, expired, or has the wrong scope.
    pub fn not_authorized() -> ErrorResponse {
        ErrorResponse::Plain { status: 403, code: 200 }
    }

    pub fn into_response(self, language: Language, now_ms: u64) -> Response {
        let mut headers = Headers::default();
        let (status, body) = match self {
            ErrorResponse::Firewall => {
                headers.set("Content-Type", "text/html");
                let page = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>";
                return Response { status: 403, headers, body: page.as_bytes().to_vec() };
            }
            ErrorResponse::Method(allow) => {
                headers.set("Allow", allow);
                (405, entry("G", None, 116, None, language))
            }
            ErrorResponse::Plain { status, code } => (status, entry("G", None, code, None, language)),
            ErrorResponse::Rules(problems) => {
                let one = |problem: &FieldError| {
                    let scope = if problem.field.is_some() { "F" } else { "G" };
                    entry(scope, problem.field.as_deref(), problem.code, Some(&problem.description), language)
                };
                let errors: Vec<Value> = problems.iter().map(one).collect();
                (409, json!({ "date_issued": now_ms, "errors": errors }))
            }
        };
        headers.set("Content-Type", "application/json");
        Response { status, headers, body: text(&body).into_bytes() }
    }
}

/// The language of error texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Language {
    Czech,
    English,
}

impl Language {
    /// Reads an `Accept-Language` header. GoPay's own SDKs send `cs-CZ` for Czech and Slovak.
    pub fn accepted(header: Option<&str>) -> Language {
        let code = header.unwrap_or_default().trim().get(..2).unwrap_or_default().to_ascii_lowercase();
        if code == "cs" || code == "sk" { Language::Czech } else { Language::English }
    }
}

fn entry(scope: &str, field: Option<&str>, code: u16, description: Option<&str>, language: Language) -> Value {
    let (english, czech) = texts(code);
    json!({
        "scope": scope,
        "field": field,
        "error_code": code,
        "error_name": name(code),
        "message": if language == Language::Czech { czech } else { english },
        "description": description,
    })
}

/// The names in GoPay's own tests. The names of the other codes are not documented.
fn name(code: u16) -> Option<&'static str> {
    Some(match code {
        331 => "PAYMENT_REFUND_NOT_SUPPORTED",
        341 => "PAYMENT_RECURRENCE_NOT_SUPPORTED",
        342 => "PAYMENT_RECURRENCE_STOPPED",
        351 => "PAYMENT_CAPTURE_DONE",
        352 => "PAYMENT_AUTH_VOID_FAILED",
        _ => return None,
    })
}

/// The documented codes with texts of our own, English and Czech.
fn texts(code: u16) -> (&'static str, &'static str) {
    match code {
        100 => ("System error", "Systémová chyba"),
        110 => ("A required value is missing", "Chybí povinný údaj"),
        111 => ("The value has a wrong format", "Údaj má chybný formát"),
        112 => ("The value is not unique", "Údaj není jedinečný"),
        113 => ("The value cannot be changed", "Údaj nelze změnit"),
        114 => ("It cannot be deleted", "Nelze smazat"),
        115 => ("The value is ambiguous", "Údaj není jednoznačný"),
        116 => ("The request is not valid", "Neplatný požadavek"),
        200 => ("Not authorized", "Chybí oprávnění"),
        201 => ("The grant type is not supported", "Typ oprávnění není podporován"),
        202 => ("Wrong credentials", "Chybné přihlašovací údaje"),
        203 => ("The PIN was deactivated", "PIN byl deaktivován"),
        301 => ("The payment cannot be created", "Platbu nelze založit"),
        302 => ("The payment cannot be made", "Platbu nelze provést"),
        303 => ("The payment is in a wrong state", "Platba je v chybném stavu"),
        304 => ("Not found", "Nenalezeno"),
        305 => ("The e-shop is not active", "E-shop není aktivní"),
        321 => ("The payee cannot accept the payment", "Příjemce nemůže platbu přijmout"),
        330 => ("The refund is not possible", "Platbu nelze vrátit"),
        331 => ("The payment cannot be refunded", "Vrácení platby není podporováno"),
        332 => ("Wrong amount", "Chybná částka"),
        333 => ("Insufficient balance", "Nedostatek prostředků na účtu"),
        340 => ("The recurring payment failed", "Opakovanou platbu se nepodařilo provést"),
        341 => ("The payment is not recurring", "Opakování platby není podporováno"),
        342 => ("The recurrence was stopped", "Opakování platby bylo zastaveno"),
        343 => ("Too many attempts at a recurring payment", "Příliš mnoho pokusů o opakovanou platbu"),
        350 => ("The capture failed", "Stržení platby se nezdařilo"),
        351 => ("The payment was captured already", "Platba již byla stržena"),
        352 => ("The authorization could not be voided", "Předautorizaci se nepodařilo zrušit"),
        353 => ("The authorization was voided already", "Předautorizace již byla zrušena"),
        360 => ("The items do not add up to the amount", "Součet položek neodpovídá částce"),
        _ => ("Error", "Chyba"),
    }
}
