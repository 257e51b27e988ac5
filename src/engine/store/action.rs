//! The record of one computation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::artifact::Artifact;
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
struct Sealed {
    format: u32,
    digest: Digest,
    action: Action,
}

const FORMAT: u32 = 1;

impl Action {
    /// The key it answers.
    pub fn key(&self) -> StageKey {
        self.preimage.key()
    }

    /// Length of all its files together.
    pub fn size_bytes(&self) -> u64 {
        self.outputs.values().map(Artifact::size_bytes).sum()
    }

    pub(super) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let sealed = Sealed { format: FORMAT, digest: self.digest()?, action: self.clone() };
        let mut bytes = serde_json::to_vec_pretty(&sealed)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The action in these bytes; `None` if they are damaged, of another format, or answer another key.
    pub(super) fn from_bytes(bytes: &[u8], key: StageKey) -> Option<Self> {
        let sealed: Sealed = serde_json::from_slice(bytes).ok()?;
        let sound = sealed.format == FORMAT
            && sealed.action.digest().ok()? == sealed.digest
            && sealed.action.key() == key
            && sealed.action.outputs.values().all(|artifact| !artifact.files.is_empty() && artifact.is_plain());
        sound.then_some(sealed.action)
    }

    fn digest(&self) -> serde_json::Result<Digest> {
        Ok(Digest::of(&serde_json::to_vec(self)?))
    }
}
