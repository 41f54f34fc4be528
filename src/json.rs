//! JSON by its text: objects whose fields are read one by one, with errors that name the field; values that are kept as
//! they came; and enums that stay open.
//!
//! A field is looked at when it is asked for. What nobody asks for keeps its text: no digit of it is lost, and it costs
//! nothing.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::Metadata;

/// A JSON value as it came: its text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The value, if it is one of that type.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.as_str()).ok()
    }

    /// Of a value that JSON can write; of any other null.
    #[cfg(feature = "paykit")]
    pub(crate) fn new(value: &(impl Serialize + ?Sized)) -> RawJson {
        RawJson(serde_json::value::to_raw_value(value).unwrap_or_default())
    }

    /// Of a text that has been read as JSON; then there is always something.
    pub(crate) fn of(text: &str) -> Option<RawJson> {
        RawValue::from_string(text.to_owned()).ok().map(RawJson)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &RawJson) -> bool {
        self.as_str() == other.as_str()
    }
}

/// A JSON object as it came: names and values, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawObject(Vec<(String, RawJson)>);

impl RawObject {
    /// Reads the text of an object; none where it is something else.
    pub fn parse(json: &str) -> Option<RawObject> {
        FieldReader::parse(json).ok()?.map(FieldReader::rest)
    }

    /// The value of that name; the last one, as in JavaScript.
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The string of that name.
    #[cfg(feature = "paykit")]
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        string(self.get(name)?.as_str())
    }

    #[cfg(feature = "paykit")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says one thing more; null says nothing.
    #[cfg(feature = "paykit")]
    pub(crate) fn set(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        let value = RawJson::new(value);
        if value.as_str() != "null" {
            self.0.push((name.to_owned(), value));
        }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Serialize for RawObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// A JSON object as a tree, for what is put together or changed.
#[cfg(feature = "sandbox")]
pub type JsonMap = serde_json::Map<String, serde_json::Value>;

/// How deep it may be where every value in it is looked at: as deep as serde_json's own trees are.
#[cfg(feature = "gopay")]
const MAX_DEPTH: usize = 127;

/// The text again, with each string in it as `change` makes it of its place and itself; the place is the names of the fields
/// around it, an entry of a list having an empty one. None where it is no JSON, too deep, or has an escape that is no
/// character.
#[cfg(feature = "gopay")]
pub(crate) fn map_strings(json: &str, change: &dyn Fn(&[Cow<str>], &str) -> String) -> Option<RawJson> {
    let mut mapped = String::with_capacity(json.len());
    push_mapped(&mut mapped, json, &mut Vec::new(), change)?;
    RawJson::of(&mapped)
}

#[cfg(feature = "gopay")]
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

/// What a text says, as a tree; null where it is none.
#[cfg(feature = "sandbox")]
pub(crate) fn parse(text: &str) -> serde_json::Value {
    tree(text).unwrap_or_default()
}

/// What a text says, as a tree; none where it is no JSON, or too deep, or has a number that is too large for one. Not by
/// serde_json's own way, so that there is one reader in a module.
#[cfg(feature = "sandbox")]
pub(crate) fn tree(text: &str) -> Option<serde_json::Value> {
    tree_up_to(text, MAX_DEPTH)
}

#[cfg(feature = "sandbox")]
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

/// A value as text. Like this, and not by `Display`, so that there is one writer in a module.
pub(crate) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A string as JSON.
pub(crate) fn quoted(string: &str) -> String {
    let mut json = String::with_capacity(string.len() + 2);
    push(&mut json, string);
    json
}

/// Writes a string as JSON behind what is there.
pub(crate) fn push(json: &mut String, string: &str) {
    if is_plain(string) {
        json.push('"');
        json.push_str(string);
        json.push('"');
    } else {
        json.push_str(&text(&string));
    }
}

/// Whether nothing in it has to be escaped. Eight bytes at a time: each string of each request comes by here.
fn is_plain(string: &str) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // Not zero if a byte of the word is less than the limit, which is at most 128; never zero by mistake.
    let less = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7);
    let same = |word: u64, byte: u8| less(word ^ (ONES * u64::from(byte)), 1);
    let needs_no_escape = |word: u64| less(word, b' ') | same(word, b'"') | same(word, b'\\') == 0;
    let (words, rest) = string.as_bytes().as_chunks::<8>();
    let mut last = [b' '; 8];
    last.iter_mut().zip(rest).for_each(|(byte, own)| *byte = *own);
    words.iter().chain([&last]).all(|bytes| needs_no_escape(u64::from_le_bytes(*bytes)))
}

/// The largest integer that JavaScript holds exactly, 2^53 - 1.
pub(crate) const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A field that is not what it must be. Whose fault that is, the caller knows.
#[derive(Debug)]
pub(crate) struct FieldError {
    pub field: String,
    pub problem: String,
}

