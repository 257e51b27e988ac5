//! `train-*`: fits a model on a split.

use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bridge::{Bridge, parameter_problems, read_json, write_json};
use super::facts::SplitFacts;
use super::memory;
use super::ports::{MODEL, SPLIT};
use crate::engine::{Arity, Inputs, ParameterProblem, ParameterSchema, Stage, StageCtx, StageError, StageKind};
use crate::rec::data::Split;
use crate::rec::metric::MetricSpec;
use crate::rec::model::{Configured, FitError, ModelKind, Training};

/// The model's facts beside its arrays.
pub(super) const MODEL_FILE: &str = "model.json";
/// The model's arrays.
pub(super) const WEIGHTS_FILE: &str = "weights.safetensors";
/// Training loss and validation metric by epoch, for models that have epochs.
pub(super) const CURVE_FILE: &str = "learning.csv";

/// The kind that trains this model.
pub(super) fn kind(model: &'static ModelKind) -> StageKind {
    let card = model.card();
    let build = move |parameters: Value| {
        let configured = model.configure(&parameters).map_err(|error| vec![ParameterProblem::whole(&error)])?;
        let problems = parameter_problems(configured.check());
        if problems.is_empty() { Ok(Box::new(Train { model, configured }) as Box<dyn Stage>) } else { Err(problems) }
    };
    let canonical = move |parameters: Value| Ok(model.configure(&parameters)?.params());
    let schema = ParameterSchema::generate(|generator| model.schema(generator));
    StageKind::new(format!("train-{}", card.name), card.revision, card.about, schema, build, canonical)
        .paper(card.paper)
        .reads("split", SPLIT, Arity::One)
        .writes("model", MODEL)
}

/// A fitted model as it is stored beside its arrays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct StoredModel {
    /// Which model.
    pub model: String,
    /// Its name in tables.
    pub title: String,
    /// All hyper-parameters.
    pub parameters: Value,
    /// How the fitting went.
    pub training: Training,
    /// The digest of the split that it was fitted on.
    pub split_digest: String,
    /// If it was chosen of several, how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Chosen>,
}

/// How a model was chosen, on the validation part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Chosen {
    /// The stage that trained it.
    pub stage: String,
    /// How many there were to choose from.
    pub of: u64,
    /// What it was chosen by.
    pub metric: MetricSpec,
    /// Its value on the validation part.
    pub value: f64,
}

#[derive(Debug)]
struct Train {
    model: &'static ModelKind,
    configured: Configured,
}

impl Stage for Train {
    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        let facts: SplitFacts = serde_json::from_slice(&inputs.read("split", SplitFacts::FILE)?).ok()?;
        let train = facts.train;
        let fitting =
            self.configured.memory_bytes(train.users as usize, facts.items as usize, train.interactions as usize);
        Some(memory::beside_split(inputs, fitting))
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let split_dir = ctx.input("split")?;
        let facts: SplitFacts = read_json(&split_dir.join(SplitFacts::FILE))?;
        // What a model is not given, it cannot touch.
        let split = Split::load(split_dir)?.without_test();
        let fitted = self.configured.fit(&split, &Bridge::of(ctx))?;
        let card = self.model.card();
        let stored = StoredModel {
            model: card.name.to_owned(),
            title: card.title.to_owned(),
            parameters: self.configured.params(),
            training: fitted.training,
            split_digest: facts.digest,
            chosen: None,
        };
        let out = ctx.output("model");
        fitted.model.weights().write(&out.join(WEIGHTS_FILE))?;
        if !fitted.curve.points.is_empty() {
            fs::write(out.join(CURVE_FILE), fitted.curve.to_csv())?;
        }
        write_json(&out.join(MODEL_FILE), &stored)
    }
}

impl From<FitError> for StageError {
    fn from(error: FitError) -> Self {
        match error {
            FitError::Interrupted(_) => Self::interrupted(),
            FitError::Validation(error) => error.into(),
            FitError::Memory { .. } => {
                Self::new(error.to_string()).help("allow more with `--memory`, or filter rare items away first")
            }
            FitError::Numerical { message, help } | FitError::Data { message, help } => Self::new(message).help(help),
        }
    }
}
