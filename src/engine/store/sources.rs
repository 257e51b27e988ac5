//! Digests of files outside the store, remembered for as long as the files do not change.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::disk::{Store, StoreError, write_atomically};
use crate::engine::digest::Digest;

/// Digests of source files by path; a file is hashed again when anything that the system tells of it has changed.
#[derive(Debug)]
pub struct SourceDigests {
    path: PathBuf,
    known: BTreeMap<PathBuf, Known>,
    changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    identity: Identity,
    digest: Digest,
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified_ns: i64,
    changed_ns: i64,
}

/// A file that changed so shortly before it was hashed could change once more without a visible trace.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

impl SourceDigests {
    /// What the store remembers.
    pub fn load(store: &Store) -> Self {
        let path = store.root().join("sources.json");
        let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, known, changed: false }
    }

    /// The digest of a file's content.
    pub fn digest(&mut self, file: &Path) -> io::Result<Digest> {
        let file = std::path::absolute(file)?;
        let before = Identity::of(&file)?;
        if let Some(known) = self.known.get(&file)
            && known.identity == before
        {
            return Ok(known.digest);
        }
        let (digest, _) = Digest::of_file(&file)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let settled = now.saturating_sub(SETTLED_AFTER).as_nanos() as i64;
        if Identity::of(&file)? == before && before.modified_ns.max(before.changed_ns) < settled {
            self.known.insert(file, Known { identity: before, digest });
            self.changed = true;
        }
        Ok(digest)
    }

    /// Writes down what has been learnt, if anything. The last writer wins: a lost entry costs one hashing.
    pub fn save(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        self.known.retain(|file, _| file.exists());
        let bytes = serde_json::to_vec_pretty(&self.known).map_err(|error| StoreError::Io {
            doing: "write",
            path: self.path.clone(),
            source: error.into(),
        })?;
        write_atomically(&self.path, &bytes)
    }
}

impl Identity {
    fn of(file: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(file)?;
        let nanoseconds = |seconds: i64, nanos: i64| seconds * 1_000_000_000 + nanos;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}
