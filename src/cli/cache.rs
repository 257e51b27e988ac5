//! `recflow cache`.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, Subcommand};
use serde_json::json;

use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::failure;
use super::sink::Sink;
use crate::engine::{Action, Store};
use crate::report::units::{bytes, counted, duration};

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

/// Looks into the cache.
pub(super) fn execute(global: &Global, args: &CacheArgs) -> Exit {
    let CacheCommand::List(ListArgs { format }) = args.command;
    let listed = Store::open(&global.cache_dir).and_then(|store| store.actions());
    match listed {
        Ok(mut actions) => {
            actions.sort_by_key(|action| action.facts.finished_at);
            let text = match format {
                OutputFormat::Human => table(&actions),
                OutputFormat::Json => lines(&actions),
            };
            Sink::new(io::stdout()).write(&text);
            Exit::Success
        }
        Err(error) => failure::tell(&error, Colors::Off),
    }
}

/// One JSON value a line.
fn lines(actions: &[Action]) -> String {
    actions.iter().fold(String::new(), |lines, action| lines + &facts(action).to_string() + "\n")
}

fn facts(action: &Action) -> serde_json::Value {
    json!({
        "key": action.key(),
        "kind": action.preimage.kind,
        "stage": action.stage,
        "parameters": action.preimage.parameters,
        "size-bytes": action.size_bytes(),
        "facts": action.facts,
        "outputs": action.outputs,
    })
}

/// One line a result, oldest first.
fn table(actions: &[Action]) -> String {
    let width = actions.iter().map(|action| action.stage.chars().count()).max().unwrap_or(0).max("stage".len());
    let mut text =
        format!("{:12}  {:width$}  {:>9}  {:>9}  {:>9}  finished\n", "key", "stage", "size", "time", "memory");
    for action in actions {
        let memory = action.facts.peak_memory_bytes.map_or_else(|| "–".to_owned(), bytes);
        let finished = UNIX_EPOCH + Duration::from_secs(action.facts.finished_at);
        let line = format!(
            "{:12}  {:width$}  {:>9}  {:>9}  {:>9}  {}\n",
            action.key().0.short(),
            action.stage,
            bytes(action.size_bytes()),
            duration(action.facts.wall),
            memory,
            humantime::format_rfc3339_seconds(finished),
        );
        text.push_str(&line);
    }
    let total = actions.iter().map(Action::size_bytes).sum();
    text + &format!("{}, {}\n", counted(actions.len() as u64, "result", "results"), bytes(total))
}
