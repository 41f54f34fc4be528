//! Things in the order in which they came, found by their id. Nothing is ever removed, so a place stays.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

/// What a table holds.
pub(super) trait Row {
    fn id(&self) -> &str;
}

pub(super) struct Table<T> {
    rows: Vec<T>,
    places: BTreeMap<String, usize>,
}

impl<T: Row> Table<T> {
    pub fn new() -> Table<T> {
        Table { rows: Vec::new(), places: BTreeMap::new() }
    }

    /// Its place; none if the id is taken.
    pub fn push(&mut self, row: T) -> Option<usize> {
        let place = self.rows.len();
        if self.places.contains_key(row.id()) {
            return None;
        }
        self.places.insert(row.id().to_owned(), place);
        self.rows.push(row);
        Some(place)
    }

    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub fn get(&self, id: &str) -> Option<&T> {
        self.at(self.place(id)?)
    }

    pub fn at(&self, place: usize) -> Option<&T> {
        self.rows.get(place)
    }

    pub fn at_mut(&mut self, place: usize) -> Option<&mut T> {
        self.rows.get_mut(place)
    }

    pub fn rows(&self) -> &[T] {
        &self.rows
    }
}
