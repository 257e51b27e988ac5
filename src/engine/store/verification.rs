//! Finding what is damaged in a store, and taking it out of the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::action::Sealed;
use super::disk::{Store, StoreError, io_error, list};
use crate::disk::REPAIR;
use crate::engine::artifact::FileRecord;
use crate::engine::digest::{Digest, StageKey};

/// What was looked at, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Records of results read.
    pub results: usize,
    /// Files hashed.
    pub files: usize,
    /// Their length together.
    pub size_bytes: u64,
    /// What is wrong, by path.
    pub flaws: Vec<Flaw>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where it is, or should be.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: FlawKind,
    /// The stages whose results have it.
    pub stages: Vec<String>,
}

/// What may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlawKind {
    /// A stored file has not the bytes that its name promises.
    DamagedFile,
    /// A file of a result is not there.
    MissingFile,
    /// The record of a result is damaged, or stands under a wrong name.
    DamagedRecord,
    /// The record of a result is not there which a stage had last.
    MissingRecord,
}

impl Store {
    /// Reads and hashes everything; only these results and their files, if some are named.
    pub fn verify(&self, only: Option<&BTreeSet<StageKey>>) -> Result<Verification, StoreError> {
        let mut found = Verification::default();
        // Every file with the stages whose results have it.
        let mut files: BTreeMap<PathBuf, (Option<FileRecord>, BTreeSet<String>)> = BTreeMap::new();
        if only.is_none() {
            for path in self.object_files()? {
                files.insert(path, (None, BTreeSet::new()));
            }
        }
        for (key, path) in self.action_files()? {
            if only.is_some_and(|only| !only.contains(&key)) {
                continue;
            }
            found.results += 1;
            let sealed = fs::read(&path).ok().and_then(|bytes| Sealed::from_bytes(&bytes, key));
            let Some(Sealed { action, .. }) = sealed else {
                found.flaws.push(Flaw { path, kind: FlawKind::DamagedRecord, stages: Vec::new() });
                continue;
            };
            for file in action.files() {
                let entry = files.entry(self.object_path(file.digest)).or_default();
                entry.0 = Some(*file);
                entry.1.insert(action.stage.clone());
            }
        }
        for (stage, key) in self.missing_records()? {
            if only.is_none_or(|only| only.contains(&key)) {
                let flaw = Flaw { path: self.action_path(key), kind: FlawKind::MissingRecord, stages: vec![stage] };
                found.flaws.push(flaw);
            }
        }
        let checked: Vec<_> = files.into_par_iter().map(|(path, (_, stages))| (check(&path), path, stages)).collect();
        for (result, path, stages) in checked {
            let kind = match result {
                Ok((true, size_bytes)) => {
                    found.files += 1;
                    found.size_bytes += size_bytes;
                    continue;
                }
                Ok((false, size_bytes)) => {
                    found.files += 1;
                    found.size_bytes += size_bytes;
                    FlawKind::DamagedFile
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => FlawKind::MissingFile,
                Err(source) => return Err(io_error("read", &path, source)),
            };
            found.flaws.push(Flaw { path, kind, stages: stages.into_iter().collect() });
        }
        found.flaws.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Takes out of the way what was found, so that the next run computes it again and nothing else.
    pub fn repair(&self, flaws: &[Flaw]) -> Result<(), StoreError> {
        for Flaw { path, .. } in flaws {
            REPAIR.remove_file(path).map_err(|source| io_error("remove", path, source))?;
        }
        // A result without one of its files answers nobody.
        for (key, path) in self.action_files()? {
            if self.action(key).is_none() {
                REPAIR.remove_file(&path).map_err(|source| io_error("remove", &path, source))?;
            }
        }
        self.forget_missing_records()
    }

    /// Where the record of each result is, whatever is in it.
    pub(super) fn action_files(&self) -> Result<Vec<(StageKey, PathBuf)>, StoreError> {
        let paths = sharded_files(&self.root().join("actions"))?;
        let mut keyed: Vec<_> =
            paths.into_iter().filter_map(|path| Some((StageKey(name_of(&path.with_extension(""))?), path))).collect();
        keyed.sort_unstable();
        Ok(keyed)
    }

    /// Every stored file.
    pub(super) fn object_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let paths = sharded_files(&self.root().join("objects"))?;
        Ok(paths.into_iter().filter(|path| name_of(path).is_some()).collect())
    }
}

/// Whether the file has the bytes that its name promises, and its length.
fn check(path: &Path) -> io::Result<(bool, u64)> {
    let (digest, size_bytes) = Digest::of_file(path)?;
    Ok((name_of(path) == Some(digest), size_bytes))
}

/// The files in the folders of a folder.
fn sharded_files(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = Vec::new();
    for shard in list(root)?.into_iter().filter(|path| path.is_dir()) {
        paths.extend(list(&shard)?);
    }
    Ok(paths)
}

/// The digest that a file below a folder of two digits is named by.
pub(super) fn name_of(path: &Path) -> Option<Digest> {
    let shard = path.parent()?.file_name()?.to_str()?;
    format!("{shard}{}", path.file_name()?.to_str()?).parse().ok()
}
