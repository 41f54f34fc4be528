//! JSON as a tree, for values that are built or changed. Only the sandbox uses it.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{MAX_DEPTH, kind::JsonKind, text};

/// A JSON object as a tree.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;

/// Parses a text as a tree. Null for invalid JSON.
pub(crate) fn parse(text: &str) -> serde_json::Value {
    tree(text).unwrap_or_default()
}

/// Parses a text as a tree. None for invalid JSON, for deep nesting and for numbers out of range. It does not use
/// serde_json's own tree parser, so that a module contains only one parser.
pub(crate) fn tree(text: &str) -> Option<serde_json::Value> {
    tree_up_to(text, MAX_DEPTH)
}

fn tree_up_to(text: &str, depth: usize) -> Option<serde_json::Value> {
    use serde_json::Value;

    let below = depth.checked_sub(1);
    Some(match JsonKind::read(text)? {
        JsonKind::Boolean(value) => value.into(),
        JsonKind::List(entries) => {
            let (mut list, below) = (Vec::with_capacity(entries.len()), below?);
            for entry in entries {
                list.push(tree_up_to(entry, below)?);
            }
            list.into()
        }
        JsonKind::Null => Value::Null,
        JsonKind::Number(_) => Value::Number(text.trim().parse().ok()?),
        JsonKind::Object(fields) => {
            let (mut object, below) = (JsonMap::new(), below?);
            for field in fields {
                object.insert(field.name.into_owned(), tree_up_to(field.json, below)?);
            }
            object.into()
        }
        JsonKind::Text(text) => text.into_owned().into(),
    })
}

/// Converts a struct to an object. Empty if JSON cannot represent it, which is true for none of our structs.
pub(crate) fn to_tree(value: &impl Serialize) -> JsonMap {
    match parse(&text(value)) {
        serde_json::Value::Object(object) => object,
        _ => JsonMap::new(),
    }
}
