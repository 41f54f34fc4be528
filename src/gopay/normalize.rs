//! Normalizes GoPay's responses: removes spaces around text, and decodes HTML entities in `additional_params`.

use alloc::string::String;

use serde_json::value::RawValue;

use crate::json::{RawJson, map_strings};

/// Trims every string, and decodes the values of `additional_params`. None for invalid JSON, for JSON that is nested
/// more than 127 levels deep, and for an escape that is no character.
pub fn normalize(json: &str) -> Option<RawJson> {
    normalize_valid(serde_json::from_str(json).ok()?)
}

/// The same for valid JSON.
pub(super) fn normalize_valid(json: &RawValue) -> Option<RawJson> {
    map_strings(json, |place, text| match place {
        [.., list, _, name] if list == "additional_params" && name == "value" => decode_entities(text.trim()).into(),
        _ => text.trim().into(),
    })
}

/// Decodes one level of HTML entities: the five of XML, and numeric ones. Other text is unchanged.
pub fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        // The longest valid entity is `&#x10ffff;`.
        let end = after.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((character, after)) => {
                decoded.push(character);
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

fn entity(name: &str) -> Option<char> {
    let number = match name {
        "amp" => return Some('&'),
        "apos" => return Some('\''),
        "gt" => return Some('>'),
        "lt" => return Some('<'),
        "quot" => return Some('"'),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_once_and_other_text_is_unchanged() {
        for (encoded, plain) in [
            ("{&#34;item&#34;:1}", "{\"item\":1}"),
            ("a&quot;b&amp;c&lt;d&gt;&apos;", "a\"b&c<d>'"),
            ("&amp;quot;", "&quot;"),
            ("&#x27;&#X2f;", "'/"),
            (
                "AT&T & Co; &; &#; &#x; &#+1; &unknown; &#1114112; &#xd800;",
                "AT&T & Co; &; &#; &#x; &#+1; &unknown; &#1114112; &#xd800;",
            ),
            ("žluťoučký&#382;", "žluťoučkýž"),
            ("&", "&"),
        ] {
            assert_eq!(decode_entities(encoded), plain, "{encoded}");
        }
    }

    #[test]
    fn all_strings_are_trimmed() {
        let json = r#"{ "gw_url": " https://gw.example/pay ", "payer": { "contact": { "email": " test@test.cz " } },
            "additional_params": [{ "name": "note", "value": " x &#34;q&#34; " }, { "name": "n", "value": 1.0 }, 7, []],
            "additional_params ": { "value": "&amp;" }, "none": [], "nothing": {}, "n": null }"#;
        let cleaned = concat!(
            r#"{"gw_url":"https://gw.example/pay","payer":{"contact":{"email":"test@test.cz"}},"#,
            r#""additional_params":[{"name":"note","value":"x \"q\""},{"name":"n","value":1.0},7,[]],"#,
            r#""additional_params ":{"value":"&amp;"},"none":[],"nothing":{},"n":null}"#,
        );
        assert_eq!(normalize(json).expect("JSON").as_str(), cleaned);
    }

    #[test]
    fn quotes_colons_and_escapes_in_a_string_end_nothing() {
        for (json, normalized) in [
            (r#"{ " a\\" : " b\" , " , "c\\\"" : "}" }"#, r#"{" a\\":"b\" ,","c\\\"":"}"}"#),
            (r#"[ " : ", "\" : " , "[{", "\u0020\u00e9", 1e5 ]"#, r#"[":","\" :","[{","é",1e5]"#),
            (r#" " x " "#, r#""x""#),
            (
                r#"{"additional_params":{"value":"&amp;","x":{"value":"&amp;"},"value":"&lt;"},"additional_params":[{"value":"&amp;"}]}"#,
                r#"{"additional_params":{"value":"&amp;","x":{"value":"&"},"value":"&lt;"},"additional_params":[{"value":"&"}]}"#,
            ),
        ] {
            assert_eq!(normalize(json).expect(json).as_str(), normalized);
        }
    }

    #[test]
    fn invalid_and_deeply_nested_json_is_not_normalized() {
        let deep = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert!(normalize(&deep(127)).is_some());
        assert!(normalize(&deep(128)).is_none());
        assert!(normalize(&deep(100_000)).is_none());
        for json in ["{", "", "[1 2]", "{\"a\" 1}", "\"\\ud800\"", "{\"\\ud800\":1}"] {
            assert!(normalize(json).is_none(), "{json}");
        }
    }
}
