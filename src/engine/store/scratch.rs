//! Folders for work in progress that outlive nobody.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{SCRATCH, SWEEP};

/// A folder that is removed with its owner: by the owner, or by the next sweep if the owner was killed.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    lock_path: PathBuf,
    // Held while the folder is in use: this is how a sweep knows that its owner lives.
    _lock: File,
}

impl Scratch {
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        loop {
            let (lock, lock_path) = SCRATCH.create_unique(root, "", ".lock")?.into_parts();
            SCRATCH.lock(&lock)?;
            // A sweep may have taken the name away between its creation and the lock.
            if lock_path.exists() {
                let path = lock_path.with_extension("work");
                SCRATCH.make_dir(&path)?;
                return Ok(Self { path, lock_path: lock_path.keep().map_err(|error| error.error)?, _lock: lock });
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sweep(root: &Path) -> io::Result<()> {
        for entry in fs::read_dir(root)? {
            let lock_path = entry?.path();
            if lock_path.extension().is_none_or(|extension| extension != "lock") {
                continue;
            }
            let Ok(lock) = File::open(&lock_path) else { continue };
            if SWEEP.try_lock(&lock).is_ok() {
                // The lock file goes last: it tells of the folder.
                if SWEEP.remove_tree(&lock_path.with_extension("work")).is_ok() {
                    let _ = SWEEP.remove_file(&lock_path);
                }
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next sweep.
        if SCRATCH.remove_tree(&self.path).is_ok() {
            let _ = SCRATCH.remove_file(&self.lock_path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scratch;

    #[test]
    fn a_sweep_takes_what_has_no_owner() {
        let root = tempfile::tempdir().unwrap();
        let kept = Scratch::new(root.path()).unwrap();
        let orphan = Scratch::new(root.path()).unwrap();
        std::fs::write(orphan.path().join("file"), "half").unwrap();
        let orphan_path = orphan.path().to_owned();
        // What a kill leaves: the folder and the lock file, but no lock.
        let Scratch { _lock: lock, .. } = &orphan;
        lock.unlock().unwrap();
        std::mem::forget(orphan);
        Scratch::sweep(root.path()).unwrap();
        assert!(kept.path().exists());
        assert!(!orphan_path.exists());
    }
}
