//! Digests of files outside the store, remembered for as long as the files do not change.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::disk::{Store, StoreError, io_error};
use super::file_identity::FileIdentity;
use crate::disk::SOURCES;
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
    identity: FileIdentity,
    digest: Digest,
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
        let before = FileIdentity::of(&file)?;
        if let Some(known) = self.known.get(&file)
            && known.identity == before
        {
            return Ok(known.digest);
        }
        let (digest, _) = Digest::of_file(&file)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let settled = now.saturating_sub(SETTLED_AFTER).as_nanos() as i64;
        if FileIdentity::of(&file)? == before && before.last_change_ns() < settled {
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
        let written = serde_json::to_vec_pretty(&self.known)
            .map_err(io::Error::from)
            .and_then(|bytes| SOURCES.write_atomically(&self.path, &bytes, false));
        written.map_err(|source| io_error("write", &self.path, source))
    }
}
