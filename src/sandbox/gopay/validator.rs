//! Reads a request's JSON and collects all field errors, so that a client sees them at once. Lengths are counted in
//! characters.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde_json::Value;

use crate::{
    json::{JsonMap, MAX_SAFE_INTEGER},
    time::{parse_iso8601, to_iso8601},
};

/// One entry of an error response.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldError {
    /// `None` if the error concerns the whole request.
    pub field: Option<String>,
    /// GoPay's error code.
    pub code: u16,
    /// The requirement.
    pub description: String,
}

/// The errors found so far.
#[derive(Default)]
pub(super) struct Validator {
    pub errors: Vec<FieldError>,
}

/// An object and its path prefix, such as `payer.contact.`.
#[derive(Clone)]
pub(super) struct ObjectRef<'a> {
    pub object: &'a JsonMap,
    path: String,
}

impl<'a> ObjectRef<'a> {
    pub fn top(object: &'a JsonMap) -> ObjectRef<'a> {
        ObjectRef { object, path: String::new() }
    }

    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// Returns a field's value. `null` counts as absent.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }
}

impl Validator {
    pub fn invalid(&mut self, parent: &ObjectRef<'_>, name: &str, description: &str) {
        self.fail(parent, name, 111, description);
    }

    pub fn fail(&mut self, parent: &ObjectRef<'_>, name: &str, code: u16, description: &str) {
        let (field, description) = (Some(parent.path(name)), description.to_owned());
        self.errors.push(FieldError { field, code, description });
    }

    /// Reports a missing field.
    pub fn require(&mut self, parent: &ObjectRef<'_>, name: &str) {
        if !parent.has(name) {
            self.fail(parent, name, 110, "is required");
        }
    }

    pub fn object<'a>(&mut self, parent: &ObjectRef<'a>, name: &str) -> Option<ObjectRef<'a>> {
        match parent.value(name)? {
            Value::Object(object) => Some(ObjectRef { object, path: format!("{}.", parent.path(name)) }),
            _ => {
                self.invalid(parent, name, "must be an object");
                None
            }
        }
    }

    /// The objects of a list. Other entries are errors and left out.
    pub fn objects<'a>(&mut self, parent: &ObjectRef<'a>, name: &str) -> Vec<ObjectRef<'a>> {
        let mut objects = Vec::new();
        for (index, value) in self.list(parent, name).iter().enumerate() {
            match value {
                Value::Object(object) => {
                    objects.push(ObjectRef { object, path: format!("{}[{index}].", parent.path(name)) });
                }
                _ => self.invalid(parent, &format!("{name}[{index}]"), "must be an object"),
            }
        }
        objects
    }

    pub fn list<'a>(&mut self, parent: &ObjectRef<'a>, name: &str) -> &'a [Value] {
        match parent.value(name) {
            None => &[],
            Some(Value::Array(values)) => values,
            Some(_) => {
                self.invalid(parent, name, "must be a list");
                &[]
            }
        }
    }

    /// A string of 1 to `longest` characters.
    pub fn text(&mut self, parent: &ObjectRef<'_>, name: &str, longest: usize) -> Option<String> {
        match parent.value(name)? {
            Value::String(text) if !text.is_empty() && text.chars().count() <= longest => return Some(text.clone()),
            Value::String(_) => self.invalid(parent, name, &format!("must have 1 to {longest} characters")),
            _ => self.invalid(parent, name, "must be a string"),
        }
        None
    }

    /// One of these words.
    pub fn word(&mut self, parent: &ObjectRef<'_>, name: &str, words: &[&str]) -> Option<String> {
        let value = parent.value(name)?;
        let found = value.as_str().filter(|text| words.contains(text)).map(ToOwned::to_owned);
        if found.is_none() {
            self.invalid(parent, name, &format!("must be one of {}", words.join(", ")));
        }
        found
    }

    /// An integer that JavaScript represents exactly, or its digits as a string, as GoPay's own tests send them.
    pub fn integer(&mut self, parent: &ObjectRef<'_>, name: &str) -> Option<i64> {
        let number = match parent.value(name)? {
            Value::String(text) if is_integer(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        let exact = number.filter(|number: &i64| number.abs_diff(0) <= MAX_SAFE_INTEGER.abs_diff(0));
        if exact.is_none() {
            self.invalid(parent, name, "must be an integer of at most 2^53 - 1");
        }
        exact
    }

    /// An integer above zero.
    pub fn positive(&mut self, parent: &ObjectRef<'_>, name: &str) -> Option<i64> {
        let number = self.integer(parent, name)?;
        if number <= 0 {
            self.invalid(parent, name, "must be above 0");
        }
        Some(number).filter(|number| *number > 0)
    }

    pub fn boolean(&mut self, parent: &ObjectRef<'_>, name: &str) -> bool {
        match parent.value(name) {
            None => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.invalid(parent, name, "must be true or false");
                false
            }
        }
    }

    /// An absolute HTTP URL.
    pub fn url(&mut self, parent: &ObjectRef<'_>, name: &str) -> Option<String> {
        let url = self.text(parent, name, 512)?;
        let host = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or_default();
        let good = !host.is_empty() && !host.starts_with(['/', '?', '#']) && !url.contains(char::is_whitespace);
        if !good {
            self.invalid(parent, name, "must be a URL with its protocol");
        }
        Some(url).filter(|_| good)
    }

    /// A date such as `2030-12-31`, as Unix milliseconds at its start in UTC.
    pub fn date(&mut self, parent: &ObjectRef<'_>, name: &str) -> Option<u64> {
        let text = parent.value(name)?.as_str().unwrap_or_default();
        // Formatted again, a date that does not exist differs: there is no February 30.
        let is_date = |date: &u64| text.len() == 10 && to_iso8601(*date).starts_with(text);
        let date = parse_iso8601(text).filter(is_date);
        if date.is_none() {
            self.invalid(parent, name, "must be a date such as 2030-12-31");
        }
        date
    }

    /// Returns what was read if there was no error.
    pub fn done<T>(self, read: Option<T>) -> Result<T, Vec<FieldError>> {
        match read {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
