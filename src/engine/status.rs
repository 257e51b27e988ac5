//! What a run of a plan would do, without doing it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::difference::reasons;
use super::plan::{Plan, StageIndex};
use super::registry::Registry;
use super::resolution::{Resolution, instantiate, resolve};
use super::seconds;
use super::stage::{StageError, Workspace};
use super::store::{Action, SourceDigests, Store};

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
        /// Those stages.
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

/// What a run of the plan would do, stage by stage in topological order.
pub fn status(plan: &Plan, registry: &Registry, store: &Store, workspace: &Workspace) -> Vec<StageStatus> {
    let mut digests = SourceDigests::load(store);
    let mut done: BTreeMap<StageIndex, Action> = BTreeMap::new();
    let mut statuses = Vec::new();
    for (index, planned) in plan.stages() {
        let open = plan.dependencies_of(index).into_iter().filter(|need| !done.contains_key(need));
        let waits_on: Vec<String> = open.map(|need| plan[need].name.clone()).collect();
        let last = store.latest(plan.name(), &planned.name).and_then(|key| store.action(key));
        let status = if waits_on.is_empty() {
            let resolution = instantiate(planned, registry).and_then(|(kind, stage)| {
                resolve(plan, index, (kind, stage.as_ref()), workspace, &mut digests, |need| done.get(&need))
            });
            look_up(index, resolution, last.as_ref(), store, &mut done)
        } else {
            Status::Maybe { waits_on }
        };
        let last_wall = last.map(|action| action.facts.wall);
        statuses.push(StageStatus { stage: planned.name.clone(), status, last_wall });
    }
    if let Err(error) = digests.save() {
        tracing::debug!("{error}");
    }
    statuses
}

fn look_up(
    index: StageIndex,
    resolution: Result<Resolution, StageError>,
    last: Option<&Action>,
    store: &Store,
    done: &mut BTreeMap<StageIndex, Action>,
) -> Status {
    match resolution {
        Err(error) => Status::Fail { message: error.message, help: error.help },
        Ok(Resolution::Absent(what)) => Status::Run { reasons: vec![format!("fetches {what}")] },
        Ok(Resolution::Known(resolved)) => match store.action(resolved.preimage.key()) {
            Some(action) => {
                done.insert(index, action);
                Status::Cached
            }
            None => Status::Run { reasons: reasons(last, &resolved.preimage) },
        },
    }
}
