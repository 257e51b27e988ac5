//! Which stages to begin first when not all can begin.

use std::cmp::Reverse;
use std::time::Duration;

use crate::engine::plan::{Plan, StageIndex};
use crate::engine::store::Latest;

/// What is expected of a stage that has never been computed.
const UNKNOWN: Duration = Duration::from_secs(1);

/// The place of each stage in the line: the longer the way through the stages behind it (itself among them) is expected
/// to take, by past runs of this pipeline, the further in front. In topological order where that is equal.
pub(super) fn expected_order(plan: &Plan, latest: &Latest) -> Vec<usize> {
    let past = |stage: StageIndex| latest.facts(&plan[stage].name).map(|facts| facts.wall);
    let mut ways = vec![Duration::ZERO; plan.len()];
    for (stage, _) in plan.stages().rev() {
        let behind = plan.dependents_of(stage).into_iter().map(|next| ways[next.index()]).max();
        ways[stage.index()] = past(stage).unwrap_or(UNKNOWN) + behind.unwrap_or_default();
    }
    let mut line: Vec<usize> = (0..plan.len()).collect();
    line.sort_by_key(|&stage| (Reverse(ways[stage]), stage));
    let mut places = vec![0; plan.len()];
    for (place, stage) in line.into_iter().enumerate() {
        places[stage] = place;
    }
    places
}
