//! Folders for work in progress that outlive nobody.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

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
            let (lock, lock_path) =
                tempfile::Builder::new().suffix(".lock").tempfile_in(root)?.keep().map_err(|e| e.error)?;
            lock.lock()?;
            // A sweep may have taken the name away between its creation and the lock.
            if lock_path.exists() {
                let path = lock_path.with_extension("work");
                fs::create_dir(&path)?;
                return Ok(Self { path, lock_path, _lock: lock });
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
            if lock.try_lock().is_ok() {
                let _ = fs::remove_dir_all(lock_path.with_extension("work"));
                let _ = fs::remove_file(&lock_path);
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next sweep.
        let _ = fs::remove_dir_all(&self.path);
        let _ = fs::remove_file(&self.lock_path);
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
