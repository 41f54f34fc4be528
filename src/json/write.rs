//! Writes JSON text.

use alloc::string::String;

use serde::Serialize;

/// Serializes a value. Not by `Display`, so that a module contains only one serializer.
pub(crate) fn text(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    #[cfg(test)]
    super::conversions::add("write", &json);
    json
}

/// Serializes a string.
pub(crate) fn quoted(string: &str) -> String {
    let mut json = String::with_capacity(string.len() + 2);
    push(&mut json, string);
    json
}

/// Appends a string as JSON.
pub(crate) fn push(json: &mut String, string: &str) {
    if is_plain(string) {
        json.push('"');
        json.push_str(string);
        json.push('"');
    } else {
        json.push_str(&text(&string));
    }
}

/// Whether no character has to be escaped. It checks eight bytes at a time, because each string of a request gets here.
fn is_plain(string: &str) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // Not zero if a byte of the word is below the limit, which is at most 128. There are no false positives.
    let less = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7);
    let same = |word: u64, byte: u8| less(word ^ (ONES * u64::from(byte)), 1);
    let needs_no_escape = |word: u64| less(word, b' ') | same(word, b'"') | same(word, b'\\') == 0;
    let (words, rest) = string.as_bytes().as_chunks::<8>();
    let mut last = [b' '; 8];
    last.iter_mut().zip(rest).for_each(|(byte, own)| *byte = *own);
    words.iter().chain([&last]).all(|bytes| needs_no_escape(u64::from_le_bytes(*bytes)))
}
