//! What a run of a plan would do, without doing it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::budget::Capacity;
use super::difference::reasons;
use super::digest::StageKey;
use super::expectation::{Unmet, unmet};
use super::figures::{Figures, figures};
use super::frozen::differs;
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::Registry;
use super::request::Request;
use super::resolution::{Resolved, instantiate};
use super::seconds;
use super::stage::{StageError, Workspace};
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

/// What a run of the plan would do that may take so much of the machine, stage by stage in topological order. The stages named
/// in `forced` run in any case.
pub fn status(
    plan: &Plan,
    registry: &Registry,
    store: &Store,
    workspace: &Workspace,
    forced: &BTreeSet<String>,
    capacity: Capacity,
) -> Vec<StageStatus> {
    let latest = Latest::load(store, plan.name()).looked_at(store);
    status_beside(plan, registry, (store, &latest), workspace, (forced, capacity), |_, _| {})
}

/// The same, which also tells what it is made of.
pub(super) fn status_beside(
    plan: &Plan,
    registry: &Registry,
    (store, latest): (&Store, &Latest),
    workspace: &Workspace,
    (forced, capacity): (&BTreeSet<String>, Capacity),
    mut tell: impl FnMut(&PlannedStage, &Known),
) -> Vec<StageStatus> {
    let mut statuses = Vec::with_capacity(plan.len());
    let mut gate = Gate::default();
    let is_forced = |planned: &PlannedStage| forced.contains(&planned.name);
    let refusal = |planned: &PlannedStage, resolved: &Resolved| {
        let (_, stage) = instantiate(planned, registry).ok()?;
        Request::of(planned, stage.as_ref(), resolved, store, capacity).err().map(Status::from)
    };
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
            Known::Open(resolved) => refusal(planned, &resolved).unwrap_or_else(|| {
                let last = latest.key(&planned.name).and_then(|key| store.action(key));
                Status::Run { reasons: reasons(last.as_ref(), &resolved.preimage, is_forced(planned)) }
            }),
            Known::NoSources { what, surely_runs: true } => Status::Run { reasons: vec![format!("fetches {what}")] },
            Known::NoSources { what, surely_runs: false } => Status::Maybe { waits_on: vec![what] },
            Known::SameAs(other, resolved) => {
                refusal(planned, &resolved).unwrap_or_else(|| Status::Maybe { waits_on: vec![other] })
            }
            Known::WaitsOn(waits_on) => Status::Maybe { waits_on },
            Known::Fails(error) => error.into(),
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

impl From<StageError> for Status {
    fn from(StageError { message, help, .. }: StageError) -> Self {
        Self::Fail { message, help }
    }
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
