//! What is known of every stage of a plan without running any.

use std::collections::{BTreeSet, HashMap};

use super::digest::{ContinuationKey, StageKey};
use super::frozen::kept;
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::Registry;
use super::resolution::{Resolution, Resolved, find_all, resolve_all};
use super::stage::{StageError, Workspace};
use super::store::{Action, FoundAction, Latest, SourceDigests, Store};

/// What is known of one stage.
pub(super) enum Known {
    /// Its result is there.
    Done(Box<Resolved>),
    /// It keeps its last result.
    Frozen {
        /// That result.
        last: Box<Action>,
        /// The computation that would be due, if it is known.
        due: Option<Box<Resolved>>,
    },
    /// Its computation is known, and not done.
    Open(Box<Resolved>),
    /// Its computation is known, and is that of this stage before it, which is not done.
    SameAs(String, Box<Resolved>),
    /// Its sources have to be fetched first; in words. Whether its result is there is known only then, unless it has never
    /// been computed with these parameters.
    NoSources {
        /// What is fetched.
        what: String,
        /// Whether the stage surely runs.
        surely_runs: bool,
    },
    /// These stages, which it needs, have no result.
    WaitsOn(Vec<String>),
    /// It cannot even begin.
    Fails(StageError),
}

/// Goes through the plan in topological order and tells of every stage. A forced stage counts as not done. `latest` is what
/// the stages of the plan's pipeline had last.
pub(super) fn survey(
    plan: &Plan,
    registry: &Registry,
    (store, latest): (&Store, &Latest),
    workspace: &Workspace,
    is_forced: impl Fn(&PlannedStage) -> bool,
    mut tell: impl FnMut(&PlannedStage, Known),
) {
    let mut digests = SourceDigests::load(store);
    let mut known: Vec<Option<Known>> = plan.stages().map(|_| None).collect();
    let mut done: Vec<Option<Action>> = vec![None; plan.len()];
    let mut open_keys: HashMap<StageKey, String> = HashMap::new();
    // Stages that read nothing of each other at a time.
    for level in levels(plan) {
        let mut ready = Vec::with_capacity(level.len());
        for index in level {
            let planned = &plan[index];
            let open = plan.dependencies_of(index).into_iter().filter(|need| done[need.index()].is_none());
            let waits_on: Vec<String> = open.map(|need| plan[need].name.clone()).collect();
            if waits_on.is_empty() || planned.is_frozen {
                ready.push(index);
            } else {
                known[index.index()] = Some(Known::WaitsOn(waits_on));
            }
        }
        let result = |need: StageIndex| done[need.index()].as_ref();
        let looked = resolve_all(plan, &ready, registry, workspace, &mut digests, result);
        let looked = ready.into_iter().zip(looked).collect();
        for (index, looked, found) in find_all(looked, (store, latest), |index| plan[index].is_frozen) {
            let resolution = looked.map(|(_, resolution)| resolution);
            let planned = &plan[index];
            let (of_stage, result) = if planned.is_frozen {
                keeping(planned, resolution, registry, (store, latest))
            } else {
                of_lookup(planned, resolution, found, is_forced(planned), store, &mut open_keys)
            };
            known[index.index()] = Some(of_stage);
            done[index.index()] = result;
        }
    }
    for ((_, planned), known) in plan.stages().zip(known) {
        if let Some(known) = known {
            tell(planned, known);
        }
    }
    if let Err(error) = digests.save() {
        tracing::debug!("{error}");
    }
}

/// The stages by the length of the longest way to them: what one reads is in a level before.
fn levels(plan: &Plan) -> Vec<Vec<StageIndex>> {
    let mut level_of = vec![0; plan.len()];
    let mut levels: Vec<Vec<StageIndex>> = Vec::new();
    for (index, _) in plan.stages() {
        let needs = plan.dependencies_of(index).into_iter();
        let level = needs.map(|need| level_of[need.index()] + 1).max().unwrap_or(0);
        level_of[index.index()] = level;
        if level == levels.len() {
            levels.push(Vec::new());
        }
        levels[level].push(index);
    }
    levels
}

/// What is known of a frozen stage, and the result that it keeps.
fn keeping(
    planned: &PlannedStage,
    due: Result<Resolution, StageError>,
    registry: &Registry,
    stored: (&Store, &Latest),
) -> (Known, Option<Action>) {
    match kept(planned, registry.find(&planned.kind), stored) {
        Ok((_, FoundAction { action, .. })) => {
            let due = if let Ok(Resolution::Known(due)) = due { Some(due) } else { None };
            (Known::Frozen { last: Box::new(action.clone()), due }, Some(action))
        }
        Err(error) => (Known::Fails(error), None),
    }
}

/// What is known of a stage that was looked at, and its result.
fn of_lookup(
    planned: &PlannedStage,
    resolution: Result<Resolution, StageError>,
    found: Option<Box<FoundAction>>,
    is_forced: bool,
    store: &Store,
    open_keys: &mut HashMap<StageKey, String>,
) -> (Known, Option<Action>) {
    let resolved = match resolution {
        Err(error) => return (Known::Fails(error), None),
        Ok(Resolution::Absent(what)) => {
            let surely_runs = is_forced || !was_computed(planned, store);
            return (Known::NoSources { what, surely_runs }, None);
        }
        Ok(Resolution::Known(resolved)) => resolved,
    };
    match (found, open_keys.get(&resolved.key)) {
        (Some(found), _) if !is_forced => (Known::Done(resolved), Some(found.action)),
        (None, Some(first)) if !is_forced => (Known::SameAs(first.clone(), resolved), None),
        _ => {
            open_keys.insert(resolved.key, planned.name.clone());
            (Known::Open(resolved), None)
        }
    }
}

/// Whether such a stage was ever computed, over whatever sources.
fn was_computed(planned: &PlannedStage, store: &Store) -> bool {
    let is_such =
        |action: &Action| action.preimage.kind == planned.kind && action.preimage.parameters == *planned.key_parameters;
    store.actions().is_ok_and(|actions| actions.iter().any(is_such))
}

/// What of a store plans can reach: the results that a run of them would find, and the checkpoints that it would go on
/// from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachable {
    /// Results that are there, or would be computed next.
    pub results: BTreeSet<StageKey>,
    /// Checkpoints of stages that are done or could begin.
    pub checkpoints: BTreeSet<ContinuationKey>,
}

impl Reachable {
    /// Adds what a plan can reach.
    pub fn add(&mut self, plan: &Plan, registry: &Registry, store: &Store, workspace: &Workspace) {
        survey(
            plan,
            registry,
            (store, &Latest::load(store, plan.name()).looked_at(store)),
            workspace,
            |_| false,
            |planned, known| {
                if let Known::Frozen { last, .. } = &known {
                    self.results.insert(last.key());
                }
                let (Known::Done(resolved) | Known::Open(resolved) | Known::SameAs(_, resolved)) = &known else {
                    return;
                };
                self.results.insert(resolved.key);
                let kind = registry.find(&planned.kind);
                self.checkpoints.extend(kind.and_then(|kind| resolved.preimage.continuation_key(&kind.parameters)));
            },
        );
    }
}
