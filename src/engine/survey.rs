//! What is known of every stage of a plan without running any.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::digest::{ContinuationKey, StageKey};
use super::frozen::kept;
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::Registry;
use super::resolution::{Resolution, Resolved, instantiate, resolve};
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
    let mut done: BTreeMap<StageIndex, Action> = BTreeMap::new();
    let mut open_keys: HashMap<StageKey, String> = HashMap::new();
    for (index, planned) in plan.stages() {
        let open = plan.dependencies_of(index).into_iter().filter(|need| !done.contains_key(need));
        let waits_on: Vec<String> = open.map(|need| plan[need].name.clone()).collect();
        if !waits_on.is_empty() && !planned.is_frozen {
            tell(planned, Known::WaitsOn(waits_on));
            continue;
        }
        let resolution = instantiate(planned, registry).and_then(|(kind, stage)| {
            resolve(plan, index, (kind, stage.as_ref()), workspace, &mut digests, |need| done.get(&need))
        });
        if planned.is_frozen {
            let known = match kept(planned, registry.find(&planned.kind), (store, latest)) {
                Ok((_, FoundAction { action, .. })) => {
                    done.insert(index, action.clone());
                    let due = if let Ok(Resolution::Known(due)) = resolution { Some(due) } else { None };
                    Known::Frozen { last: Box::new(action), due }
                }
                Err(error) => Known::Fails(error),
            };
            tell(planned, known);
            continue;
        }
        let known = match resolution {
            Err(error) => Known::Fails(error),
            Ok(Resolution::Absent(what)) => {
                let surely_runs = is_forced(planned) || !was_computed(planned, store);
                Known::NoSources { what, surely_runs }
            }
            Ok(Resolution::Known(resolved)) => {
                let key = resolved.key;
                match (latest.find(store, key, &resolved.preimage), open_keys.get(&key)) {
                    (Some(found), _) if !is_forced(planned) => {
                        done.insert(index, found.action);
                        Known::Done(resolved)
                    }
                    (None, Some(first)) if !is_forced(planned) => Known::SameAs(first.clone(), resolved),
                    _ => {
                        open_keys.insert(key, planned.name.clone());
                        Known::Open(resolved)
                    }
                }
            }
        };
        tell(planned, known);
    }
    if let Err(error) = digests.save() {
        tracing::debug!("{error}");
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