pub(crate) type FieldResult<T> = Result<T, Box<FieldError>>;

/// The fields of an object, which are taken out one by one; what nobody took is left for `rest`.
pub(crate) struct FieldReader<'a> {
    fields: Vec<Field<'a>>,
    path: String,
}

struct Field<'a> {
    name: Cow<'a, str>,
    json: &'a str,
    is_taken: bool,
}

impl<'a> FieldReader<'a> {
    /// Reads the text of an object; none where it is another value. Of several fields of one name the last counts, as
    /// in JavaScript.
    pub fn parse(json: &'a str) -> Result<Option<FieldReader<'a>>, serde_json::Error> {
        Ok(match serde_json::from_str(json)? {
            JsonKind::Object(fields) => Some(FieldReader { fields, path: String::new() }),
            _ => None,
        })
    }

    /// One field.
    pub fn of(name: &str, json: &'a str) -> FieldReader<'a> {
        let field = Field { name: name.to_owned().into(), json, is_taken: false };
        FieldReader { fields: Vec::from([field]), path: String::new() }
    }

    pub fn field_error<T>(&self, name: &str, problem: impl Into<Cow<'static, str>>) -> FieldResult<T> {
        Err(self.culprit(name, problem.into()))
    }

    #[inline(never)]
    fn culprit(&self, name: &str, problem: Cow<'static, str>) -> Box<FieldError> {
        Box::new(FieldError { field: [&self.path, name].concat(), problem: problem.into_owned() })
    }

    /// A string that must be there and not be empty.
    pub fn string(&mut self, name: &str) -> FieldResult<Cow<'a, str>> {
        match self.take(name) {
            "null" => self.field_error(name, "is missing"),
            json => match unquoted(json) {
                Some(text) if !text.is_empty() => Ok(text),
                Some(_) => self.field_error(name, "must not be empty"),
                None if json.starts_with('"') => self.field_error(name, "has an escape that is no character"),
                None => self.field_error(name, format!("must be a string, not {}", describe(json))),
            },
        }
    }

    /// A string that may be absent; not empty when it is there.
    pub fn optional_string(&mut self, name: &str) -> FieldResult<Option<Cow<'a, str>>> {
        match self.take(name) {
            "null" => Ok(None),
            _ => self.string(name).map(Some),
        }
    }

    /// An integer that JavaScript holds exactly.
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

    /// An integer, or its digits as a string.
    #[cfg(feature = "gopay")]
    pub fn integer_or_digits(&mut self, name: &str) -> FieldResult<i64> {
        let json = self.take(name);
        let digits = unquoted(json).filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        self.read_integer(name, digits.as_deref().unwrap_or(json))
    }

    /// A string of so many characters at most.
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

    /// Whether it is there and not null.
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

