//! A split as a folder: `split.json`, `interactions.safetensors`, `users.csv`, `items.csv`.

use std::path::Path;

use super::arrays::{ArrayFile, Arrays, Column, columns, stored_offsets, write_arrays};
use super::names::{read_items, read_users, write_items, write_users};
use super::{StoreError, create_folder, read_facts, write_facts};
use crate::rec::data::{Holdout, Split};

/// The matrices of all parts.
pub(super) const INTERACTIONS_FILE: &str = "interactions.safetensors";

impl Split {
    /// Writes the split into a folder, which is made if need be.
    pub fn save(&self, folder: &Path) -> Result<(), StoreError> {
        create_folder(folder)?;
        write_facts(&folder.join("split.json"), &self.about)?;
        write_users(folder, &self.users)?;
        write_items(folder, &self.items)?;
        let matrices = [
            ("train", &self.train),
            ("validation.history", &self.validation.history),
            ("validation.targets", &self.validation.targets),
            ("test.history", &self.test.history),
            ("test.targets", &self.test.targets),
        ];
        let offsets = matrices.map(|(_, matrix)| stored_offsets(matrix));
        let mut all = vec![
            ("validation.users".to_owned(), Column::U32(&self.validation.users)),
            ("test.users".to_owned(), Column::U32(&self.test.users)),
        ];
        for ((name, matrix), offsets) in matrices.iter().zip(&offsets) {
            all.extend(columns(name, matrix, offsets));
        }
        write_arrays(&folder.join(INTERACTIONS_FILE), &all)
    }

    /// Reads the split that was saved in a folder; one with a [`Leak`](crate::rec::data::Leak) is refused.
    pub fn load(folder: &Path) -> Result<Self, StoreError> {
        let file = ArrayFile::read(folder.join(INTERACTIONS_FILE))?;
        let arrays = file.open()?;
        let users = read_users(folder)?;
        let items = read_items(folder)?;
        let train = arrays.interactions("train", items.ids.len())?;
        if train.n_users() > users.len() {
            return Err(arrays.damaged("it has more training rows than users"));
        }
        let split = Self {
            about: read_facts(&folder.join("split.json"))?,
            train,
            validation: holdout(&arrays, "validation", users.len(), items.ids.len())?,
            test: holdout(&arrays, "test", users.len(), items.ids.len())?,
            users,
            items,
        };
        match split.leak() {
            Some(leak) => Err(StoreError::Leak { folder: folder.to_owned(), leak }),
            None => Ok(split),
        }
    }
}

fn holdout(arrays: &Arrays<'_>, part: &str, n_users: usize, n_items: usize) -> Result<Holdout, StoreError> {
    let users = arrays.u32(&format!("{part}.users"))?;
    let history = arrays.interactions(&format!("{part}.history"), n_items)?;
    let targets = arrays.interactions(&format!("{part}.targets"), n_items)?;
    if [history.n_users(), targets.n_users()] != [users.len(); 2] {
        return Err(arrays.damaged(format!("`{part}` has parts of different lengths")));
    }
    if !users.is_sorted_by(|a, b| a < b) || users.last().is_some_and(|&user| user as usize >= n_users) {
        return Err(arrays.damaged(format!("`{part}` has users out of order or range")));
    }
    Ok(Holdout { users, history, targets })
}
