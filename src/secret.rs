//! A value that is never shown: an API key or a webhook secret.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

/// A secret. It has no `Display`, its `Debug` is redacted, and it is wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(secret.into()))
    }

    /// Returns the secret, for signing and for the `Authorization` header. Never put it into a message.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
