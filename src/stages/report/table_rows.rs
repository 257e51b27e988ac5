//! Which evaluations are one row of the table: those that differ in replicate axes alone.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value;

use super::scored::Scored;
use crate::engine::StageError;

/// Coordinates along some axes.
pub(super) type Coordinates = IndexMap<String, Value>;

/// One row of the table: a model, evaluated once or once for each replicate.
pub(super) struct TableRow<'a> {
    /// The evaluations, by rising coordinates.
    pub members: Vec<&'a Scored>,
    /// Where each stands along the replicate axes; empty ones for a row without replicates.
    pub coordinates: Vec<Coordinates>,
    /// Where all of them stand along the other axes.
    pub variant: Coordinates,
    /// The stages' name without their coordinates along the replicate axes.
    pub family: String,
    /// What the user calls it.
    pub name: Option<String>,
}

impl TableRow<'_> {
    /// The evaluation that speaks for all where they do not differ.
    pub(super) fn first(&self) -> &Scored {
        self.members[0]
    }

    /// What it is called: as the user says, or as the model is.
    pub(super) fn title(&self) -> String {
        let model = &self.first().scores.model;
        match (&self.name, &model.chosen) {
            (Some(name), _) => name.clone(),
            (None, Some(chosen)) => format!("{} (best of {})", model.title, chosen.of),
            (None, None) => model.title.clone(),
        }
    }

    /// Whether it repeats a published evaluation that lets users be recommended what they have: its numbers are not of the
    /// same task as the others'.
    pub(super) fn is_reproduction(&self) -> bool {
        self.first().scores.skips_last_event
    }

    /// Whether there are several.
    pub(super) fn is_replicated(&self) -> bool {
        self.members.len() > 1
    }
}

/// The rows of the table in the order of their first evaluations.
pub(super) fn table_rows<'a>(scored: &'a [Scored], axes: &[String]) -> Vec<TableRow<'a>> {
    let mut families: IndexMap<String, Vec<&Scored>> = IndexMap::new();
    for one in scored {
        families.entry(family(&one.stage, axes)).or_default().push(one);
    }
    families
        .into_iter()
        .map(|(family, mut members)| {
            let along = |one: &Scored, is_replicate: bool| -> Coordinates {
                let chosen = one.variant.iter().filter(|(axis, _)| axes.contains(axis) == is_replicate);
                chosen.map(|(axis, value)| (axis.clone(), value.clone())).collect()
            };
            members.sort_by(|a, b| compare(&along(a, true), &along(b, true)));
            TableRow {
                coordinates: members.iter().map(|one| along(one, true)).collect(),
                variant: along(members[0], false),
                members,
                family,
                name: None,
            }
        })
        .collect()
}

/// The evaluations of the first row that were made on different splits: one for each split, in the order of replicates. All
/// rows have the same splits.
pub(super) fn splits<'a>(rows: &[TableRow<'a>]) -> Vec<&'a Scored> {
    let mut splits: Vec<&Scored> = Vec::new();
    for one in rows.first().into_iter().flat_map(|row| &row.members) {
        if splits.iter().all(|known| known.scores.split.digest != one.scores.split.digest) {
            splits.push(one);
        }
    }
    splits
}

/// A stage's name without its coordinates along these axes: what replicates have in common, and nobody else.
fn family(stage: &str, axes: &[String]) -> String {
    let is_replicate = |coordinate: &str| {
        coordinate.split_once('=').is_some_and(|(axis, _)| axes.iter().any(|replicate| replicate == axis))
    };
    let segments = stage
        .split('/')
        .map(|segment| segment.split(',').filter(|coordinate| !is_replicate(coordinate)).collect::<Vec<_>>().join(","));
    segments.filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/")
}

/// Numbers by size, other values by their text.
fn compare(a: &Coordinates, b: &Coordinates) -> Ordering {
    let by_value = |(a, b): (&Value, &Value)| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.to_string().cmp(&b.to_string()),
    };
    a.values().zip(b.values()).map(by_value).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Refuses rows that were not scored on the same splits: models may be compared within one split, and means over several only
/// if they are over the same ones.
pub(super) fn check_splits(rows: &[TableRow<'_>]) -> Result<(), StageError> {
    let splits = |row: &TableRow<'_>| -> BTreeSet<String> {
        row.members.iter().map(|one| one.scores.split.digest.clone()).collect()
    };
    let Some((first, rest)) = rows.split_first() else { return Ok(()) };
    for row in rest {
        let (name, other) = (&first.first().stage, &row.first().stage);
        if splits(row) != splits(first) {
            let is_replicated = first.is_replicated() || row.is_replicated();
            let help = if is_replicated {
                "let all models of one report be trained and scored on the same split for each seed"
            } else {
                "let all models of one report be trained and scored on one split"
            };
            return Err(StageError::new(format!("`{name}` and `{other}` were scored on different splits")).help(help));
        }
    }
    let mut split_at: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_replicated()) {
        for (one, coordinates) in row.members.iter().zip(&row.coordinates) {
            let here = (one.scores.split.digest.as_str(), one.stage.as_str());
            let at = serde_json::to_string(coordinates).unwrap_or_default();
            let (digest, stage) = *split_at.entry(at).or_insert(here);
            if digest != here.0 {
                let message = format!("`{stage}` and `{}` were scored on different splits", one.stage);
                return Err(StageError::new(message).help("let one seed give all models the same split"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn replicates_share_their_name_without_their_coordinates() {
        let axes = ["seed".to_owned()];
        assert_eq!(family("evaluate/train-ease/seed=2", &axes), "evaluate/train-ease");
        assert_eq!(family("evaluate/train-ease/lambda=200,seed=2", &axes), "evaluate/train-ease/lambda=200");
        assert_eq!(family("evaluate/train-ease", &axes), "evaluate/train-ease");
        assert_eq!(family("evaluate/train-ease/seed=2", &[]), "evaluate/train-ease/seed=2");
    }
}
