//! `recflow validate`.

use std::path::PathBuf;

use clap::Args;

use super::colors::Colors;
use super::exit::Exit;
use super::pipeline;
use super::sink::Sink;
use crate::engine::{Choice, Registry};
use crate::report::units::counted;

/// The arguments of `recflow validate`.
#[derive(Debug, Clone, Args)]
pub struct ValidateArgs {
    /// The pipeline files; all problems of all of them are shown
    #[arg(required = true, value_name = "PIPELINE")]
    pub pipelines: Vec<PathBuf>,
}

/// Checks the files; what is right is told on standard output, what is wrong on standard error.
pub(super) fn execute(args: &ValidateArgs, registry: &Registry, colors: Colors) -> Exit {
    let mut exit = Exit::Success;
    for path in &args.pipelines {
        match pipeline::read(path, &[], &Choice::default(), registry, colors) {
            Ok(plan) => {
                let stages = counted(plan.len() as u64, "stage", "stages");
                Sink::new(std::io::stdout()).line(&format!("{}: fine, {stages}", path.display()));
            }
            Err(wrong) => exit = wrong,
        }
    }
    exit
}
