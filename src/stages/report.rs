//! `report`: lays the scores of many models side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bridge::{read_json, write_json};
use super::evaluate::{SCORES_FILE, Scores};
use super::facts::{Part, SplitFacts};
use super::ports::{COMPARISON, SCORES};
use crate::engine::{
    Arity, FinishedStage, ParameterProblem, Publication, PublishCtx, Stage, StageCtx, StageError, StageKind,
};
use crate::rec::metric::{self, MetricSpec};
use crate::report::{
    Cell, Column, Comparison, Cost, DatasetFacts, Direction, Measured, PartSize, Provenance, Row, SplitFacts as Split,
    csv, markdown, screen,
};

const COMPARISON_FILE: &str = "comparison.json";
const TABLE_FILE: &str = "comparison.csv";

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<Report>(
        "report",
        2,
        "Lays the scores of models side by side, as a Markdown table that says where its numbers come from.",
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
    /// The Markdown file to write, relative to where recflow is run.
    #[schemars(extend("x-key" = false))]
    output: PathBuf,
}

impl Default for Report {
    fn default() -> Self {
        Self { title: "Comparison".to_owned(), output: PathBuf::from("reports/comparison.md") }
    }
}

impl Stage for Report {
    fn check(&self) -> Vec<ParameterProblem> {
        let inside = self.output.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if inside && self.output.file_name().is_some() {
            return Vec::new();
        }
        let message = format!("`{}` is not a file inside of the folder where recflow is run", self.output.display());
        let help = "give a relative path without `..`, for example `reports/comparison.md`".to_owned();
        vec![ParameterProblem::of("output", message, Some(help))]
    }

    fn max_threads(&self) -> usize {
        1
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let scores: Vec<(String, Scores)> = ctx
            .inputs
            .get("scores")
            .into_iter()
            .flatten()
            .map(|input| Ok((input.stage.clone(), read_json(&input.dir.join(SCORES_FILE))?)))
            .collect::<Result<_, StageError>>()?;
        let comparison = compare(&self.title, &scores)?;
        let out = ctx.output("comparison");
        write_json(&out.join(COMPARISON_FILE), &comparison)?;
        fs::write(out.join(TABLE_FILE), csv::render(&comparison, &Measured::default()))?;
        Ok(())
    }

