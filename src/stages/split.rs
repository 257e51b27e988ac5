//! `split`: cuts a data set into training, validation and test parts.

use serde_json::Value;

use super::bridge::{Bridge, parameter_problems, write_json};
use super::facts::SplitFacts;
use super::figures::{split_figure_names, split_figures};
use super::memory;
use super::ports::{DATASET, SPLIT};
use crate::engine::{
    Arity, Figures, Inputs, ParameterProblem, ParameterSchema, ReadFile, Source, SourceFile, Stage, StageCtx,
    StageError, StageKind, Workspace,
};
use crate::rec::data::{Dataset, SplitError, SplitParams};

/// The kind.
pub(super) fn kind() -> StageKind {
    let build = |parameters: Value| {
        let params: SplitParams =
            serde_json::from_value(parameters).map_err(|error| vec![ParameterProblem::whole(&error)])?;
        let problems = parameter_problems(params.check());
        if problems.is_empty() { Ok(Box::new(params) as Box<dyn Stage>) } else { Err(problems) }
    };
    let canonical =
        |parameters: Value| serde_json::to_value(serde_json::from_value::<SplitParams>(parameters)?.resolved());
    let about = "Cuts a data set into training, validation and test parts; every model of a comparison uses the same.";
    StageKind::new("split", 2, about, ParameterSchema::of::<SplitParams>(), build, canonical)
        .reads("dataset", DATASET, Arity::Optional)
        .writes("split", SPLIT)
}

impl Stage for SplitParams {
    fn sources(&self, workspace: &Workspace) -> Result<Vec<Source>, StageError> {
        let source =
            |(role, path)| Source::Present(SourceFile { role, path: workspace.root.join::<std::path::PathBuf>(path) });
        Ok(SplitParams::sources(self).into_iter().map(source).collect())
    }

    fn max_threads(&self) -> usize {
        1
    }

    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        // Where users are held out whole, few histories stand twice.
        memory::of_dataset(inputs, if self.strategy.name() == "held-out-users" { 3 } else { 6 })
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let dataset = ctx.optional_input("dataset").map(Dataset::load).transpose()?;
        if dataset.is_none() && self.reads_dataset() {
            let message = format!("the strategy `{}` needs a data set to split", self.strategy.name());
            return Err(StageError::new(message).help("let the stage need one that reads a data set, such as `ingest`"));
        }
        let split = self.apply(dataset.as_ref(), &Bridge::of(ctx))?;
        let out = ctx.output("split");
        split.save(&out)?;
        write_json(&out.join(SplitFacts::FILE), &SplitFacts::of(&split))
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        split_figures(read)
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        Some(split_figure_names())
    }
}

impl From<SplitError> for StageError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::Interrupted(_) => Self::interrupted(),
            other => Self { message: other.to_string(), help: other.help(), interrupted: false },
        }
    }
}
