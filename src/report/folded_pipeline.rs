//! The stages of a large pipeline with all copies of a stage as one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use indexmap::IndexMap;

use super::pipeline_graph::{PipelineGraph, PipelineStage};

/// The most stages that are drawn one by one.
const MOST: usize = 60;

/// A stage, or several copies of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoldedStage {
    /// Its name; of copies what their names have in common.
    pub(super) name: String,
    pub(super) kind: String,
    /// How many there are.
    pub(super) copies: usize,
    /// The places of those it reads, which are before its own.
    pub(super) needs: Vec<usize>,
    /// The time of all copies together, where it is known of any.
    pub(super) time: Option<Duration>,
    /// The most memory that one of them held.
    pub(super) peak_memory_bytes: Option<u64>,
}

/// The stages, each after those it reads: one by one; if these are too many, without the coordinates of a `matrix`; and if
/// these still are, one for each stage of the pipeline file.
pub(super) fn folded(graph: &PipelineGraph) -> Vec<FoldedStage> {
    let names: [fn(&str) -> String; 3] = [str::to_owned, without_coordinates, first_segment];
    let foldings = names.map(|name| fold(graph, name));
    let fitting = foldings.iter().position(|stages| stages.len() <= MOST).unwrap_or(foldings.len() - 1);
    foldings.into_iter().nth(fitting).unwrap_or_default()
}

fn without_coordinates(name: &str) -> String {
    name.split('/').filter(|segment| !segment.contains('=')).collect::<Vec<_>>().join("/")
}

fn first_segment(name: &str) -> String {
    name.split('/').next().unwrap_or_default().to_owned()
}

fn fold(graph: &PipelineGraph, name_of: fn(&str) -> String) -> Vec<FoldedStage> {
    let mut families: IndexMap<String, Vec<&PipelineStage>> = IndexMap::new();
    for stage in &graph.stages {
        families.entry(name_of(&stage.name)).or_default().push(stage);
    }
    let needs: Vec<BTreeSet<usize>> = families
        .iter()
        .map(|(name, copies)| {
            let needs = copies.iter().flat_map(|copy| &copy.needs).map(|need| name_of(need));
            needs.filter(|need| need != name).filter_map(|need| families.get_index_of(&need)).collect()
        })
        .collect();
    let order = order(&needs);
    let places: BTreeMap<usize, usize> = order.iter().copied().zip(0..).collect();
    let folded = |(place, &family): (usize, &usize)| {
        let (name, copies) = families.get_index(family).expect("the order is one of families");
        let costs = || copies.iter().filter_map(|copy| copy.cost.as_ref());
        let mut needs: Vec<usize> = needs[family].iter().map(|need| places[need]).collect();
        needs.sort_unstable();
        needs.retain(|need| *need < place);
        FoldedStage {
            name: name.clone(),
            kind: copies[0].kind.clone(),
            copies: copies.len(),
            needs,
            time: costs().next().map(|_| costs().map(|cost| cost.wall).sum()),
            peak_memory_bytes: costs().filter_map(|cost| cost.peak_memory_bytes).max(),
        }
    };
    order.iter().enumerate().map(folded).collect()
}

/// All places, each after those it needs; else as they stand. Of a cycle, which no pipeline has, an edge points backwards.
fn order(needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(needs.len());
    let (mut met, mut open) = (vec![false; needs.len()], Vec::new());
    for start in 0..needs.len() {
        open.push((start, false));
        while let Some((place, is_left)) = open.pop() {
            if is_left {
                order.push(place);
            } else if !std::mem::replace(&mut met[place], true) {
                open.push((place, true));
                open.extend(needs[place].iter().rev().map(|&need| (need, false)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::{MOST, folded};
    use crate::report::{Cost, PipelineGraph, PipelineStage};
    use std::time::Duration;

    /// Splits, models and evaluations of so many seeds, and a report.
    fn pipeline(models: usize, seeds: usize) -> PipelineGraph {
        let stage = |name: String, needs: Vec<String>| PipelineStage {
            kind: name.split(['/', '-']).next().unwrap().to_owned(),
            name,
            needs,
            cost: Some(Cost { wall: Duration::from_secs(2), peak_memory_bytes: Some(5), ..Cost::default() }),
        };
        let mut stages = vec![stage("ingest".into(), vec![])];
        for seed in 0..seeds {
            stages.push(stage(format!("split/seed={seed}"), vec!["ingest".into()]));
            for model in 0..models {
                let (split, train) = (format!("split/seed={seed}"), format!("train-{model}/seed={seed}"));
                stages.push(stage(train.clone(), vec![split.clone()]));
                stages.push(stage(format!("evaluate/train-{model}/seed={seed}"), vec![split, train]));
            }
        }
        let scored = stages.iter().filter(|stage| stage.kind == "evaluate").map(|stage| stage.name.clone()).collect();
        stages.push(stage("report".into(), scored));
        PipelineGraph { stages }
    }

    #[test]
    fn few_stages_stand_for_themselves() {
        let graph = pipeline(3, 2);
        let stages = folded(&graph);
        assert_eq!(stages.len(), graph.stages.len());
        assert!(stages.iter().all(|stage| stage.copies == 1 && stage.time == Some(Duration::from_secs(2))));
    }

    #[test]
    fn seeds_are_folded_before_models_are() {
        let stages = folded(&pipeline(8, 5));
        let of = |name: &str| stages.iter().position(|stage| stage.name == name).unwrap();
        assert_eq!(stages.len(), 1 + 1 + 8 + 8 + 1);
        assert_eq!((stages[of("train-3")].copies, stages[of("train-3")].time), (5, Some(Duration::from_secs(10))));
        assert_eq!(stages[of("evaluate/train-3")].needs, [of("split"), of("train-3")]);
        assert_eq!(stages[of("report")].needs.len(), 8);

        let stages = folded(&pipeline(40, 2));
        assert!(stages.len() <= MOST && stages.iter().any(|stage| stage.name == "evaluate" && stage.copies == 80));
        assert_eq!(stages.last().unwrap().name, "report");
        for (place, stage) in stages.iter().enumerate() {
            assert!(stage.needs.iter().all(|need| *need < place), "{stage:?}");
        }
    }
}
