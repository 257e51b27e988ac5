//! The record of one computation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::disk::fault;
use crate::engine::artifact::{Artifact, FileRecord};
use crate::engine::digest::{Digest, StageKey};
use crate::engine::key::KeyPreimage;
use crate::engine::stage::Facts;

/// What a computation gave, and how. It counts once it is in the store, whoever put it there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What was computed.
    pub preimage: KeyPreimage,
    /// The name of the stage it was computed for first.
    pub stage: String,
    /// The files it gave, by output port.
    pub outputs: BTreeMap<String, Artifact>,
    /// How it was computed.
    pub facts: Facts,
}

/// An action as it is written: with a digest of itself, so that damage is seen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    format: u32,
    digest: Digest,
    /// The boot in which it was put into the store without being synced, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unsynced: Option<String>,
    pub action: Action,
}

const FORMAT: u32 = 1;

impl Action {
    /// The key it answers.
    pub fn key(&self) -> StageKey {
        self.preimage.key()
    }

    /// All its files.
    pub fn files(&self) -> impl Iterator<Item = &FileRecord> {
        self.outputs.values().flat_map(|artifact| artifact.files.values())
    }

    /// Length of all its files together.
    pub fn size_bytes(&self) -> u64 {
        self.outputs.values().map(Artifact::size_bytes).sum()
    }
}

impl Sealed {
    pub(super) fn new(action: Action, unsynced: Option<String>) -> serde_json::Result<Self> {
        Ok(Self { format: FORMAT, digest: digest(&action, unsynced.as_deref())?, unsynced, action })
    }

    pub(super) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The action in these bytes; `None` if they are damaged, of another format, or answer another key.
    pub(super) fn from_bytes(bytes: &[u8], key: StageKey) -> Option<Self> {
        let sealed: Self = serde_json::from_slice(bytes).ok()?;
        let is_sound = sealed.format == FORMAT
            && digest(&sealed.action, sealed.unsynced.as_deref()).ok()? == sealed.digest
            && sealed.action.key() == key
            && sealed.action.outputs.values().all(Artifact::is_sound);
        is_sound.then_some(sealed)
    }

    /// Whether the machine has been started since, and the files may have lost their content.
    pub(super) fn is_of_another_boot(&self) -> bool {
        self.unsynced.is_some() && self.unsynced.as_deref() != fault::boot()
    }
}

fn digest(action: &Action, unsynced: Option<&str>) -> serde_json::Result<Digest> {
    let mut bytes = serde_json::to_vec(action)?;
    bytes.extend_from_slice(unsynced.unwrap_or_default().as_bytes());
    Ok(Digest::of(&bytes))
}
