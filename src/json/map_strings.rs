//! Changes each string in a JSON text.

use alloc::{borrow::Cow, string::String, vec::Vec};

use super::{MAX_DEPTH, RawJson, kind::JsonKind, push};

/// Writes the JSON again, with each string replaced by the result of `change`. It gets the string's place and the string.
/// The place consists of the names of the enclosing fields; an entry of a list has an empty name. None for invalid JSON,
/// for JSON that is nested too deeply, and for an escape that is no character.
pub(crate) fn map_strings(json: &str, change: &dyn Fn(&[Cow<str>], &str) -> String) -> Option<RawJson> {
    let mut mapped = String::with_capacity(json.len());
    push_mapped(&mut mapped, json, &mut Vec::new(), change)?;
    RawJson::of(&mapped)
}

fn push_mapped<'a>(
    mapped: &mut String,
    json: &'a str,
    place: &mut Vec<Cow<'a, str>>,
    change: &dyn Fn(&[Cow<str>], &str) -> String,
) -> Option<()> {
    let (open, close, values) = match JsonKind::read(json)? {
        JsonKind::List(entries) => ('[', ']', entries.into_iter().map(|json| ("".into(), json)).collect()),
        JsonKind::Object(fields) => ('{', '}', fields.into_iter().map(|field| (field.name, field.json)).collect()),
        JsonKind::Text(text) => {
            push(mapped, &change(place, &text));
            return Some(());
        }
        _ => {
            mapped.push_str(json);
            return Some(());
        }
    };
    let values: Vec<(Cow<str>, &str)> = values;
    if place.len() == MAX_DEPTH {
        return None;
    }
    mapped.push(open);
    for (index, (name, json)) in values.into_iter().enumerate() {
        if index > 0 {
            mapped.push(',');
        }
        if open == '{' {
            push(mapped, &name);
            mapped.push(':');
        }
        place.push(name);
        push_mapped(mapped, json, place, change)?;
        place.pop();
    }
    mapped.push(close);
    Some(())
}
