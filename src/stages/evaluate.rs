//! `evaluate`: scores a model on the test part of its split.

use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bridge::{Bridge, read_json, write_json};
use super::examples::{self, examples};
use super::facts::{Part as PartSize, SplitFacts};
use super::figures::parse;
use super::memory;
use super::ports::{DATASET, MODEL, SCORES, SPLIT};
use super::scored_users::ScoredUsersWriter;
use super::train::{MODEL_FILE, StoredModel, WEIGHTS_FILE};
use super::user_groups::UserGroups;
use super::user_terms::TermSources;
use crate::engine::{
    Arity, Figures, Inputs, ParameterProblem, Ports, ReadFile, Stage, StageCtx, StageError, StageKind, Step,
};
use crate::rec::data::{HeldOutPart, HoldoutRows, StoredHoldout, read_items, read_users};
use crate::rec::eval::{
    EvaluationError, EvaluationOptions, MetricValue, PopularityFacts, PopularityThirds, TrainingCounts, evaluate_into,
};
use crate::rec::metric::{DialectName, MetricSpec, MetricSpecError};
use crate::rec::model::{self, Recommender, ScoresFile, Weights, WeightsError};

/// The metrics of one model.
pub(super) const SCORES_FILE: &str = "scores.json";
/// The values of single users behind the means: one line a test user.
pub(super) const USERS_FILE: &str = "users.csv";
/// What is recommended to each test user; see [`StoredLists`](crate::rec::eval::StoredLists).
pub(super) const LISTS_FILE: &str = "lists.safetensors";

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<Evaluate>(
        "evaluate",
        4,
        "Scores a model on the test part of its split: full rankings without what users already have, and ratings.",
    )
    .reads("split", SPLIT, Arity::One)
    .reads("model", MODEL, Arity::One)
    .reads("dataset", DATASET, Arity::Optional)
    .writes("scores", SCORES)
    .varies_ports()
}

/// How a model is scored.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Evaluate {
    /// What to compute, in the order of the table's columns.
    #[schemars(with = "Vec<MetricSpec>", length(min = 1), extend("uniqueItems" = true))]
    metrics: Vec<String>,
    /// Whose definitions of the metrics are meant, where programs that share a name do not share a number. `recflow metrics`
    /// tells them all.
    dialect: DialectName,
    /// What to score on. Scores on the validation part are for choosing; a report of them says so and takes no others.
    part: Part,
    /// The lowest rating that makes a held-out item a target of rankings. Without it every held-out item is one.
    relevant_from: Option<f64>,
    /// Attributes of users, such as `gender`: the report tells the metrics for each of their groups. Such a stage also needs
    /// the data set that knows them, the one of `ingest`. Models never see them.
    #[schemars(extend("uniqueItems" = true))]
    // Not in the key where there are none: it changes nothing then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user_groups: Vec<String>,
}

impl Default for Evaluate {
    fn default() -> Self {
        let metrics = ["rmse", "precision@10", "recall@10", "ndcg@10"].map(str::to_owned).to_vec();
        Self {
            metrics,
            dialect: DialectName::default(),
            part: Part::Test,
            relevant_from: None,
            user_groups: Vec::new(),
        }
    }
}

/// A held-out part of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// What hyper-parameters and the best epoch are chosen on.
    Validation,
    /// What the table is made of.
    Test,
}

impl Part {
    /// Its size.
    pub(super) fn size(self, split: &SplitFacts) -> PartSize {
        match self {
            Self::Validation => split.validation,
            Self::Test => split.test,
        }
    }

