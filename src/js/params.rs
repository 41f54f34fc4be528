//! A caller's parameters, which cross the border as JSON.

use serde_json::Value;

use super::error::Record;
use crate::{Object, json};

/// The object of that text.
pub(super) fn object(params: &str) -> Result<Object, Record> {
    match json::parse(params) {
        Value::Object(object) => Ok(object),
        _ => Err(Record::invalid("params", "must be an object")),
    }
}
