//! A user's folder: pipeline files, ratings files, a cache, and the built program run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use recflow::engine::{Event, KeyLock, StageKey, Store};
use serde_json::Value;
use tempfile::TempDir;

use super::outcome::{Outcome, started};
use super::process::Running;

/// A whole comparison over `ratings.csv`, small enough to run in a moment.
pub const SMALL: &str = "\
name: small
params:
  dataset: ratings.csv
  lambda: 20
stages:
  ingest:
    uses: ingest
    with: { dataset: \"${dataset}\" }
  split:
    uses: split
    needs: ingest
    with: { strategy: per-user-random, seed: 7 }
  train-popularity:
    uses: train-popularity
    needs: split
  train-ease:
    uses: train-ease
    needs: split
    with: { lambda: \"${lambda}\" }
  evaluate:
    each: train-*
    uses: evaluate
    needs: split
    with: { metrics: [rmse, precision@5, ndcg@5] }
  report:
    uses: report
    needs: evaluate
    with: { title: Small, output: reports/small.md }
";

/// The stages of [`SMALL`] in the order in which a plan shows them.
pub const SMALL_STAGES: [&str; 7] =
    ["ingest", "split", "train-popularity", "train-ease", "evaluate/train-popularity", "evaluate/train-ease", "report"];

/// A temporary folder that recflow is run in.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with `small.yaml`, which is [`SMALL`], and `ratings.csv`.
    pub fn small() -> Self {
        let project = Self::new();
        project.write("small.yaml", SMALL);
        project.write("ratings.csv", ratings(30, 24));
        project
    }

    /// Where a file of that name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders on the way to it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replaces a text that stands in a file exactly once.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(from).count(), 1, "`{from}` does not stand in {name} exactly once");
        self.write(name, text.replace(from, to));
    }

    /// A command in this folder that nothing in the tester's surroundings has an influence on.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recflow"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let ours =
            |name: &str| name.starts_with("RECFLOW_") || ["RUST_LOG", "NO_COLOR", "RUST_BACKTRACE"].contains(&name);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(ours) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs recflow with these arguments, separated by spaces, to its end.
    pub fn recflow(&self, arguments: &str) -> Outcome {
        self.recflow_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs recflow with these arguments to its end.
    pub fn recflow_with(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().unwrap(), self.folder.path(), arguments)
    }

    /// Starts recflow and does not wait for it.
    pub fn start(&self, arguments: &str) -> Running {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        Running::start(self.command(&arguments), self.folder.path(), arguments.contains(&"json"))
    }

    /// The stages that a successful run computes, by name.
    pub fn computed(&self, pipeline: &str, arguments: &str) -> Vec<String> {
        let outcome = self.recflow(&format!("run {pipeline} {arguments} --format json"));
        outcome.expect(0);
        let mut stages: Vec<String> = outcome
            .events()
            .into_iter()
            .filter_map(|event| if let Event::StageFinished { stage, .. } = event { Some(stage) } else { None })
            .collect();
        stages.sort();
        stages
    }

    /// What `recflow plan` says of each stage, in its order.
    pub fn plan(&self, pipeline: &str, arguments: &str) -> Vec<(String, Value)> {
        let outcome = self.recflow(&format!("plan {pipeline} {arguments} --format json"));
        let line = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap();
            (value["stage"].as_str().unwrap().to_owned(), value)
        };
        outcome.stdout.lines().map(line).collect()
    }

    /// The key that each stage of a pipeline has: learnt by running it over another cache.
    pub fn keys(&self, pipeline: &str) -> BTreeMap<String, StageKey> {
        let outcome = self.recflow(&format!("run {pipeline} --format json --cache-dir elsewhere"));
        outcome.expect(0);
        let key = |event: &Event| match event {
            Event::StageCached { stage, key, .. } => Some((stage.clone(), *key)),
            other => started(other),
        };
        outcome.events().iter().filter_map(key).collect()
    }

    /// Keeps a stage from going on for as long as the lock is kept: it waits, as it does for another process that
    /// computes the same.
    pub fn hold(&self, key: StageKey) -> KeyLock {
        let nobody_else = || panic!("somebody computes {key} already");
        Store::open(&self.path("cache")).unwrap().lock(key, nobody_else).unwrap()
    }

    /// The digest of every file that the cache's results have, by stage and file: what a run has computed.
    pub fn digests(&self, cache: &str) -> BTreeMap<String, String> {
        let listed = self.recflow(&format!("cache list --format json --cache-dir {cache}"));
        listed.expect(0);
        let mut digests = BTreeMap::new();
        for line in listed.stdout.lines() {
            let action: Value = serde_json::from_str(line).unwrap();
            // Checkpoints are listed too; they are nobody's results.
            for (port, files) in action["outputs"].as_object().into_iter().flatten() {
                for (file, record) in files.as_object().unwrap() {
                    let place = format!("{} {port}/{file}", action["stage"].as_str().unwrap());
                    let digest = record["digest"].as_str().unwrap().to_owned();
                    assert_eq!(digest.len(), 64);
                    let before = digests.insert(place, digest);
                    assert_eq!(before, None, "one result a stage");
                }
            }
        }
        digests
    }

    /// The text of a file that a stage has computed.
    pub fn artifact(&self, stage: &str, file: &str) -> String {
        let store = Store::open(&self.path("cache")).unwrap();
        let actions = store.actions().unwrap();
        let action = actions.iter().find(|action| action.stage == stage).unwrap();
        let record = action.outputs.values().find_map(|artifact| artifact.files.get(file)).unwrap();
        String::from_utf8(store.read(*record).unwrap()).unwrap()
    }

    /// Whether every process that had a scratch folder in that cache has let go of it. One that was killed does so
    /// shortly after it has left the list of processes.
    pub fn scratch_is_abandoned(&self, cache: &str) -> bool {
        let scratch = format!("{cache}/scratch");
        let names = self.names_in(&scratch).into_iter();
        names.filter(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "lock")).all(
            |name| {
                let lock = fs::File::open(self.path(&scratch).join(name)).unwrap();
                lock.try_lock().is_ok()
            },
        )
    }

    /// The names of what stands in a folder.
    pub fn names_in(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

/// One made-up event.
pub struct Rating {
    pub user: usize,
    pub item: usize,
    pub stars: usize,
    pub time: usize,
}

/// Made-up events of people in three camps, each of which has its own third of the items and a few others.
pub fn events(users: usize, items: usize) -> Vec<Rating> {
    let mut events = Vec::new();
    for user in 0..users {
        for item in 0..items {
            let whim = (user * 31 + item * 17 + user * item) % 7 == 0;
            if item % 3 == user % 3 || whim {
                events.push(Rating { user, item, stars: 1 + (user * 7 + item * 3) % 5, time: 0 });
            }
        }
    }
    let count = events.len();
    for (place, event) in events.iter_mut().enumerate() {
        event.time = 1_000_000 + (place * 7919) % count;
    }
    events
}

/// [`events`] as a CSV file.
pub fn ratings(users: usize, items: usize) -> String {
    let line = |Rating { user, item, stars, time }: &Rating| format!("u{user},i{item},{stars},{time}\n");
    "user,item,rating,time\n".to_owned() + &events(users, items).iter().map(line).collect::<String>()
}
