//! Why nothing can be recommended.

use crate::engine::{StageError, StoreError};
use crate::rec::recommend::NotFinite;

/// Why nothing can be recommended.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// The data have no such user or item, or several such items.
    #[error("{message}")]
    NotFound {
        /// What is not there.
        message: String,
        /// What may have been meant.
        help: String,
    },
    /// The model says the same of everybody whom it has not seen in training.
    #[error("{message}")]
    Unseen {
        /// What the model lacks.
        message: String,
        /// What can be done.
        help: String,
    },
    /// The stage gives no model that can be read here.
    #[error("the stage `{stage}` trains no model on a split")]
    NoModel {
        /// The stage.
        stage: String,
    },
    /// A stored file is missing or damaged, or cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No folder could be made to read the results in.
    #[error("cannot make a temporary folder: {0}")]
    Folder(std::io::Error),
    /// A stored result is not what it should be.
    #[error("{}", .0.message)]
    Unreadable(StageError),
    /// The model gives scores that are no numbers.
    #[error(transparent)]
    NotFinite(#[from] NotFinite),
}

impl RecommendError {
    /// The remedy, if one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { help, .. } | Self::Unseen { help, .. } => Some(help.clone()),
            Self::NoModel { .. } | Self::Folder(_) => None,
            Self::Store(StoreError::Damaged { .. }) => {
                Some("run the pipeline: it computes again what is damaged".into())
            }
            Self::Store(error) => error.help(),
            Self::Unreadable(error) => error.help.clone(),
            Self::NotFinite(_) => {
                Some("the fit diverged: regularise it more strongly or lower its learning rate".into())
            }
        }
    }

    /// Whether it was asked for something that is not there, rather than something failed.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Unseen { .. } | Self::NoModel { .. })
    }
}
