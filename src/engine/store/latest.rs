//! What each stage of a pipeline had last: one file a pipeline, to which runs add a line for each stage that is finished.
//!
//! A line has a copy of what the record of the result says, and how the record's file looked then. While it looks the same,
//! nobody needs to read it: a run that finds everything done looks at files, and reads this one only.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::disk::{Store, StoreError, io_error, list};
use super::file_identity::FileIdentity;
use crate::disk::{LATEST, fault};
use crate::engine::artifact::Artifact;
use crate::engine::digest::{Digest, StageKey};
use crate::engine::key::KeyPreimage;
use crate::engine::stage::Facts;

/// What the stages of one pipeline had last.
#[derive(Debug)]
pub struct Latest {
    path: PathBuf,
    lines: Vec<Line>,
    by_stage: HashMap<String, usize>,
    by_key: HashMap<StageKey, usize>,
    /// Whether the results of the first lines were there a moment ago, of those that were looked at.
    looks: Vec<Option<bool>>,
    /// What is to be added to the file.
    pending: Vec<u8>,
    /// Whether the file ends in the middle of a line.
    is_torn: bool,
    /// How many lines the file has.
    length: usize,
}

/// A stage that was finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    stage: String,
    key: StageKey,
    /// How the record looked.
    record: FileIdentity,
    /// The boot in which the result was put into the store without being synced, if it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    unsynced: Option<String>,
    /// The stage that the result was computed for first.
    computed_for: String,
    outputs: BTreeMap<String, Artifact>,
    facts: Facts,
}

/// A stored result, and how its record looks.
#[derive(Debug, Clone)]
pub struct FoundAction {
    /// The result.
    pub action: Action,
    pub(super) record: FileIdentity,
    pub(super) unsynced: Option<String>,
}

/// Digits of a line's blake3 at its beginning, so that a torn or damaged one is told from a whole one.
const DIGITS: usize = 16;

impl Latest {
    /// What the store knows of that pipeline.
    pub fn load(store: &Store, pipeline: &str) -> Self {
        Self::read(store.latest_path(pipeline))
    }

    fn read(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap_or_default();
        let texts: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        let read: Vec<Line> = texts.par_iter().with_min_len(256).filter_map(|text| Line::read(text)).collect();
        let mut latest = Self {
            path,
            lines: Vec::with_capacity(read.len()),
            by_stage: HashMap::with_capacity(read.len()),
            by_key: HashMap::with_capacity(read.len()),
            looks: Vec::new(),
            pending: Vec::new(),
            is_torn: bytes.last().is_some_and(|&byte| byte != b'\n'),
            length: texts.len(),
        };
        for line in read {
            latest.add(line);
        }
        latest
    }

    /// What the stages of every pipeline had last.
    fn all(store: &Store) -> Result<Vec<Self>, StoreError> {
        let paths = list(&store.root().join("latest"))?;
        let files = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        Ok(files.map(Self::read).collect())
    }

    fn add(&mut self, line: Line) {
        self.by_stage.insert(line.stage.clone(), self.lines.len());
        self.by_key.insert(line.key, self.lines.len());
        self.lines.push(line);
    }

    /// The key that the stage had when it was last finished.
    pub fn key(&self, stage: &str) -> Option<StageKey> {
        self.by_stage.get(stage).map(|&line| self.lines[line].key)
    }

    /// How the result was computed that the stage had when it was last finished.
    pub fn facts(&self, stage: &str) -> Option<&Facts> {
        self.by_stage.get(stage).map(|&line| &self.lines[line].facts)
    }

    /// Looks, on all threads, whether what the stages had last is still there. Until time has passed, [`Self::find`] need not
    /// look again.
    #[must_use]
    pub(in crate::engine) fn looked_at(mut self, store: &Store) -> Self {
        let current: Vec<usize> = self.by_stage.values().copied().collect();
        let looks = current.par_iter().with_min_len(64).map(|&line| (line, self.lines[line].is_there(store)));
        let looks: Vec<(usize, bool)> = looks.collect();
        self.looks = vec![None; self.lines.len()];
        for (line, is_there) in looks {
            self.looks[line] = Some(is_there);
        }
        self
    }

    /// Time has passed, or something was removed: what was there a moment ago may not be any more.
    pub(in crate::engine) fn forget_looks(&mut self) {
        self.looks = Vec::new();
    }

    /// The stored answer to that key, whose preimage is given: [`Store::action`], faster for what is known here.
    pub fn find(&self, store: &Store, key: StageKey, preimage: &KeyPreimage) -> Option<FoundAction> {
        self.known(store, key, preimage).or_else(|| store.find_action(key))
    }

    fn known(&self, store: &Store, key: StageKey, preimage: &KeyPreimage) -> Option<FoundAction> {
        let index = *self.by_key.get(&key)?;
        let line = &self.lines[index];
        let is_there = self.looks.get(index).copied().flatten().unwrap_or_else(|| line.is_there(store));
        is_there.then(|| FoundAction {
            action: Action {
                preimage: preimage.clone(),
                stage: line.computed_for.clone(),
                outputs: line.outputs.clone(),
                facts: line.facts.clone(),
            },
            record: line.record,
            unsynced: line.unsynced.clone(),
        })
    }

