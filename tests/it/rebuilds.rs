//! Random graphs, random edits, losses, crashes, failures and collections: after each step the results are those of a naive
//! rebuild, and what ran is exactly what had to, and what the plan had promised.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::ops::AddAssign;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use recflow::engine::{
    Action, Artifact, ArtifactId, CollectionRules, Digest, Event, FileRecord, Outcome, Reachable, Status, Workspace,
    status,
};

use crate::torture::{is_long, seed, tell};
use crate::toy::{Toy, registry};

/// How many files stages may read.
const FILES: u8 = 2;

/// How many contents stages may write: so few that results are met again, and more from which edits before a crash draw,
/// so that there is something to do.
const CONTENTS: u8 = 3;
const MORE_CONTENTS: u8 = 250;

/// A run that computes three stages takes more steps than this that change the disk.
const LAST_FAULT: usize = 100;

/// What a fault does where it strikes.
const EFFECTS: [&str; 5] = ["kill", "power", "power-partly", "eio", "enospc"];

/// A stage of a random graph: what it does, and with which of the stages before it.
#[derive(Debug, Clone)]
enum Node {
    Write(u8),
    Read(u8),
    Join { between: u8, needs: Vec<usize> },
    Length { need: usize },
}

#[derive(Debug, Clone)]
enum Step {
    /// Another stage takes the place of one.
    Edit(usize, Node),
    /// A stage is added at the end.
    Add(Node),
    /// The last stage goes.
    Remove,
    /// Another content for a file, or the same written again.
    Write(u8, u8),
    /// The record of a stage's result is lost.
    Lose(usize),
    /// The file of a stage's result is cut short.
    Cut(usize),
    /// A stage that fails is added for one run, behind the stage of that number.
    Fail(usize),
    /// A run after some edits in which a fault strikes: at the how manieth step that changes the disk, with which effect.
    Crash(Vec<(usize, Node)>, usize, usize),
    /// All that the pipeline as it is does not need is collected.
    Collect,
}

/// What names a computation: kind and parameters, and the content of each input (with its stage's name where it counts).
type Key = (String, Vec<String>);

fn node(contents: u8) -> impl Strategy<Value = Node> {
    prop_oneof![
        (0..contents).prop_map(Node::Write),
        (0..FILES).prop_map(Node::Read),
        (0..2u8, proptest::collection::vec(0..100usize, 1..4))
            .prop_map(|(between, needs)| Node::Join { between, needs }),
        (0..100usize).prop_map(|need| Node::Length { need }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..100usize, node(CONTENTS)).prop_map(|(place, node)| Step::Edit(place, node)),
        2 => node(CONTENTS).prop_map(Step::Add),
        1 => Just(Step::Remove),
        3 => (0..FILES, 0..3u8).prop_map(|(file, content)| Step::Write(file, content)),
        1 => (0..100usize).prop_map(Step::Lose),
        1 => (0..100usize).prop_map(Step::Cut),
        1 => (0..100usize).prop_map(Step::Fail),
        6 => (proptest::collection::vec((0..100usize, node(MORE_CONTENTS)), 1..5), 1..LAST_FAULT, 0..EFFECTS.len())
            .prop_map(|(edits, nth, effect)| Step::Crash(edits, nth, effect)),
        2 => Just(Step::Collect),
    ]
}

impl Node {
    /// The stages it reads; the first stage of a graph reads none, whatever it is.
    fn needs(&self, place: usize) -> Vec<usize> {
        let before = |need: &usize| need % place;
        match self {
            _ if place == 0 => Vec::new(),
            Self::Write(_) | Self::Read(_) => Vec::new(),
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
            Self::Read(file) => format!("  s{place}: {{ uses: read, with: {{ path: f{file} }} }}\n"),
            Self::Join { .. } | Self::Length { .. } => format!("  s{place}: {{ uses: write }}\n"),
        }
    }

    /// Its computation and what that gives, naively.
    fn rebuilt(&self, place: usize, files: &[u8], texts: &[String]) -> (Key, String) {
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
            Self::Read(file) => {
                let text = content(files[usize::from(*file)]);
                (("read".to_owned(), vec![text.clone()]), text)
            }
            Self::Join { .. } | Self::Length { .. } => (("write text".to_owned(), Vec::new()), "text".to_owned()),
        }
    }
}

