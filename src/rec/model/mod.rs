//! The models: one file each, and one line in [`registry()`].

pub mod autorec;
pub mod biased_mf;
pub mod cdae;
pub mod deeprec;
pub mod ease;
pub mod item_knn;
pub mod mult;
pub mod mult_dae;
pub mod mult_vae;
pub mod popularity;
mod registry;
mod row_group;
mod scores_file;
pub mod svae;
#[cfg(test)]
pub(crate) mod testing;
mod weights;

use ndarray::ArrayViewMut2;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use autorec::{AutoRec, AutoRecParams};
pub use biased_mf::{BiasedMf, BiasedMfParams};
pub use cdae::{Cdae, CdaeParams, InputScale, PairLoss};
pub use deeprec::{DeepRec, DeepRecParams};
pub use ease::{Ease, EaseParams, Precision};
pub use item_knn::{ItemKnn, ItemKnnParams};
pub use mult::{Code, Likelihood, MultNetwork};
pub use mult_dae::MultDaeParams;
pub use mult_vae::MultVaeParams;
pub use popularity::{Popularity, PopularityParams};
pub use registry::{Configured, ModelKind, find, registry, restore};
pub use scores_file::{ScoresFile, ScoresFileError};
pub use svae::{Svae, SvaeParams};
pub use weights::{Element, Tensor, Weights, WeightsError};

use super::data::{Interactions, Split};
use super::eval::EvaluationError;
use super::nn::LearningCurve;
use super::{Interrupted, Monitor};

/// A model's hyper-parameters, from which it is fitted. Implemented by each model's parameter struct, whose doc
/// comments, defaults and ranges are what users see of it.
pub trait Fit: Serialize + DeserializeOwned + JsonSchema + Default + std::fmt::Debug + Send + Sync + 'static {
    /// What fitting gives.
    type Model: Recommender;

    /// Identity and texts of the model.
    const CARD: Card;

    /// Problems that the types and ranges of single parameters do not show; all of them.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// The memory fitting takes at its peak, in bytes, for so many training users, items and entries.
    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64;

    /// Fits the model on `split.train`; what is chosen on the way is chosen on `split.validation`, never on `split.test`.
    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Self::Model>, FitError>;

    /// The fitted model from its stored arrays.
    fn restore(&self, weights: &Weights) -> Result<Self::Model, WeightsError>;
}

/// Identity and texts of a model.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The name in pipeline files: `train-<name>`.
    pub name: &'static str,
    /// The name in tables.
    pub title: &'static str,
    /// Raised whenever the same parameters and data would give other bytes.
    pub revision: u32,
    /// One sentence on the idea.
    pub about: &'static str,
    /// The publication it follows.
    pub paper: &'static str,
}

/// A parameter whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The parameter's name as written in pipeline files.
    pub parameter: String,
    /// What is wrong: a lowercase fragment, values in backticks.
    pub message: String,
    /// The remedy, if one can be named.
    pub help: Option<String>,
}

/// A fitted model and how the fitting went.
#[derive(Debug)]
pub struct Fitted<M> {
    /// The model.
    pub model: M,
    /// How the fitting went.
    pub training: Training,
    /// How it went epoch by epoch; without points where there are no epochs.
    pub curve: LearningCurve,
}

/// How a fitting went: what the table and its footer tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// Passes over the data; `None` for closed forms and counts.
    pub epochs: Option<u32>,
    /// The epoch whose weights were kept, where validation chose one.
    pub best_epoch: Option<u32>,
}

/// A fitted model: scores whole blocks of users at a time. It can rank, predict ratings, or both.
pub trait Recommender: Send + Sync {
    /// The ranking side; `None` if the model defines no ranking.
    fn ranking(&self) -> Option<&dyn Scorer>;

    /// The rating side, in units of the data's ratings and not clipped; `None` if the model predicts no ratings.
    fn rating(&self) -> Option<&dyn Scorer>;

    /// Whether the order of a history changes what the model says of it.
    fn reads_order(&self) -> bool {
        false
    }

    /// Whether the last event of each history is kept from the model and may be recommended: no honest evaluation, but the
    /// only way to reproduce some published ones.
    fn skips_last_event(&self) -> bool {
        false
    }

    /// What the model makes of users whom training has not seen.
    fn unseen_users(&self) -> UnseenUsers {
        UnseenUsers::Alike
    }

    /// Every array the model is made of.
    fn weights(&self) -> Weights;
}

