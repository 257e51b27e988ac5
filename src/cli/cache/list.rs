//! `recflow cache list`.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use crate::cli::command_line::OutputFormat;
use crate::engine::{Action, Checkpoint, Store, StoreError};
use crate::report::units::{bytes, counted, duration};

/// What is in the store.
pub(super) fn list(store: &Store, format: OutputFormat) -> Result<String, StoreError> {
    let (mut actions, checkpoints) = (store.actions()?, store.checkpoints()?);
    actions.sort_by_key(|action| action.facts.finished_at);
    Ok(match format {
        OutputFormat::Human => table(&actions) + &total(&checkpoints),
        OutputFormat::Json => lines(&actions, &checkpoints),
    })
}

/// One JSON value a line: the results, then the checkpoints.
fn lines(actions: &[Action], checkpoints: &[Checkpoint]) -> String {
    let checkpoint = |Checkpoint { key, size_bytes, modified }: &Checkpoint| {
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        json!({ "checkpoint": key, "size-bytes": size_bytes, "modified-at": modified })
    };
    let values = actions.iter().map(facts).chain(checkpoints.iter().map(checkpoint));
    values.fold(String::new(), |lines, value| lines + &value.to_string() + "\n")
}

/// What checkpoints take, if there are any.
fn total(checkpoints: &[Checkpoint]) -> String {
    let size_bytes = checkpoints.iter().map(|checkpoint| checkpoint.size_bytes).sum();
    match checkpoints.len() as u64 {
        0 => String::new(),
        many => format!("{} to go on from, {}\n", counted(many, "checkpoint", "checkpoints"), bytes(size_bytes)),
    }
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
