//! The store in a folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::action::Action;
use super::scratch::Scratch;
use crate::engine::artifact::FileRecord;
use crate::engine::digest::{Digest, StageKey};

/// A folder of results. Any number of processes may use it at once.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// The store could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A stored file is not there, or has not the bytes that its name promises.
    #[error("the stored file `{}` is {}", path.display(), if *.missing { "missing" } else { "damaged" })]
    Damaged {
        /// The object.
        digest: Digest,
        /// Where it is, or should be.
        path: PathBuf,
        /// Whether it is not there at all.
        missing: bool,
    },
}

impl StoreError {
    /// The remedy, if one can be named.
    pub fn help(&self) -> Option<String> {
        let Self::Io { source, .. } = self else { return None };
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Some("free some space and run again: what is finished is kept".to_owned())
            }
            io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::AlreadyExists => Some("choose another cache folder with `--cache-dir`".to_owned()),
            _ => None,
        }
    }
}

/// Held by whoever computes a key, or uses its checkpoints; the system frees it when the holder ends, however it ends.
#[derive(Debug)]
pub struct KeyLock {
    _file: File,
}

/// Marks the folder as one that backup programs may leave out; the text is fixed by the convention.
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of recflow's results.\n";

impl Store {
    /// The store in this folder, which is made if it is not there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let store = Self { root: std::path::absolute(root).unwrap_or_else(|_| root.to_owned()) };
        for folder in ["objects", "actions", "latest", "locks", "scratch", "runs"] {
            create_dir(&store.root.join(folder))?;
        }
        let tag = store.root.join("CACHEDIR.TAG");
        if !tag.exists() {
            fs::write(&tag, CACHE_TAG).map_err(|source| io_error("write", &tag, source))?;
        }
        Ok(store)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The stored answer to that key; `None` if there is none or it is damaged. All its files are there, in full
    /// length; their bytes are verified by those who read them.
    pub fn action(&self, key: StageKey) -> Option<Action> {
        let bytes = fs::read(self.action_path(key)).ok()?;
        let action = Action::from_bytes(&bytes, key)?;
        let complete = action.outputs.values().flat_map(|artifact| artifact.files.values()).all(|file| {
            fs::metadata(self.object_path(file.digest)).is_ok_and(|metadata| metadata.len() == file.size_bytes)
        });
        complete.then_some(action)
    }

    /// Every stored action, in key order.
    pub fn actions(&self) -> Result<Vec<Action>, StoreError> {
        Ok(self.action_files()?.into_iter().filter_map(|(key, _)| self.action(key)).collect())
    }

    /// Puts an action's record in place. Its files must have been put in before.
    pub fn commit(&self, action: &Action) -> Result<(), StoreError> {
        let path = self.action_path(action.key());
        let bytes = action.to_bytes().map_err(|error| io_error("write", &path, error.into()))?;
        write_atomically(&path, &bytes)
    }

    /// Moves a file, which must be on the store's own file system, into the store.
    pub fn put_file(&self, file: &Path) -> Result<FileRecord, StoreError> {
        let (digest, size_bytes) = Digest::of_file(file).map_err(|source| io_error("read", file, source))?;
        let record = FileRecord { digest, size_bytes };
        if let Ok(path) = self.verified_path(record) {
            // It may be old and nobody's: a collection that goes on at this moment must take it for new.
            let _ = File::open(&path).and_then(|stored| stored.set_modified(SystemTime::now()));
            fs::remove_file(file).map_err(|source| io_error("remove", file, source))?;
            return Ok(record);
        }
        let path = self.object_path(digest);
        sync(file)?;
        let mut permissions = fs::metadata(file).map_err(|source| io_error("read", file, source))?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(file, permissions).map_err(|source| io_error("change", file, source))?;
        rename(file, &path)?;
        Ok(record)
    }

    /// Where the file is, after its bytes have been found to be what they should be.
    pub fn verified_path(&self, file: FileRecord) -> Result<PathBuf, StoreError> {
        let path = self.object_path(file.digest);
        match Digest::of_file(&path) {
            Ok(found) if found == (file.digest, file.size_bytes) => Ok(path),
            Ok(_) => Err(StoreError::Damaged { digest: file.digest, path, missing: false }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(StoreError::Damaged { digest: file.digest, path, missing: true })
            }
            Err(source) => Err(io_error("read", &path, source)),
        }
    }

