//! Where a session keeps its state between calls.

use alloc::{collections::BTreeMap, string::String};
use core::cell::RefCell;

/// Stores a session's state between calls: short texts by key. The token is one of them, so the store must be
/// private to the client.
pub trait SessionStore {
    /// The text of this key.
    fn get(&self, key: &str) -> Option<String>;
    /// Replaces the text of this key.
    fn set(&self, key: &'static str, text: String);
}

/// A store in memory.
#[derive(Default)]
pub struct MemoryStore(RefCell<BTreeMap<&'static str, String>>);

impl SessionStore for MemoryStore {
    fn get(&self, key: &str) -> Option<String> {
        self.0.borrow().get(key).cloned()
    }

    fn set(&self, key: &'static str, text: String) {
        self.0.borrow_mut().insert(key, text);
    }
}
