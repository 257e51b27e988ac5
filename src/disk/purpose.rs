//! The calls that change something on disk.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{NamedTempFile, TempPath};

use super::fault;

/// What a file is for: the first half of the names of the fault points on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purpose(&'static str);

/// The folders of a store.
pub(crate) const STORE: Purpose = Purpose("store");
/// The files of results.
pub(crate) const OBJECT: Purpose = Purpose("object");
/// The records of results.
pub(crate) const ACTION: Purpose = Purpose("action");
/// What each stage had last.
pub(crate) const LATEST: Purpose = Purpose("latest");
/// The digests of source files.
pub(crate) const SOURCES: Purpose = Purpose("sources");
/// Files in the workspace.
pub(crate) const PUBLICATION: Purpose = Purpose("publication");
/// What is locked.
pub(crate) const LOCK: Purpose = Purpose("lock");
/// Folders for work in progress.
pub(crate) const SCRATCH: Purpose = Purpose("scratch");
/// What others have left there.
pub(crate) const SWEEP: Purpose = Purpose("sweep");
/// What is in those folders.
pub(crate) const WORK: Purpose = Purpose("work");
/// The records of runs.
pub(crate) const RUN: Purpose = Purpose("run");
/// What stages go on from.
pub(crate) const CHECKPOINT: Purpose = Purpose("checkpoint");
/// What is damaged.
pub(crate) const REPAIR: Purpose = Purpose("repair");
/// What is not needed any more.
pub(crate) const COLLECTION: Purpose = Purpose("collection");

impl Purpose {
    /// The fault point of that call.
    fn at(self, call: &str) -> io::Result<()> {
        fault::at(self.0, call).map_or(Ok(()), |fault| Err(fault.strike()))
    }

    /// Makes a folder and those above it, where they are not there.
    pub(crate) fn make_dir(self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.at("mkdir")?;
        fs::create_dir_all(path)
    }

    /// A new, empty file.
    pub(crate) fn create(self, path: &Path) -> io::Result<File> {
        self.at("create")?;
        File::create(path)
    }

    /// A file to read and add to, which is made if it is not there, and left as it is otherwise.
    pub(crate) fn open_or_create(self, path: &Path) -> io::Result<File> {
        self.at("create")?;
        File::options().create(true).append(true).read(true).open(path)
    }

    /// A file of a name of its own, which is removed again unless it is kept.
    pub(crate) fn create_unique(self, folder: &Path, prefix: &str, suffix: &str) -> io::Result<NamedTempFile> {
        self.at("create")?;
        // What is put in place is as readable as any other file.
        let permissions = Permissions::from_mode(0o666);
        tempfile::Builder::new().prefix(prefix).suffix(suffix).permissions(permissions).tempfile_in(folder)
    }

    /// Adds bytes to an open file.
    pub(crate) fn write(self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        if let Some(fault) = fault::at(self.0, "write") {
            file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(fault.strike());
        }
        file.write_all(bytes)?;
        fault::written(file, bytes.len() as u64);
        Ok(())
    }

    /// Writes a new file.
    pub(crate) fn write_file(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write(&mut self.create(path)?, bytes)
    }

    /// Has somebody else write a new file.
    pub(crate) fn write_by<E: From<io::Error>>(
        self,
        path: &Path,
        write: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = fault::at(self.0, "write");
        write(path)?;
        if let Some(fault) = fault {
            let file = File::options().write(true).open(path)?;
            file.set_len(file.metadata()?.len() / 2)?;
            return Err(fault.strike().into());
        }
        adopt(path);
        Ok(())
    }

    /// Writes a file such that it is there in full or not at all, however this process ends; with `durable`, also if the
    /// machine does. Makes the folder if need be.
    pub(crate) fn write_atomically(self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        let folder = folder_of(path);
        self.make_dir(folder)?;
        let mut file = self.create_unique(folder, ".new-", "")?;
        self.write(file.as_file_mut(), bytes)?;
        if durable {
            self.sync(file.as_file())?;
        }
        self.persist(file.into_temp_path(), path)?;
        if durable { self.sync_dir(folder) } else { Ok(()) }
    }

    fn persist(self, file: TempPath, path: &Path) -> io::Result<()> {
        self.at("rename")?;
        file.persist(path).map_err(|error| error.error)
    }

    /// Makes sure that a file's bytes are on disk.
    pub(crate) fn sync(self, file: &File) -> io::Result<()> {
        self.at("sync")?;
        file.sync_all()?;
        fault::synced(file);
        Ok(())
    }

    /// Makes sure that a folder's names are on disk.
    pub(crate) fn sync_dir(self, folder: &Path) -> io::Result<()> {
        self.at("sync-dir")?;
        File::open(folder)?.sync_all()
    }

    /// Gives a file its name. Makes the folder if need be.
    pub(crate) fn rename(self, from: &Path, to: &Path) -> io::Result<()> {
        self.make_dir(folder_of(to))?;
        self.at("rename")?;
        fs::rename(from, to)
    }

    /// Lets nobody write to a file any more.
    pub(crate) fn protect(self, path: &Path) -> io::Result<()> {
        self.at("chmod")?;
        let mode = fs::metadata(path)?.permissions().mode();
        fs::set_permissions(path, Permissions::from_mode(mode & !0o222))
    }

    /// Says when a file was last written.
    pub(crate) fn set_modified(self, file: &File, time: SystemTime) -> io::Result<()> {
        self.at("set-times")?;
        file.set_modified(time)
    }

    /// Gives a file another name; where that cannot be (on another disk, of another owner), one that points to it.
    pub(crate) fn link(self, file: &Path, name: &Path) -> io::Result<()> {
        self.at("link")?;
        fs::hard_link(file, name).or_else(|_| symlink(file, name))
    }

    /// Removes a file; whether it was there.
    pub(crate) fn remove_file(self, path: &Path) -> io::Result<bool> {
        self.at("unlink")?;
        was_there(fs::remove_file(path))
    }

    /// Removes a folder with all that is in it; whether it was there.
    pub(crate) fn remove_tree(self, path: &Path) -> io::Result<bool> {
        if let Some(fault) = fault::at(self.0, "remove-tree") {
            let first: Option<PathBuf> = fs::read_dir(path)?.next().and_then(|entry| Some(entry.ok()?.path()));
            let _ = first.map(fs::remove_file);
            return Err(fault.strike());
        }
        was_there(fs::remove_dir_all(path))
    }

    /// Waits for the lock of a file. The system frees it when the holder ends.
    pub(crate) fn lock(self, file: &File) -> io::Result<()> {
        self.at("lock")?;
        file.lock()
    }

    /// Takes the lock of a file unless somebody has it.
    pub(crate) fn try_lock(self, file: &File) -> Result<(), TryLockError> {
        self.at("lock").map_err(TryLockError::Error)?;
        file.try_lock()
    }
}

/// Somebody else has written this file.
pub(crate) fn adopt(path: &Path) {
    if let Ok(file) = File::options().write(true).open(path) {
        fault::written(&file, u64::MAX);
    }
}

fn was_there(removed: io::Result<()>) -> io::Result<bool> {
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The folder that a file is in; of a bare name, the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