    /// The bytes of a file, verified.
    pub fn read(&self, file: FileRecord) -> Result<Vec<u8>, StoreError> {
        let path = self.object_path(file.digest);
        match fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == file.digest => Ok(bytes),
            Ok(_) => Err(StoreError::Damaged { digest: file.digest, path, missing: false }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(StoreError::Damaged { digest: file.digest, path, missing: true })
            }
            Err(source) => Err(io_error("read", &path, source)),
        }
    }

    /// Takes a damaged object out of the way, so that every action with it counts as not there.
    pub fn discard(&self, digest: Digest) -> Result<(), StoreError> {
        let path = self.object_path(digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &path, error)),
            _ => Ok(()),
        }
    }

    /// Waits until nobody else computes that key; `on_wait` is called before waiting, if there is need to.
    pub fn lock(&self, key: StageKey, on_wait: impl FnOnce()) -> Result<KeyLock, StoreError> {
        self.lock_name(key.0, on_wait)
    }

    pub(super) fn lock_name(&self, name: Digest, on_wait: impl FnOnce()) -> Result<KeyLock, StoreError> {
        let mut on_wait = Some(on_wait);
        loop {
            if let Some(lock) = self.try_lock_name(name)? {
                return Ok(lock);
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait();
            }
            let path = self.lock_path(name);
            let file = open_lock(&path)?;
            file.lock().map_err(|source| io_error("lock", &path, source))?;
            if is_at(&file, &path) {
                return Ok(KeyLock { _file: file });
            }
        }
    }

    /// The lock, unless somebody holds it.
    pub(super) fn try_lock_name(&self, name: Digest) -> Result<Option<KeyLock>, StoreError> {
        let path = self.lock_path(name);
        loop {
            let file = open_lock(&path)?;
            match file.try_lock() {
                // Whoever removes a lock file holds its lock; whoever waited for it then holds a lock without a name.
                Ok(()) if is_at(&file, &path) => return Ok(Some(KeyLock { _file: file })),
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                Err(fs::TryLockError::Error(source)) => return Err(io_error("lock", &path, source)),
            }
        }
    }

    fn lock_path(&self, name: Digest) -> PathBuf {
        self.root.join("locks").join(name.to_string())
    }

    /// A folder for work in progress, on the store's own file system.
    pub fn scratch(&self) -> Result<Scratch, StoreError> {
        let root = self.root.join("scratch");
        Scratch::new(&root).map_err(|source| io_error("write in", &root, source))
    }

    /// Removes what processes that are gone left in scratch.
    pub fn sweep(&self) -> Result<(), StoreError> {
        let root = self.root.join("scratch");
        Scratch::sweep(&root).map_err(|source| io_error("sweep", &root, source))
    }

    /// The key that a pipeline's stage had when it was last finished.
    pub fn latest(&self, pipeline: &str, stage: &str) -> Option<StageKey> {
        fs::read_to_string(self.latest_path(pipeline, stage)).ok()?.trim().parse().ok().map(StageKey)
    }

    /// Remembers the key that a pipeline's stage has now.
    pub fn remember(&self, pipeline: &str, stage: &str, key: StageKey) -> Result<(), StoreError> {
        if self.latest(pipeline, stage) == Some(key) {
            return Ok(());
        }
        write_atomically(&self.latest_path(pipeline, stage), format!("{key}\n").as_bytes())
    }

    fn latest_path(&self, pipeline: &str, stage: &str) -> PathBuf {
        // Names may hold any character; a file's name may not.
        let plain = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "+");
        let unique = Digest::of(format!("{pipeline}\n{stage}").as_bytes()).short();
        self.root.join("latest").join(plain(pipeline)).join(format!("{}.{unique}", plain(stage)))
    }

    pub(super) fn object_path(&self, digest: Digest) -> PathBuf {
        sharded(&self.root.join("objects"), digest)
    }

    pub(super) fn action_path(&self, key: StageKey) -> PathBuf {
        sharded(&self.root.join("actions"), key.0).with_extension("json")
    }
}

fn open_lock(path: &Path) -> Result<File, StoreError> {
    File::options().create(true).append(true).open(path).map_err(|source| io_error("open", path, source))
}

/// Whether the open file is the one that stands there.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok().is_some_and(|open| fs::metadata(path).map(identity).ok() == Some(open))
}

/// Two digits of a digest as a folder, the rest as a name: folders stay small.
fn sharded(root: &Path, digest: Digest) -> PathBuf {
    let digits = digest.to_string();
    root.join(&digits[..2]).join(&digits[2..])
}

/// Writes a file such that it is there in full or not at all.
pub(in crate::engine) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    create_dir(folder)?;
    let written = tempfile::Builder::new().prefix(".new-").tempfile_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        // Temporary files are private; what is put in place is as readable as any other file.
        rustix::fs::fchmod(file.as_file(), rustix::fs::Mode::from_raw_mode(0o644))?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map_err(|source| io_error("write", path, source))?;
    sync(folder)
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    let folder = folder_of(to);
    create_dir(folder)?;
    fs::rename(from, to).map_err(|source| io_error("write", to, source))?;
    sync(folder)
}

/// Makes sure that a file's bytes, or a folder's names, are on disk.
fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|source| io_error("sync", path, source))
}

/// The folder that a file is in; of a bare name, the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn create_dir(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(|source| io_error("create", path, source))
}

pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|source| io_error("read", folder, source))?;
    let paths: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(|source| io_error("read", folder, source))
}

pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { doing, path: path.to_owned(), source }
}