    /// A nested object that must be there.
    pub fn object(&mut self, name: &str) -> FieldResult<FieldReader<'a>> {
        let json = self.take(name);
        match JsonKind::read(json) {
            Some(JsonKind::Object(fields)) => Ok(FieldReader { fields, path: [&self.path, name, "."].concat() }),
            _ if json == "null" => self.field_error(name, "is missing"),
            _ => self.field_error(name, format!("must be an object, not {}", describe(json))),
        }
    }

    /// A nested object that may be absent.
    pub fn optional_object(&mut self, name: &str) -> FieldResult<Option<FieldReader<'a>>> {
        match self.take(name) {
            "null" => Ok(None),
            _ => self.object(name).map(Some),
        }
    }

    /// A list that may be absent, each entry read by `read` under its path.
    pub fn list<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut FieldReader<'a>, &str) -> FieldResult<T>,
    ) -> FieldResult<Vec<T>> {
        let json = self.take(name);
        let entries = match JsonKind::read(json) {
            Some(JsonKind::List(entries)) => entries,
            _ if json == "null" => return Ok(Vec::new()),
            _ => return self.field_error(name, format!("must be a list, not {}", describe(json))),
        };
        let mut list = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let key = format!("{name}[{index}]");
            let mut holder = FieldReader { path: self.path.clone(), ..FieldReader::of(&key, entry) };
            list.push(read(&mut holder, &key)?);
        }
        Ok(list)
    }

    /// The objects in a list; whatever else is there is passed over.
    #[cfg(any(feature = "gopay", feature = "js-client"))]
    pub fn objects(&mut self, name: &str) -> Vec<FieldReader<'a>> {
        let Some(JsonKind::List(entries)) = JsonKind::read(self.take(name)) else { return Vec::new() };
        entries.into_iter().filter_map(|entry| FieldReader::parse(entry).ok()?).collect()
    }

    /// An object of strings, absent meaning empty.
    pub fn strings(&mut self, name: &str) -> FieldResult<Metadata> {
        let mut strings = Vec::new();
        self.each_string(name, |name, text| strings.push((name.to_owned(), text.into_owned())))?;
        Ok(strings.into_iter().collect())
    }

    /// The names and texts of an object of strings, absent meaning empty.
    pub fn each_string(&mut self, name: &str, mut each: impl FnMut(&str, Cow<str>)) -> FieldResult<()> {
        let Some(fields) = self.optional_object(name)? else { return Ok(()) };
        for Field { name, json, .. } in &fields.fields {
            match unquoted(json) {
                Some(text) => each(name, text),
                None => return fields.field_error(name, format!("must be a string, not {}", describe(json))),
            };
        }
        Ok(())
    }

    /// A string if it is one. Anything else stays for `rest`: what a gateway changes must not break a reader.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let text = unquoted(self.find(name)?.json)?.into_owned();
        self.take(name);
        Some(text)
    }

    /// A nested object if it is one. Anything else stays for `rest`.
    pub fn nested(&mut self, name: &str) -> Option<FieldReader<'a>> {
        if self.find(name)?.json.starts_with('{') { self.object(name).ok() } else { None }
    }

    /// Strings by name if that is what is there. Anything else stays for `rest`.
    pub fn texts(&mut self, name: &str) -> Metadata {
        let strings = self.find(name).and_then(|field| FieldReader::of(name, field.json).strings(name).ok());
        if strings.is_some() {
            self.take(name);
        }
        strings.unwrap_or_default()
    }

    /// Whatever it is, as it came; nothing where it is null.
    pub fn json(&mut self, name: &str) -> Option<RawJson> {
        match self.take(name) {
            "null" => None,
            json => RawJson::of(json),
        }
    }

    /// The string that it is, or the JSON of whatever else it is; none where it is not there.
    #[cfg(feature = "gopay")]
    pub fn text_or_json(&mut self, name: &str) -> Option<String> {
        self.find(name)?;
        Some(text_or_json(self.take(name)))
    }

    /// All of it, each as its string, or as the JSON of whatever else it is; null is left out.
    #[cfg(feature = "paykit")]
    pub fn texts_or_json(self) -> impl Iterator<Item = (String, String)> {
        let there = self.fields.into_iter().filter(|field| field.json != "null");
        there.map(|field| (field.name.into_owned(), text_or_json(field.json)))
    }

    /// The text of its value; of a field that is not there, `null`.
    pub fn take(&mut self, name: &str) -> &'a str {
        let mut json = "null";
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.is_taken = true;
            json = field.json;
        }
        json
    }

    /// What nobody took.
    pub fn rest(self) -> RawObject {
        let left = self.fields.into_iter().filter(|field| !field.is_taken);
        RawObject(left.filter_map(|field| Some((field.name.into_owned(), RawJson::of(field.json)?))).collect())
    }

    /// The object again, taken or not, without those of `defaults` and of `optional` that are null; behind that what it
    /// lacks of `defaults`, whose values are JSON.
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
            // The last of its name is the one that was looked at. Only those that were: there are few, whatever is sent.
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

