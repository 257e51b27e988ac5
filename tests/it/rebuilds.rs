//! Random graphs, random edits, random losses and failures: after each step the results are those of a naive rebuild, and
//! what ran is exactly what had to, and what the plan had promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use recflow::engine::{Event, Outcome, Status, Workspace, status};

use crate::toy::{Toy, registry};

/// A stage of a random graph: what it does, and with which of the stages before it.
#[derive(Debug, Clone)]
enum Node {
    Write(u8),
    Join { between: u8, needs: Vec<usize> },
    Length { need: usize },
}

#[derive(Debug, Clone)]
enum Step {
    /// Another stage takes the place of one.
    Edit(usize, Node),
    /// The record of a stage's result is lost.
    Lose(usize),
    /// A stage that fails is added for one run, behind the stage of that number.
    Fail(usize),
}

/// What names a computation: kind and parameters, and the content of each input (with its stage's name where it counts).
type Key = (String, Vec<String>);

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![
        (0..3u8).prop_map(Node::Write),
        (0..2u8, proptest::collection::vec(0..100usize, 1..4))
            .prop_map(|(between, needs)| Node::Join { between, needs }),
        (0..100usize).prop_map(|need| Node::Length { need }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..100usize, node()).prop_map(|(place, node)| Step::Edit(place, node)),
        1 => (0..100usize).prop_map(Step::Lose),
        1 => (0..100usize).prop_map(Step::Fail),
    ]
}

impl Node {
    /// The stages it reads; the first stage of a graph reads none, whatever it is.
    fn needs(&self, place: usize) -> Vec<usize> {
        let before = |need: &usize| need % place;
        match self {
            _ if place == 0 => Vec::new(),
            Self::Write(_) => Vec::new(),
            Self::Join { needs, .. } => {
                let mut known = BTreeSet::new();
                needs.iter().map(before).filter(|need| known.insert(*need)).collect()
            }
            Self::Length { need } => vec![before(need)],
        }
    }

    fn yaml(&self, place: usize) -> String {
        let needs: Vec<String> = self.needs(place).iter().map(|need| format!("s{need}")).collect();
        let needs = needs.join(", ");
        match self {
            Self::Join { between, .. } if place > 0 => {
                format!("  s{place}: {{ uses: join, needs: [{needs}], with: {{ between: '-{between}' }} }}\n")
            }
            Self::Length { .. } if place > 0 => format!("  s{place}: {{ uses: length, needs: {needs} }}\n"),
            Self::Write(text) => format!("  s{place}: {{ uses: write, with: {{ text: t{text} }} }}\n"),
            Self::Join { .. } | Self::Length { .. } => format!("  s{place}: {{ uses: write }}\n"),
        }
    }

    /// Its computation and what that gives, naively.
    fn rebuilt(&self, place: usize, texts: &[String]) -> (Key, String) {
        let inputs: Vec<&String> = self.needs(place).into_iter().map(|need| &texts[need]).collect();
        match self {
            Self::Join { between, .. } if place > 0 => {
                let named = self.needs(place).into_iter().map(|need| format!("s{need}: {}", texts[need]));
                let text = inputs.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(&format!("-{between}"));
                ((format!("join {between}"), named.collect()), text)
            }
            Self::Length { .. } if place > 0 => {
                (("length".to_owned(), vec![inputs[0].clone()]), inputs[0].len().to_string())
            }
            Self::Write(text) => ((format!("write t{text}"), Vec::new()), format!("t{text}")),
            Self::Join { .. } | Self::Length { .. } => (("write text".to_owned(), Vec::new()), "text".to_owned()),
        }
    }
}

fn rebuild(nodes: &[Node]) -> Vec<(Key, String)> {
    let mut texts = Vec::new();
    let rebuilt = nodes.iter().enumerate().map(|(place, node)| {
        let rebuilt = node.rebuilt(place, &texts);
        texts.push(rebuilt.1.clone());
        rebuilt
    });
    rebuilt.collect()
}

fn yaml(nodes: &[Node]) -> String {
    nodes.iter().enumerate().map(|(place, node)| node.yaml(place)).collect()
}

