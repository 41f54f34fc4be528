//! A JSON value, parsed as far as its kind.

use alloc::{
    borrow::{Cow, ToOwned},
    vec::Vec,
};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// A JSON value, parsed as far as its kind. Nested values keep their text.
pub(super) enum JsonKind<'a> {
    Boolean,
    List(Vec<&'a str>),
    Null,
    Number(f64),
    Object(Vec<Field<'a>>),
    Text(Cow<'a, str>),
}

/// A field of an object.
pub(super) struct Field<'a> {
    pub name: Cow<'a, str>,
    pub json: &'a str,
    pub is_taken: bool,
}

impl<'a> JsonKind<'a> {
    pub(super) fn read(json: &'a str) -> Option<JsonKind<'a>> {
        serde_json::from_str(json).ok()
    }
}

impl<'de> Deserialize<'de> for JsonKind<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JsonKind<'de>, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = JsonKind<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, _: bool) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Boolean)
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Text(text.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Number(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Number(number as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonKind<'de>, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((JsonKind::Text(name), json)) = map.next_entry::<JsonKind, &RawValue>()? {
                    fields.push(Field { name, json: json.get(), is_taken: false });
                }
                Ok(JsonKind::Object(fields))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsonKind<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(json) = seq.next_element::<&RawValue>()? {
                    entries.push(json.get());
                }
                Ok(JsonKind::List(entries))
            }

            fn visit_str<E>(self, text: &str) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Text(text.to_owned().into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Number(number as f64))
            }

            fn visit_unit<E>(self) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Null)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Parses the text of a string.
pub(crate) fn string(text: &str) -> Option<Cow<'_, str>> {
    match JsonKind::read(text) {
        Some(JsonKind::Text(string)) => Some(string),
        _ => None,
    }
}

/// Like `string` for valid JSON. Most strings have no escapes, so only the quotes are removed.
pub(super) fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    let quoted = json.strip_prefix('"')?.strip_suffix('"')?;
    if !quoted.bytes().any(|byte| byte == b'\\') {
        return Some(quoted.into());
    }
    string(json)
}
