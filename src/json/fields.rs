//! Reads the fields of an object one by one. Errors name the field by its path.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{
    MAX_SAFE_INTEGER, RawJson, RawObject,
    kind::{Field, JsonKind, unquoted},
    push,
};
use crate::Metadata;

/// The problem of a string with a lone surrogate. JavaScript strings can contain one, but UTF-8 cannot.
pub(crate) const LONE_SURROGATE: &str = "has a lone surrogate, which is half of a character";

/// A field failed validation. The caller maps it to a request or a response error.
#[derive(Debug)]
pub(crate) struct FieldError {
    pub field: String,
    pub problem: String,
}

pub(crate) type FieldResult<T> = Result<T, Box<FieldError>>;

/// The fields of an object. Reading a field takes it. `rest` returns the fields that were not taken.
pub(crate) struct FieldReader<'a> {
    fields: Vec<Field<'a>>,
    path: String,
}

impl<'a> FieldReader<'a> {
    /// Reads the text of an object. None for any other value. If a name repeats, the last value counts, as in JavaScript.
    pub fn parse(json: &'a str) -> Result<Option<FieldReader<'a>>, serde_json::Error> {
        #[cfg(test)]
        super::conversions::add("read", json);
        Ok(match serde_json::from_str(json)? {
            JsonKind::Object(fields) => Some(FieldReader { fields, path: String::new() }),
            _ => None,
        })
    }

    /// A reader of a single field.
    pub fn of(name: &str, json: &'a str) -> FieldReader<'a> {
        let field = Field { name: name.to_owned().into(), json, is_taken: false };
        FieldReader { fields: Vec::from([field]), path: String::new() }
    }

    pub fn field_error<T>(&self, name: &str, problem: impl Into<Cow<'static, str>>) -> FieldResult<T> {
        Err(self.error_at(name, problem.into()))
    }

    #[inline(never)]
    fn error_at(&self, name: &str, problem: Cow<'static, str>) -> Box<FieldError> {
        Box::new(FieldError { field: [&self.path, name].concat(), problem: problem.into_owned() })
    }

    /// A required string that is not empty.
    pub fn string(&mut self, name: &str) -> FieldResult<Cow<'a, str>> {
        match self.take(name) {
            "null" => self.field_error(name, "is missing"),
            json => match unquoted(json) {
                Some(text) if !text.is_empty() => Ok(text),
                Some(_) => self.field_error(name, "must not be empty"),
                None if json.starts_with('"') => self.field_error(name, LONE_SURROGATE),
                None => self.field_error(name, format!("must be a string, not {}", describe(json))),
            },
        }
    }

    /// An optional string. If present, it must not be empty.
    pub fn optional_string(&mut self, name: &str) -> FieldResult<Option<Cow<'a, str>>> {
        match self.take(name) {
            "null" => Ok(None),
            _ => self.string(name).map(Some),
        }
    }

    /// An integer that JavaScript represents exactly.
    pub fn integer(&mut self, name: &str) -> FieldResult<i64> {
        let json = self.take(name);
        self.read_integer(name, json)
    }

    fn read_integer(&self, name: &str, json: &str) -> FieldResult<i64> {
        match whole(json) {
            Some(integer) if integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() => Ok(integer),
            Some(_) => self.field_error(name, "is beyond 2^53 - 1, where JavaScript loses digits"),
            None if json == "null" => self.field_error(name, "must be an integer, but is missing, null or NaN"),
            None => self.field_error(name, format!("must be an integer, not {}", describe(json))),
        }
    }

    /// A number, with a fraction or not.
    pub fn number(&mut self, name: &str) -> FieldResult<f64> {
        let json = self.take(name);
        match JsonKind::read(json) {
            Some(JsonKind::Number(number)) => Ok(number),
            _ if json == "null" => self.field_error(name, "must be a number, but is missing, null or NaN"),
            _ => self.field_error(name, format!("must be a number, not {}", describe(json))),
        }
    }

    /// The URL that webhooks are sent to.
    pub fn url(&mut self, name: &str) -> FieldResult<()> {
        let url = self.string(name)?;
        if url.starts_with("https://") || url.starts_with("http://") {
            return Ok(());
        }
        self.field_error(name, "must be the URL that webhooks are sent to")
    }

    /// An integer, or digits in a string.
    #[cfg(feature = "gopay")]
    pub fn integer_or_digits(&mut self, name: &str) -> FieldResult<i64> {
        let json = self.take(name);
        let digits = unquoted(json).filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        self.read_integer(name, digits.as_deref().unwrap_or(json))
    }

