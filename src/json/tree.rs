//! JSON as a tree, for values that are built or changed. Only the sandbox uses it.

use alloc::string::String;

use serde::Serialize;

use super::text;

/// A JSON object as a tree.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;

/// Converts a struct to an object. Empty if JSON cannot represent it, which is true for none of our structs.
pub(crate) fn to_tree(value: &impl Serialize) -> JsonMap {
    serde_json::from_str(&text(value)).unwrap_or_default()
}