    /// Notes what the stage has now; [`Self::save`] writes it down.
    pub fn remember(&mut self, stage: &str, key: StageKey, found: &FoundAction) {
        let known = self.by_stage.get(stage).map(|&line| &self.lines[line]);
        if known.is_some_and(|line| line.key == key && line.record == found.record) {
            return;
        }
        let FoundAction { action, record, unsynced } = found;
        let line = Line {
            stage: stage.to_owned(),
            key,
            record: *record,
            unsynced: unsynced.clone(),
            computed_for: action.stage.clone(),
            outputs: action.outputs.clone(),
            facts: action.facts.clone(),
        };
        if std::mem::take(&mut self.is_torn) {
            self.pending.push(b'\n');
        }
        line.write(&mut self.pending);
        self.length += 1;
        self.add(line);
    }

    /// Adds to the file what was noted.
    pub fn save(&mut self) -> Result<(), StoreError> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let written = LATEST.open_or_create(&self.path).and_then(|mut file| LATEST.write(&mut file, &pending));
        written.map_err(|source| io_error("write", &self.path, source))
    }

    /// Writes the file anew once most of it is of no use. What another run adds at this moment is forgotten, which costs
    /// some reading.
    pub fn tidy(&mut self) -> Result<(), StoreError> {
        self.save()?;
        if self.length <= 2 * self.by_stage.len() + 64 {
            return Ok(());
        }
        self.rewrite()
    }

    fn rewrite(&mut self) -> Result<(), StoreError> {
        let mut last: Vec<usize> = self.by_stage.values().copied().collect();
        last.sort_unstable();
        let mut bytes = Vec::new();
        for &line in &last {
            self.lines[line].write(&mut bytes);
        }
        self.length = last.len();
        let written = LATEST.write_atomically(&self.path, &bytes, false);
        written.map_err(|source| io_error("write", &self.path, source))
    }
}

impl Line {
    /// Whether the result is still there, and its record looks as it did.
    fn is_there(&self, store: &Store) -> bool {
        let is_settled = self.unsynced.is_none() || self.unsynced.as_deref() == fault::boot();
        let mut files = self.outputs.values().flat_map(|artifact| artifact.files.values());
        is_settled
            && FileIdentity::of(&store.action_path(self.key)).is_ok_and(|record| record == self.record)
            && files.all(|file| store.has(*file))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let (digits, rest) = text.split_at_checked(DIGITS)?;
        let json = rest.strip_prefix(b" ")?;
        let line: Self = (digits == checksum(json).as_bytes()).then(|| serde_json::from_slice(json).ok())??;
        line.outputs.values().all(Artifact::is_sound).then_some(line)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        // A line that cannot be told is left out: nothing depends on it.
        let Ok(json) = serde_json::to_vec(self) else { return };
        bytes.extend_from_slice(checksum(&json).as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(&json);
        bytes.push(b'\n');
    }
}

fn checksum(bytes: &[u8]) -> String {
    let mut digits = Digest::of(bytes).to_string();
    digits.truncate(DIGITS);
    digits
}

impl Store {
    /// The key that a pipeline's stage had when it was last finished.
    pub fn latest(&self, pipeline: &str, stage: &str) -> Option<StageKey> {
        Latest::load(self, pipeline).key(stage)
    }

    /// Remembers the key that a pipeline's stage has now, if its result is there.
    pub fn remember(&self, pipeline: &str, stage: &str, key: StageKey) -> Result<(), StoreError> {
        let mut latest = Latest::load(self, pipeline);
        if let Some(found) = self.find_action(key) {
            latest.remember(stage, key, &found);
        }
        latest.save()
    }

    fn latest_path(&self, pipeline: &str) -> PathBuf {
        // Names may hold any character; a file's name may not.
        let plain: String = pipeline
            .chars()
            .take(100)
            .map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '+' })
            .collect();
        let unique = Digest::of(pipeline.as_bytes()).short();
        self.root().join("latest").join(format!("{plain}.{unique}.jsonl"))
    }

    /// The stages that had a result last whose record is not there, and its key.
    pub(super) fn missing_records(&self) -> Result<Vec<(String, StageKey)>, StoreError> {
        let is_missing = |line: &Line| !self.action_path(line.key).exists();
        let mut missing = Vec::new();
        for latest in Latest::all(self)? {
            let lines = latest.by_stage.values().map(|&line| &latest.lines[line]);
            missing.extend(lines.filter(|line| is_missing(line)).map(|line| (line.stage.clone(), line.key)));
        }
        missing.sort();
        Ok(missing)
    }

    /// Stages that had a result last whose record is not there are as if they had never had one.
    pub(super) fn forget_missing_records(&self) -> Result<(), StoreError> {
        for mut latest in Latest::all(self)? {
            let before = latest.by_stage.len();
            let Latest { by_stage, lines, .. } = &mut latest;
            by_stage.retain(|_, line| self.action_path(lines[*line].key).exists());
            if latest.by_stage.len() < before {
                latest.rewrite()?;
            }
        }
        Ok(())
    }
}
