//! `recflow exec-stage`: one stage in a process of its own.

use std::path::PathBuf;

use clap::Args;

/// The arguments of `recflow exec-stage`.
#[derive(Debug, Clone, Args)]
pub struct ExecStageArgs {
    /// The file that says what to run
    pub job: PathBuf,
}
