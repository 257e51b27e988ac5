//! A split as plain CSV files by the data's own ids, for programs in other languages.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::names::{write_items, write_table, write_users};
use super::{StoreError, create_folder, write_facts};
use crate::rec::data::{Holdout, Interactions, Split};

/// The columns of all files of interactions.
const HEADER: [&str; 4] = ["user", "item", "rating", "time"];

impl Split {
    /// Writes the split into a folder as files that any program reads:
    ///
    /// | file | holds |
    /// |---|---|
    /// | `train.csv` | what models are fitted on |
    /// | `validation_fold_in.csv`, `validation_targets.csv` | what is known of each validation user, and what should be found |
    /// | `test_users.csv` | who is to be scored; one column, `user` |
    /// | `test_fold_in.csv` | what is known of them; somebody of whom nothing is known has no line |
    /// | `test_targets.csv` | what should be found; only `with_test_targets` |
    /// | `users.csv`, `items.csv` | the ids and titles by index |
    /// | `split.json` | how the split was made |
    ///
    /// Interactions have the columns `user,item,rating,time`, a user's in order of time; ratings are 1 and times 0 where the
    /// data has none.
    pub fn export(&self, folder: &Path, with_test_targets: bool) -> Result<(), StoreError> {
        create_folder(folder)?;
        write_facts(&folder.join("split.json"), &self.about)?;
        write_users(folder, &self.users)?;
        write_items(folder, &self.items)?;
        let train_users: Vec<u32> = (0..self.train.n_users() as u32).collect();
        let Holdout { users: validation_users, history, targets } = &self.validation;
        self.write_interactions(&folder.join("train.csv"), &train_users, &self.train)?;
        self.write_interactions(&folder.join("validation_fold_in.csv"), validation_users, history)?;
        self.write_interactions(&folder.join("validation_targets.csv"), validation_users, targets)?;
        self.write_interactions(&folder.join("test_fold_in.csv"), &self.test.users, &self.test.history)?;
        let test_users = self.test.users.iter().map(|&user| [self.users[user as usize].clone()]);
        write_table(&folder.join("test_users.csv"), ["user"], test_users)?;
        if with_test_targets {
            self.write_interactions(&folder.join("test_targets.csv"), &self.test.users, &self.test.targets)?;
        }
        Ok(())
    }

    /// `users` names the user of each row.
    fn write_interactions(&self, path: &Path, users: &[u32], rows: &Interactions) -> Result<(), StoreError> {
        let write = || -> csv::Result<()> {
            let mut file = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
            file.write_record(HEADER)?;
            for (row, &user) in users.iter().enumerate() {
                let user = &self.users[user as usize];
                let entries = rows.items_of(row).iter().zip(rows.ratings_of(row)).zip(rows.times_of(row));
                for ((&item, rating), time) in entries {
                    let item = &self.items.ids[item as usize];
                    file.write_record([user.as_str(), item.as_str(), &rating.to_string(), &time.to_string()])?;
                }
            }
            Ok(file.flush()?)
        };
        write().map_err(|error| StoreError::Io { path: path.to_owned(), source: error.into() })
    }
}
