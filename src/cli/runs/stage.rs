//! `recflow runs show RUN STAGE`.

use std::fmt::Write as _;
use std::fs;

use super::wording::{stage_state, went_on};
use crate::cli::colors::Colors;
use crate::cli::progress::failure_in_lines;
use crate::cli::wrap::wrap;
use crate::engine::{Figures, RunRecord, RunState, StageRecord, StageState, Store};
use crate::report::units::{bytes, counted, duration};

/// What the stage has said, if it has said anything in that run.
pub(super) fn log(run: &RunRecord, stage: &StageRecord, store: &Store) -> Option<String> {
    let bytes = fs::read(run.log(store, &stage.stage)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned()).filter(|text| !text.is_empty())
}

/// All that is known of a stage of a run, its log last.
pub(super) fn page(run: &RunRecord, stage: &StageRecord, log: Option<&str>, width: usize, colors: Colors) -> String {
    let facts = stage.facts.as_ref();
    let since = stage.begun.map(|begun| {
        let end = stage.ended.map(|end| format!(" to {}", duration(end))).unwrap_or_default();
        format!("{}{end} after the run began", duration(begun))
    });
    let computed = facts.map(|facts| {
        let finished = std::time::UNIX_EPOCH + std::time::Duration::from_secs(facts.finished_at.min(253_402_300_799));
        let version = if facts.version.is_empty() { String::new() } else { format!(" by recflow {}", facts.version) };
        format!("{}{version}", humantime::format_rfc3339_seconds(finished))
    });
    let cost = facts.map(|facts| {
        let cpu = facts.cpu.map(|cpu| format!(", {} of processor time", duration(cpu))).unwrap_or_default();
        let threads = counted(facts.threads as u64, "thread", "threads");
        let memory = facts.peak_memory_bytes.map(|peak| format!(", at most {}", bytes(peak))).unwrap_or_default();
        let went_on = facts.before_checkpoint.map(|before| format!("; {}", went_on(before))).unwrap_or_default();
        format!("{} on {threads}{cpu}{memory}{went_on}", duration(facts.wall))
    });
    let retries = (stage.retries > 0).then(|| counted(stage.retries.into(), "time", "times"));
    let lines = [
        ("kind", Some(stage.kind.clone())),
        ("needs", Some(stage.needs.join(", "))),
        ("key", stage.key.map(|key| key.to_string())),
        ("why", Some(stage.reasons.join("; "))),
        ("cause", stage.cause.as_ref().map(|cause| format!("{cause} failed"))),
        ("ran", since),
        ("computed", computed),
        ("cost", cost),
        ("run again", retries),
        ("with", Some(stage.parameters.to_string()).filter(|_| stage.parameters.is_object())),
        ("figures", stage.figures.as_ref().map(figures_in_words)),
    ];
    let margin = "run again".len() + 2;
    let line = |name: &str, value: &str| format!("{}{}{value}\n", colors.faint(name), " ".repeat(margin - name.len()));
    let ended = stage_state(stage.state, run.state != RunState::Running).colored(colors);
    let mut text = line("stage", &colors.strong(&stage.stage)) + &line("of run", &run.run) + &line("ended", &ended);
    let told = lines.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    for (name, value) in told {
        let value = wrap(&value, margin, width.max(40)).join("\n");
        text += &line(name, value.trim_start());
    }
    if let Some(failure) = &stage.failure {
        let lines = failure_in_lines(failure, None).join("\n  ");
        let _ = writeln!(text, "\n{}\n  {lines}", colors.bad("failed:"));
    }
    // Writing to a string cannot fail.
    let _ = match log {
        Some(log) => writeln!(text, "\n{}\n{}", colors.faint("log"), log.trim_end()),
        None if stage.state == StageState::Cached => {
            writeln!(text, "\nits log, if any, is with the run that computed it")
        }
        None => writeln!(text, "\nit said nothing"),
    };
    text
}

/// Each figure with its name.
fn figures_in_words(figures: &Figures) -> String {
    let told = figures.values.iter().map(|(name, value)| match value {
        Some(value) => format!("{name} {value}"),
        None => format!("{name} –"),
    });
    told.collect::<Vec<_>>().join(", ")
}
