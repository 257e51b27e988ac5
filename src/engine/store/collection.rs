//! Making room: what may be removed from a store, and removing it.
//!
//! Whatever is removed is computed again when it is needed. Records go before their files, so that a kill in between
//! leaves files that nobody names, which the next collection takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::action::Action;
use super::disk::{Store, StoreError, io_error, list};
use super::file_identity::FileIdentity;
use super::latest::FoundAction;
use crate::disk::{ACTION, COLLECTION};
use crate::engine::digest::{ContinuationKey, Digest, StageKey};

/// What may be removed.
#[derive(Debug, Clone, Default)]
pub struct CollectionRules {
    /// Results that stay, whatever else is said; if `Some`, all others may go.
    pub keep_results: Option<BTreeSet<StageKey>>,
    /// Checkpoints that stay, whatever else is said.
    pub keep_checkpoints: BTreeSet<ContinuationKey>,
    /// Results that runs use at this moment.
    pub in_use: BTreeSet<StageKey>,
    /// Runs that go on at this moment.
    pub running: BTreeSet<String>,
    /// What has been used within this time stays; records of runs that are older go.
    pub older_than: Option<Duration>,
    /// What was used least recently goes until results and checkpoints take no more than this.
    pub max_size_bytes: Option<u64>,
    /// What is younger stays: somebody may be about to use it.
    pub grace: Duration,
    /// Whether nothing is really removed.
    pub dry_run: bool,
}

/// What was removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Collected {
    /// Results: key, stage.
    pub results: Vec<(StageKey, String)>,
    /// Checkpoints.
    pub checkpoints: Vec<ContinuationKey>,
    /// Records of runs.
    pub runs: Vec<String>,
    /// Files of results, and of work that was cut off.
    pub files: usize,
    /// Locks that nobody holds.
    pub locks: usize,
    /// What it took.
    pub freed_bytes: u64,
    /// What results and checkpoints take that stay.
    pub kept_bytes: u64,
}

/// A result or a checkpoint.
enum Candidate {
    Result(Box<Action>, PathBuf),
    Checkpoint(ContinuationKey, u64),
}

impl Store {
    /// Removes what the rules allow. Does no harm to runs that go on at the same time: at worst they compute something again.
    pub fn collect(&self, rules: &CollectionRules) -> Result<Collected, StoreError> {
        self.sweep()?;
        let mut collection = Collection { store: self, rules, now: SystemTime::now(), done: Collected::default() };
        collection.results_and_checkpoints()?;
        if !rules.dry_run {
            self.forget_missing_records()?;
        }
        collection.runs()?;
        collection.locks()?;
        collection.leftovers()?;
        Ok(collection.done)
    }

    /// Notes that a result has just been used, if the last note of that is old.
    pub(in crate::engine) fn touch(&self, key: StageKey, found: &mut FoundAction) {
        const OLD: Duration = Duration::from_hours(1);
        if found.record.modified().elapsed().is_ok_and(|age| age > OLD) {
            let path = self.action_path(key);
            // A cache that cannot be written to is not collected either.
            let _ = File::open(&path).and_then(|file| ACTION.set_modified(&file, SystemTime::now()));
            found.record = FileIdentity::of(&path).unwrap_or(found.record);
        }
    }
}

struct Collection<'a> {
    store: &'a Store,
    rules: &'a CollectionRules,
    now: SystemTime,
    done: Collected,
}

