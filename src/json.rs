//! Reading JSON objects field by field, with errors that name the field; and enums that stay open.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
};

use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// What a text says; null where it is no JSON. Always as bytes, so that there is one parser in a module.
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_slice(text.as_bytes()).unwrap_or_default()
}

/// A value as text. Like this, and not by `Display`, so that there is one writer in a module.
#[cfg(any(feature = "gopay", feature = "js-client"))]
pub(crate) fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The largest integer that JavaScript holds exactly, 2^53 - 1.
pub(crate) const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A field that is not what it must be. Whose fault that is, the caller knows.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub field: String,
    pub problem: String,
}

pub(crate) type Fit<T> = Result<T, Misfit>;

/// An object whose fields are taken out one by one; what nobody took is left for `rest`.
pub(crate) struct Fields {
    object: Object,
    path: String,
}

impl Fields {
    pub fn new(object: Object) -> Fields {
        Fields { object, path: String::new() }
    }

    pub fn misfit<T>(&self, name: &str, problem: impl Into<String>) -> Fit<T> {
        Err(Misfit { field: format!("{}{name}", self.path), problem: problem.into() })
    }

    /// A string that must be there and not be empty.
    pub fn string(&mut self, name: &str) -> Fit<String> {
        match self.object.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(Value::String(_)) => self.misfit(name, "must not be empty"),
            Some(Value::Null) | None => self.misfit(name, "is missing"),
            Some(other) => self.misfit(name, format!("must be a string, not {}", describe(&other))),
        }
    }

    /// A string that may be absent; not empty when it is there.
    pub fn optional_string(&mut self, name: &str) -> Fit<Option<String>> {
        if self.is_absent(name) { Ok(None) } else { self.string(name).map(Some) }
    }

    /// An integer that JavaScript holds exactly.
    pub fn integer(&mut self, name: &str) -> Fit<i64> {
        let value = self.object.remove(name).unwrap_or_default();
        let exact = value.as_i64().or_else(|| {
            // A whole number that was written as 699.0; what does not survive the round trip was not whole.
            value.as_f64().filter(|number| *number == (*number as i64) as f64).map(|number| number as i64)
        });
        match exact {
            Some(integer) if integer.abs_diff(0) <= MAX_SAFE_INTEGER.abs_diff(0) => Ok(integer),
            Some(_) => self.misfit(name, "is beyond 2^53 - 1, where JavaScript loses digits"),
            None if value.is_null() => self.misfit(name, "must be an integer, but is missing, null or NaN"),
            None => self.misfit(name, format!("must be an integer, not {}", describe(&value))),
        }
    }

    /// An integer, or its digits as a string.
    #[cfg(feature = "gopay")]
    pub fn integer_or_digits(&mut self, name: &str) -> Fit<i64> {
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let integer =
            self.object.get(name).and_then(Value::as_str).filter(digits).and_then(|text| text.parse::<i64>().ok());
        if let Some(integer) = integer {
            self.object.insert(name.to_owned(), integer.into());
        }
        self.integer(name)
    }

    /// A string of so many characters at most.
    #[cfg(feature = "gopay")]
    pub fn text_up_to(&mut self, name: &str, most: usize, required: bool) -> Fit<()> {
        let text = if required { Some(self.string(name)?) } else { self.optional_string(name)? };
        match text.map_or(0, |text| text.chars().count()) {
            length if length > most => {
                self.misfit(name, format!("must be at most {most} characters long, not {length}"))
            }
            _ => Ok(()),
        }
    }

    /// Whatever it is.
    #[cfg(feature = "gopay")]
    pub fn take(&mut self, name: &str) -> Value {
        self.object.remove(name).unwrap_or_default()
    }

    /// Whether it is there and not null.
    #[cfg(feature = "gopay")]
    pub fn has(&self, name: &str) -> bool {
        !self.is_absent(name)
    }

    pub fn boolean(&mut self, name: &str) -> Fit<bool> {
        match self.object.remove(name) {
            Some(Value::Bool(value)) => Ok(value),
            Some(Value::Null) | None => Ok(false),
            Some(other) => self.misfit(name, format!("must be true or false, not {}", describe(&other))),
        }
    }

    /// A nested object that must be there.
    pub fn object(&mut self, name: &str) -> Fit<Fields> {
        match self.object.remove(name) {
            Some(Value::Object(object)) => Ok(Fields { object, path: format!("{}{name}.", self.path) }),
            Some(Value::Null) | None => self.misfit(name, "is missing"),
            Some(other) => self.misfit(name, format!("must be an object, not {}", describe(&other))),
        }
    }

    /// A nested object that may be absent.
    pub fn optional_object(&mut self, name: &str) -> Fit<Option<Fields>> {
        if self.is_absent(name) { Ok(None) } else { self.object(name).map(Some) }
    }

    /// A list that may be absent, each entry read by `read` under its path.
    pub fn list<T>(&mut self, name: &str, read: impl Fn(&mut Fields, &str) -> Fit<T>) -> Fit<alloc::vec::Vec<T>> {
        let entries = match self.object.remove(name) {
            Some(Value::Array(entries)) => entries,
            Some(Value::Null) | None => return Ok(alloc::vec::Vec::new()),
            Some(other) => return self.misfit(name, format!("must be a list, not {}", describe(&other))),
        };
        let mut list = alloc::vec::Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let key = format!("{name}[{index}]");
            let mut holder = Fields { object: Object::new(), path: self.path.clone() };
            holder.object.insert(key.clone(), entry);
            list.push(read(&mut holder, &key)?);
        }
        Ok(list)
    }

    /// An object of strings, absent meaning empty.
    pub fn strings(&mut self, name: &str) -> Fit<BTreeMap<String, String>> {
        let Some(mut fields) = self.optional_object(name)? else { return Ok(BTreeMap::new()) };
        let mut strings = BTreeMap::new();
        for (key, value) in core::mem::take(&mut fields.object) {
            match value {
                Value::String(text) => strings.insert(key, text),
                other => return fields.misfit(&key, format!("must be a string, not {}", describe(&other))),
            };
        }
        Ok(strings)
    }

    /// A string if it is one. Anything else stays for `rest`: what a gateway changes must not break a reader.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.object.get_mut(name) {
            Some(Value::String(text)) => {
                let text = core::mem::take(text);
                self.object.remove(name);
                Some(text)
            }
            _ => None,
        }
    }

    /// A nested object if it is one. Anything else stays for `rest`.
    pub fn nested(&mut self, name: &str) -> Option<Fields> {
        if self.object.get(name).is_some_and(Value::is_object) { self.object(name).ok() } else { None }
    }

    /// Strings by name if that is what is there. Anything else stays for `rest`.
    pub fn texts(&mut self, name: &str) -> BTreeMap<String, String> {
        let all_strings = |value: &Value| value.as_object().is_some_and(|object| object.values().all(Value::is_string));
        if self.object.get(name).is_some_and(all_strings) {
            self.strings(name).unwrap_or_default()
        } else {
            BTreeMap::new()
        }
    }

    /// What nobody took.
    pub fn rest(self) -> Object {
        self.object
    }

    fn is_absent(&self, name: &str) -> bool {
        self.object.get(name).is_none_or(Value::is_null)
    }
}

/// A struct as an object. Empty for what is none, or what JSON cannot write: no struct of ours is that.
#[cfg(feature = "sandbox")]
pub(crate) fn to_object(value: &impl serde::Serialize) -> Object {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Object::new(),
    }
}

/// A value for an error message: its kind, and itself only where that cannot be private.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(_) => "a string".to_owned(),
    }
}

/// An enum of the wire's strings that keeps what it does not know.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// One that this version does not know.
            Other(alloc::string::String),
        }

        impl $name {
            /// As it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $wire,)+
                    $name::Other(text) => text,
                }
            }
        }

        impl From<alloc::string::String> for $name {
            fn from(text: alloc::string::String) -> $name {
                match text.as_str() {
                    $($wire => $name::$variant,)+
                    _ => $name::Other(text),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                alloc::string::String::deserialize(deserializer).map(Into::into)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use open_enum;
