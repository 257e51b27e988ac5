//! `recflow validate`.

use std::path::PathBuf;

use clap::Args;

/// The arguments of `recflow validate`.
#[derive(Debug, Clone, Args)]
pub struct ValidateArgs {
    /// The pipeline files; all problems of all of them are shown
    #[arg(required = true, value_name = "PIPELINE")]
    pub pipelines: Vec<PathBuf>,
}
