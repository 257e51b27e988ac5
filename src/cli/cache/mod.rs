//! `recflow cache`: what is in it, whether it is sound, and making room.

mod collect;
mod list;
mod verify;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};

pub(super) use collect::make_room;

use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::sink::Sink;
use super::{failure, pipeline};
use crate::engine::{Choice, MemorySize, Override, Plan, Registry, Store};

const COLLECT_HELP: &str = "\
At least one rule is needed. With several, only what all of them let go is removed. What runs use at this
moment stays in any case, and so does what is younger than the grace period.

Examples:
  recflow cache gc --older-than 30d                   results not used, and runs not begun, for 30 days
  recflow cache gc --max-size 10GiB                   the least recently used, until 10 GiB are left
  recflow cache gc pipelines/*.yaml --dry-run         all that these pipelines, as they are now, would not find";

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
    /// List the results in the cache (key, stage, size, time, memory) and what checkpoints take
    List(ListArgs),
    /// Hash every file in the cache and tell what is damaged
    Verify(VerifyArgs),
    /// Remove what is not needed any more
    Gc(CollectArgs),
}

/// The arguments of `recflow cache list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// The arguments of `recflow cache verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Only what these pipelines would find [default: everything]
    #[arg(value_name = "PIPELINE")]
    pub pipelines: Vec<PathBuf>,

    /// Give a parameter of the pipelines another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<Override>,

    /// Remove what is damaged, so that the next run computes it again
    #[arg(long)]
    pub repair: bool,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// The arguments of `recflow cache gc`.
#[derive(Debug, Clone, Args)]
#[command(after_help = COLLECT_HELP)]
#[command(group(ArgGroup::new("rule").required(true).multiple(true).args(["pipelines", "older_than", "max_size"])))]
pub struct CollectArgs {
    /// Keep what these pipelines would find, and let everything else go
    #[arg(value_name = "PIPELINE")]
    pub pipelines: Vec<PathBuf>,

    /// Give a parameter of the pipelines another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", requires = "pipelines")]
    pub settings: Vec<Override>,

    /// Let go what has not been used for so long, such as 12h or 30d
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    pub older_than: Option<Duration>,

    /// Let go what was used least recently, until results and checkpoints fit into this
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<MemorySize>,

    /// Keep what is younger than this: a run may be about to use it
    #[arg(long, value_name = "AGE", default_value = "1h", value_parser = humantime::parse_duration)]
    pub grace: Duration,

    /// Tell what would be removed, and remove nothing
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Does what is asked for with the cache.
pub(super) fn execute(global: &Global, args: &CacheArgs, registry: &Registry, colors: Colors) -> Exit {
    let out = global.color.colors(io::stdout().is_terminal());
    let store = match Store::open(&global.cache_dir) {
        Ok(store) => store,
        Err(error) => return failure::tell(&error, colors),
    };
    let read = |pipelines: &[PathBuf], settings: &[Override]| -> Result<Vec<Plan>, Exit> {
        pipelines.iter().map(|path| pipeline::read(path, settings, &Choice::default(), registry, colors)).collect()
    };
    let workspace = pipeline::workspace(global);
    let told = match &args.command {
        CacheCommand::List(args) => list::list(&store, args.format).map(|text| (text, Exit::Success)),
        CacheCommand::Verify(args) => match read(&args.pipelines, &args.settings) {
            Ok(plans) => verify::verify(&store, args, &plans, registry, &workspace, out),
            Err(exit) => return exit,
        },
        CacheCommand::Gc(args) => match read(&args.pipelines, &args.settings) {
            Ok(plans) => collect::collect(&store, args, &plans, registry, &workspace).map(|text| (text, Exit::Success)),
            Err(exit) => return exit,
        },
    };
    match told {
        Ok((text, exit)) => {
            Sink::new(io::stdout()).write(&text);
            exit
        }
        Err(error) => failure::tell(&error, colors),
    }
}
