//! Data sets and splits as folders of files that other tools open: arrays as safetensors, ids and titles as CSV, facts
//! as JSON. Equal content gives equal bytes. Loading believes nothing: damaged files are errors.

mod arrays;
mod dataset;
mod names;
mod plain;
mod split;
mod stored_holdout;
mod tensor_file;
mod user_attributes;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::names::read_items;
pub use self::names::read_users;
pub(crate) use self::stored_holdout::stored_training_items;
pub use self::stored_holdout::{HeldOutPart, StoredHoldout};
pub(crate) use self::tensor_file::{Stored, TensorFile};
use super::Leak;

/// Why a stored data set or split cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system could not read or write it.
    #[error("cannot access `{}`: {source}", path.display())]
    Io {
        /// Of which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A split whose parts are not apart.
    #[error("the split in `{}` is worth nothing: {leak}", folder.display())]
    Leak {
        /// Where it is.
        folder: PathBuf,
        /// What is wrong.
        leak: Leak,
    },
    /// The content is not what was stored.
    #[error("`{}` is damaged: {what}", path.display())]
    Damaged {
        /// Of which file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}

impl StoreError {
    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }

    /// The remedy.
    pub fn help(&self) -> String {
        match self {
            Self::Io { .. } => "check the folder, its permissions and the space on its disk".to_owned(),
            Self::Leak { leak, .. } => leak.help().to_owned(),
            Self::Damaged { .. } => "delete it and have it made again".to_owned(),
        }
    }
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    std::fs::create_dir_all(path).map_err(|source| StoreError::Io { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    std::fs::write(path, bytes).map_err(|source| StoreError::Io { path: path.to_owned(), source })
}

fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    std::fs::read(path).map_err(|source| StoreError::Io { path: path.to_owned(), source })
}

fn write_facts(path: &Path, facts: &impl Serialize) -> Result<(), StoreError> {
    let mut text = serde_json::to_string_pretty(facts)
        .map_err(|error| StoreError::Io { path: path.to_owned(), source: error.into() })?;
    text.push('\n');
    write(path, text.as_bytes())
}

fn read_facts<T: DeserializeOwned>(path: &Path) -> Result<T, StoreError> {
    serde_json::from_slice(&read(path)?).map_err(|error| StoreError::damaged(path, error.to_string()))
}
