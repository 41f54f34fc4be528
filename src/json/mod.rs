//! JSON as text. Objects are read field by field, with errors that name the field. Values keep their text, and enums stay
//! open.
//!
//! A field is parsed when it is read. An unread field keeps its text, so that no digit is lost.

mod fields;
mod kind;
#[cfg(feature = "gopay")]
mod map_strings;
mod open_enum;
mod raw;
#[cfg(feature = "sandbox")]
mod tree;
mod write;

pub use self::raw::{RawJson, RawObject};
#[cfg(feature = "sandbox")]
pub use self::tree::JsonMap;
#[cfg(feature = "sandbox")]
pub(crate) use self::tree::to_tree;
pub(crate) use self::{
    fields::{FieldError, FieldReader, FieldResult, LONE_SURROGATE, has_lone_surrogate},
    kind::string,
    open_enum::open_enum,
    write::{push, quoted},
};
#[cfg(feature = "gopay")]
pub(crate) use self::{map_strings::map_strings, write::text};

/// The maximum depth where each value is visited: the same as in serde_json's trees.
#[cfg(feature = "gopay")]
const MAX_DEPTH: usize = 127;

/// The largest integer that JavaScript represents exactly, 2^53 - 1.
pub(crate) const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// Records the conversions between JSON text and objects on this thread.
#[cfg(test)]
pub(crate) mod conversions {
    use alloc::{format, string::String, vec::Vec};
    use core::cell::RefCell;

    std::thread_local! {
        static RECORDED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    /// Records a conversion by its direction and the object's first field.
    pub(crate) fn add(direction: &str, json: &str) {
        if let Some(name) = json.strip_prefix("{\"").and_then(|json| json.split('"').next()) {
            RECORDED.with_borrow_mut(|recorded| recorded.push(format!("{direction} {name}")));
        }
    }

    /// Returns the recorded conversions and forgets them.
    pub(crate) fn take() -> Vec<String> {
        RECORDED.take()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, string::String};

    use super::*;

    fn fields(json: &str) -> FieldReader<'_> {
        FieldReader::parse(json).expect("JSON").expect("an object")
    }

    #[test]
    fn strings_are_serialized_as_by_serde_json() {
        // Each byte in each position of a word, and around the ends of words.
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
    fn an_object_is_completed_with_defaults_and_loses_optional_nulls() {
        let with = |json: &str| {
            let mut fields = fields(json);
            fields.take("x");
            fields.with(&[("id", "\"1\""), ("c", "2")], &["d"])
        };
        assert_eq!(with("{}"), r#"{"id":"1","c":2}"#);
        assert_eq!(with(r#" { "id" : "x", "d" : null , "e":null } "#), r#"{"id":"x","e":null,"c":2}"#);
        assert_eq!(with(r#"{"id":null,"c":3}"#), r#"{"c":3,"id":"1"}"#);
        // Unknown fields keep their text. Escaped names are escaped again. If a name repeats, the last value counts.
        let json = r#"{"id":"\u00e9","c":12345678901234567890.10,"a\"\n":[1, 2],"x":1,"x":{"y":1e2}}"#;
        assert_eq!(with(json), r#"{"id":"\u00e9","c":12345678901234567890.10,"a\"\n":[1, 2],"x":{"y":1e2}}"#);
    }

    #[test]
    fn field_errors_name_the_problem_and_the_path() {
        let mut read = fields(
            r#"{"a":"","b":7,"c":{"d":[{"e":1.5}]},"n":null,"big":9007199254740992,"whole":6.99e2,"lone":"\ud800"}"#,
        );
        let message = |field_error: Box<FieldError>| [field_error.field, field_error.problem].join(" ");
        assert_eq!(message(read.string("a").expect_err("a field_error")), "a must not be empty");
        assert_eq!(message(read.string("b").expect_err("a field_error")), "b must be a string, not 7");
        assert_eq!(message(read.string("n").expect_err("a field_error")), "n is missing");
        assert_eq!(
            message(read.string("lone").expect_err("a field_error")),
            "lone has a lone surrogate, which is half of a character"
        );
        assert_eq!(
            message(read.integer("big").expect_err("a field_error")),
            "big is beyond 2^53 - 1, where JavaScript loses digits"
        );
        assert_eq!(read.integer("whole").expect("whole"), 699);
        let mut inner = read.object("c").expect("an object");
        let field_error = inner.list("d", |entry, key| entry.object(key)?.integer("e")).expect_err("a field_error");
        assert_eq!(message(field_error), "c.d[0].e must be an integer, not 1.5");
        assert!(read.object("b").is_err() && read.boolean("b").is_err());
    }

    #[test]
    fn a_lone_surrogate_is_found_at_any_position() {
        for json in [
            r#"{"a":"\ud83c"}"#,
            r#"["\udf70"]"#,
            r#""\ud83cx""#,
            r#""\ud83c\n""#,
            r#""\\\ud83c""#,
            r#""\ud83c\ud83c\udf70""#,
        ] {
            assert!(has_lone_surrogate(json), "{json}");
        }
        for json in [
            r#""\ud83c\udf70""#,
            r#""\\ud83c""#,
            r#""\u00e9\\""#,
            "\"\u{1f370}\"",
            r#""\n\\\"""#,
            "",
            "\\",
            "\\u12",
            "\\\u{e9}",
        ] {
            assert!(!has_lone_surrogate(json), "{json}");
        }
    }

    #[test]
    fn a_deeply_nested_value_keeps_its_text() {
        let json = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        assert!(FieldReader::of("a", &json).rest().get("a").is_some_and(|value| value.as_str() == json));
    }
}
