//! The kind: its parameters, and what it does when.

use std::fs;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::bridge::write_json;
use super::super::ports::{COMPARISON, SCORES};
use super::gathering::{Wishes, compare};
use super::names::{self, Names};
use super::outputs::Outputs;
use super::publishing::publications;
use super::scored::scored;
use super::uncertainty::Confidence;
use crate::engine::{Arity, ParameterProblem, Publication, PublishCtx, Stage, StageCtx, StageError, StageKind};
use crate::report::{Comparison, Measured, csv};

const COMPARISON_FILE: &str = "comparison.json";
const TABLE_FILE: &str = "comparison.csv";

/// The kind.
pub(in crate::stages) fn kind() -> StageKind {
    StageKind::of::<Report>(
        "report",
        6,
        "Lays the scores of models side by side, in documents that say where the numbers come from.",
    )
    .reads("scores", SCORES, Arity::Set)
    .writes("comparison", COMPARISON)
}

/// How a comparison is laid out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Report {
    /// The heading.
    title: String,
    /// The axes of a `matrix`, and of `seeds`, whose copies are one row: the mean over them, with its spread.
    replicates: Vec<String>,
    /// What models are called in the table, by the stage that scored them or any part of its name between slashes:
    /// `{ train-ease: EASE (λ 500) }` names what `evaluate/train-ease` scored. The others have their models' names.
    names: Names,
    /// The level of confidence intervals; a corrected p-value of its complement or less counts as a difference.
    #[schemars(range(min = 0.5, max = 0.999))]
    confidence: f64,
    /// Bootstrap resamples behind each interval.
    #[schemars(range(min = 100, max = 100_000))]
    resamples: usize,
    /// The files to write, relative to where recflow is run: a path or a list of paths. The ending names the form: `.md`,
    /// `.html`, `.tex`, `.csv` (also `.groups.csv`, `.differences.csv`) or `.json`.
    #[schemars(extend("x-key" = false))]
    output: Outputs,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            title: "Comparison".to_owned(),
            replicates: vec!["seed".to_owned()],
            names: Names::new(),
            confidence: 0.95,
            resamples: 2000,
            output: Outputs::One(PathBuf::from("reports/comparison.md")),
        }
    }
}

impl Stage for Report {
    fn check(&self) -> Vec<ParameterProblem> {
        let mut problems = self.output.check("output");
        problems.extend(names::check(&self.names, "names"));
        problems
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let wishes = Wishes {
            title: &self.title,
            replicates: &self.replicates,
            names: &self.names,
            confidence: Confidence { level: self.confidence, resamples: self.resamples },
        };
        let comparison = compare(&scored(ctx)?, &wishes)?;
        let out = ctx.output("comparison");
        write_json(&out.join(COMPARISON_FILE), &comparison)?;
        fs::write(out.join(TABLE_FILE), csv::render(&comparison, &Measured::default()))?;
        Ok(())
    }

    fn publish(&self, ctx: &PublishCtx<'_>) -> Result<Vec<Publication>, StageError> {
        let bytes = (ctx.read)("comparison", COMPARISON_FILE)?;
        let comparison: Comparison = serde_json::from_slice(&bytes)
            .map_err(|error| StageError::new(format!("cannot read `{COMPARISON_FILE}`: {error}")))?;
        Ok(publications(comparison, &self.output, ctx))
    }
}
