//! A stage's key taken apart, beside that of the last time, and what it costs to run it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::budget::Capacity;
use super::digest::StageKey;
use super::key::KeyPreimage;
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::Registry;
use super::seconds;
use super::stage::{Facts, Workspace};
use super::status::{StageStatus, status_beside};
use super::store::{Action, Latest, Store};
use super::survey::Known;

/// All that is known of why a stage runs, or does not.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Explanation {
    /// What a run would do with it.
    #[serde(flatten)]
    pub status: StageStatus,
    /// Its key; `None` while results that it needs are not there.
    pub key: Option<StageKey>,
    /// The key it had when this pipeline was last run.
    pub last_key: Option<StageKey>,
    /// How its result was computed the last time.
    pub last_facts: Option<Facts>,
    /// Everything that its key is made of, now and the last time.
    pub parts: Vec<Part>,
    /// The stages that may run again if it does, in topological order.
    pub behind: Vec<String>,
    /// How long it and the stages behind it took the last time, one after the other; of those that were ever computed.
    #[serde(rename = "behind-seconds", with = "seconds")]
    pub cost: Duration,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is: `uses`, `with.lambda`, `input split`, `file ratings`.
    pub name: String,
    /// What it is now; `None` if there is no such part, or it is not known yet.
    pub now: Option<String>,
    /// What it was the last time.
    pub last: Option<String>,
}

/// Takes these stages apart, of a run that may take so much of the machine.
pub fn explain(
    plan: &Plan,
    registry: &Registry,
    store: &Store,
    workspace: &Workspace,
    stages: &[StageIndex],
    capacity: Capacity,
) -> Vec<Explanation> {
    let wanted: BTreeSet<&str> = stages.iter().map(|&stage| plan[stage].name.as_str()).collect();
    let latest = Latest::load(store, plan.name()).looked_at(store);
    let mut preimages: BTreeMap<String, KeyPreimage> = BTreeMap::new();
    let note = |told: &PlannedStage, known: &Known| match known {
        Known::Done(resolved)
        | Known::Open(resolved)
        | Known::SameAs(_, resolved)
        | Known::Frozen { due: Some(resolved), .. }
            if wanted.contains(told.name.as_str()) =>
        {
            preimages.insert(told.name.clone(), resolved.preimage.clone());
        }
        _ => {}
    };
    let statuses = status_beside(plan, registry, (store, &latest), workspace, (&BTreeSet::new(), capacity), note);
    let statuses: BTreeMap<&str, &StageStatus> =
        statuses.iter().map(|status| (status.stage.as_str(), status)).collect();
    let told = stages.iter().filter_map(|&index| {
        let planned = &plan[index];
        let now = preimages.get(&planned.name);
        let last = latest.key(&planned.name).and_then(|key| store.action(key));
        // What the file says is known even if inputs are not.
        let parts_now = now.map_or_else(|| parts(&without_inputs(planned, registry)), parts);
        let parts_last = last.as_ref().map(|action| parts(&action.preimage)).unwrap_or_default();
        let behind: Vec<String> =
            plan.descendants_of(index).into_iter().map(|stage| plan[stage].name.clone()).collect();
        let walls =
            std::iter::once(&planned.name).chain(&behind).filter_map(|stage| statuses.get(stage.as_str())?.last_wall);
        Some(Explanation {
            cost: walls.sum(),
            status: (*statuses.get(planned.name.as_str())?).clone(),
            key: now.map(KeyPreimage::key),
            last_key: last.as_ref().map(Action::key),
            last_facts: last.map(|action| action.facts),
            parts: beside(parts_now, &parts_last),
            behind,
        })
    });
    told.collect()
}

/// What a stage's key is made of but for its inputs.
fn without_inputs(planned: &PlannedStage, registry: &Registry) -> KeyPreimage {
    KeyPreimage {
        kind: planned.kind.clone(),
        revision: registry.find(&planned.kind).map_or(0, |kind| kind.revision),
        parameters: planned.key_parameters.as_ref().clone(),
        inputs: Vec::new(),
        sources: Vec::new(),
        variables: Vec::new(),
    }
}

/// Names and values of everything in a key, in its order.
fn parts(preimage: &KeyPreimage) -> Vec<(String, String)> {
    let mut parts = vec![("uses".to_owned(), format!("{} (revision {})", preimage.kind, preimage.revision))];
    leaves("with", &preimage.parameters, &mut parts);
    for input in &preimage.inputs {
        let name = input.stage.as_ref().unwrap_or(&input.port);
        parts.push((format!("input {name}"), input.artifact.0.short()));
    }
    for source in &preimage.sources {
        parts.push((format!("file {}", source.role), source.digest.short()));
    }
    for variable in &preimage.variables {
        let value = variable.digest.map_or_else(|| "(not set)".to_owned(), |digest| digest.short());
        parts.push((format!("variable {}", variable.name), value));
    }
    parts
}

fn leaves(path: &str, value: &Value, parts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, parts)),
        other => parts.push((path.to_owned(), super::difference::text(Some(other)))),
    }
}

/// Parts of equal names beside each other; those that are gone come last.
fn beside(now: Vec<(String, String)>, last: &[(String, String)]) -> Vec<Part> {
    let value = |parts: &[(String, String)], name: &str| {
        parts.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let gone = last.iter().filter(|(name, _)| value(&now, name).is_none());
    let gone: Vec<Part> =
        gone.map(|(name, was)| Part { name: name.clone(), now: None, last: Some(was.clone()) }).collect();
    let kept = now.into_iter().map(|(name, value_now)| Part { last: value(last, &name), now: Some(value_now), name });
    kept.chain(gone).collect()
}
