//! A held-out part in the file of its split, read some rows at a time.

use std::ops::Range;
use std::path::Path;

use super::StoreError;
use super::split::INTERACTIONS_FILE;
use super::tensor_file::TensorFile;
use crate::rec::data::{Holdout, HoldoutRows, Interactions};

/// Entries of the training part that are read at a time.
const ENTRIES_PER_READ: usize = 1 << 20;

/// One of the held-out parts of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldOutPart {
    /// What hyper-parameters and the best epoch are chosen on.
    Validation,
    /// What the table is made of.
    Test,
}

/// A held-out part of a split that was saved, of which no more is in memory than what is asked for.
#[derive(Debug)]
pub struct StoredHoldout {
    file: TensorFile,
    part: &'static str,
    n_rows: usize,
    n_items: usize,
}

impl StoredHoldout {
    /// A part of the split in a folder, which has so many items.
    pub fn open(folder: &Path, part: HeldOutPart, n_items: usize) -> Result<Self, StoreError> {
        let file = TensorFile::open(&folder.join(INTERACTIONS_FILE))?;
        let part = match part {
            HeldOutPart::Validation => "validation",
            HeldOutPart::Test => "test",
        };
        let &[n_rows] = file.shape::<u32>(&format!("{part}.users"))? else {
            return Err(file.damaged(format!("`{part}.users` is no column")));
        };
        Ok(Self { file, part, n_rows, n_items })
    }

    fn matrix(&self, name: &str, range: &Range<usize>) -> Result<Interactions, StoreError> {
        let column = |column: &str| format!("{}.{name}.{column}", self.part);
        let offsets = self.file.read::<u64>(&column("offsets"), range.start..range.end + 1)?;
        let (first, last) = (offsets[0], offsets[range.len()]);
        if !offsets.is_sorted() {
            return Err(self.file.damaged(format!("`{}` does not rise", column("offsets"))));
        }
        let entries = first as usize..last as usize;
        Interactions::try_from_parts(
            self.n_items,
            offsets.into_iter().map(|offset| (offset - first) as usize).collect(),
            self.file.read(&column("items"), entries.clone())?,
            self.file.read(&column("ratings"), entries.clone())?,
            self.file.read(&column("times"), entries)?,
        )
        .map_err(|problem| self.file.damaged(format!("`{}.{name}`: {problem}", self.part)))
    }
}

impl HoldoutRows for StoredHoldout {
    fn n_rows(&self) -> usize {
        self.n_rows
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn rows(&self, range: Range<usize>) -> Result<Holdout, StoreError> {
        Ok(Holdout {
            history: self.matrix("history", &range)?,
            targets: self.matrix("targets", &range)?,
            users: self.file.read(&format!("{}.users", self.part), range)?,
        })
    }
}

/// Goes through the items of the training part of the split in a folder, some entries at a time; the number of training
/// users.
pub(crate) fn stored_training_items(folder: &Path, each: &mut dyn FnMut(&[u32])) -> Result<usize, StoreError> {
    let file = TensorFile::open(&folder.join(INTERACTIONS_FILE))?;
    let (&[n_offsets], &[n_entries]) = (file.shape::<u64>("train.offsets")?, file.shape::<u32>("train.items")?) else {
        return Err(file.damaged("the training part has no columns"));
    };
    for start in (0..n_entries).step_by(ENTRIES_PER_READ) {
        each(&file.read::<u32>("train.items", start..n_entries.min(start + ENTRIES_PER_READ))?);
    }
    Ok(n_offsets.saturating_sub(1))
}
