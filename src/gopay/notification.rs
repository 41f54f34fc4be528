//! GoPay's notification: a GET with `id` and, for a charge of a recurrence, `parent_id` in its query.
//!
//! It is not signed, so it proves nothing. It only says which payment to read.

use alloc::string::String;

use serde::Serialize;

use super::payment_id;
use crate::{Error, http::query_value};

/// The payment that has changed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Notification {
    /// The payment's id, digits.
    pub id: String,
    /// The id of the recurrence's first payment, digits. It is unverified.
    pub parent_id: Option<String>,
}

impl Notification {
    /// Reads a query, with or without its question mark, or a form. An invalid `parent_id` is left out.
    pub fn parse(query: &str) -> Result<Notification, Error> {
        let query = query.strip_prefix('?').unwrap_or(query);
        let id = query_value(query, "id").ok_or_else(|| Error::invalid("id", "is missing in the notification"))?;
        let parent_id = query_value(query, "parent_id").and_then(|id| payment_id("parent_id", &id).ok());
        Ok(Notification { id: payment_id("id", &id)?, parent_id })
    }
}
