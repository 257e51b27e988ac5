//! The store in a folder.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::action::{Action, Sealed};
use super::file_identity::FileIdentity;
use super::latest::FoundAction;
use super::scratch::Scratch;
use crate::disk::{ACTION, LOCK, OBJECT, REPAIR, STORE, adopt, fault};
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

/// Whether what is put into the store is brought to disk before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Yes: it outlives the machine.
    Synced,
    /// No: it outlives this process. Once the time (the boot) that is named is over, it is verified before it counts.
    Lazy(&'static str),
}

impl Durability {
    /// That of a result which took so long to compute: bringing something to disk should not take longer than computing it
    /// again.
    pub fn worth(wall: Duration) -> Self {
        const WORTH_SYNCING: Duration = Duration::from_millis(200);
        match fault::boot() {
            Some(boot) if wall < WORTH_SYNCING && !fault::syncs_everything() => Self::Lazy(boot),
            _ => Self::Synced,
        }
    }

    fn boot(self) -> Option<String> {
        if let Self::Lazy(boot) = self { Some(boot.to_owned()) } else { None }
    }
}

/// A result of so many bytes takes longer to verify than it takes to bring to disk that it was.
const WORTH_NOTING_BYTES: u64 = 4 << 20;

/// Held by whoever computes a key, or uses its checkpoints; the system frees it when the holder ends, however it ends.
#[derive(Debug)]
pub struct KeyLock {
    file: File,
}

impl Drop for KeyLock {
    /// Closing is not enough to free it at once: a program that is just being started may hold a copy of the file.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Marks the folder as one that backup programs may leave out; the text is fixed by the convention.
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of recflow's results.\n";

impl Store {
    /// The store in this folder, which is made if it is not there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let store = Self { root: std::path::absolute(root).unwrap_or_else(|_| root.to_owned()) };
        for folder in ["objects", "actions", "latest", "locks", "scratch", "runs"] {
            let folder = store.root.join(folder);
            STORE.make_dir(&folder).map_err(|source| io_error("create", &folder, source))?;
        }
        let tag = store.root.join("CACHEDIR.TAG");
        if !tag.exists() {
            STORE
                .write_atomically(&tag, CACHE_TAG.as_bytes(), false)
                .map_err(|source| io_error("write", &tag, source))?;
        }
        Ok(store)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The stored answer to that key; `None` if there is none or it is damaged. All its files are there, in full
    /// length; their bytes are verified by those who read them. What was not synced before the machine was started anew
    /// is verified here.
    pub fn action(&self, key: StageKey) -> Option<Action> {
        self.find_action(key).map(|found| found.action)
    }

    /// [`Self::action`], with how its record looks.
    pub(in crate::engine) fn find_action(&self, key: StageKey) -> Option<FoundAction> {
        let path = self.action_path(key);
        // Before reading: if another takes its place meanwhile, it does not look like this any more.
        let mut record = FileIdentity::of(&path).ok()?;
        let sealed = Sealed::from_bytes(&fs::read(&path).ok()?, key)?;
        let is_suspect = sealed.is_of_another_boot();
        let Sealed { action, mut unsynced, .. } = sealed;
        let is_there = |file: &FileRecord| if is_suspect { self.verified_path(*file).is_ok() } else { self.has(*file) };
        if !action.files().all(is_there) {
            return None;
        }
        // The record that is there is on disk, and must not give way to one that is not.
        if is_suspect && action.size_bytes() > WORTH_NOTING_BYTES {
            match self.write_record(&action, Durability::Synced) {
                Ok(()) => (record, unsynced) = (FileIdentity::of(&path).ok()?, None),
                Err(error) => tracing::debug!("verified again the next time: {error}"),
            }
        }
        Some(FoundAction { action, record, unsynced })
    }

    /// Every stored action, in key order.
    pub fn actions(&self) -> Result<Vec<Action>, StoreError> {
        Ok(self.action_files()?.into_iter().filter_map(|(key, _)| self.action(key)).collect())
    }

    /// Puts an action's record in place. Its files must have been put in before, with the same durability.
    pub fn commit(&self, action: &Action, durability: Durability) -> Result<(), StoreError> {
        self.write_record(action, durability)
    }

    fn write_record(&self, action: &Action, durability: Durability) -> Result<(), StoreError> {
        let path = self.action_path(action.key());
        let written = Sealed::new(action.clone(), durability.boot())
            .and_then(|sealed| sealed.to_bytes())
            .map_err(io::Error::from)
            .and_then(|bytes| ACTION.write_atomically(&path, &bytes, durability == Durability::Synced));
        written.map_err(|source| io_error("write", &path, source))
    }

