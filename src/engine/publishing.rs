//! Putting what finished stages publish into the workspace.

use std::fs;
use std::io;
use std::path::{Component, Path};

use super::stage::{Publication, StageError};
use super::store::write_atomically;

/// Whether what there is of the way to the file, which may be links, is inside of the folder.
fn stays_inside(root: &Path, file: &Path) -> io::Result<bool> {
    let root = root.canonicalize()?;
    // The file itself is replaced, whatever it is.
    let folders = file.ancestors().skip(1);
    let there = folders.into_iter().find(|folder| fs::symlink_metadata(folder).is_ok());
    // A link to nowhere has no place that could be inside.
    Ok(there.and_then(|folder| folder.canonicalize().ok()).is_some_and(|folder| folder.starts_with(root)))
}

/// Writes a publication unless the file is there with this content; whether it was written.
pub(super) fn publish(root: &Path, publication: &Publication) -> Result<bool, StageError> {
    let plain = publication.path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain {
        let message = format!("the output `{}` is outside of the workspace", publication.path.display());
        return Err(StageError::new(message).help("give a path relative to where recflow is run, without `..`"));
    }
    // The folder where recflow is run has no name.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let path = root.join(&publication.path);
    if !stays_inside(root, &path)? {
        let message =
            format!("a link on the way to the output `{}` leads out of the workspace", publication.path.display());
        return Err(StageError::new(message).help("put a folder there in place of the link"));
    }
    if fs::read(&path).is_ok_and(|bytes| bytes == publication.bytes) {
        return Ok(false);
    }
    write_atomically(&path, &publication.bytes).map_err(|error| StageError::new(error.to_string()))?;
    Ok(true)
}