/// The places of the stages that a run computed.
fn computed(told: &[Event]) -> Vec<usize> {
    let place = |event: &Event| match event {
        Event::StageFinished { stage, .. } => Some(stage[1..].parse().unwrap()),
        _ => None,
    };
    told.iter().filter_map(place).collect()
}

/// Whether the stage of each place was computed.
fn of_places(told: &[Event], count: usize) -> Vec<bool> {
    let computed = computed(told);
    (0..count).map(|place| computed.contains(&place)).collect()
}

/// What the plan promises of each stage before the run.
fn promises(toy: &Toy, pipeline: &str) -> Vec<Status> {
    let workspace = Workspace { root: toy.folder.path().to_owned(), data_dirs: Vec::new() };
    let promised = status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &BTreeSet::new());
    let mut by_place: Vec<(usize, Status)> =
        promised.into_iter().map(|told| (told.stage[1..].parse().unwrap(), told.status)).collect();
    by_place.sort_by_key(|(place, _)| *place);
    by_place.into_iter().map(|(_, status)| status).collect()
}

fn check(nodes: &[Node], steps: &[Step]) {
    let toy = Toy::new();
    let mut nodes = nodes.to_vec();
    let mut done: BTreeSet<Key> = BTreeSet::new();
    for step in std::iter::once(None).chain(steps.iter().map(Some)) {
        match step {
            None => {}
            Some(Step::Edit(place, node)) => {
                let place = place % nodes.len();
                nodes[place] = node.clone();
            }
            Some(Step::Lose(place)) => {
                let place = place % nodes.len();
                let key = toy.store().latest("toy", &format!("s{place}")).unwrap().to_string();
                let record = toy.path("cache/actions").join(&key[..2]).join(format!("{}.json", &key[2..]));
                // Another stage may have had the same computation, and have lost it before.
                let _ = fs::remove_file(record);
                done.remove(&rebuild(&nodes)[place].0);
            }
            Some(Step::Fail(place)) => {
                let place = place % nodes.len();
                // What is done when one fails is not known beforehand; but it stays done.
                let bad = "  bad: { uses: fail }\n";
                let (summary, told) = toy.run(&(yaml(&nodes[..=place]) + bad));
                assert_eq!(summary.outcome, Outcome::Failed);
                let rebuilt = rebuild(&nodes);
                for place in computed(&told.0) {
                    assert!(done.insert(rebuilt[place].0.clone()), "s{place} ran for nothing before a failure");
                }
            }
        }
        let rebuilt = rebuild(&nodes);
        let promised = promises(&toy, &yaml(&nodes));
        let (summary, told) = toy.run(&yaml(&nodes));
        assert_eq!(summary.outcome, Outcome::Done, "{:?}", told.0);
        for (place, (promise, ran)) in promised.iter().zip(of_places(&told.0, nodes.len())).enumerate() {
            let kept = match promise {
                Status::Cached | Status::Frozen { .. } => !ran,
                Status::Run { .. } => ran,
                Status::Maybe { .. } => true,
                Status::Fail { .. } => false,
            };
            assert!(kept, "s{place} was {promise:?} after {step:?}, and ran: {ran}");
        }
        let needed: BTreeSet<Key> =
            rebuilt.iter().map(|(key, _)| key.clone()).filter(|key| !done.contains(key)).collect();
        let mut ran: BTreeMap<Key, usize> = BTreeMap::new();
        for place in computed(&told.0) {
            *ran.entry(rebuilt[place].0.clone()).or_default() += 1;
        }
        let expected: BTreeMap<Key, usize> = needed.iter().map(|key| (key.clone(), 1)).collect();
        assert_eq!(ran, expected, "after {step:?}");
        done.extend(needed);
        for (place, (_, text)) in rebuilt.iter().enumerate() {
            assert_eq!(toy.text(&format!("s{place}")), *text, "s{place} after {step:?}");
        }
    }
    assert!(toy.store().verify(None).unwrap().flaws.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn results_are_those_of_a_naive_rebuild_and_nothing_runs_for_nothing(
        nodes in proptest::collection::vec(node(), 2..9),
        steps in proptest::collection::vec(step(), 1..8),
    ) {
        check(&nodes, &steps);
    }
}
