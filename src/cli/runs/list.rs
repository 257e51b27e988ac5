//! `recflow runs list`.

use serde_json::{Value, json};

use super::wording;
use crate::cli::colors::Colors;
use crate::cli::table::{Cell, Paint, Side, Table};
use crate::engine::{RunRecord, StageState};
use crate::report::units::{counted, duration};

/// A run without its stages.
pub(super) fn summary(run: &RunRecord) -> Value {
    let mut value = json!(run);
    if let Value::Object(fields) = &mut value {
        fields.shift_remove("stages");
        let count = |state| json!(run.count(state));
        fields.insert("computed".to_owned(), count(StageState::Computed));
        fields.insert("cached".to_owned(), count(StageState::Cached));
        fields.insert("frozen".to_owned(), count(StageState::Frozen));
        fields.insert("failed".to_owned(), count(StageState::Failed));
        fields.insert("not-run".to_owned(), json!(not_run(run)));
    }
    value
}

fn not_run(run: &RunRecord) -> usize {
    let reached = [StageState::Computed, StageState::Cached, StageState::Frozen, StageState::Failed];
    run.stages.len() - reached.map(|state| run.count(state)).iter().sum::<usize>()
}

/// One line a run.
pub(super) fn table(runs: &[RunRecord], total: usize, width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    if runs.is_empty() {
        return "no run is recorded here\n".to_owned();
    }
    let mut table = Table::new([
        ("run", Left),
        ("pipeline", Left),
        ("ended", Left),
        ("time", Right),
        ("computed", Right),
        ("cached", Right),
        ("failed", Right),
        ("command", Left),
    ])
    .wrap_last();
    for run in runs {
        let count = |states: &[StageState], paint| match states.iter().map(|&state| run.count(state)).sum::<usize>() {
            0 => Cell::nothing(),
            many => Cell::painted(many.to_string(), paint),
        };
        table.row([
            run.run.as_str().into(),
            run.pipeline.as_str().into(),
            wording::run_state(run.state),
            duration(run.wall).into(),
            count(&[StageState::Computed], Paint::Plain),
            count(&[StageState::Cached, StageState::Frozen], Paint::Plain),
            count(&[StageState::Failed], Paint::Bad),
            Cell::painted(run.command.clone(), Paint::Faint),
        ]);
    }
    let text = table.render(width, colors);
    match total - runs.len() {
        0 => text,
        others => text + &format!("and {} not listed\n", counted(others as u64, "other run", "other runs")),
    }
}