/// What is written into files; other words than stages write.
fn content(of: u8) -> String {
    format!("content {of}")
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

/// What the plan promises of each stage before the run.
fn promises(toy: &Toy, pipeline: &str) -> Vec<Status> {
    let workspace = Workspace { root: toy.path(""), data_dirs: Vec::new() };
    let promised = status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &[].into(), toy.capacity);
    let mut by_place: Vec<(usize, Status)> =
        promised.into_iter().map(|told| (told.stage[1..].parse().unwrap(), told.status)).collect();
    by_place.sort_by_key(|(place, _)| *place);
    by_place.into_iter().map(|(_, status)| status).collect()
}

/// How much was tried: a test that passes says so.
#[derive(Debug, Default)]
struct Tally {
    graphs: usize,
    steps: usize,
    /// Runs that nothing disturbed, and what became of their stages.
    runs: usize,
    computed: usize,
    found: usize,
    /// Faults that were armed; one may be too late for its run.
    armed: usize,
    /// Those that struck, by effect.
    struck: [usize; EFFECTS.len()],
    failures: usize,
    losses: usize,
    collections: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.graphs += other.graphs;
        self.steps += other.steps;
        self.runs += other.runs;
        self.computed += other.computed;
        self.found += other.found;
        self.armed += other.armed;
        self.struck.iter_mut().zip(other.struck).for_each(|(all, more)| *all += more);
        self.failures += other.failures;
        self.losses += other.losses;
        self.collections += other.collections;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { graphs, steps, runs, computed, found, armed, failures, losses, collections, .. } = self;
        let struck: Vec<String> =
            self.struck.iter().zip(EFFECTS).map(|(times, effect)| format!("{times} {effect}")).collect();
        write!(
            f,
            "{graphs} graphs, {steps} steps, {} of {armed} crashes struck ({}), {failures} failures, {losses} losses, \
             {collections} collections; {runs} runs computed {computed} stages and found {found} done",
            self.struck.iter().sum::<usize>(),
            struck.join(", "),
        )
    }
}

/// A pipeline with its files, the real cache, and what should be in it.
struct Model {
    toy: Toy,
    tally: Tally,
    nodes: Vec<Node>,
    files: [u8; FILES as usize],
    /// The computations whose results are in the cache, and these.
    done: BTreeMap<Key, String>,
    /// The computations whose records are in the cache but not their files: whole again once another gives the same bytes.
    cut: BTreeMap<Key, String>,
}

impl Model {
    fn new(nodes: &[Node]) -> Self {
        let model = Self {
            toy: Toy::new(),
            tally: Tally { graphs: 1, ..Tally::default() },
            nodes: nodes.to_vec(),
            files: [0; 2],
            done: BTreeMap::new(),
            cut: BTreeMap::new(),
        };
        for file in 0..FILES {
            model.write_file(file);
        }
        model
    }

    fn write_file(&self, file: u8) {
        fs::write(self.toy.path(&format!("f{file}")), content(self.files[usize::from(file)])).unwrap();
    }

    /// Every stage's computation and what it gives, from scratch.
    fn rebuild(&self) -> Vec<(Key, String)> {
        let mut texts = Vec::new();
        let rebuilt = self.nodes.iter().enumerate().map(|(place, node)| {
            let rebuilt = node.rebuilt(place, &self.files, &texts);
            texts.push(rebuilt.1.clone());
            rebuilt
        });
        rebuilt.collect()
    }

