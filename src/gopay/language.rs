//! The language of payment pages and of error messages.

use alloc::string::String;

use crate::Error;

/// A language by its two letters, such as `CS`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Language(String);

impl Language {
    /// Reads two letters in any letter case, perhaps with a region: `cs`, `cs-CZ`.
    pub fn parse(language: &str) -> Result<Language, Error> {
        let letters = language.split(['-', '_']).next().unwrap_or_default();
        if letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Ok(Language(letters.to_ascii_uppercase()))
        } else {
            Err(Error::invalid("language", "must be two letters, such as cs"))
        }
    }

    /// The two letters, as in a payment's `lang`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `Accept-Language` header. GoPay has its error messages in Czech and in English, as its own SDKs know.
    pub(super) fn of_messages(language: Option<&Language>) -> &'static str {
        match language.map(Language::as_str) {
            Some("CS" | "SK") => "cs-CZ",
            _ => "en-US",
        }
    }
}
