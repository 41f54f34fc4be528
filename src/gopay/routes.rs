//! All paths of the GoPay API, below the base URL, which ends in `/api`.
//!
//! Ids are digits, which [`super`] validates. The e-shop's id is a number.

use alloc::{format, string::String};

use super::payment_id;
use crate::Error;

/// `POST`: requests a token with client credentials.
pub const TOKEN: &str = "/oauth2/token";
/// `POST`: creates a payment.
pub const PAYMENTS: &str = "/payments/payment";
/// Saved cards.
const CARDS: &str = "/payments/cards";
/// `POST`: reads an account statement.
pub const ACCOUNT_STATEMENT: &str = "/accounts/account-statement";

/// A path as the gateway reads it, below `/api`.
#[cfg(feature = "sandbox")]
#[allow(missing_docs, reason = "the functions below say it")]
pub enum Route {
    AccountStatement,
    Capture(u64),
    Card(u64),
    CreateRecurrence(u64),
    Payment(u64),
    PaymentInstruments { go_id: u64, currency: Option<String> },
    Payments,
    QrPayment(u64),
    Refund(u64),
    Refunds(u64),
    Token,
    VoidAuthorization(u64),
    VoidRecurrence(u64),
}

#[cfg(feature = "sandbox")]
impl Route {
    /// Reads a path. None for an id that is not a number.
    pub fn parse(path: &str) -> Option<Route> {
        match path {
            ACCOUNT_STATEMENT => return Some(Route::AccountStatement),
            PAYMENTS => return Some(Route::Payments),
            TOKEN => return Some(Route::Token),
            _ => {}
        }
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
        if let Some(rest) = path.strip_prefix("/eshops/eshop/") {
            let (go_id, rest) = rest.split_once("/payment-instruments")?;
            let currency = if rest.is_empty() { None } else { Some(rest.strip_prefix('/')?.into()) };
            return Some(Route::PaymentInstruments { go_id: number(go_id)?, currency });
        }
        if let Some(card_id) = path.strip_prefix(CARDS) {
            return number(card_id.strip_prefix('/')?).map(Route::Card);
        }
        let below = path.strip_prefix(PAYMENTS)?.strip_prefix('/')?;
        let Some((id, last)) = below.split_once('/') else { return number(below).map(Route::Payment) };
        let id = number(id)?;
        Some(match last {
            "capture" => Route::Capture(id),
            "create-recurrence" => Route::CreateRecurrence(id),
            "qr-payment" => Route::QrPayment(id),
            "refund" => Route::Refund(id),
            "refunds" => Route::Refunds(id),
            "void-authorization" => Route::VoidAuthorization(id),
            "void-recurrence" => Route::VoidRecurrence(id),
            _ => return None,
        })
    }

    /// The methods of the path, as in an `Allow` header.
    pub fn methods(&self) -> &'static str {
        match self {
            Route::Card(_) => "GET, DELETE",
            Route::Payment(_) | Route::PaymentInstruments { .. } | Route::QrPayment(_) | Route::Refunds(_) => "GET",
            _ => "POST",
        }
    }
}

/// `GET`: reads a payment.
pub fn payment(id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENTS}/{}", payment_id("id", id)?))
}

/// `GET`: reads the QR codes of a payment.
pub fn qr_payment(id: &str) -> Result<String, Error> {
    below(id, "qr-payment")
}

/// `GET`, `DELETE`: a saved card. The id consists of digits.
pub fn card(card_id: &str) -> String {
    format!("{CARDS}/{card_id}")
}

/// `POST`: refunds a payment.
pub fn refund(id: &str) -> Result<String, Error> {
    below(id, "refund")
}

/// `GET`: reads the refunds of a payment.
pub fn refunds(id: &str) -> Result<String, Error> {
    below(id, "refunds")
}

/// `POST`: charges a recurrence. The id is its first payment's.
pub fn create_recurrence(parent_id: &str) -> Result<String, Error> {
    below(parent_id, "create-recurrence")
}

/// `POST`: ends a recurrence.
pub fn void_recurrence(id: &str) -> Result<String, Error> {
    below(id, "void-recurrence")
}

/// `POST`: captures the authorized amount or a part of it.
pub fn capture(id: &str) -> Result<String, Error> {
    below(id, "capture")
}

/// `POST`: releases the authorized amount.
pub fn void_authorization(id: &str) -> Result<String, Error> {
    below(id, "void-authorization")
}

/// `GET`: reads the payment instruments of an e-shop, for all currencies or for one.
pub fn payment_instruments(go_id: u64, currency: Option<&str>) -> String {
    match currency {
        Some(currency) => format!("/eshops/eshop/{go_id}/payment-instruments/{currency}"),
        None => format!("/eshops/eshop/{go_id}/payment-instruments"),
    }
}

fn below(id: &str, last: &str) -> Result<String, Error> {
    Ok(format!("{}/{last}", payment(id)?))
}
