//! Why a split cannot be made.

use super::Leak;
use crate::rec::Interrupted;
use crate::rec::data::DataError;
use crate::rec::data::error::listed;
use crate::rec::model::Problem;

/// Why a split cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// A file of a predefined split cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Parameters that do not fit the strategy or each other.
    #[error("{}", listed(.0))]
    Parameters(Vec<Problem>),
    /// The parts are not apart.
    #[error(transparent)]
    Leak(#[from] Leak),
    /// The data cannot be cut in this way.
    #[error("{message}")]
    Unfit {
        /// What stands in the way.
        message: String,
        /// The remedy.
        help: String,
    },
}

impl SplitError {
    pub(super) fn unfit(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Unfit { message: message.into(), help: help.into() }
    }

    /// The remedy, where one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Interrupted(_) => None,
            Self::Data(error) => error.help(),
            Self::Parameters(problems) => problems.iter().find_map(|problem| problem.help.clone()),
            Self::Leak(leak) => Some(leak.help().to_owned()),
            Self::Unfit { help, .. } => Some(help.clone()),
        }
    }
}
