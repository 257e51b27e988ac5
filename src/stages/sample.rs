//! `sample`: makes a data set up.

use super::bridge::{Bridge, parameter_problems};
use super::figures::{dataset_figure_names, dataset_figures, save_dataset};
use super::memory;
use super::ports::DATASET;
use crate::engine::{Figures, Inputs, ParameterProblem, ReadFile, Stage, StageCtx, StageError, StageKind};
use crate::rec::data::SampleParams;

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<SampleParams>(
        "sample",
        2,
        "Makes up a data set of the size asked for, with long-tailed popularity, taste, drift and sequels.",
    )
    .writes("dataset", DATASET)
}

impl Stage for SampleParams {
    fn check(&self) -> Vec<ParameterProblem> {
        parameter_problems(SampleParams::check(self))
    }

    fn max_threads(&self) -> usize {
        1
    }

    fn memory_bytes(&self, _: &dyn Inputs) -> Option<u64> {
        Some(memory::PROCESS_BYTES + 70 * u64::from(self.interactions))
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        save_dataset(&self.generate(&Bridge::of(ctx))?, &ctx.output("dataset"))
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        dataset_figures(read)
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        Some(dataset_figure_names())
    }
}
