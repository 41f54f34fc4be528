//! Changes each string in a JSON text.

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde_json::value::RawValue;

use super::{MAX_DEPTH, RawJson, kind::unquoted, push};

/// Writes the JSON again, with each string replaced by the result of `change`. It gets the string's place and the string.
/// The place consists of the names of the enclosing fields; an entry of a list has an empty name. None for JSON that is
/// nested too deeply, and for an escape that is no character.
///
/// It walks over the text once. `RawValue` says that the JSON is valid.
pub(crate) fn map_strings<F>(json: &RawValue, change: F) -> Option<RawJson>
where
    F: for<'t> Fn(&[Cow<str>], &'t str) -> Cow<'t, str>,
{
    let mut rest = json.get();
    let mut mapped = String::with_capacity(rest.len());
    let mut place: Vec<Cow<str>> = Vec::new();
    while let Some(byte) = rest.bytes().next() {
        match byte {
            b'"' => {
                let (string, after) = rest.split_at_checked(string_len(rest))?;
                let text = unquoted(string)?;
                rest = after;
                if after.trim_ascii_start().starts_with(':') {
                    push(&mut mapped, &text);
                    *place.last_mut()? = text;
                } else {
                    push(&mut mapped, &change(&place, &text));
                }
                continue;
            }
            b'[' | b'{' if place.len() == MAX_DEPTH => return None,
            b'[' | b'{' => place.push("".into()),
            b']' | b'}' => drop(place.pop()),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            mapped.push(char::from(byte));
        }
        rest = rest.get(1..)?;
    }
    RawJson::of(mapped)
}

/// The length of the string at the start of a text, with its quotes.
fn string_len(json: &str) -> usize {
    let mut is_escaped = true;
    let end = json.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 1)
}
