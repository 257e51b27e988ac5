//! `recflow plan`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::time::Duration;

use clap::Args;

use super::capacity::CapacityArgs;
use super::choice::ChoiceArgs;
use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::progress::kept;
use super::sink::Sink;
use super::{failure, pipeline};
use crate::engine::{Capacity, Plan, Registry, StageStatus, Status, Store, status};
use crate::report::units::duration;

/// The arguments of `recflow plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// Which stages of which pipeline, with which parameters
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// What the run may take
    #[command(flatten)]
    pub capacity: CapacityArgs,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Shows what a run would do.
pub(super) fn execute(global: &Global, args: &PlanArgs, registry: &Registry, colors: Colors) -> Exit {
    match args.choice.read(registry, colors) {
        Ok((plan, forced)) => show(global, &plan, &forced, args.capacity.capacity(), registry, args.format, colors),
        Err(exit) => exit,
    }
}

/// Shows what a run of this plan would do, on standard output.
pub(super) fn show(
    global: &Global,
    plan: &Plan,
    forced: &BTreeSet<String>,
    capacity: Capacity,
    registry: &Registry,
    format: OutputFormat,
    colors: Colors,
) -> Exit {
    let store = match Store::open(&global.cache_dir) {
        Ok(store) => store,
        Err(error) => return failure::tell(&error, colors),
    };
    let statuses = status(plan, registry, &store, &pipeline::workspace(global), forced, capacity);
    let text = match format {
        OutputFormat::Json => statuses
            .iter()
            .filter_map(|status| serde_json::to_string(status).ok())
            .fold(String::new(), |lines, line| lines + &line + "\n"),
        OutputFormat::Human => table(&statuses, global.color.colors(io::stdout().is_terminal())),
    };
    Sink::new(io::stdout()).write(&text);
    if statuses.iter().any(|status| matches!(status.status, Status::Fail { .. })) {
        Exit::StageFailed
    } else {
        Exit::Success
    }
}

/// One line a stage: what would be done, with the reason, and how long it took the last time.
fn table(statuses: &[StageStatus], colors: Colors) -> String {
    let width = statuses.iter().map(|status| status.stage.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    let mut expected = Duration::ZERO;
    let (mut cached, mut frozen, mut run, mut maybe, mut fail) = (0, 0, 0, 0, 0);
    for StageStatus { stage, status, last_wall } in statuses {
        let took = last_wall.map(|wall| format!(" (took {})", duration(wall))).unwrap_or_default();
        let (verb, why) = match status {
            Status::Cached => {
                cached += 1;
                (colors.faint("cached"), String::new())
            }
            Status::Frozen { differs } => {
                frozen += 1;
                (colors.note("frozen"), kept(differs.as_deref()))
            }
            Status::Run { reasons } => {
                run += 1;
                expected += last_wall.unwrap_or_default();
                (colors.good("run   "), format!("{}{took}", reasons.join("; ")))
            }
            Status::Maybe { waits_on } => {
                maybe += 1;
                expected += last_wall.unwrap_or_default();
                (colors.note("maybe "), format!("waits on {}{took}", waits_on.join(", ")))
            }
            Status::Fail { message, help } => {
                fail += 1;
                let help = help.as_ref().map(|help| format!("\n          help: {help}")).unwrap_or_default();
                (colors.bad("fail  "), format!("{message}{help}"))
            }
        };
        let line = format!("{verb}  {stage:width$}  {why}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let _ = write!(text, "\n{run} to run, {maybe} maybe, {cached} cached");
    if frozen > 0 {
        let _ = write!(text, ", {frozen} frozen");
    }
    if fail > 0 {
        let _ = write!(text, ", {fail} would fail");
    }
    if expected > Duration::ZERO {
        let _ = write!(text, "; at most about {}, by past runs", duration(expected));
    }
    text.push('\n');
    text
}
