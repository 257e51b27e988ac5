//! Putting what finished stages publish into the workspace.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};

use super::digest::Digest;
use super::figures::Unread;
use super::stage::{Publication, StageError};
use super::store::{Store, StoreError};
use crate::disk::PUBLICATION;

/// Why something is not in the workspace that a finished stage publishes.
#[derive(Debug)]
pub(super) enum Unpublished {
    /// A file of the stage's result is damaged or gone: the stage must run again.
    Damaged(Digest),
    /// The system did not let it be written.
    Unwritten(StoreError),
    /// Anything else.
    Failed(StageError),
}

impl From<Unread> for Unpublished {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Damaged(digest) => Self::Damaged(digest),
            Unread::Failed(error) => Self::Failed(error),
        }
    }
}

impl From<StoreError> for Unpublished {
    fn from(error: StoreError) -> Self {
        Self::Unwritten(error)
    }
}

impl From<StageError> for Unpublished {
    fn from(error: StageError) -> Self {
        Self::Failed(error)
    }
}

/// Whether what there is of the way to the file, which may be links, is inside of the folder.
fn stays_inside(root: &Path, file: &Path) -> io::Result<bool> {
    let root = root.canonicalize()?;
    // The file itself is replaced, whatever it is.
    let folders = file.ancestors().skip(1);
    let there = folders.into_iter().find(|folder| fs::symlink_metadata(folder).is_ok());
    // A link to nowhere has no place that could be inside.
    Ok(there.and_then(|folder| folder.canonicalize().ok()).is_some_and(|folder| folder.starts_with(root)))
}

/// Whether something in the user's folder is the reason: the stage fails then, not the cache.
fn is_in_the_way(error: &io::Error) -> bool {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
    };
    let kinds =
        [AlreadyExists, DirectoryNotEmpty, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem];
    kinds.contains(&error.kind())
}

/// Writes a publication unless the file is there with this content; whether it was written.
///
/// It is written in the store's scratch first, where the next run sweeps up after one that was killed.
pub(super) fn publish(root: &Path, publication: &Publication, store: &Store) -> Result<bool, Unpublished> {
    let is_plain = publication.path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_plain {
        let message = format!("the output `{}` is outside of the workspace", publication.path.display());
        let error = StageError::new(message);
        return Err(error.help("give a path relative to where recflow is run, without `..`").into());
    }
    // The folder where recflow is run has no name.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let path = root.join(&publication.path);
    let failed = |source| StoreError::Io { doing: "write", path: publication.path.clone(), source };
    if !stays_inside(root, &path).map_err(failed)? {
        let message =
            format!("a link on the way to the output `{}` leads out of the workspace", publication.path.display());
        return Err(StageError::new(message).help("put a folder there in place of the link").into());
    }
    if fs::read(&path).is_ok_and(|bytes| bytes == publication.bytes) {
        return Ok(false);
    }
    let scratch = store.scratch()?;
    let draft = scratch.path().join("draft");
    let written = PUBLICATION.write_file(&draft, &publication.bytes).and_then(|()| {
        File::open(&draft).and_then(|draft| PUBLICATION.sync(&draft))?;
        match PUBLICATION.rename(&draft, &path) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                PUBLICATION.write_atomically(&path, &publication.bytes, true)
            }
            renamed => renamed,
        }
    });
    written.map_err(|source| {
        let is_in_the_way = is_in_the_way(&source);
        let error = failed(source);
        if is_in_the_way { Unpublished::Failed(StageError::new(error.to_string())) } else { error.into() }
    })?;
    Ok(true)
}
