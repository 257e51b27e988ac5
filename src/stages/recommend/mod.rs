//! What a trained model of a pipeline recommends to one person: read from the store, nothing runs.

mod answer;
mod error;
mod known;
mod lookup;

pub use answer::{Item, Recommendations, Suggestion};
pub use error::RecommendError;
pub use lookup::Person;

use super::evaluate::load_model;
use super::ports::{MODEL, SPLIT};
use crate::engine::{Plan, PlannedStage, StageIndex, Store, StoredStage};
use crate::rec::data::Split;

/// Whether a stage trains a model on a split.
pub fn trains_a_model(stage: &PlannedStage) -> bool {
    stage.kind.starts_with("train-") && stage.outputs.iter().any(|port| port.port_type == MODEL)
}

/// The stages of a plan that train a model, in its order.
pub fn training_stages(plan: &Plan) -> Vec<StageIndex> {
    plan.stages().filter(|(_, stage)| trains_a_model(stage)).map(|(index, _)| index).collect()
}

/// What the model of a training stage that is done recommends to a person, at most `top` items.
///
/// What the model is told of a user is what it is told in the test: everything but the user's test part.
pub fn recommend(
    stage: &str,
    stored: &StoredStage,
    store: &Store,
    person: &Person,
    top: usize,
) -> Result<Recommendations, RecommendError> {
    let (Some(model), Some(split)) = (stored.output(MODEL.0), stored.input(SPLIT.0)) else {
        return Err(RecommendError::NoModel { stage: stage.to_owned() });
    };
    let folder = tempfile::tempdir().map_err(RecommendError::Folder)?;
    let dirs = [("model", model), ("split", split)].map(|(name, artifact)| (folder.path().join(name), artifact));
    for (dir, artifact) in &dirs {
        store.lay_out(artifact, dir)?;
    }
    let [(model_dir, _), (split_dir, _)] = dirs;
    let split = Split::load(&split_dir).map_err(|error| RecommendError::Unreadable(error.into()))?;
    let (stored_model, model) = load_model(&model_dir).map_err(RecommendError::Unreadable)?;
    let known = known::look_up(person, &split)?;
    answer::answer(stage, &stored_model, model.as_ref(), &split, &known, top)
}
