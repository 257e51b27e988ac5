//! `recflow run`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::MultiProgress;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::capacity::{CapacityArgs, positive};
use super::choice::ChoiceArgs;
use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::progress::{self, Style};
use super::wrap::table_width;
use super::{cache, failure, pipeline, plan};
use crate::engine::{
    Executor, Interrupter, MemorySize, Observer, Options, Outcome, Plan, Registry, Store, StoreError, Subprocess,
    Summary,
};
use crate::rec::linalg::blas_description;

const EXAMPLES: &str = "\
Examples:
  recflow run pipelines/all_models.yaml
  recflow run pipelines/all_models.yaml --set dataset=ml-1m --set seed=7
  recflow run pipelines/all_models.yaml train-ease       only this stage and what it needs
  recflow run pipelines/all_models.yaml --force train-ease
  recflow run pipelines/all_models.yaml --downstream split --until 'train-*'
  recflow run pipelines/all_models.yaml --jobs 1         one stage at a time
  recflow run pipelines/all_models.yaml --dry-run        like `recflow plan`";

/// The arguments of `recflow run`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// Which stages of which pipeline, with which parameters
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// How many stages may run at once [default: as many as there are threads]
    #[arg(long, short, value_name = "N", value_parser = positive)]
    pub jobs: Option<NonZeroUsize>,

    /// What all running stages share
    #[command(flatten)]
    pub capacity: CapacityArgs,

    /// Afterwards, let go of the cache what was used least recently, never what this run used, until it fits into this
    #[arg(long, value_name = "SIZE", env = "RECFLOW_MAX_CACHE", hide_env_values = true)]
    pub max_cache: Option<MemorySize>,

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

/// Runs the pipeline.
pub(super) fn execute(
    global: &Global,
    args: &RunArgs,
    registry: Registry,
    colors: Colors,
    bars: &MultiProgress,
) -> Exit {
    let (plan, forced) = match args.choice.read(&registry, colors) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if args.dry_run {
        return plan::show(global, &plan, &forced, args.capacity.capacity(), &registry, args.format, colors);
    }
    let style = Style::choose(args.format, global.quiet, io::stderr().is_terminal());
    match run(global, args, &plan, forced, registry, progress::observer(style, colors, bars).as_mut()) {
        Ok(summary) => match summary.outcome {
            Outcome::Done => Exit::Success,
            Outcome::Interrupted => Exit::Interrupted,
            Outcome::Failed if summary.store_failed => Exit::Io,
            Outcome::Failed => Exit::StageFailed,
        },
        Err(error) => failure::tell(&error, colors),
    }
}

fn run(
    global: &Global,
    args: &RunArgs,
    plan: &Plan,
    forced: BTreeSet<String>,
    registry: Registry,
    observer: &mut dyn Observer,
) -> Result<Summary, StoreError> {
    let store = Store::open(&global.cache_dir)?;
    let mut capacity = args.capacity.capacity();
    if let Some(jobs) = args.jobs {
        capacity.jobs = jobs.get();
    }
    let options = Options {
        capacity,
        keep_going: args.keep_going,
        retry_delay: Duration::from_secs(1),
        forced,
        command: command(args),
        versions: versions(),
        display_width: table_width(),
    };
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("recflow"));
    let runner = Box::new(Subprocess::new(program, store.clone()));
    let (registry, workspace) = (Arc::new(registry), pipeline::workspace(global));
    let executor = Executor::new(Arc::clone(&registry), store.clone(), runner, workspace.clone(), options);
    interrupt_on_signals(executor.interrupter());
    let summary = executor.run(plan, observer)?;
    if let Some(limit) = args.max_cache {
        cache::make_room(&store, plan, &registry, &workspace, limit)?;
    }
    Ok(summary)
}

/// What the numbers of a run may depend on.
fn versions() -> BTreeMap<String, String> {
    let recflow = env!("CARGO_PKG_VERSION").to_owned();
    BTreeMap::from([("recflow".to_owned(), recflow), ("BLAS".to_owned(), blas_description())])
}

/// The first signal asks running stages to end, the second makes them; the third ends this process where it stands.
fn interrupt_on_signals(interrupter: Interrupter) {
    match Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        Ok(mut signals) => {
            std::thread::spawn(move || {
                for (count, _) in signals.forever().enumerate() {
                    if count >= 2 {
                        std::process::exit(Exit::Interrupted as i32);
                    }
                    interrupter.interrupt();
                }
            });
        }
        Err(error) => tracing::warn!("signals will end this process without a word: {error}"),
    }
}

/// The command that does the same again.
fn command(args: &RunArgs) -> String {
    let words = ["recflow".to_owned(), "run".to_owned()].into_iter().chain(args.choice.words());
    words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

/// A word such that a shell reads it as one.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_when_a_shell_would_read_them_otherwise() {
        assert_eq!(quoted("dataset=ml-1m"), "dataset=ml-1m");
        assert_eq!(quoted("title=All models"), "'title=All models'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("train-*"), "'train-*'");
    }
}