impl Collection<'_> {
    fn age(&self, time: SystemTime) -> Duration {
        self.now.duration_since(time).unwrap_or_default()
    }

    /// Whether age and reachability let it go; `kept` says that it is named as one to keep.
    fn may_go(&self, used: SystemTime, kept: bool) -> bool {
        !kept && self.age(used) >= self.rules.grace
    }

    /// Whether it goes even if there is room.
    fn goes(&self, used: SystemTime) -> bool {
        match self.rules.older_than {
            Some(limit) => self.age(used) >= limit,
            // Without another rule, what is not to be kept goes.
            None => self.rules.keep_results.is_some() && self.rules.max_size_bytes.is_none(),
        }
    }

    fn results_and_checkpoints(&mut self) -> Result<(), StoreError> {
        let rules = self.rules;
        // How many results have each file, and its length.
        let mut files: BTreeMap<Digest, (usize, u64)> = BTreeMap::new();
        let mut candidates = Vec::new();
        let mut size = 0;
        for (key, path) in self.store.action_files()? {
            let used = modified(&path);
            let Some(action) = self.store.action(key) else {
                if self.may_go(used, false) {
                    self.remove_file(&path)?;
                }
                continue;
            };
            for file in action.files() {
                let entry = files.entry(file.digest).or_insert((0, file.size_bytes));
                size += if entry.0 == 0 { file.size_bytes } else { 0 };
                entry.0 += 1;
            }
            let kept =
                rules.in_use.contains(&key) || rules.keep_results.as_ref().is_some_and(|keep| keep.contains(&key));
            if self.may_go(used, kept) {
                candidates.push((used, Candidate::Result(Box::new(action), path)));
            }
        }
        for checkpoint in self.store.checkpoints()? {
            size += checkpoint.size_bytes;
            if self.may_go(checkpoint.modified, rules.keep_checkpoints.contains(&checkpoint.key)) {
                let candidate = Candidate::Checkpoint(checkpoint.key, checkpoint.size_bytes);
                candidates.push((checkpoint.modified, candidate));
            }
        }
        candidates.sort_by_key(|(used, _)| *used);
        for (used, candidate) in candidates {
            if !self.goes(used) && rules.max_size_bytes.is_none_or(|limit| size <= limit) {
                continue;
            }
            match candidate {
                Candidate::Result(action, path) => {
                    self.remove_file(&path)?;
                    for file in action.files() {
                        let Some(entry) = files.get_mut(&file.digest) else { continue };
                        entry.0 -= 1;
                        size -= if entry.0 == 0 { file.size_bytes } else { 0 };
                    }
                    self.done.results.push((action.key(), action.stage));
                }
                Candidate::Checkpoint(key, size_bytes) if self.remove_checkpoint(key)? => {
                    size -= size_bytes;
                    self.done.freed_bytes += size_bytes;
                    self.done.checkpoints.push(key);
                }
                Candidate::Checkpoint(..) => {}
            }
        }
        self.done.kept_bytes = size;
        self.unnamed_files(&files)
    }

    /// Files that no result has any more, or that none has ever had.
    fn unnamed_files(&mut self, named: &BTreeMap<Digest, (usize, u64)>) -> Result<(), StoreError> {
        for path in self.store.object_files()? {
            let is_named = super::verification::name_of(&path)
                .and_then(|digest| named.get(&digest))
                .is_some_and(|(results, _)| *results > 0);
            if !is_named && self.age(modified(&path)) >= self.rules.grace {
                self.done.files += 1;
                self.remove_file(&path)?;
            }
        }
        Ok(())
    }

    fn remove_checkpoint(&self, key: ContinuationKey) -> Result<bool, StoreError> {
        let Some(_lock) = self.store.try_lock_name(key.0)? else { return Ok(false) };
        let dir = self.store.checkpoint_dir(key);
        if !self.rules.dry_run {
            COLLECTION.remove_tree(&dir).map_err(|source| io_error("remove", &dir, source))?;
        }
        Ok(true)
    }

    fn runs(&mut self) -> Result<(), StoreError> {
        let Some(limit) = self.rules.older_than else { return Ok(()) };
        for dir in list(&self.store.root().join("runs"))? {
            let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let events = dir.join("events.jsonl");
            let told = modified(if events.exists() { &events } else { &dir });
            if self.rules.running.contains(&name) || self.age(told) < limit.max(self.rules.grace) {
                continue;
            }
            if !self.rules.dry_run {
                COLLECTION.remove_tree(&dir).map_err(|source| io_error("remove", &dir, source))?;
            }
            self.done.runs.push(name);
        }
        self.done.runs.sort();
        Ok(())
    }

    fn locks(&mut self) -> Result<(), StoreError> {
        for path in list(&self.store.root().join("locks"))? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) else { continue };
            if self.age(modified(&path)) < self.rules.grace {
                continue;
            }
            // Held while the name goes: who waits for it then takes the lock of a new file.
            if let Some(_lock) = self.store.try_lock_name(name)? {
                self.done.locks += 1;
                self.remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Files that a kill has left half written.
    fn leftovers(&mut self) -> Result<(), StoreError> {
        let root = self.store.root();
        let mut open = vec![root.to_owned(), root.join("actions"), root.join("latest")];
        while let Some(folder) = open.pop() {
            for path in list(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if path.is_dir() {
                    if folder != root {
                        open.push(path);
                    }
                } else if name.starts_with(".new-") && self.age(modified(&path)) >= self.rules.grace {
                    self.done.files += 1;
                    self.remove_file(&path)?;
                }
            }
        }
        Ok(())
    }

    fn remove_file(&mut self, path: &Path) -> Result<(), StoreError> {
        self.done.freed_bytes += fs::metadata(path).map_or(0, |metadata| metadata.len());
        if self.rules.dry_run {
            return Ok(());
        }
        COLLECTION.remove_file(path).map(drop).map_err(|source| io_error("remove", path, source))
    }
}

/// When a file was last written; if that is not known, now.
fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|metadata| metadata.modified()).unwrap_or_else(|_| SystemTime::now())
}
