//! What GoPay's notification says: a GET with `id` and, for a charge of a recurrence, `parent_id` in its query.
//!
//! It is not signed, so it proves nothing: it is a hint to read that payment again.

use alloc::string::String;

use serde::Serialize;

use super::payment_id;
use crate::{Error, http::query_value};

/// Which payment has changed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Notification {
    /// The payment's id, digits.
    pub id: String,
    /// The id of its recurrence's first payment, digits. Anyone can write it: a hint.
    pub parent_id: Option<String>,
}

impl Notification {
    /// Reads a query, with or without its question mark, or a form. A `parent_id` that is none is left out.
    pub fn parse(query: &str) -> Result<Notification, Error> {
        let query = query.strip_prefix('?').unwrap_or(query);
        let id = query_value(query, "id").ok_or_else(|| Error::invalid("id", "is missing in the notification"))?;
        let parent_id = query_value(query, "parent_id").and_then(|id| payment_id("parent_id", &id).ok());
        Ok(Notification { id: payment_id("id", &id)?, parent_id })
    }
}
