//! Reads a request's JSON and collects everything that is wrong with it, field by field: a client sees all of it
//! at once. Lengths are counted in characters.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde_json::Value;

use crate::{
    json::{JsonMap, MAX_SAFE_INTEGER},
    time::{parse_iso8601, to_iso8601},
};

/// One error of a refusal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    /// None where it is about the whole.
    pub field: Option<String>,
    /// GoPay's.
    pub code: u16,
    /// What must be.
    pub description: String,
}

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Check {
    pub problems: Vec<Problem>,
}

/// An object and the path to it, as `payer.contact.`.
#[derive(Clone)]
pub(super) struct Level<'a> {
    pub object: &'a JsonMap,
    path: String,
}

impl<'a> Level<'a> {
    pub fn top(object: &'a JsonMap) -> Level<'a> {
        Level { object, path: String::new() }
    }

    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// What stands there; null is nothing.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }
}

impl Check {
    pub fn wrong(&mut self, level: &Level<'_>, name: &str, description: &str) {
        self.fail(level, name, 111, description);
    }

    pub fn fail(&mut self, level: &Level<'_>, name: &str, code: u16, description: &str) {
        let (field, description) = (Some(level.path(name)), description.to_owned());
        self.problems.push(Problem { field, code, description });
    }

    /// Says that what must be there is not.
    pub fn require(&mut self, level: &Level<'_>, name: &str) {
        if !level.has(name) {
            self.fail(level, name, 110, "is required");
        }
    }

    pub fn object<'a>(&mut self, level: &Level<'a>, name: &str) -> Option<Level<'a>> {
        match level.value(name)? {
            Value::Object(object) => Some(Level { object, path: format!("{}.", level.path(name)) }),
            _ => {
                self.wrong(level, name, "must be an object");
                None
            }
        }
    }

    /// The objects of a list. One that is none is an error and left out.
    pub fn objects<'a>(&mut self, level: &Level<'a>, name: &str) -> Vec<Level<'a>> {
        let mut levels = Vec::new();
        for (index, value) in self.list(level, name).iter().enumerate() {
            match value {
                Value::Object(object) => {
                    levels.push(Level { object, path: format!("{}[{index}].", level.path(name)) });
                }
                _ => self.wrong(level, &format!("{name}[{index}]"), "must be an object"),
            }
        }
        levels
    }

    pub fn list<'a>(&mut self, level: &Level<'a>, name: &str) -> &'a [Value] {
        match level.value(name) {
            None => &[],
            Some(Value::Array(values)) => values,
            Some(_) => {
                self.wrong(level, name, "must be a list");
                &[]
            }
        }
    }

    /// A string of one to so many characters.
    pub fn text(&mut self, level: &Level<'_>, name: &str, longest: usize) -> Option<String> {
        match level.value(name)? {
            Value::String(text) if !text.is_empty() && text.chars().count() <= longest => return Some(text.clone()),
            Value::String(_) => self.wrong(level, name, &format!("must have 1 to {longest} characters")),
            _ => self.wrong(level, name, "must be a string"),
        }
        None
    }

    /// One of these words, exactly.
    pub fn word(&mut self, level: &Level<'_>, name: &str, words: &[&str]) -> Option<String> {
        let value = level.value(name)?;
        let found = value.as_str().filter(|text| words.contains(text)).map(ToOwned::to_owned);
        if found.is_none() {
            self.wrong(level, name, &format!("must be one of {}", words.join(", ")));
        }
        found
    }

    /// A whole number that JavaScript holds exactly; not one in quotes.
    pub fn integer(&mut self, level: &Level<'_>, name: &str) -> Option<i64> {
        let exact = level.value(name)?.as_i64().filter(|number| number.abs_diff(0) <= MAX_SAFE_INTEGER.abs_diff(0));
        if exact.is_none() {
            self.wrong(level, name, "must be an integer of at most 2^53 - 1");
        }
        exact
    }

    /// A whole number above zero.
    pub fn positive(&mut self, level: &Level<'_>, name: &str) -> Option<i64> {
        let number = self.integer(level, name)?;
        if number <= 0 {
            self.wrong(level, name, "must be above 0");
        }
        Some(number).filter(|number| *number > 0)
    }

    /// A whole number above zero, also in quotes, as GoPay's samples have it.
    pub fn positive_or_digits(&mut self, level: &Level<'_>, name: &str) -> Option<u64> {
        let number = match level.value(name)? {
            Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            other => other.as_u64(),
        };
        let number = number.filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(level, name, "must be an integer above 0");
        }
        number
    }

    pub fn boolean(&mut self, level: &Level<'_>, name: &str) -> bool {
        match level.value(name) {
            None => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.wrong(level, name, "must be true or false");
                false
            }
        }
    }

    /// A whole web address.
    pub fn url(&mut self, level: &Level<'_>, name: &str) -> Option<String> {
        let url = self.text(level, name, 512)?;
        let host = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or_default();
        let good = !host.is_empty() && !host.starts_with(['/', '?', '#']) && !url.contains(char::is_whitespace);
        if !good {
            self.wrong(level, name, "must be a URL with its protocol");
        }
        Some(url).filter(|_| good)
    }

    /// A date as `2030-12-31`, in Unix milliseconds at its beginning in UTC.
    pub fn date(&mut self, level: &Level<'_>, name: &str) -> Option<u64> {
        let text = level.value(name)?.as_str().unwrap_or_default();
        // Written again it must be the same: there is no 30th of February.
        let is_date = |date: &u64| text.len() == 10 && to_iso8601(*date).starts_with(text);
        let date = parse_iso8601(text).filter(is_date);
        if date.is_none() {
            self.wrong(level, name, "must be a date such as 2030-12-31");
        }
        date
    }

    /// All of it was fine, or what was not.
    pub fn done<T>(self, read: Option<T>) -> Result<T, Vec<Problem>> {
        match read {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self.problems),
        }
    }
}
