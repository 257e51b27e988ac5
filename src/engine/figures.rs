//! Numbers that finished stages tell of their results.

use std::cell::Cell;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::plan::PlannedStage;
use super::registry::Registry;
use super::resolution::instantiate;
use super::stage::StageError;
use super::store::{Action, Store, StoreError};

/// Named numbers of a stage's result, such as metrics or counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    /// What they are figures of, in words.
    pub title: Option<String>,
    /// The numbers; none where there is no such value.
    pub values: IndexMap<String, Option<f64>>,
}

/// Why a file of a stored result could not be used.
#[derive(Debug)]
pub(super) enum Unread {
    /// Its object is damaged or gone: the stage must run again.
    Damaged(Digest),
    /// Anything else.
    Failed(StageError),
}

impl From<StageError> for Unread {
    fn from(error: StageError) -> Self {
        Self::Failed(error)
    }
}

/// Does something with a stage's stored result; what goes wrong because of a damaged file is told apart.
pub(super) fn with_result<T>(
    action: &Action,
    store: &Store,
    work: impl FnOnce(&super::stage::ReadFile<'_>) -> Result<T, StageError>,
) -> Result<T, Unread> {
    let damaged = Cell::new(None);
    let read = |port: &str, file: &str| {
        let record = action.outputs.get(port).and_then(|artifact| artifact.files.get(file));
        let record = record.ok_or_else(|| StageError::new(format!("there is no `{file}` on `{port}`")))?;
        store.read(*record).map_err(|error| {
            if let StoreError::Damaged { digest, .. } = error {
                damaged.set(Some(digest));
            }
            StageError::new(error.to_string())
        })
    };
    let result = work(&read);
    match damaged.get() {
        Some(digest) => Err(Unread::Damaged(digest)),
        None => Ok(result?),
    }
}

/// The figures of a stage's stored result.
pub(super) fn figures(
    planned: &PlannedStage,
    action: &Action,
    registry: &Registry,
    store: &Store,
) -> Result<Option<Figures>, Unread> {
    let (_, stage) = instantiate(planned, registry)?;
    with_result(action, store, |read| stage.figures(read))
}
