//! `recflow plan`.

use std::path::PathBuf;

use clap::Args;

use super::command_line::OutputFormat;
use super::setting::Setting;

/// The arguments of `recflow plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// Only these stages and what they need
    #[arg(value_name = "STAGE")]
    pub stages: Vec<String>,

    /// Give a parameter of the pipeline another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<Setting>,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}
