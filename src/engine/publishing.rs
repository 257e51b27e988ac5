//! Putting what finished stages publish into the workspace.

use std::fs;
use std::path::{Component, Path};

use super::stage::{Publication, StageError};
use super::store::write_atomically;

/// Writes a publication unless the file is there with this content; whether it was written.
pub(super) fn publish(root: &Path, publication: &Publication) -> Result<bool, StageError> {
    let plain = publication.path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain {
        let message = format!("the output `{}` is outside of the workspace", publication.path.display());
        return Err(StageError::new(message).help("give a path relative to where recflow is run, without `..`"));
    }
    let path = root.join(&publication.path);
    if fs::read(&path).is_ok_and(|bytes| bytes == publication.bytes) {
        return Ok(false);
    }
    write_atomically(&path, &publication.bytes).map_err(|error| StageError::new(error.to_string()))?;
    Ok(true)
}