    /// A string with a maximum length in characters.
    #[cfg(feature = "gopay")]
    pub fn text_up_to(&mut self, name: &str, most: usize, required: bool) -> FieldResult<()> {
        let text = if required { Some(self.string(name)?) } else { self.optional_string(name)? };
        match text.map_or(0, |text| text.chars().count()) {
            length if length > most => {
                self.field_error(name, format!("must be at most {most} characters long, not {length}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the field is present and not null.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some_and(|field| field.json != "null")
    }

    pub fn boolean(&mut self, name: &str) -> FieldResult<bool> {
        match self.take(name) {
            "true" => Ok(true),
            "false" | "null" => Ok(false),
            json => self.field_error(name, format!("must be true or false, not {}", describe(json))),
        }
    }

    /// A required nested object.
    pub fn object(&mut self, name: &str) -> FieldResult<FieldReader<'a>> {
        let json = self.take(name);
        match JsonKind::read(json) {
            Some(JsonKind::Object(fields)) => Ok(FieldReader { fields, path: [&self.path, name, "."].concat() }),
            _ if json == "null" => self.field_error(name, "is missing"),
            _ if json.starts_with('{') && has_lone_surrogate(json) => self.field_error(name, LONE_SURROGATE),
            _ => self.field_error(name, format!("must be an object, not {}", describe(json))),
        }
    }

    /// An optional nested object.
    pub fn optional_object(&mut self, name: &str) -> FieldResult<Option<FieldReader<'a>>> {
        match self.take(name) {
            "null" => Ok(None),
            _ => self.object(name).map(Some),
        }
    }

    /// An optional list. `read` reads each entry under its path.
    pub fn list<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut FieldReader<'a>, &str) -> FieldResult<T>,
    ) -> FieldResult<Vec<T>> {
        let mut list = Vec::new();
        self.each(name, &mut |entry, key| {
            list.push(read(entry, key)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// The same for a list that is only checked. It is no generic function, as each copy of one takes its bytes.
    pub fn each(
        &mut self,
        name: &str,
        read: &mut dyn FnMut(&mut FieldReader<'a>, &str) -> FieldResult<()>,
    ) -> FieldResult<()> {
        let json = self.take(name);
        let entries = match JsonKind::read(json) {
            Some(JsonKind::List(entries)) => entries,
            _ if json == "null" => return Ok(()),
            _ => return self.field_error(name, format!("must be a list, not {}", describe(json))),
        };
        for (index, entry) in entries.into_iter().enumerate() {
            let key = format!("{name}[{index}]");
            let mut holder = FieldReader { path: self.path.clone(), ..FieldReader::of(&key, entry) };
            read(&mut holder, &key)?;
        }
        Ok(())
    }

    /// Strings that must be there and not be empty.
    pub fn require_strings(&mut self, names: &[&str]) -> FieldResult<()> {
        names.iter().try_for_each(|name| self.string(name).map(drop))
    }

    /// The objects in a list. Other entries are ignored.
    pub fn objects(&mut self, name: &str) -> Vec<FieldReader<'a>> {
        let Some(JsonKind::List(entries)) = JsonKind::read(self.take(name)) else { return Vec::new() };
        entries.into_iter().filter_map(|entry| FieldReader::parse(entry).ok()?).collect()
    }

    /// An optional object of strings. Absent means empty.
    pub fn strings(&mut self, name: &str) -> FieldResult<Metadata> {
        let mut strings = Vec::new();
        self.each_string(name, |name, text| strings.push((name.to_owned(), text.into_owned())))?;
        Ok(strings.into_iter().collect())
    }

    /// The names and strings of an optional object of strings. Absent means empty.
    pub fn each_string(&mut self, name: &str, mut each: impl FnMut(&str, Cow<str>)) -> FieldResult<()> {
        let Some(fields) = self.optional_object(name)? else { return Ok(()) };
        for Field { name, json, .. } in &fields.fields {
            match unquoted(json) {
                Some(text) => each(name, text),
                None if json.starts_with('"') => return fields.field_error(name, LONE_SURROGATE),
                None => return fields.field_error(name, format!("must be a string, not {}", describe(json))),
            };
        }
        Ok(())
    }

    /// A string. Any other value stays for `rest`, because a change at the gateway must not break the reader.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text = unquoted(self.find(name)?.json)?.into_owned();
        self.take(name);
        Some(text)
    }

    /// A nested object. Any other value stays for `rest`.
    pub fn nested(&mut self, name: &str) -> Option<FieldReader<'a>> {
        if self.find(name)?.json.starts_with('{') { self.object(name).ok() } else { None }
    }

    /// An object of strings. Any other value stays for `rest`.
    pub fn texts(&mut self, name: &str) -> Metadata {
        let strings = self.find(name).and_then(|field| FieldReader::of(name, field.json).strings(name).ok());
        if strings.is_some() {
            self.take(name);
        }
        strings.unwrap_or_default()
    }

    /// Any value, unchanged. None for null.
    pub fn json(&mut self, name: &str) -> Option<RawJson> {
        match self.take(name) {
            "null" => None,
            json => RawJson::of(json),
        }
    }

    /// A string as it is, or the JSON of any other value. None if absent.
    #[cfg(feature = "gopay")]
    pub fn text_or_json(&mut self, name: &str) -> Option<String> {
        self.find(name)?;
        Some(text_or_json(self.take(name)))
    }

    /// All fields: strings as they are, other values as JSON. Null fields are left out.
    #[cfg(feature = "paykit")]
    pub fn texts_or_json(self) -> impl Iterator<Item = (String, String)> {
        let there = self.fields.into_iter().filter(|field| field.json != "null");
        there.map(|field| (field.name.into_owned(), text_or_json(field.json)))
    }

    /// The JSON text of a field's value. `null` if absent.
    pub fn take(&mut self, name: &str) -> &'a str {
        let mut json = "null";
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.is_taken = true;
            json = field.json;
        }
        json
    }

    /// The fields that were not taken.
    pub fn rest(self) -> RawObject {
        let left = self.fields.into_iter().filter(|field| !field.is_taken);
        RawObject(left.filter_map(|field| Some((field.name.into_owned(), RawJson::of(field.json)?))).collect())
    }

    /// Writes the object again, with all its fields except those of `defaults` and `optional` that are null. Fields of
    /// `defaults` that are missing follow with their default values, which are JSON.
    pub fn with(&self, defaults: &[(&str, &str)], optional: &[&str]) -> String {
        let mut json = String::with_capacity(512);
        json.push('{');
        let key = |json: &mut String, name: &str| {
            if json.len() > 1 {
                json.push(',');
            }
            push(json, name);
            json.push(':');
        };
        for (index, field) in self.fields.iter().enumerate() {
            // If a name repeats, only the last field was read. The fields that were read are few, however many were sent.
            if field.is_taken && self.fields.iter().skip(index + 1).any(|later| later.name == field.name) {
                continue;
            }
            let may_lack = optional.iter().chain(defaults.iter().map(|(name, _)| name)).any(|name| *name == field.name);
            if field.json != "null" || !may_lack {
                key(&mut json, &field.name);
                json.push_str(field.json);
            }
        }
        for (name, default) in defaults {
            if !self.has(name) {
                key(&mut json, name);
                json.push_str(default);
            }
        }
        json.push('}');
        json
    }

    fn find(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().rfind(|field| field.name == name)
    }
}

#[cfg(feature = "gopay")]
fn text_or_json(json: &str) -> String {
    unquoted(json).map_or_else(|| json.to_owned(), Cow::into_owned)
}

/// A whole number in any notation: 699, 699.0, 6.99e2.
fn whole(json: &str) -> Option<i64> {
    if let Ok(integer) = json.parse() {
        return Some(integer);
    }
    let Some(JsonKind::Number(number)) = JsonKind::read(json) else { return None };
    // A value that does not survive the round trip was not whole.
    Some(number as i64).filter(|integer| *integer as f64 == number)
}

/// Describes a value for an error message: its kind, and the value itself if it cannot be private.
pub(crate) fn describe(json: &str) -> String {
    let kind = match json.bytes().next() {
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        Some(b'{') => "an object",
        Some(b'"') => "a string",
        _ => json,
    };
    kind.to_string()
}

/// Whether a string in valid JSON has a lone surrogate.
pub(crate) fn has_lone_surrogate(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let escape = rest.get(at + 1..).unwrap_or_default();
        let Some(first) = surrogate(escape) else {
            // The second of two backslashes does not start an escape.
            rest = escape.get(escape.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            continue;
        };
        let other = escape.get(5..).and_then(|rest| rest.strip_prefix('\\')).and_then(surrogate);
        if first >= 0xdc00 || other.is_none_or(|other| other < 0xdc00) {
            return true;
        }
        rest = escape.get(11..).unwrap_or_default();
    }
    false
}

/// The surrogate of an escape such as `ud83c`.
fn surrogate(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
}
