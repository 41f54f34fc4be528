//! The merchant's own strings, by name.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer};

/// The merchant's own strings, by name and in order. If a name repeats, the last value counts, as in JSON.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Metadata(Vec<(String, String)>);

impl Metadata {
    /// The string of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    /// Sets a string and removes an earlier one of the same name.
    pub fn insert(&mut self, name: String, text: String) {
        self.remove(&name);
        self.0.push((name, text));
    }

    /// Removes and returns the string of this name.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let text = self.get(name)?.into();
        self.0.retain(|(key, _)| key != name);
        Some(text)
    }

    /// Names and strings.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(strings: I) -> Metadata {
        Metadata(strings.into_iter().collect())
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn a_repeated_name_has_its_last_value_and_is_removed_as_a_whole() {
        let own = [("a", "1"), ("b", "2"), ("a", "3")].map(|(name, text)| (name.into(), text.into()));
        let mut metadata: Metadata = own.into_iter().collect();
        assert_eq!(metadata.get("a"), Some("3"));
        metadata.insert("b".into(), "4".into());
        assert_eq!(metadata.iter().collect::<Vec<_>>(), [("a", "1"), ("a", "3"), ("b", "4")]);
        assert_eq!(metadata.remove("a").as_deref(), Some("3"));
        assert_eq!(metadata.remove("a"), None);
        assert_eq!(serde_json::to_string(&metadata).ok().as_deref(), Some(r#"{"b":"4"}"#));
    }
}