/// What a model makes of users whom training has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnseenUsers {
    /// The same as of others: their history is all that counts.
    Alike,
    /// Something, though it lacks what it has learnt of each user; a sentence on what it does instead.
    WithoutWhatIsLearnt(&'static str),
    /// Nothing that differs from one to another; a sentence on why.
    Unknown(&'static str),
}

/// Fills a block with one value for each user and item.
pub trait Scorer: Send + Sync {
    /// Writes all of `scores`, `[users.len(), n_items]`, one row a user of the block.
    ///
    /// Called from many threads at once with disjoint blocks; a user's scores must not depend on who else is in the block, nor
    /// on how many. Where in it the user stands may make a difference of last bits.
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>);
}

/// Some users to be scored: consecutive rows of a matrix of histories.
#[derive(Debug, Clone, Copy)]
pub struct UserBlock<'a> {
    histories: &'a Interactions,
    training_rows: &'a [Option<u32>],
    users: &'a [u32],
    start: usize,
    len: usize,
}

impl<'a> UserBlock<'a> {
    /// Rows `start..start + len` of `histories`.
    ///
    /// `training_rows` names the training row of each of *all* rows of `histories`, `None` for users unseen in training.
    ///
    /// # Panics
    ///
    /// If the rows are out of range or `training_rows` is of another length than `histories`.
    pub fn new(histories: &'a Interactions, training_rows: &'a [Option<u32>], start: usize, len: usize) -> Self {
        assert_eq!(histories.n_users(), training_rows.len(), "one training row entry for each history");
        assert!(start + len <= histories.n_users(), "rows out of range");
        Self { histories, training_rows, users: &[], start, len }
    }

    /// The same block of histories of which it is known whose they are: `users` names the user of each of *all* rows, as an
    /// index into the split's users.
    ///
    /// # Panics
    ///
    /// If `users` is of another length than the histories.
    #[must_use]
    pub fn of_users(self, users: &'a [u32]) -> Self {
        assert_eq!(self.histories.n_users(), users.len(), "one user for each history");
        Self { users, ..self }
    }

    /// Number of users.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items that the block's `row`-th user is known to have, oldest first.
    pub fn items(&self, row: usize) -> &'a [u32] {
        self.histories.items_of(self.start + row)
    }

    /// The ratings beside [`Self::items`].
    pub fn ratings(&self, row: usize) -> &'a [f32] {
        self.histories.ratings_of(self.start + row)
    }

    /// The block's `row`-th user as an index into the split's users; `None` if it is not known who it is.
    pub fn user(&self, row: usize) -> Option<usize> {
        // The training users are the first of all, in the order of their rows.
        self.users.get(self.start + row).map(|&user| user as usize).or_else(|| self.training_row(row))
    }

    /// The training row of the block's `row`-th user; `None` if training has not seen the user.
    pub fn training_row(&self, row: usize) -> Option<usize> {
        self.training_rows[self.start + row].map(|row| row as usize)
    }
}

/// Why a model could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// A validation on the way failed.
    #[error(transparent)]
    Validation(EvaluationError),
    /// It would not fit into memory; found before allocating.
    #[error("{what} needs {} of memory and {} is allowed", in_words(*.needed_bytes), in_words(*.allowed_bytes))]
    Memory {
        /// What would be allocated, with its size in words.
        what: String,
        /// How much that takes.
        needed_bytes: u64,
        /// How much there is.
        allowed_bytes: u64,
    },
    /// The numbers went wrong.
    #[error("{message}")]
    Numerical {
        /// What happened, where.
        message: String,
        /// The remedy.
        help: String,
    },
    /// The data has not what the model needs.
    #[error("{message}")]
    Data {
        /// What is missing.
        message: String,
        /// The remedy.
        help: String,
    },
}

impl FitError {
    /// What the user can do about it, if anything can be named.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Interrupted(_) => None,
            Self::Validation(error) => error.help(),
            Self::Memory { .. } => {
                Some("allow more memory, filter rare items away, or choose a model without dense matrices")
            }
            Self::Numerical { help, .. } | Self::Data { help, .. } => Some(help),
        }
    }
}

impl From<EvaluationError> for FitError {
    fn from(error: EvaluationError) -> Self {
        match error {
            EvaluationError::Interrupted(interrupted) => Self::Interrupted(interrupted),
            other => Self::Validation(other),
        }
    }
}

/// Fails if a fit that takes `needed_bytes` would not fit into what the caller allows.
fn check_memory(what: impl FnOnce() -> String, needed_bytes: u64, monitor: &dyn Monitor) -> Result<(), FitError> {
    match monitor.memory_limit_bytes() {
        Some(allowed_bytes) if allowed_bytes < needed_bytes => {
            Err(FitError::Memory { what: what(), needed_bytes, allowed_bytes })
        }
        _ => Ok(()),
    }
}

/// An amount of memory as people read it.
fn in_words(bytes: u64) -> String {
    let mib = bytes as f64 / (1u64 << 20) as f64;
    if mib < 1024.0 { format!("{mib:.1} MiB") } else { format!("{:.2} GiB", mib / 1024.0) }
}
