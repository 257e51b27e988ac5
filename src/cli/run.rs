//! `recflow run`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::command_line::OutputFormat;
use super::memory_size;
use super::setting::Setting;

const EXAMPLES: &str = "\
Examples:
  recflow run pipelines/all_models.yaml
  recflow run pipelines/all_models.yaml --set dataset=ml-1m --set seed=7
  recflow run pipelines/all_models.yaml train-ease       only this stage and what it needs
  recflow run pipelines/all_models.yaml --jobs 1         one stage at a time
  recflow run pipelines/all_models.yaml --dry-run        like `recflow plan`";

/// The arguments of `recflow run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// Run only these stages and what they need
    #[arg(value_name = "STAGE")]
    pub stages: Vec<String>,

    /// Give a parameter of the pipeline another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<Setting>,

    /// How many stages may run at once [default: as many as there are threads]
    #[arg(long, short, value_name = "N", value_parser = positive)]
    pub jobs: Option<NonZeroUsize>,

    /// The threads that all running stages share [default: the machine's]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub threads: Option<NonZeroUsize>,

    /// The memory that all running stages share, such as 8GiB or 500MB [default: the machine's]
    #[arg(long = "memory", value_name = "SIZE", value_parser = memory_size::parse)]
    pub memory_bytes: Option<u64>,

    /// When a stage fails, still run all that does not need it
    #[arg(long, short)]
    pub keep_going: bool,

    /// Show what would run, and run nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// Tell what happens to people (human), or to programs, one event a line (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

fn positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it must be a whole number from 1 up".to_owned())
}