    fn publish(&self, ctx: &PublishCtx<'_>) -> Result<Vec<Publication>, StageError> {
        let bytes = (ctx.read)("comparison", COMPARISON_FILE)?;
        let mut comparison: Comparison = serde_json::from_slice(&bytes)
            .map_err(|error| StageError::new(format!("cannot read `{COMPARISON_FILE}`: {error}")))?;
        // The order of rows is the pipeline file's; the stored comparison does not depend on it.
        let order = (ctx.find)(ctx.stage).map(|own| own.needs).unwrap_or_default();
        comparison.rows.sort_by_key(|row| order.iter().position(|stage| *stage == row.stage));
        if let Some(name) = dataset_name(ctx) {
            comparison.provenance.dataset.name = name;
        }
        let training = training_costs(&mut comparison, ctx);
        let measured = Measured {
            training,
            command: Some(ctx.command.to_owned()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            date: None,
        };
        Ok(vec![Publication {
            path: self.output.clone(),
            bytes: markdown::render(&comparison, &measured).into_bytes(),
            display: Some(screen::render(&comparison, &measured, ctx.display_width)),
        }])
    }
}

/// The scores of all models as one table; refuses those that were not made on the same split in the same way.
fn compare(title: &str, scores: &[(String, Scores)]) -> Result<Comparison, StageError> {
    let Some(((first_stage, first), rest)) = scores.split_first() else {
        return Err(StageError::new("there are no scores to compare"));
    };
    for (stage, other) in rest {
        if other.split.digest != first.split.digest {
            let message = format!("`{first_stage}` and `{stage}` were scored on different splits");
            return Err(
                StageError::new(message).help("let all models of one report be trained and scored on one split")
            );
        }
        if other.relevant_from != first.relevant_from {
            let message = format!("`{first_stage}` and `{stage}` count different held-out items as targets");
            return Err(StageError::new(message).help("give both the same `relevant-from`"));
        }
    }
    let mut metrics: Vec<MetricSpec> = Vec::new();
    for value in scores.iter().flat_map(|(_, scores)| &scores.values) {
        if !metrics.contains(&value.metric) {
            metrics.push(value.metric);
        }
    }
    Ok(Comparison {
        title: title.to_owned(),
        columns: metrics.iter().map(column).collect(),
        rows: scores.iter().map(|(stage, scores)| row(stage, scores, &metrics)).collect(),
        notes: notes(scores),
        provenance: provenance(scores, first),
    })
}

/// What must be known of how single models were scored.
fn notes(scores: &[(String, Scores)]) -> Vec<String> {
    let titles = |chosen: fn(&Scores) -> bool| {
        let mut titles: Vec<_> =
            scores.iter().filter(|(_, scores)| chosen(scores)).map(|(_, scores)| scores.model.title.clone()).collect();
        titles.dedup();
        titles.join(", ")
    };
    let mut notes = Vec::new();
    if scores.iter().any(|(_, scores)| scores.reads_order) && scores.iter().any(|(_, scores)| !scores.reads_order) {
        let readers = titles(|scores| scores.reads_order);
        notes.push(format!(
            "Read in the order of time: the histories given to {readers}. The others know what is in them, not when."
        ));
    }
    if scores.iter().any(|(_, scores)| scores.skips_last_event) {
        let skipping = titles(|scores| scores.skips_last_event);
        notes.push(format!(
            "Rows with `upstream-evaluation: true` ({skipping}) repeat a published evaluation that keeps the last event of each \
             history from the model and lets it be recommended. They are there to be compared with the publication, not with \
             the other rows."
        ));
    }
    notes
}

fn column(spec: &MetricSpec) -> Column {
    let metric = spec.metric();
    Column {
        metric: spec.to_string(),
        title: spec.title(),
        direction: match metric.direction {
            metric::Direction::Higher => Direction::HigherIsBetter,
            metric::Direction::Lower => Direction::LowerIsBetter,
            metric::Direction::Neither => Direction::Neither,
        },
        decimals: 4,
        definition: metric.definition.to_owned(),
    }
}

fn row(stage: &str, scores: &Scores, metrics: &[MetricSpec]) -> Row {
    let cell = |metric: &MetricSpec| match scores.values.iter().find(|value| value.metric == *metric) {
        None => Cell::Empty("This metric was not asked for.".to_owned()),
        Some(value) => match (value.value, &value.reason) {
            (Some(number), _) => Cell::of(number),
            (None, Some(reason)) => Cell::Empty(sentence(reason)),
            (None, None) => Cell::Empty("The metric has no value.".to_owned()),
        },
    };
    let parameters = scores.model.parameters.as_object().into_iter().flatten();
    Row {
        model: scores.model.title.clone(),
        stage: stage.to_owned(),
        epochs: scores.model.training.epochs,
        best_epoch: scores.model.training.best_epoch,
        cells: metrics.iter().map(cell).collect(),
        users: scores.users,
        parameters: parameters.map(|(name, value)| (name.clone(), value.clone())).collect(),
    }
}

/// A lowercase fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

fn provenance(scores: &[(String, Scores)], first: &Scores) -> Provenance {
    let SplitFacts { digest, about, users, items, interactions, train, validation, test } = first.split.clone();
    let size = |part: Part| PartSize { users: part.users, interactions: part.interactions };
    let mut seeds: IndexMap<String, u64> = about.seed.map(|seed| ("split".to_owned(), seed)).into_iter().collect();
    for (_, scores) in scores {
        if let Some(seed) = scores.model.parameters.get("seed").and_then(serde_json::Value::as_u64) {
            seeds.insert(scores.model.title.clone(), seed);
        }
    }
    let targets = match first.relevant_from {
        Some(rating) => format!("Held-out items rated {rating} or higher are targets."),
        None => "Every held-out item is a target, whatever its rating.".to_owned(),
    };
    Provenance {
        dataset: DatasetFacts {
            name: about.dataset.name.clone(),
            users,
            items,
            interactions,
            rating_range: about.dataset.has_ratings.then_some(about.rating_range),
            skipped_lines: about.dataset.skipped_lines,
        },
        filters: about.dataset.filters.clone(),
        split: Split {
            description: about.description,
            digest,
            train: size(train),
            validation: size(validation),
            test: size(test),
        },
        protocol: vec![
            "Every item is a candidate, except those the user already has; ties go to the lower item index.".to_owned(),
            targets,
            format!(
                "Means are over the {} test users with a target ({} have none).",
                first.users, first.users_without_target
            ),
        ],
        seeds,
    }
}

/// What the pipeline calls the data set. Its content may have been read under another name, which its key leaves out.
fn dataset_name(ctx: &PublishCtx<'_>) -> Option<String> {
    let mut open = vec![ctx.stage.to_owned()];
    while let Some(stage) = open.pop().and_then(|name| (ctx.find)(&name)) {
        if stage.kind == "ingest" {
            let name = Path::new(stage.parameters.get("dataset")?.as_str()?).file_name()?.to_string_lossy();
            return name.split('.').next().filter(|name| !name.is_empty()).map(str::to_owned);
        }
        open.extend(stage.needs);
    }
    None
}

/// What training each row's model cost; the rows then name the stages that trained them.
fn training_costs(comparison: &mut Comparison, ctx: &PublishCtx<'_>) -> BTreeMap<String, Cost> {
    let mut costs = BTreeMap::new();
    for row in &mut comparison.rows {
        let scored = (ctx.find)(&row.stage).into_iter().flat_map(|stage| stage.needs);
        let trained = scored.filter_map(|name| (ctx.find)(&name).map(|stage| (name, stage)));
        let Some((name, FinishedStage { facts, .. })) =
            trained.into_iter().find(|(_, stage)| stage.kind.starts_with("train-"))
        else {
            continue;
        };
        row.stage.clone_from(&name);
        let cost = Cost {
            wall: facts.wall,
            cpu: facts.cpu,
            peak_memory_bytes: facts.peak_memory_bytes,
            threads: facts.threads,
            version: facts.version,
        };
        costs.insert(name, cost);
    }
    costs
}
