//! `sample`: makes a data set up.

use super::bridge::{Bridge, parameter_problems};
use super::memory;
use super::ports::DATASET;
use crate::engine::{Inputs, ParameterProblem, Stage, StageCtx, StageError, StageKind};
use crate::rec::data::SampleParams;

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<SampleParams>(
        "sample",
        1,
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
        Ok(self.generate(&Bridge::of(ctx))?.save(&ctx.output("dataset"))?)
    }
}