    fn held_out(self) -> HeldOutPart {
        match self {
            Self::Validation => HeldOutPart::Validation,
            Self::Test => HeldOutPart::Test,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

/// A model's metrics as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Scores {
    /// The model.
    pub model: StoredModel,
    /// The split it was scored on.
    pub split: SplitFacts,
    /// Whose definitions of the metrics are meant.
    pub dialect: DialectName,
    /// The part that it was scored on.
    pub part: Part,
    /// The lowest rating that makes a held-out item a target.
    pub relevant_from: Option<f64>,
    /// Whether the model reads histories in their order.
    pub reads_order: bool,
    /// Whether the last event of each history was kept from the model.
    pub skips_last_event: bool,
    /// One value for each metric.
    pub values: Vec<MetricValue>,
    /// How popular its recommendations are; `None` if it ranks nothing.
    pub popularity: Option<PopularityFacts>,
    /// Users in the means of ranking metrics.
    pub users: u64,
    /// Test users without a target.
    pub users_without_target: u64,
}

impl Evaluate {
    fn specs(&self) -> Vec<Result<MetricSpec, MetricSpecError>> {
        self.metrics.iter().map(|metric| metric.parse()).collect()
    }
}

impl Stage for Evaluate {
    fn check(&self) -> Vec<ParameterProblem> {
        let problem = |(index, spec): (usize, Result<MetricSpec, MetricSpecError>)| {
            spec.err().map(|error| ParameterProblem {
                path: vec![Step::Key("metrics".to_owned()), Step::Index(index)],
                message: error.to_string(),
                help: Some(error.help()),
            })
        };
        let problems: Vec<_> = self.specs().into_iter().enumerate().filter_map(problem).collect();
        let dialect = self.dialect.dialect();
        let is_defined = |spec: Result<MetricSpec, _>| spec.is_ok_and(|spec| dialect.form(spec.metric()).is_some());
        if !problems.is_empty() || self.metrics.is_empty() || self.specs().into_iter().any(is_defined) {
            return problems;
        }
        let defined: Vec<_> = dialect.defined().map(|(metric, _)| format!("`{}`", metric.name)).collect();
        let message = format!("the dialect `{}` defines none of these metrics", self.dialect);
        vec![ParameterProblem::of("metrics", message, Some(format!("it defines {}", defined.join(", "))))]
    }

    fn ports(&self, mut of_kind: Ports) -> Ports {
        if self.user_groups.is_empty() {
            of_kind.inputs.retain(|port| port.port_type != DATASET);
        }
        of_kind.inputs.iter_mut().filter(|port| port.port_type == DATASET).for_each(|port| port.arity = Arity::One);
        of_kind
    }

    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        let facts: SplitFacts = serde_json::from_slice(&inputs.read("split", SplitFacts::FILE)?).ok()?;
        Some(memory::of_evaluation(inputs, "model", &facts))
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let metrics = self.specs().into_iter().collect::<Result<Vec<_>, _>>();
        let metrics = metrics.map_err(|error| StageError::new(error.to_string()).help(error.help()))?;
        let split_dir = ctx.input("split")?;
        let facts: SplitFacts = read_json(&split_dir.join(SplitFacts::FILE))?;
        let (stored, recommender) = load_model(ctx.input("model")?)?;
        if stored.split_digest != facts.digest {
            let message =
                format!("the model `{}` was fitted on another split than the one it is to be scored on", stored.title);
            return Err(StageError::new(message).help("let the stage that trains it and this one need the same split"));
        }
        if stored.model == ScoresFile::NAME && self.part != Part::Test {
            let message = format!("`{}` has scores of the test users only", stored.title);
            return Err(StageError::new(message).help("score it on the test part"));
        }
        let (n_items, n_users) = (facts.items as usize, self.part.size(&facts).users);
        let holdout = StoredHoldout::open(split_dir, self.part.held_out(), n_items)?;
        if holdout.n_rows() as u64 != n_users {
            let message = format!("the {} part has {} users and not {n_users} as it says", self.part, holdout.n_rows());
            return Err(StageError::new(message).help("have the split made again"));
        }
        if n_users == 0 {
            let message = format!("the split holds nothing out for the {}", self.part);
            return Err(StageError::new(message).help("give the split a `validation` share, or score on the test part"));
        }
        let (ids, items) = (read_users(split_dir)?, read_items(split_dir)?);
        let options = EvaluationOptions {
            model: stored.title.clone(),
            dialect: self.dialect,
            precedence: self.dialect.dialect().precedence(&items.ids),
            relevant_from: self.relevant_from.map(|rating| rating as f32),
            rating_range: Some(facts.about.rating_range),
            is_implicit: !facts.about.dataset.has_ratings,
        };
        let bridge = Bridge::of(ctx);
        let out = ctx.output("scores");
        let training = TrainingCounts::stored(split_dir, n_items)?;
        let thirds = PopularityThirds::of(&training);
        let sources = TermSources {
            holdout: &holdout,
            relevant_from: options.relevant_from,
            dialect: self.dialect.dialect(),
            training: &training,
            thirds: &thirds,
        };
        let mut users = ScoredUsersWriter::new(&out, &ids, sources)?;
        let evaluation =
            evaluate_into(recommender.as_ref(), &holdout, &training, &metrics, &options, &bridge, &mut users)?;
        let popularity = users.finish()?;
        if let Some(dataset) = ctx.inputs.get(DATASET.0).and_then(|datasets| datasets.first()) {
            UserGroups::look_up(&self.user_groups, dataset, &out, &ids)?.write(&out)?;
        }
        write_json(&out.join(examples::FILE), &examples(&out, sources, &ids, &items)?)?;
        let scores = Scores {
            model: stored,
            split: facts,
            dialect: self.dialect,
            part: self.part,
            relevant_from: self.relevant_from,
            reads_order: recommender.reads_order(),
            skips_last_event: recommender.skips_last_event(),
            users: evaluation.n_ranked,
            users_without_target: evaluation.n_users - evaluation.n_with_target,
            values: evaluation.values,
            popularity,
        };
        write_json(&out.join(SCORES_FILE), &scores)
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        let Scores { model, values, part, .. } = parse(SCORES_FILE, &read("scores", SCORES_FILE)?)?;
        let values = values.iter().map(|value| (value.metric.to_string(), value.value)).collect();
        Ok(Some(Figures { title: Some(format!("{}, {part} part", model.title)), values }))
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        // As they are told: the way of writing a metric is not the only one.
        Some(self.specs().into_iter().flatten().map(|metric| metric.to_string()).collect())
    }
}

/// The model in this folder and what is known of it.
pub(super) fn load_model(dir: &Path) -> Result<(StoredModel, Box<dyn Recommender>), StageError> {
    let stored: StoredModel = read_json(&dir.join(MODEL_FILE))?;
    let recommender = model::restore(&stored.model, &stored.parameters, &Weights::read(&dir.join(WEIGHTS_FILE))?)?;
    Ok((stored, recommender))
}

impl From<EvaluationError> for StageError {
    fn from(error: EvaluationError) -> Self {
        match error {
            EvaluationError::Interrupted(_) => Self::interrupted(),
            other => {
                let help = other.help().map(str::to_owned);
                Self { message: other.to_string(), help, interrupted: false }
            }
        }
    }
}

impl From<WeightsError> for StageError {
    fn from(error: WeightsError) -> Self {
        match error {
            WeightsError::Io(error) => {
                let told = Self::from(error);
                Self { message: format!("the model's arrays cannot be stored or read: {}", told.message), ..told }
            }
            other => Self::new(other.to_string()),
        }
    }
}
