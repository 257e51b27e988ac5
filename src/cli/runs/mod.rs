//! `recflow runs`: what was run, how it went, and what two runs have not in common.

mod compare;
mod differences;
mod list;
mod show;
mod stage;
#[cfg(test)]
mod tests;
mod wording;

use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::sink::Sink;
use super::wrap::table_width;
use crate::engine::{RunRecord, RunRecordError, Store};

/// The arguments of `recflow runs`.
#[derive(Debug, Clone, Args)]
pub struct RunsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RunsCommand,
}

/// What to do with the records of runs.
#[derive(Debug, Clone, Subcommand)]
pub enum RunsCommand {
    /// List the runs over this cache, the last one last
    List(ListRunsArgs),
    /// Show one run: what ran, why, when, how models learnt, what they reached
    Show(ShowRunArgs),
    /// Show two runs side by side: metrics, times, and what was different
    Compare(CompareRunsArgs),
}

/// The arguments of `recflow runs list`.
#[derive(Debug, Clone, Args)]
pub struct ListRunsArgs {
    /// How many to list at most
    #[arg(long, short = 'n', value_name = "N", default_value = "20")]
    pub last: NonZeroUsize,

    /// Only runs of the pipeline of this name
    #[arg(long, value_name = "NAME")]
    pub pipeline: Option<String>,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// The arguments of `recflow runs show`.
#[derive(Debug, Clone, Args)]
pub struct ShowRunArgs {
    /// The run's name or its beginning, or `last` [default: the last run]
    pub run: Option<String>,

    /// Only this stage of the run, with its log
    pub stage: Option<String>,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// The arguments of `recflow runs compare`.
#[derive(Debug, Clone, Args)]
pub struct CompareRunsArgs {
    /// The first run's name or its beginning
    #[arg(value_name = "A")]
    pub first: String,

    /// The second run's [default: the last run]
    #[arg(value_name = "B")]
    pub second: Option<String>,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Shows what is recorded of runs.
pub(super) fn execute(global: &Global, args: &RunsArgs) -> Exit {
    let colors = global.color.colors(io::stdout().is_terminal());
    let text = Store::open(&global.cache_dir).map_err(RunRecordError::from).and_then(|store| match &args.command {
        RunsCommand::List(args) => listed(&store, args, colors),
        RunsCommand::Show(args) => shown(&store, args, colors),
        RunsCommand::Compare(args) => compared(&store, args, colors),
    });
    match text {
        Ok(text) => {
            Sink::new(io::stdout()).write(&text);
            Exit::Success
        }
        Err(error) => {
            let colors = global.color.colors(io::stderr().is_terminal());
            let mut stderr = Sink::new(io::stderr());
            stderr.line(&format!("{}: {error}", colors.bad("error")));
            if let Some(help) = error.help() {
                stderr.line(&format!("  help: {help}"));
            }
            match error {
                RunRecordError::Unknown(_) | RunRecordError::UnknownStage { .. } | RunRecordError::Ambiguous { .. } => {
                    Exit::Usage
                }
                _ => Exit::Io,
            }
        }
    }
}

fn listed(store: &Store, args: &ListRunsArgs, colors: Colors) -> Result<String, RunRecordError> {
    let mut names = RunRecord::all(store)?;
    let total = names.len();
    let mut runs = Vec::new();
    while let Some(name) = names.pop().filter(|_| runs.len() < args.last.get()) {
        // A run that began this very moment has said nothing yet; one that was killed then never will.
        match RunRecord::read(store, &name) {
            Ok(run) if args.pipeline.as_ref().is_none_or(|pipeline| *pipeline == run.pipeline) => runs.push(run),
            Ok(_) | Err(RunRecordError::Unreadable(_)) => {}
            Err(error) => return Err(error),
        }
    }
    runs.reverse();
    Ok(match args.format {
        OutputFormat::Json => runs.iter().map(list::summary).map(|line| in_a_line(&line)).collect(),
        OutputFormat::Human => list::table(&runs, total, table_width(), colors),
    })
}

fn shown(store: &Store, args: &ShowRunArgs, colors: Colors) -> Result<String, RunRecordError> {
    let run = RunRecord::read(store, &RunRecord::find(store, args.run.as_deref())?)?;
    if let Some(name) = &args.stage {
        let stage = run.stage(name).ok_or_else(|| RunRecordError::UnknownStage {
            run: run.run.clone(),
            stage: name.clone(),
            stages: run.stages.iter().map(|stage| stage.stage.clone()).collect(),
        })?;
        let log = stage::log(&run, stage, store);
        return Ok(match args.format {
            OutputFormat::Json => in_a_line(&json!({ "run": run.run, "stage": stage, "log-text": log })),
            OutputFormat::Human => stage::page(&run, stage, log.as_deref(), table_width(), colors),
        });
    }
    let curves = show::curves(&run, store);
    Ok(match args.format {
        OutputFormat::Json => in_a_line(&json!({ "run": run, "learning-curves": curves })),
        OutputFormat::Human => show::page(&run, &curves, table_width(), colors),
    })
}

fn compared(store: &Store, args: &CompareRunsArgs, colors: Colors) -> Result<String, RunRecordError> {
    let first = RunRecord::read(store, &RunRecord::find(store, Some(&args.first))?)?;
    let second = RunRecord::read(store, &RunRecord::find(store, args.second.as_deref())?)?;
    let differences = differences::Differences::between(&first, &second);
    Ok(match args.format {
        OutputFormat::Json => in_a_line(&differences),
        OutputFormat::Human => compare::page(&first, &second, &differences, table_width(), colors),
    })
}

fn in_a_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() + "\n"
}
