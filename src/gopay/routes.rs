//! Every path of the GoPay API in one table, below the base URL that already ends in `/api`.
//!
//! Ids are digits, which [`super`] sees to; the e-shop's id is a number.

use alloc::{format, string::String};

use super::payment_id;
use crate::Error;

/// `POST`: a token for client credentials.
pub const TOKEN: &str = "/oauth2/token";
/// `POST`: create a payment.
pub const PAYMENTS: &str = "/payments/payment";
/// `POST`: an account statement.
pub const ACCOUNT_STATEMENT: &str = "/accounts/account-statement";

/// `GET`: a payment as it is.
pub fn payment(id: &str) -> Result<String, Error> {
    Ok(format!("{PAYMENTS}/{}", payment_id("id", id)?))
}

/// `POST`: give money back.
pub fn refund(id: &str) -> Result<String, Error> {
    below(id, "refund")
}

/// `GET`: the refunds of a payment.
pub fn refunds(id: &str) -> Result<String, Error> {
    below(id, "refunds")
}

/// `POST`: charge the parent of a recurrence again.
pub fn create_recurrence(parent_id: &str) -> Result<String, Error> {
    below(parent_id, "create-recurrence")
}

/// `POST`: end a recurrence.
pub fn void_recurrence(id: &str) -> Result<String, Error> {
    below(id, "void-recurrence")
}

/// `POST`: take what was authorised, or a part.
pub fn capture(id: &str) -> Result<String, Error> {
    below(id, "capture")
}

/// `POST`: give back what was authorised.
pub fn void_authorization(id: &str) -> Result<String, Error> {
    below(id, "void-authorization")
}

/// `GET`: the ways to pay at an e-shop, in all currencies or in one.
pub fn payment_instruments(go_id: u64, currency: Option<&str>) -> String {
    match currency {
        Some(currency) => format!("/eshops/eshop/{go_id}/payment-instruments/{currency}"),
        None => format!("/eshops/eshop/{go_id}/payment-instruments"),
    }
}

fn below(id: &str, last: &str) -> Result<String, Error> {
    Ok(format!("{}/{last}", payment(id)?))
}
