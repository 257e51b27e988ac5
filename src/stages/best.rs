//! `best`: chooses one of several models on the validation part of their split, and passes it on.

use std::fs;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bridge::{Bridge, read_json, write_json};
use super::evaluate::load_model;
use super::facts::SplitFacts;
use super::figures::parse;
use super::memory;
use super::ports::{MODEL, SPLIT};
use super::train::{CURVE_FILE, Chosen, MODEL_FILE, StoredModel, WEIGHTS_FILE};
use crate::engine::{
    Arity, Figures, Inputs, ParameterProblem, ReadFile, Stage, StageCtx, StageError, StageKind, Variant,
};
use crate::rec::Monitor;
use crate::rec::data::{HeldOutPart, StoredHoldout, read_items};
use crate::rec::eval::{EvaluationOptions, MetricValue, TrainingCounts, UserValues, evaluate_into};
use crate::rec::metric::{DialectName, Direction, MetricSpec, MetricSpecError};

/// The name of the kind; what choosing cost is told by it.
pub(super) const KIND: &str = "best";
/// The candidates with their values, and which of them it is.
const CHOICE_FILE: &str = "choice.json";

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<Best>(
        KIND,
        1,
        "Chooses the best of several models on the validation part of their split, such as those of a `matrix`, and passes \
         it on. It never sees the test part.",
    )
    .reads("split", SPLIT, Arity::One)
    .reads("models", MODEL, Arity::Set)
    .writes("model", MODEL)
}

/// What to choose by.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Best {
    /// The metric to choose by. Which values are better is known: of `ndcg@100` the higher, of `rmse` the lower ones.
    #[schemars(with = "MetricSpec")]
    metric: String,
    /// The lowest rating that makes a held-out item a target of rankings. Without it every held-out item is one.
    relevant_from: Option<f64>,
}

impl Default for Best {
    fn default() -> Self {
        Self { metric: "ndcg@100".to_owned(), relevant_from: None }
    }
}

/// A model that could have been chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Candidate {
    stage: String,
    #[serde(skip_serializing_if = "Variant::is_empty", default)]
    variant: Variant,
    model: String,
    parameters: Value,
    value: f64,
    standard_error: Option<f64>,
}

/// What was chosen, and of what.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Choice {
    /// The stage whose model it is.
    chosen: String,
    model: String,
    metric: MetricSpec,
    /// Whether higher values are better.
    higher_is_better: bool,
    /// The part of the split that the values are of; always the same.
    part: String,
    relevant_from: Option<f64>,
    /// In the order of their stages' names.
    candidates: Vec<Candidate>,
}

impl Best {
    /// The metric, and whether higher values of it are better.
    fn rule(&self) -> Result<(MetricSpec, bool), StageError> {
        let wrong = |error: MetricSpecError| StageError::new(error.to_string()).help(error.help());
        let metric: MetricSpec = self.metric.parse().map_err(wrong)?;
        match metric.metric().direction {
            Direction::Higher => Ok((metric, true)),
            Direction::Lower => Ok((metric, false)),
            Direction::Neither => {
                Err(StageError::new(format!("`{metric}` does not say which of two models is better"))
                    .help("choose by a metric that does, such as `ndcg@100` or `rmse`"))
            }
        }
    }
}

