//! What two runs have not in common, as plain data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::engine::{RunRecord, StageRecord};
use crate::stages::is_improvement;

/// Two runs side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Differences {
    /// The first run's name.
    pub first: String,
    /// The second run's name.
    pub second: String,
    /// Every metric that one of them has, equal ones too.
    pub metrics: Vec<MetricPair>,
    /// What of the stages' kinds and parameters is different.
    pub parameters: Vec<Pair>,
    /// Stages that only the first run has.
    pub only_first: Vec<String>,
    /// Stages that only the second run has.
    pub only_second: Vec<String>,
    /// Times, in seconds, of the stages that were computed anew in between.
    pub times: Vec<TimePair>,
    /// What of commands, machines and versions is different; the stage is empty.
    pub surroundings: Vec<Pair>,
}

/// A metric of a stage in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct MetricPair {
    pub stage: String,
    pub metric: String,
    pub first: Option<f64>,
    pub second: Option<f64>,
    /// Second less first.
    pub difference: Option<f64>,
    /// Whether the second is better; `None` if they are equal or the metric judges nothing.
    pub improvement: Option<bool>,
}

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Pair {
    pub stage: String,
    pub what: String,
    pub first: Value,
    pub second: Value,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct TimePair {
    pub stage: String,
    pub first: f64,
    pub second: f64,
}

impl Differences {
    pub(super) fn between(first: &RunRecord, second: &RunRecord) -> Self {
        let only = |run: &RunRecord, other: &RunRecord| {
            let lacking = run.stages.iter().filter(|stage| other.stage(&stage.stage).is_none());
            lacking.map(|stage| stage.stage.clone()).collect()
        };
        let both: Vec<(&StageRecord, &StageRecord)> =
            first.stages.iter().filter_map(|stage| Some((stage, second.stage(&stage.stage)?))).collect();
        Self {
            first: first.run.clone(),
            second: second.run.clone(),
            metrics: metrics(first, second),
            parameters: both.iter().flat_map(|(old, new)| parameters(old, new)).collect(),
            only_first: only(first, second),
            only_second: only(second, first),
            times: both.iter().filter_map(|(old, new)| times(old, new)).collect(),
            surroundings: surroundings(first, second),
        }
    }
}

/// The metrics of every stage that has some in either run, in the order of the first run, then of the second.
fn metrics(first: &RunRecord, second: &RunRecord) -> Vec<MetricPair> {
    let figures = |stage: Option<&StageRecord>| stage?.figures.clone();
    let added = second.stages.iter().filter(|stage| first.stage(&stage.stage).is_none());
    let mut pairs = Vec::new();
    for stage in first.stages.iter().chain(added).map(|stage| stage.stage.as_str()) {
        let [old, new] = [first, second].map(|run| figures(run.stage(stage)).map(|f| f.values).unwrap_or_default());
        for metric in old.keys().chain(new.keys().filter(|metric| !old.contains_key(*metric))) {
            let [first, second] = [&old, &new].map(|metrics| metrics.get(metric).copied().flatten());
            let both = first.zip(second);
            pairs.push(MetricPair {
                stage: stage.to_owned(),
                metric: metric.clone(),
                first,
                second,
                difference: both.map(|(first, second)| second - first),
                improvement: both.and_then(|(first, second)| is_improvement(metric, first, second)),
            });
        }
    }
    pairs
}

fn parameters(old: &StageRecord, new: &StageRecord) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut add = |what: String, first: Value, second: Value| {
        if first != second {
            pairs.push(Pair { stage: old.stage.clone(), what, first, second });
        }
    };
    add("uses".to_owned(), old.kind.clone().into(), new.kind.clone().into());
    let [a, b] = [&old.parameters, &new.parameters].map(|parameters| leaves("with", parameters));
    for (name, value) in &a {
        add(name.clone(), value.clone(), b.get(name).cloned().unwrap_or_default());
    }
    for (name, value) in b.iter().filter(|(name, _)| !a.contains_key(*name)) {
        add(name.clone(), Value::Null, value.clone());
    }
    add("needs".to_owned(), old.needs.clone().into(), new.needs.clone().into());
    pairs
}

/// Every value in mappings, by its way: `with.filters.min-per-user`. Lists are values.
fn leaves(path: &str, value: &Value) -> BTreeMap<String, Value> {
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| leaves(&format!("{path}.{key}"), value)).collect(),
        other => BTreeMap::from([(path.to_owned(), other.clone())]),
    }
}

fn times(old: &StageRecord, new: &StageRecord) -> Option<TimePair> {
    let (first, second) = (old.facts.as_ref()?, new.facts.as_ref()?);
    let [first, second] = (first != second).then(|| [first, second].map(|facts| facts.wall.as_secs_f64()))?;
    Some(TimePair { stage: old.stage.clone(), first, second })
}

fn surroundings(first: &RunRecord, second: &RunRecord) -> Vec<Pair> {
    let told = |run: &RunRecord| {
        let mut told = BTreeMap::from([
            ("pipeline".to_owned(), run.pipeline.clone()),
            ("command".to_owned(), run.command.clone()),
            ("machine".to_owned(), run.host.clone()),
        ]);
        told.extend(run.versions.iter().map(|(name, version)| (format!("version of {name}"), version.clone())));
        told
    };
    let (first, second) = (told(first), told(second));
    let names = first.keys().chain(second.keys().filter(|name| !first.contains_key(*name)));
    let value = |text: Option<&String>| text.map_or(Value::Null, |text| text.as_str().into());
    names
        .map(|what| (what, value(first.get(what)), value(second.get(what))))
        .filter(|(_, first, second)| first != second)
        .map(|(what, first, second)| Pair { stage: String::new(), what: what.clone(), first, second })
        .collect()
}
