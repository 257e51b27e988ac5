//! What a stage leaves behind on one output port: named files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::{ArtifactId, Digest, FieldHasher};

/// One stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileRecord {
    /// The blake3 of its bytes.
    pub digest: Digest,
    /// Its length.
    pub size_bytes: u64,
}

/// The files of one output port by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Artifact {
    /// Files by name; names have no directories.
    pub files: BTreeMap<String, FileRecord>,
}

impl Artifact {
    /// The artifact's identity: its file names and their content.
    pub fn id(&self) -> ArtifactId {
        let hasher = self.files.iter().fold(FieldHasher::new("recflow 2026 artifact"), |hasher, (name, file)| {
            hasher.field(name).field(file.digest.to_string())
        });
        ArtifactId(hasher.finish())
    }

    /// Whether there are files, and all names are names of files, which lead nowhere else.
    pub(super) fn is_sound(&self) -> bool {
        !self.files.is_empty()
            && self.files.keys().all(|name| !name.contains(['/', '\0']) && !["", ".", ".."].contains(&name.as_str()))
    }

    /// Length of all files together.
    pub fn size_bytes(&self) -> u64 {
        self.files.values().map(|file| file.size_bytes).sum()
    }
}
