//! An append-only list whose records are also found by id. Nothing is removed, so an index stays valid.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

/// An item of a [`Store`].
pub(super) trait Record {
    fn id(&self) -> &str;
}

pub(super) struct Store<T> {
    records: Vec<T>,
    indices: BTreeMap<String, usize>,
}

impl<T: Record> Store<T> {
    pub fn new() -> Store<T> {
        Store { records: Vec::new(), indices: BTreeMap::new() }
    }

    /// Returns the new record's index, or `None` if its id is taken.
    pub fn push(&mut self, record: T) -> Option<usize> {
        let index = self.records.len();
        if self.indices.contains_key(record.id()) {
            return None;
        }
        self.indices.insert(record.id().to_owned(), index);
        self.records.push(record);
        Some(index)
    }

    pub fn index(&self, id: &str) -> Option<usize> {
        self.indices.get(id).copied()
    }

    pub fn find(&self, id: &str) -> Option<&T> {
        self.get(self.index(id)?)
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.records.get(index)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.records.get_mut(index)
    }

    pub fn records(&self) -> &[T] {
        &self.records
    }
}
