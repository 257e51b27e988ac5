//! `filter`: leaves interactions, users and items out.

use super::bridge::{Bridge, parameter_problems};
use super::figures::{dataset_figure_names, dataset_figures, save_dataset};
use super::memory;
use super::ports::DATASET;
use crate::engine::{Arity, Figures, Inputs, ParameterProblem, ReadFile, Stage, StageCtx, StageError, StageKind};
use crate::rec::data::{Dataset, FilterError, FilterParams, UserAttributes};

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<FilterParams>("filter", 3, "Leaves low ratings and rare or all too busy users and items out.")
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
        let (from, out) = (ctx.input("dataset")?, ctx.output("dataset"));
        let filtered = self.apply(&Dataset::load(from)?, &Bridge::of(ctx))?;
        if let Some(attributes) = UserAttributes::load(from)? {
            attributes.restricted_to(&filtered.users).save(&out)?;
        }
        save_dataset(&filtered, &out)
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        dataset_figures(read)
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        Some(dataset_figure_names())
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
