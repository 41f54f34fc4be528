//! JSON as a tree, for values that are put together or changed: the sandbox's.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{MAX_DEPTH, kind::JsonKind, text};

/// A JSON object as a tree, for what is put together or changed.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;

/// What a text says, as a tree; null where it is none.
pub(crate) fn parse(text: &str) -> serde_json::Value {
    tree(text).unwrap_or_default()
}

/// What a text says, as a tree; none where it is no JSON, or too deep, or has a number that is too large for one. Not by
/// serde_json's own way, so that there is one reader in a module.
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

/// A struct as an object. Empty for what is none, or what JSON cannot write: no struct of ours is that.
pub(crate) fn to_tree(value: &impl Serialize) -> JsonMap {
    match parse(&text(value)) {
        serde_json::Value::Object(object) => object,
        _ => JsonMap::new(),
    }
}
