//! `filter`: leaves interactions, users and items out.

use super::bridge::{Bridge, parameter_problems};
use super::memory;
use super::ports::DATASET;
use crate::engine::{Arity, Inputs, ParameterProblem, Stage, StageCtx, StageError, StageKind};
use crate::rec::data::{Dataset, FilterError, FilterParams};

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<FilterParams>("filter", 1, "Leaves low ratings and rare or all too busy users and items out.")
        .reads("dataset", DATASET, Arity::One)
        .writes("dataset", DATASET)
}

impl Stage for FilterParams {
    fn check(&self) -> Vec<ParameterProblem> {
        parameter_problems(FilterParams::check(self))
    }

    fn max_threads(&self) -> usize {
        1
    }

    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        memory::of_dataset(inputs, 3)
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let dataset = Dataset::load(ctx.input("dataset")?)?;
        Ok(self.apply(&dataset, &Bridge::of(ctx))?.save(&ctx.output("dataset"))?)
    }
}

impl From<FilterError> for StageError {
    fn from(error: FilterError) -> Self {
        match error {
            FilterError::Interrupted(_) => Self::interrupted(),
            other => Self { message: other.to_string(), help: other.help(), interrupted: false },
        }
    }
}
