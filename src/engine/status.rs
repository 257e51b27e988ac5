//! What a run of a plan would do, without doing it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::difference::reasons;
use super::digest::StageKey;
use super::expectation::{Unmet, unmet};
use super::figures::{Figures, figures};
use super::frozen::differs;
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::Registry;
use super::seconds;
use super::stage::Workspace;
use super::store::{Latest, Store};
use super::survey::{Known, survey};

/// What a run would do with one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageStatus {
    /// The stage.
    pub stage: String,
    /// What would be done.
    #[serde(flatten)]
    pub status: Status,
    /// How long it took the last time, if it has ever been computed for this pipeline.
    #[serde(rename = "last-wall-seconds", with = "seconds::optional")]
    pub last_wall: Option<Duration>,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Status {
    /// Nothing: the result is there.
    Cached,
    /// Nothing: it keeps its last result.
    Frozen {
        /// How the computation that would be due differs from that of the result; nothing if it does not, absent if it
        /// depends on what other stages give.
        differs: Option<Vec<String>>,
    },
    /// Compute it.
    Run {
        /// Why, the most telling first.
        reasons: Vec<String>,
    },
    /// That depends on what other stages give.
    Maybe {
        /// Those stages, or the data that is fetched first.
        waits_on: Vec<String>,
    },
    /// Fail.
    Fail {
        /// Why.
        message: String,
        /// The remedy, if one can be named.
        help: Option<String>,
    },
}

/// What a run of the plan would do, stage by stage in topological order. The stages named in `forced` run in any case.
pub fn status(
    plan: &Plan,
    registry: &Registry,
    store: &Store,
    workspace: &Workspace,
    forced: &BTreeSet<String>,
) -> Vec<StageStatus> {
    status_beside(plan, registry, (store, &Latest::load(store, plan.name())), workspace, forced, |_, _| {})
}

/// The same, which also tells what it is made of.
pub(super) fn status_beside(
    plan: &Plan,
    registry: &Registry,
    (store, latest): (&Store, &Latest),
    workspace: &Workspace,
    forced: &BTreeSet<String>,
    mut tell: impl FnMut(&PlannedStage, &Known),
) -> Vec<StageStatus> {
    let mut statuses = Vec::with_capacity(plan.len());
    let mut gate = Gate::default();
    let is_forced = |planned: &PlannedStage| forced.contains(&planned.name);
    survey(plan, registry, (store, latest), workspace, is_forced, |planned, known| {
        tell(planned, &known);
        let status = match known {
            Known::Done(resolved) => {
                gate.pass(plan, planned, resolved.key, registry, store);
                Status::Cached
            }
            Known::Frozen { last, due } => {
                gate.pass(plan, planned, last.key(), registry, store);
                Status::Frozen { differs: due.map(|due| differs(&last, &due.preimage)) }
            }
            Known::Open(resolved) => {
                let last = latest.key(&planned.name).and_then(|key| store.action(key));
                let reasons = reasons(last.as_ref(), &resolved.preimage, is_forced(planned));
                Status::Run { reasons }
            }
            Known::NoSources { what, surely_runs: true } => Status::Run { reasons: vec![format!("fetches {what}")] },
            Known::NoSources { what, surely_runs: false } => Status::Maybe { waits_on: vec![what] },
            Known::SameAs(other, _) => Status::Maybe { waits_on: vec![other] },
            Known::WaitsOn(waits_on) => Status::Maybe { waits_on },
            Known::Fails(error) => Status::Fail { message: error.message, help: error.help },
        };
        let last_wall = latest.facts(&planned.name).map(|facts| facts.wall);
        statuses.push(StageStatus { stage: planned.name.clone(), status, last_wall });
    });
    // A gate over several copies is known when the last of them is.
    for (index, unmet) in gate.unmet {
        match &mut statuses[index.index()].status {
            Status::Fail { message, .. } => *message = format!("{message}\n{unmet}"),
            status => *status = Status::Fail { message: unmet.to_string(), help: None },
        }
        for behind in plan.descendants_of(index) {
            let status = &mut statuses[behind.index()].status;
            if !matches!(status, Status::Fail { .. }) {
                *status = Status::Maybe { waits_on: vec![plan[index].name.clone()] };
            }
        }
    }
    statuses
}

/// Judges the results that are there by what is expected of them.
#[derive(Default)]
struct Gate {
    figures: BTreeMap<StageIndex, Figures>,
    unmet: Vec<(StageIndex, Unmet)>,
}

impl Gate {
    fn pass(&mut self, plan: &Plan, planned: &PlannedStage, key: StageKey, registry: &Registry, store: &Store) {
        let Some(index) = plan.find(&planned.name).filter(|_| !planned.expectations.is_empty()) else { return };
        // Of a damaged result nothing is known; the run computes it again.
        let told = store.action(key).map(|action| figures(planned, &action, registry, store));
        if let Some(Ok(told)) = told {
            self.figures.insert(index, told.unwrap_or_default());
            self.unmet.extend(unmet(plan, index, |stage| self.figures.get(&stage)));
        }
    }
}
