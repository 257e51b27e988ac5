//! `recflow exec-stage`: one stage in a process of its own.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::sink::Sink;
use crate::engine::{Registry, run_stage_process};

/// The arguments of `recflow exec-stage`.
#[derive(Debug, Clone, Args)]
pub struct ExecStageArgs {
    /// The folder to work in; standard input says what to run
    pub folder: PathBuf,
}

/// Runs the stage and tells of it on standard output, a JSON value a line.
pub(super) fn execute(args: &ExecStageArgs, registry: &Registry) -> Exit {
    match run_stage_process(&args.folder, registry, io::stdout()) {
        Ok(()) => Exit::Success,
        Err(error) => {
            Sink::new(io::stderr()).line(&format!("error: {error}"));
            Exit::Io
        }
    }
}