/// A value, read as far as its own kind: what is inside keeps its text.
enum JsonKind<'a> {
    Boolean(#[cfg_attr(not(feature = "sandbox"), expect(dead_code, reason = "its kind is enough"))] bool),
    List(Vec<&'a str>),
    Null,
    Number(f64),
    Object(Vec<Field<'a>>),
    Text(Cow<'a, str>),
}

impl<'a> JsonKind<'a> {
    fn read(json: &'a str) -> Option<JsonKind<'a>> {
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

            fn visit_bool<E>(self, value: bool) -> Result<JsonKind<'de>, E> {
                Ok(JsonKind::Boolean(value))
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

/// The string that a text is.
pub(crate) fn string(text: &str) -> Option<Cow<'_, str>> {
    match JsonKind::read(text) {
        Some(JsonKind::Text(string)) => Some(string),
        _ => None,
    }
}

/// The same of a text that has been read as JSON: mostly there is nothing to do but to take off the quotes.
fn unquoted(json: &str) -> Option<Cow<'_, str>> {
    let quoted = json.strip_prefix('"')?.strip_suffix('"')?;
    if !quoted.bytes().any(|byte| byte == b'\\') {
        return Some(quoted.into());
    }
    string(json)
}

#[cfg(feature = "gopay")]
fn text_or_json(json: &str) -> String {
    unquoted(json).map_or_else(|| json.to_owned(), Cow::into_owned)
}

/// A number that has no fraction, however it is written: 699, 699.0, 6.99e2.
fn whole(json: &str) -> Option<i64> {
    if let Ok(integer) = json.parse() {
        return Some(integer);
    }
    let Some(JsonKind::Number(number)) = JsonKind::read(json) else { return None };
    // What does not survive the round trip was not whole.
    Some(number as i64).filter(|integer| *integer as f64 == number)
}

/// A value for an error message: its kind, and itself only where that cannot be private.
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

/// A struct as an object. Empty for what is none, or what JSON cannot write: no struct of ours is that.
#[cfg(feature = "sandbox")]
pub(crate) fn to_tree(value: &impl Serialize) -> JsonMap {
    match parse(&text(value)) {
        serde_json::Value::Object(object) => object,
        _ => JsonMap::new(),
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

        impl From<alloc::borrow::Cow<'_, str>> for $name {
            fn from(text: alloc::borrow::Cow<'_, str>) -> $name {
                match text.as_ref() {
                    $($wire => $name::$variant,)+
                    _ => $name::Other(text.into_owned()),
                }
            }
        }

        impl From<alloc::string::String> for $name {
            fn from(text: alloc::string::String) -> $name {
                alloc::borrow::Cow::from(text).into()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> FieldReader<'_> {
        FieldReader::parse(json).expect("JSON").expect("an object")
    }

    #[test]
    fn a_string_is_written_as_serde_json_writes_it() {
        // Every byte at every place of a word, and around its ends.
        for character in (0..=0x7f).chain([0x80, 0xff, 0x7ff, 0x20ac, 0xffff, 0x10000]).filter_map(char::from_u32) {
            for length in 0..20 {
                for at in 0..=length {
                    let string: String = (0..=length).map(|index| if index == at { character } else { 'a' }).collect();
                    assert_eq!(quoted(&string), text(&string), "{string:?}");
                }
            }
        }
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn an_object_is_written_again_with_what_it_lacks_and_without_nulls_that_may_go() {
        let with = |json: &str| {
            let mut fields = fields(json);
            fields.take("x");
            fields.with(&[("id", "\"1\""), ("c", "2")], &["d"])
        };
        assert_eq!(with("{}"), r#"{"id":"1","c":2}"#);
        assert_eq!(with(r#" { "id" : "x", "d" : null , "e":null } "#), r#"{"id":"x","e":null,"c":2}"#);
        assert_eq!(with(r#"{"id":null,"c":3}"#), r#"{"c":3,"id":"1"}"#);
        // What nobody knows keeps its text; a name that had to be escaped is again; of one name the last counts.
        let json = r#"{"id":"\u00e9","c":12345678901234567890.10,"a\"\n":[1, 2],"x":1,"x":{"y":1e2}}"#;
        assert_eq!(with(json), r#"{"id":"\u00e9","c":12345678901234567890.10,"a\"\n":[1, 2],"x":{"y":1e2}}"#);
    }

    #[test]
    fn fields_say_what_they_are_not_and_where() {
        let mut read = fields(
            r#"{"a":"","b":7,"c":{"d":[{"e":1.5}]},"n":null,"big":9007199254740992,"whole":6.99e2,"lone":"\ud800"}"#,
        );
        let said = |field_error: Box<FieldError>| [field_error.field, field_error.problem].join(" ");
        assert_eq!(said(read.string("a").expect_err("a field_error")), "a must not be empty");
        assert_eq!(said(read.string("b").expect_err("a field_error")), "b must be a string, not 7");
        assert_eq!(said(read.string("n").expect_err("a field_error")), "n is missing");
        assert_eq!(said(read.string("lone").expect_err("a field_error")), "lone has an escape that is no character");
        assert_eq!(
            said(read.integer("big").expect_err("a field_error")),
            "big is beyond 2^53 - 1, where JavaScript loses digits"
        );
        assert_eq!(read.integer("whole").expect("whole"), 699);
        let mut inner = read.object("c").expect("an object");
        let field_error = inner.list("d", |entry, key| entry.object(key)?.integer("e")).expect_err("a field_error");
        assert_eq!(said(field_error), "c.d[0].e must be an integer, not 1.5");
        assert!(read.object("b").is_err() && read.boolean("b").is_err());
    }

    #[test]
    #[cfg(feature = "sandbox")]
    fn a_tree_is_the_one_that_serde_json_makes() {
        for json in [
            r#"{"a":[1,-2,18446744073709551615,1.5,1e300,true,false,null,"\"\u00e9"],"b":{"c":{}},"b":[]}"#,
            "[]",
            " 7 ",
            "\"x\"",
            "null",
            "{\"a\":}",
            "",
            "1e999",
            "{\"a\":1e999}",
        ] {
            assert_eq!(tree(json), serde_json::from_str::<serde_json::Value>(json).ok(), "{json}");
        }
        for depth in [126, 127, 128, 129, 100_000] {
            let json = ["[".repeat(depth), "]".repeat(depth)].concat();
            assert_eq!(tree(&json).is_some(), serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{depth}");
            assert!(FieldReader::of("a", &json).rest().get("a").is_some_and(|value| value.as_str() == json));
        }
    }
}
