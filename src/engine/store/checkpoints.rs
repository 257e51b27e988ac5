//! Folders in which stages keep what they need to go on: after an interruption, or for longer than the last time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::disk::{KeyLock, Store, StoreError, io_error, list};
use crate::disk::CHECKPOINT;
use crate::engine::digest::{ContinuationKey, Digest};

/// The checkpoints of one computation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// What computations may go on from there.
    pub key: ContinuationKey,
    /// Length of all its files together.
    pub size_bytes: u64,
    /// When a file was last written.
    pub modified: SystemTime,
}

impl Store {
    /// Where computations of that key keep checkpoints. The folder may not be there yet.
    pub fn checkpoint_dir(&self, key: ContinuationKey) -> PathBuf {
        self.root().join("checkpoints").join(key.to_string())
    }

    /// Waits until nobody else uses the checkpoints of that key; `on_wait` is called before waiting, if there is need to.
    ///
    /// Whoever holds the lock of a stage's key as well has taken that one first.
    pub fn lock_checkpoints(&self, key: ContinuationKey, on_wait: impl FnOnce()) -> Result<KeyLock, StoreError> {
        self.lock_name(key.0, on_wait)
    }

    /// Removes the checkpoints of that key; whoever does so holds their lock.
    pub fn discard_checkpoints(&self, key: ContinuationKey) -> Result<(), StoreError> {
        let dir = self.checkpoint_dir(key);
        CHECKPOINT.remove_tree(&dir).map(drop).map_err(|source| io_error("remove", &dir, source))
    }

    /// All checkpoints, in key order.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let root = self.root().join("checkpoints");
        if !root.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for dir in list(&root)? {
            let key = dir.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<Digest>().ok());
            let Some(key) = key.map(ContinuationKey) else { continue };
            match measure(&dir) {
                Ok((size_bytes, modified)) => found.push(Checkpoint { key, size_bytes, modified }),
                // Somebody has collected it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(io_error("read", &dir, source)),
            }
        }
        found.sort_by_key(|checkpoint| checkpoint.key);
        Ok(found)
    }
}

/// Length of all files below, and when one of them was last written; of an empty folder, when that was.
fn measure(path: &Path) -> io::Result<(u64, SystemTime)> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Ok((metadata.len(), metadata.modified()?));
    }
    let mut size_bytes = 0;
    let mut latest = None;
    for entry in fs::read_dir(path)? {
        match measure(&entry?.path()) {
            Ok((size, modified)) => {
                size_bytes += size;
                latest = latest.max(Some(modified));
            }
            // Checkpoints in use come and go.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok((size_bytes, latest.map_or_else(|| metadata.modified(), Ok)?))
}
