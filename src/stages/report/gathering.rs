//! From the scores of single models to one table.

use serde_json::Value;

use super::super::comparable;
use super::super::evaluate::Part;
use super::breakdowns::breakdowns;
use super::findings::add_findings;
use super::lists::{example_users, overlap, popularity_bias};
use super::methods::statistics;
use super::names::{self, Names};
use super::notes::{few_users, notes};
use super::provenance::{provenance, seeds};
use super::scored::Scored;
use super::spread::mean_and_spread;
use super::table_rows::{Coordinates, TableRow, check_splits, table_rows};
use super::term_table::ReportUsers;
use super::uncertainty::{Confidence, add_uncertainty};
use crate::engine::StageError;
use crate::rec::metric::{self, Dialect, MetricSpec};
use crate::report::{Cell, Column, Comparison, Direction, Estimate, Replicate, Row};

/// What a report is to be made of, beside the scores.
pub(super) struct Wishes<'a> {
    /// The heading.
    pub title: &'a str,
    /// The axes along which rows are joined.
    pub replicates: &'a [String],
    /// What rows are called.
    pub names: &'a Names,
    /// How sure to be.
    pub confidence: Confidence,
}

/// The scores of all models as one table; refuses those that were not made on the same split in the same way.
pub(super) fn compare(scored: &[Scored], wishes: &Wishes<'_>) -> Result<Comparison, StageError> {
    let mut rows = table_rows(scored, wishes.replicates);
    names::give(wishes.names, &mut rows)?;
    let Some(first) = rows.first().map(TableRow::first) else {
        return Err(StageError::new("there are no scores to compare"));
    };
    check_splits(&rows)?;
    comparable::check(scored.iter().map(|one| (one.stage.as_str(), &one.scores)))?;
    let mut metrics: Vec<MetricSpec> = Vec::new();
    for value in scored.iter().flat_map(|one| &one.scores.values) {
        if !metrics.contains(&value.metric) {
            metrics.push(value.metric);
        }
    }
    let mut cells: Vec<Vec<Cell>> =
        rows.iter().map(|row| metrics.iter().map(|metric| cell(row, *metric)).collect()).collect();
    let users = ReportUsers::of(&rows)?;
    add_uncertainty(&mut cells, &rows, &users, &metrics, wishes.confidence)?;
    let mut comparison = Comparison {
        title: heading(wishes.title, first.scores.part),
        columns: metrics.iter().map(|metric| column(metric, first.scores.dialect.dialect())).collect(),
        rows: rows.iter().zip(cells).map(|(row, cells)| table_row(row, cells)).collect(),
        notes: few_users(&rows, &users, &metrics).into_iter().chain(notes(&rows)).collect(),
        provenance: provenance(&rows, first),
        finding: None,
        statistics: None,
        breakdowns: breakdowns(&rows, &users, &metrics, wishes.confidence)?,
        overlap: overlap(&rows, &metrics)?,
        examples: example_users(&rows)?,
    };
    comparison.provenance.seeds = seeds(&comparison.labels(), &rows);
    comparison.statistics = statistics(&comparison, &rows, wishes.replicates, wishes.confidence);
    add_findings(&mut comparison);
    Ok(comparison)
}

/// The title; of a table to choose by, with a word that says so.
fn heading(title: &str, part: Part) -> String {
    match part {
        Part::Test => title.to_owned(),
        Part::Validation => format!("{title} (validation)"),
    }
}

fn column(spec: &MetricSpec, dialect: &Dialect) -> Column {
    let metric = spec.metric();
    let definition = dialect.form(metric).map_or_else(|| dialect.lacks(metric), |form| form.definition.to_owned());
    Column {
        metric: spec.to_string(),
        title: spec.title(),
        direction: match metric.direction {
            metric::Direction::Higher => Direction::HigherIsBetter,
            metric::Direction::Lower => Direction::LowerIsBetter,
            metric::Direction::Neither => Direction::Neither,
        },
        decimals: 4,
        definition,
        finding: None,
    }
}

/// A metric of a row, the mean over its replicates; empty as soon as one of them has no value.
fn cell(row: &TableRow<'_>, metric: MetricSpec) -> Cell {
    let value = |one: &&Scored| match one.scores.values.iter().find(|value| value.metric == metric) {
        None => Err("This metric was not asked for.".to_owned()),
        Some(value) => match (value.value, &value.reason) {
            (Some(number), _) => Ok(number),
            (None, Some(reason)) => Err(sentence(reason)),
            (None, None) => Err("The metric has no value.".to_owned()),
        },
    };
    match row.members.iter().map(value).collect::<Result<Vec<f64>, String>>() {
        Err(reason) => Cell::Empty(reason),
        Ok(values) => {
            let (mean, spread) = mean_and_spread(values);
            Cell::estimate(Estimate { spread, ..Estimate::of(mean) })
        }
    }
}

fn table_row(row: &TableRow<'_>, cells: Vec<Cell>) -> Row {
    let first = row.first();
    let model = &first.scores.model;
    let is_shared = |(name, value): &(&String, &Value)| {
        row.members.iter().all(|one| one.scores.model.parameters.get(name.as_str()) == Some(*value))
    };
    let replicate = |(one, coordinates): (&&Scored, &Coordinates)| Replicate {
        stage: one.stage.clone(),
        variant: coordinates.clone(),
        split_digest: one.scores.split.digest.clone(),
        epochs: one.scores.model.training.epochs,
        best_epoch: one.scores.model.training.best_epoch,
        parameters: owned(parameters(one).filter(|parameter| !is_shared(parameter))),
        learning_curves: Vec::new(),
    };
    let replicates = row.members.iter().zip(&row.coordinates).filter(|_| row.is_replicated());
    Row {
        model: row.title(),
        stage: first.stage.clone(),
        epochs: model.training.epochs,
        best_epoch: model.training.best_epoch,
        cells,
        users: first.scores.users,
        parameters: owned(parameters(first).filter(is_shared)),
        variant: row.variant.clone(),
        replicates: replicates.map(replicate).collect(),
        reads_order: first.scores.reads_order,
        is_reproduction: row.is_reproduction(),
        popularity_bias: popularity_bias(row),
        learning_curves: Vec::new(),
    }
}

/// The hyper-parameters of the model that was scored.
fn parameters(one: &Scored) -> impl Iterator<Item = (&String, &Value)> {
    one.scores.model.parameters.as_object().into_iter().flatten()
}

fn owned<'a>(parameters: impl Iterator<Item = (&'a String, &'a Value)>) -> Coordinates {
    parameters.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A lowercase fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}
