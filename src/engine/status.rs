//! What a run of a plan would do, without doing it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::difference::reasons;
use super::plan::{Plan, PlannedStage};
use super::registry::Registry;
use super::seconds;
use super::stage::Workspace;
use super::store::Store;
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
    let mut statuses = Vec::with_capacity(plan.len());
    let is_forced = |planned: &PlannedStage| forced.contains(&planned.name);
    survey(plan, registry, store, workspace, is_forced, |planned, known| {
        let last = store.latest(plan.name(), &planned.name).and_then(|key| store.action(key));
        let status = match known {
            Known::Done(_) => Status::Cached,
            Known::Open(resolved) => {
                let reasons = reasons(last.as_ref(), &resolved.preimage, is_forced(planned));
                Status::Run { reasons }
            }
            Known::NoSources { what, surely_runs: true } => Status::Run { reasons: vec![format!("fetches {what}")] },
            Known::NoSources { what, surely_runs: false } => Status::Maybe { waits_on: vec![what] },
            Known::SameAs(other, _) => Status::Maybe { waits_on: vec![other] },
            Known::WaitsOn(waits_on) => Status::Maybe { waits_on },
            Known::Fails(error) => Status::Fail { message: error.message, help: error.help },
        };
        let last_wall = last.map(|action| action.facts.wall);
        statuses.push(StageStatus { stage: planned.name.clone(), status, last_wall });
    });
    statuses
}
