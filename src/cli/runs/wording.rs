//! How runs and stages stand, in words and colours; numbers.

use std::time::Duration;

use crate::cli::table::{Cell, Paint};
use crate::engine::{RunState, StageState};
use crate::report::units;

pub(super) fn run_state(state: RunState) -> Cell {
    let (text, paint) = match state {
        RunState::Running => ("running", Paint::Note),
        RunState::Done => ("done", Paint::Good),
        RunState::Failed => ("failed", Paint::Bad),
        RunState::Interrupted => ("interrupted", Paint::Note),
        RunState::Killed => ("killed", Paint::Bad),
    };
    Cell::painted(text, paint)
}

/// `run_is_over`: then what runs has been killed with it.
pub(super) fn stage_state(state: StageState, run_is_over: bool) -> Cell {
    let (text, paint) = match state {
        StageState::Waiting if run_is_over => ("not run", Paint::Faint),
        StageState::Waiting => ("waiting", Paint::Faint),
        StageState::Running if run_is_over => ("killed", Paint::Bad),
        StageState::Running => ("running", Paint::Note),
        StageState::Cached => ("cached", Paint::Faint),
        StageState::Frozen => ("frozen", Paint::Note),
        StageState::Computed => ("computed", Paint::Good),
        StageState::Failed => ("failed", Paint::Bad),
        StageState::Skipped => ("skipped", Paint::Note),
        StageState::Cancelled => ("cancelled", Paint::Note),
    };
    Cell::painted(text, paint)
}

/// Of a computation that was not done in one go.
pub(super) fn went_on(before: Duration) -> String {
    format!("went on from a checkpoint after {}", units::duration(before))
}

/// A count as it is; else a figure with four digits behind the point, or with four that count where it is large or tiny.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        size if (10.0..1e15).contains(&size) && size.fract() == 0.0 => format!("{value}"),
        size if size != 0.0 && !(1e-3..1e5).contains(&size) => format!("{value:.3e}"),
        size if size >= 100.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}
