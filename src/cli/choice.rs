//! Which stages of which pipeline, with which parameters: the arguments that `run` and `plan` share.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::colors::Colors;
use super::exit::Exit;
use super::pipeline;
use super::values::ValueArgs;
use crate::engine::{Choice, Plan, Registry};

/// Which stages of which pipeline, with which parameters.
#[derive(Debug, Clone, Default, Args)]
pub struct ChoiceArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// Only these stages and what they need; names or patterns such as 'train-*'
    #[arg(value_name = "STAGE")]
    pub stages: Vec<String>,

    /// Only these stages, all behind them, and what those need; may be repeated
    #[arg(long, value_name = "STAGE")]
    pub downstream: Vec<String>,

    /// No stage behind these; may be repeated
    #[arg(long, value_name = "STAGE")]
    pub until: Vec<String>,

    /// Compute these stages again, even if their results are there, without checkpoints; may be repeated
    #[arg(long, value_name = "STAGE")]
    pub force: Vec<String>,

    /// Values of the pipeline's parameters.
    #[command(flatten)]
    pub values: ValueArgs,
}

impl ChoiceArgs {
    /// The plan of what is chosen, and the names of the stages that are forced. What is wrong is told on standard error.
    pub(super) fn read(&self, registry: &Registry, colors: Colors) -> Result<(Plan, BTreeSet<String>), Exit> {
        let settings = self.values.read()?;
        let choice =
            Choice { stages: self.stages.clone(), downstream: self.downstream.clone(), until: self.until.clone() };
        let plan = pipeline::read(&self.pipeline, &settings, &choice, registry, colors)?;
        let forced = plan.select(&self.force).map_err(|diagnostics| pipeline::refuse(&diagnostics, colors))?;
        if let Some(&frozen) = forced.iter().find(|&&stage| plan[stage].is_frozen) {
            let name = &plan[frozen].name;
            return Err(pipeline::refuse_file(&format!(
                "`{name}` is frozen, so it cannot be forced\n  help: remove `frozen` in the pipeline file, or force others only"
            )));
        }
        let forced = forced.into_iter().map(|stage| plan[stage].name.clone()).collect();
        Ok((plan, forced))
    }

    /// The arguments that make the same choice again. A stage is not forced again.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![self.pipeline.display().to_string()];
        words.extend(self.stages.iter().cloned());
        let mut add = |option: &str, value: &str| words.extend([option.to_owned(), value.to_owned()]);
        self.downstream.iter().for_each(|stage| add("--downstream", stage));
        self.until.iter().for_each(|stage| add("--until", stage));
        words.extend(self.values.words());
        words
    }
}
