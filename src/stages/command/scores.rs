//! A scores file as a model.

use std::path::Path;

use serde_json::Value;

use crate::engine::StageError;
use crate::rec::data::Split;
use crate::rec::model::{Recommender, ScoresFile, ScoresFileError, Training};
use crate::stages::bridge::{read_json, write_json};
use crate::stages::facts::SplitFacts;
use crate::stages::train::{MODEL_FILE, StoredModel, WEIGHTS_FILE};

/// Reads the scores against the stored split and stores them as a model.
pub(super) fn store(
    scores: &Path,
    split_dir: &Path,
    title: String,
    parameters: Value,
    out: &Path,
) -> Result<(), StageError> {
    let facts: SplitFacts = read_json(&split_dir.join(SplitFacts::FILE))?;
    let model = ScoresFile::read(scores, &Split::load(split_dir)?)?;
    model.weights().write(&out.join(WEIGHTS_FILE))?;
    let stored = StoredModel {
        model: ScoresFile::NAME.to_owned(),
        title,
        parameters,
        training: Training::default(),
        split_digest: facts.digest,
        chosen: None,
    };
    write_json(&out.join(MODEL_FILE), &stored)
}

impl From<ScoresFileError> for StageError {
    fn from(error: ScoresFileError) -> Self {
        Self::new(error.to_string()).help(error.help())
    }
}