    /// Moves a file, which must be on the store's own file system, into the store.
    pub fn put_file(&self, file: &Path, durability: Durability) -> Result<FileRecord, StoreError> {
        let (digest, size_bytes) = Digest::of_file(file).map_err(|source| io_error("read", file, source))?;
        let record = FileRecord { digest, size_bytes };
        let is_durable = durability == Durability::Synced;
        let sync = |path: &Path| if is_durable { OBJECT.sync(&File::open(path)?) } else { Ok(()) };
        let sync_name = |path: &Path| if is_durable { OBJECT.sync_dir(folder_of(path)) } else { Ok(()) };
        if let Ok(path) = self.verified_path(record) {
            // Whoever put it there may not have synced it.
            sync(&path).and_then(|()| sync_name(&path)).map_err(|source| io_error("sync", &path, source))?;
            // It may be old and nobody's: a collection that goes on at this moment must take it for new.
            let _ = File::open(&path).and_then(|stored| OBJECT.set_modified(&stored, SystemTime::now()));
            OBJECT.remove_file(file).map_err(|source| io_error("remove", file, source))?;
            return Ok(record);
        }
        let path = self.object_path(digest);
        adopt(file);
        let put = sync(file).and_then(|()| OBJECT.protect(file)).and_then(|()| OBJECT.rename(file, &path));
        put.and_then(|()| sync_name(&path)).map_err(|source| io_error("write", &path, source))?;
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

    /// Whether the file is there in full length.
    pub(super) fn has(&self, file: FileRecord) -> bool {
        self.look_at(file).is_ok()
    }

    fn look_at(&self, file: FileRecord) -> Result<(), StoreError> {
        let path = self.object_path(file.digest);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() == file.size_bytes => Ok(()),
            found => Err(StoreError::Damaged { digest: file.digest, path, missing: found.is_err() }),
        }
    }

    /// What is wrong with the stored answer to that key, in words; `None` if there is none, or nothing is.
    pub fn flaw(&self, key: StageKey) -> Option<String> {
        let path = self.action_path(key);
        match Sealed::from_bytes(&fs::read(&path).ok()?, key) {
            None => Some(format!("the record `{}` is damaged", path.display())),
            Some(sealed) => {
                sealed.action.files().find_map(|file| self.look_at(*file).err()).map(|error| error.to_string())
            }
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
        REPAIR.remove_file(&path).map(drop).map_err(|source| io_error("remove", &path, source))
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
            LOCK.lock(&file).map_err(|source| io_error("lock", &path, source))?;
            if is_at(&file, &path) {
                return Ok(KeyLock { file });
            }
        }
    }

    /// The lock, unless somebody holds it.
    pub(super) fn try_lock_name(&self, name: Digest) -> Result<Option<KeyLock>, StoreError> {
        let path = self.lock_path(name);
        loop {
            let file = open_lock(&path)?;
            match LOCK.try_lock(&file) {
                // Whoever removes a lock file holds its lock; whoever waited for it then holds a lock without a name.
                Ok(()) if is_at(&file, &path) => return Ok(Some(KeyLock { file })),
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

    pub(super) fn object_path(&self, digest: Digest) -> PathBuf {
        self.sharded("objects", digest, "")
    }

    pub(super) fn action_path(&self, key: StageKey) -> PathBuf {
        self.sharded("actions", key.0, ".json")
    }

    /// Two digits of a digest as a folder, the rest as a name: folders stay small.
    fn sharded(&self, folder: &str, digest: Digest, extension: &str) -> PathBuf {
        let way = format!("{folder}/{digest}{extension}");
        let (folder, name) = way.split_at(folder.len() + 3);
        let mut path = PathBuf::with_capacity(self.root.as_os_str().len() + way.len() + 2);
        path.extend([self.root.as_os_str(), folder.as_ref(), name.as_ref()]);
        path
    }
}

fn open_lock(path: &Path) -> Result<File, StoreError> {
    LOCK.open_or_create(path).map_err(|source| io_error("open", path, source))
}

/// Whether the open file is the one that stands there.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(identity).ok().is_some_and(|open| fs::metadata(path).map(identity).ok() == Some(open))
}

/// The folder that a file is in; of a bare name, the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|source| io_error("read", folder, source))?;
    let paths: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(|source| io_error("read", folder, source))
}

pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { doing, path: path.to_owned(), source }
}