    fn take(&mut self, step: &Step) {
        let place = |place: &usize| place % self.nodes.len();
        self.tally.steps += 1;
        match step {
            Step::Edit(at, node) => {
                let at = place(at);
                self.nodes[at] = node.clone();
            }
            Step::Add(node) => self.nodes.push(node.clone()),
            Step::Remove if self.nodes.len() > 1 => drop(self.nodes.pop()),
            Step::Remove => {}
            Step::Write(file, content) => {
                self.files[usize::from(*file)] = *content;
                self.write_file(*file);
            }
            Step::Lose(at) => {
                self.tally.losses += 1;
                let key = self.toy.store().latest("toy", &format!("s{}", place(at))).unwrap().to_string();
                let record = self.toy.path("cache/actions").join(&key[..2]).join(format!("{}.json", &key[2..]));
                // Another stage may have had the same computation, and have lost it before.
                let _ = fs::remove_file(record);
                self.done.remove(&self.rebuild()[place(at)].0);
            }
            Step::Cut(at) => {
                self.tally.losses += 1;
                let object = self.toy.object(&format!("s{}", place(at)));
                fs::remove_file(&object).unwrap();
                fs::write(&object, "").unwrap();
                let text = self.rebuild()[place(at)].1.clone();
                self.cut.extend(self.done.extract_if(.., |_, other| *other == text));
            }
            Step::Fail(at) => {
                self.tally.failures += 1;
                // What is done when one fails is not known beforehand; but it stays done.
                let bad = "  bad: { uses: fail }\n";
                let (summary, told) = self.toy.run(&(yaml(&self.nodes[..=place(at)]) + bad));
                assert_eq!(summary.outcome, Outcome::Failed);
                let rebuilt = self.rebuild();
                for place in computed(&told.0) {
                    let (key, text) = rebuilt[place].clone();
                    assert!(self.done.insert(key, text).is_none(), "s{place} ran for nothing before a failure");
                }
                self.mend();
            }
            Step::Crash(edits, nth, effect) => {
                let fault = format!("any:{nth}:{}", EFFECTS[*effect]);
                self.tally.armed += 1;
                for (at, node) in edits {
                    let at = at % self.nodes.len();
                    self.nodes[at] = node.clone();
                }
                self.tally.struck[*effect] += usize::from(self.toy.run_with_fault(&yaml(&self.nodes), &fault));
                let rebuilt: BTreeMap<Key, String> = self.rebuild().into_iter().collect();
                let found = self.found(&rebuilt);
                let is_old_or_wanted =
                    |key: &Key| self.done.contains_key(key) || self.cut.contains_key(key) || rebuilt.contains_key(key);
                assert!(found.keys().all(is_old_or_wanted), "something was computed that nobody wanted");
                let lost: Vec<&Key> = self.done.keys().filter(|key| !found.contains_key(key)).collect();
                assert!(lost.is_empty(), "lost {lost:?}");
                self.cut.retain(|key, _| !found.contains_key(key));
                self.done = found;
            }
            Step::Collect => {
                self.tally.collections += 1;
                let mut reachable = Reachable::default();
                let workspace = Workspace { root: self.toy.path(""), data_dirs: Vec::new() };
                let store = self.toy.store();
                reachable.add(&Toy::plan(&yaml(&self.nodes)), &registry(), &store, &workspace);
                let rules = CollectionRules { keep_results: Some(reachable.results), ..CollectionRules::default() };
                store.collect(&rules).unwrap();
                let rebuilt: BTreeMap<Key, String> = self.rebuild().into_iter().collect();
                // Behind a stage that has no result it is not known what is needed.
                let found = self.found(&rebuilt);
                let mut is_known: Vec<bool> = Vec::new();
                for (place, (key, _)) in self.rebuild().into_iter().enumerate() {
                    let needs = self.nodes[place].needs(place);
                    is_known.push(needs.into_iter().all(|need| is_known[need]) && self.done.contains_key(&key));
                    assert!(!is_known[place] || found.contains_key(&key), "s{place} was collected");
                }
                assert!(found.keys().all(|key| rebuilt.contains_key(key)), "something unneeded stays");
                self.cut.clear();
                self.done = found;
            }
        }
    }

    /// Results whose files were lost are whole again where another computation has given the same bytes since.
    fn mend(&mut self) {
        let whole: BTreeSet<String> = self.done.values().cloned().collect();
        self.done.extend(self.cut.extract_if(.., |_, text| whole.contains(text)));
    }

    /// The computations whose results are in the cache in full, read off the cache itself.
    fn found(&self, rebuilt: &BTreeMap<Key, String>) -> BTreeMap<Key, String> {
        let known = || self.done.values().chain(self.cut.values()).chain(rebuilt.values());
        let texts: BTreeMap<ArtifactId, &String> = known().map(|text| (artifact(text).id(), text)).collect();
        let by_digest: BTreeMap<String, String> =
            (0..3).map(content).map(|text| (Digest::of(text.as_bytes()).to_string(), text)).collect();
        let store = self.toy.store();
        let actions = store.actions().unwrap().into_iter();
        let whole = actions.filter(|action| action.files().all(|file| store.verified_path(*file).is_ok()));
        let key = |action: &Action| -> Key {
            let parameter = |name: &str| action.preimage.parameters[name].as_str().unwrap().to_owned();
            let inputs =
                action.preimage.inputs.iter().map(|input| (input.stage.clone(), texts[&input.artifact].clone()));
            match action.preimage.kind.as_str() {
                "write" => (format!("write {}", parameter("text")), Vec::new()),
                "read" => ("read".to_owned(), vec![by_digest[&action.preimage.sources[0].digest.to_string()].clone()]),
                "join" => {
                    let named = inputs.map(|(stage, text)| format!("{}: {text}", stage.unwrap()));
                    (format!("join {}", &parameter("between")[1..]), named.collect())
                }
                _ => ("length".to_owned(), inputs.map(|(_, text)| text).collect()),
            }
        };
        whole.map(|action| (key(&action), texts[&action.outputs["text"].id()].clone())).collect()
    }

