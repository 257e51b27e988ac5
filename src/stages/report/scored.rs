//! The scores that a report lays side by side, as they come in.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::Value;

use super::super::bridge::read_json;
use super::super::evaluate::{SCORES_FILE, Scores};
use crate::engine::{StageCtx, StageError};

/// One evaluation.
pub(super) struct Scored {
    /// The stage that made it.
    pub stage: String,
    /// Where that stage stands in the pipeline's matrix, axis by axis.
    pub variant: IndexMap<String, Value>,
    /// The folder with its files.
    pub dir: PathBuf,
    /// What it found.
    pub scores: Scores,
}

/// Everything that is wired to the report.
pub(super) fn scored(ctx: &StageCtx<'_>) -> Result<Vec<Scored>, StageError> {
    let inputs = ctx.inputs.get("scores").into_iter().flatten();
    inputs
        .map(|input| {
            Ok(Scored {
                stage: input.stage.clone(),
                variant: input.variant.iter().map(|(axis, value)| (axis.to_owned(), value.clone())).collect(),
                scores: read_json(&input.dir.join(SCORES_FILE))?,
                dir: input.dir.clone(),
            })
        })
        .collect()
}
