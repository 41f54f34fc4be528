//! JSON values that keep their text.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{FieldReader, string};

/// A JSON value that keeps its text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Parses the value as a type. None if it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.as_str()).ok()
    }

    /// Serializes a value. Null if JSON cannot represent it.
    #[cfg(feature = "gopay")]
    pub(crate) fn new(value: &(impl Serialize + ?Sized)) -> RawJson {
        RawJson(serde_json::value::to_raw_value(value).unwrap_or_default())
    }

    /// Wraps text that is known to be valid JSON.
    pub(crate) fn of(text: impl Into<String>) -> Option<RawJson> {
        RawValue::from_string(text.into()).ok().map(RawJson)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &RawJson) -> bool {
        self.as_str() == other.as_str()
    }
}

/// A JSON object that keeps the text of its values, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawObject(pub(super) Vec<(String, RawJson)>);

impl RawObject {
    /// Reads the text of an object. None for any other value.
    pub fn parse(json: &str) -> Option<RawObject> {
        FieldReader::parse(json).ok()?.map(FieldReader::rest)
    }

    /// The value of this name. If a name repeats, the last value counts, as in JavaScript.
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The string of this name.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        string(self.get(name)?.as_str())
    }

    #[cfg(feature = "paykit")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends a field. Null is left out.
    #[cfg(feature = "gopay")]
    pub(crate) fn set(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        let value = RawJson::new(value);
        if value.as_str() != "null" {
            self.0.push((name.to_owned(), value));
        }
    }

    /// Iterates over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Serialize for RawObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