    /// Runs the pipeline: every result is that of the naive rebuild, and what ran is what was not done.
    fn check(&mut self, after: Option<&Step>) {
        let rebuilt = self.rebuild();
        let promised = promises(&self.toy, &yaml(&self.nodes));
        let (summary, told) = self.toy.run(&yaml(&self.nodes));
        assert_eq!(summary.outcome, Outcome::Done, "after {after:?}: {:?}", told.0);
        let computed = computed(&told.0);
        self.tally.runs += 1;
        self.tally.computed += summary.computed;
        self.tally.found += summary.cached;
        let needed: BTreeMap<Key, String> =
            rebuilt.iter().filter(|(key, _)| !self.done.contains_key(key)).cloned().collect();
        let mut ran: BTreeMap<Key, usize> = BTreeMap::new();
        for &place in &computed {
            *ran.entry(rebuilt[place].0.clone()).or_default() += 1;
        }
        // A result whose file was lost is whole again once another stage has given the same bytes.
        let lost_files = matches!(after, Some(Step::Cut(_) | Step::Crash(..)));
        let mut owners: BTreeMap<&String, BTreeSet<&Key>> = BTreeMap::new();
        for (key, text) in &rebuilt {
            owners.entry(text).or_default().insert(key);
        }
        let may_be_mended = |key: &Key| {
            let is_shared = needed.get(key).is_some_and(|text| owners[text].len() > 1);
            lost_files && is_shared && !ran.contains_key(key)
        };
        let expected: BTreeMap<Key, usize> =
            needed.keys().filter(|key| !may_be_mended(key)).map(|key| (key.clone(), 1)).collect();
        assert_eq!(ran, expected, "after {after:?}");
        for (place, promise) in promised.iter().enumerate() {
            let has_run = computed.contains(&place);
            let is_kept = match promise {
                Status::Cached | Status::Frozen { .. } => !has_run,
                Status::Run { .. } => has_run || may_be_mended(&rebuilt[place].0),
                Status::Maybe { .. } => true,
                Status::Fail { .. } => false,
            };
            assert!(is_kept, "s{place} was {promise:?} after {after:?}, and ran: {has_run}");
        }
        self.done.extend(needed);
        self.mend();
        for (place, (_, text)) in rebuilt.iter().enumerate() {
            assert_eq!(self.toy.text(&format!("s{place}")), *text, "s{place} after {after:?}");
        }
    }
}

fn artifact(text: &str) -> Artifact {
    let record = FileRecord { digest: Digest::of(text.as_bytes()), size_bytes: text.len() as u64 };
    Artifact { files: [("text.txt".to_owned(), record)].into() }
}

fn check(nodes: &[Node], steps: &[Step]) -> Tally {
    let mut model = Model::new(nodes);
    model.check(None);
    for step in steps {
        model.take(step);
        model.check(Some(step));
    }
    let flaws = model.toy.store().verify(None).unwrap().flaws;
    assert!(flaws.is_empty(), "{flaws:?}");
    model.tally
}

/// A failure tells the seed and the smallest graph that fails; `RECFLOW_TORTURE_SEED` plays the same again, `RECFLOW_TORTURE` plays many more.
#[test]
fn results_are_those_of_a_naive_rebuild_and_nothing_runs_for_nothing() {
    let seed = seed();
    let config = ProptestConfig {
        cases: if is_long() { 2000 } else { 24 },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    };
    let graphs = (proptest::collection::vec(node(CONTENTS), 2..9), proptest::collection::vec(step(), 1..10));
    let tally = RefCell::new(Tally::default());
    let ran = TestRunner::new(config).run(&graphs, |(nodes, steps)| {
        let more = check(&nodes, &steps);
        *tally.borrow_mut() += more;
        Ok(())
    });
    let tally = tally.into_inner();
    if let Err(error) = ran {
        panic!("RECFLOW_TORTURE_SEED={seed}, after {tally}: {error}");
    }
    tell(&format!("{tally}: every result as rebuilt, nothing ran for nothing"));
}
