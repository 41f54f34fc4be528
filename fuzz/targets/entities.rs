//! HTML entities in GoPay's text: encoded text is decoded again, in any encoding.

#![no_main]

use itpay::gopay::decode_entities;
use libfuzzer_sys::fuzz_target;

/// Encodes one character as an entity. `way` selects the form.
fn encode(character: char, way: usize) -> String {
    let number = u32::from(character);
    let named = match character {
        '&' => Some("&amp;"),
        '\'' => Some("&apos;"),
        '>' => Some("&gt;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        _ => None,
    };
    match (way % 5, named) {
        (0, Some(named)) => named.into(),
        (1, _) => format!("&#{number};"),
        (2, _) => format!("&#x{number:x};"),
        (3, _) => format!("&#X{number:X};"),
        _ if character == '&' => "&amp;".into(),
        _ => character.into(),
    }
}

fuzz_target!(|text: &str| {
    let decoded = decode_entities(text);
    assert!(decoded.len() <= text.len());
    if !text.contains('&') || !text.contains(';') {
        assert_eq!(decoded, text);
    }
    for shift in 0..5 {
        let encoded: String = text.chars().enumerate().map(|(at, character)| encode(character, at + shift)).collect();
        assert_eq!(decode_entities(&encoded), text, "{encoded}");
    }
});