impl Stage for Best {
    fn check(&self) -> Vec<ParameterProblem> {
        let problem = self.rule().err().map(|error| ParameterProblem::of("metric", error.message, error.help));
        problem.into_iter().collect()
    }

    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        let facts: SplitFacts = serde_json::from_slice(&inputs.read("split", SplitFacts::FILE)?).ok()?;
        Some(memory::of_evaluation(inputs, "models", &facts))
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let (metric, higher_is_better) = self.rule()?;
        let split_dir = ctx.input("split")?;
        let facts: SplitFacts = read_json(&split_dir.join(SplitFacts::FILE))?;
        if facts.validation.interactions == 0 {
            return Err(StageError::new("the split has no validation part to choose on")
                .help("hold one out: `uses: split`, `with: { validation: 0.1 }`"));
        }
        let n_items = facts.items as usize;
        // The one part that this stage can name.
        let holdout = StoredHoldout::open(split_dir, HeldOutPart::Validation, n_items)?;
        let training = TrainingCounts::stored(split_dir, n_items)?;
        let dialect = DialectName::default();
        let precedence = dialect.dialect().precedence(&read_items(split_dir)?.ids);
        let models = ctx.inputs.get("models").map(Vec::as_slice).unwrap_or_default();
        let mut candidates = Vec::with_capacity(models.len());
        for (place, input) in models.iter().enumerate() {
            let (stored, recommender) = load_model(&input.dir)?;
            if stored.split_digest != facts.digest {
                let message = format!("the model of `{}` was fitted on another split", input.stage);
                return Err(StageError::new(message).help("let the stages that train and this one need the same split"));
            }
            let options = EvaluationOptions {
                model: stored.title.clone(),
                dialect,
                precedence: precedence.clone(),
                relevant_from: self.relevant_from.map(|rating| rating as f32),
                rating_range: Some(facts.about.rating_range),
                is_implicit: !facts.about.dataset.has_ratings,
            };
            let monitor = OneOfMany { all: Bridge::of(ctx), place: place as u64, n: models.len() as u64 };
            let mut users = UserValues::default();
            let (model, metrics) = (recommender.as_ref(), [metric]);
            let evaluation = evaluate_into(model, &holdout, &training, &metrics, &options, &monitor, &mut users)?;
            let value = evaluation.values.into_iter().next();
            let Some(MetricValue { value: Some(value), standard_error, .. }) = value else {
                let why = value.and_then(|value| value.reason).map(|reason| format!(": {reason}")).unwrap_or_default();
                let message = format!("the model of `{}` has no `{metric}` on the validation part{why}", input.stage);
                return Err(StageError::new(message).help("take it out of `needs`, or choose by another metric"));
            };
            let StoredModel { model, parameters, .. } = stored;
            let (stage, variant) = (input.stage.clone(), input.variant.clone());
            candidates.push(Candidate { stage, variant, model, parameters, value, standard_error });
        }
        // The first of equal ones, whatever their number.
        let better = |a: f64, b: f64| if higher_is_better { a > b } else { a < b };
        let mut winner = 0;
        for (place, candidate) in candidates.iter().enumerate() {
            if better(candidate.value, candidates[winner].value) {
                winner = place;
            }
        }
        let Some(input) = models.get(winner) else { return Err(StageError::new("there are no models to choose from")) };
        let chosen =
            Chosen { stage: input.stage.clone(), of: candidates.len() as u64, metric, value: candidates[winner].value };
        let out = ctx.output("model");
        pass_on(&input.dir, &out, chosen)?;
        let choice = Choice {
            chosen: input.stage.clone(),
            model: candidates[winner].model.clone(),
            metric,
            higher_is_better,
            part: "validation".to_owned(),
            relevant_from: self.relevant_from,
            candidates,
        };
        write_json(&out.join(CHOICE_FILE), &choice)
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        let choice: Choice = parse(CHOICE_FILE, &read("model", CHOICE_FILE)?)?;
        let value = choice.candidates.iter().find(|candidate| candidate.stage == choice.chosen);
        let values = [
            (format!("validation-{}", choice.metric), value.map(|candidate| candidate.value)),
            ("candidates".to_owned(), Some(choice.candidates.len() as f64)),
        ];
        Ok(Some(Figures { title: Some(choice.chosen), values: values.into_iter().collect() }))
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        let (metric, _) = self.rule().ok()?;
        Some(vec![format!("validation-{metric}"), "candidates".to_owned()])
    }
}

/// The winner's files, with a word of how it was chosen.
fn pass_on(from: &Path, to: &Path, chosen: Chosen) -> Result<(), StageError> {
    fs::copy(from.join(WEIGHTS_FILE), to.join(WEIGHTS_FILE))?;
    if from.join(CURVE_FILE).exists() {
        fs::copy(from.join(CURVE_FILE), to.join(CURVE_FILE))?;
    }
    let stored: StoredModel = read_json(&from.join(MODEL_FILE))?;
    write_json(&to.join(MODEL_FILE), &StoredModel { chosen: Some(chosen), ..stored })
}

/// The caller of one evaluation of several.
struct OneOfMany<'a> {
    all: Bridge<'a>,
    place: u64,
    n: u64,
}

impl Monitor for OneOfMany<'_> {
    fn progress(&self, done: u64, total: u64, _: &str) {
        self.all.progress(self.place * total + done, self.n * total, "");
    }

    fn is_cancelled(&self) -> bool {
        self.all.is_cancelled()
    }

    fn memory_limit_bytes(&self) -> Option<u64> {
        self.all.memory_limit_bytes()
    }
}
