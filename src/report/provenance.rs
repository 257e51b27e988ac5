//! Where the numbers of a comparison come from.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Where the numbers of a comparison come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// The data as it went into the split.
    pub dataset: DatasetFacts,
    /// What was filtered away before the split, in words, oldest first.
    pub filters: Vec<String>,
    /// How it was split.
    pub split: SplitFacts,
    /// How models were scored, in sentences that hold for every column: candidates, masking, ties, empty users.
    pub protocol: Vec<String>,
    /// The other splits, where replicates have splits of their own; `split` is the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_splits: Vec<SplitFacts>,
    /// The seeds of the split and of each model that draws random numbers, one for each replicate.
    pub seeds: IndexMap<String, Vec<u64>>,
}

/// A data set in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetFacts {
    /// What to call it.
    pub name: String,
    /// Number of users.
    pub users: u64,
    /// Number of items.
    pub items: u64,
    /// Number of interactions.
    pub interactions: u64,
    /// The lowest and the highest rating; `None` if the data has no ratings.
    pub rating_range: Option<(f32, f32)>,
    /// Lines that could not be read and were left out on request.
    pub skipped_lines: u64,
}

/// A split in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SplitFacts {
    /// The strategy and its parameters in words.
    pub description: String,
    /// The content address of the split that models were trained and scored on.
    pub digest: String,
    /// What models were fitted on.
    pub train: PartSize,
    /// What the best epoch was chosen on; zero users if there is no such part.
    pub validation: PartSize,
    /// What the table is made of.
    pub test: PartSize,
}

/// The size of one part of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartSize {
    /// Users with at least one interaction in it.
    pub users: u64,
    /// Interactions (in validation and test: those held out).
    pub interactions: u64,
}
