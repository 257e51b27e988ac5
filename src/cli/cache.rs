//! `recflow cache`.

use clap::{Args, Subcommand};

use super::command_line::OutputFormat;

/// The arguments of `recflow cache`.
#[derive(Debug, Clone, Args)]
pub struct CacheArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: CacheCommand,
}

/// What to do with the cache.
#[derive(Debug, Clone, Subcommand)]
pub enum CacheCommand {
    /// List the results in the cache: kind, key, size, time, memory
    List(ListArgs),
}

/// The arguments of `recflow cache list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}
