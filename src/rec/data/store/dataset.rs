//! A data set as a folder: `dataset.json`, `events.safetensors`, `users.csv`, `items.csv`.

use std::path::Path;

use super::arrays::{ArrayFile, Column, write_arrays};
use super::names::{read_items, read_users, write_items, write_users};
use super::{StoreError, create_folder, read_facts, write_facts};
use crate::rec::data::{Dataset, Events};

impl Dataset {
    /// Writes the data set into a folder, which is made if need be.
    pub fn save(&self, folder: &Path) -> Result<(), StoreError> {
        create_folder(folder)?;
        write_facts(&folder.join("dataset.json"), &self.about)?;
        write_users(folder, &self.users)?;
        write_items(folder, &self.items)?;
        let columns = [
            ("users".to_owned(), Column::U32(&self.events.users)),
            ("items".to_owned(), Column::U32(&self.events.items)),
            ("ratings".to_owned(), Column::F32(&self.events.ratings)),
            ("times".to_owned(), Column::I64(&self.events.times)),
        ];
        write_arrays(&folder.join("events.safetensors"), &columns)
    }

    /// Reads the data set that was saved in a folder.
    pub fn load(folder: &Path) -> Result<Self, StoreError> {
        let file = ArrayFile::read(folder.join("events.safetensors"))?;
        let arrays = file.open()?;
        let events = Events {
            users: arrays.u32("users")?,
            items: arrays.u32("items")?,
            ratings: arrays.f32("ratings")?,
            times: arrays.i64("times")?,
        };
        let dataset = Self {
            about: read_facts(&folder.join("dataset.json"))?,
            users: read_users(folder)?,
            items: read_items(folder)?,
            events,
        };
        let Events { users, items, ratings, times } = &dataset.events;
        if [items.len(), ratings.len(), times.len()] != [users.len(); 3] {
            return Err(arrays.damaged("its columns are of different lengths"));
        }
        let is_in = |indices: &[u32], n: usize| indices.iter().all(|&index| (index as usize) < n);
        if !is_in(users, dataset.n_users()) || !is_in(items, dataset.n_items()) {
            return Err(arrays.damaged("a user or item is out of range"));
        }
        Ok(dataset)
    }
}
