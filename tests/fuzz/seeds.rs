//! Valid files of all kinds: those of a small run, and a few texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use recflow::engine::{
    Action, Capacity, Event, Executor, InProcess, Observer, Options, Plan, SourceText, Store, Workspace,
};
use recflow::stages::registry;

const PIPELINE: &str = "\
name: seeds
stages:
  sample: { uses: sample, with: { users: 20, items: 30, interactions: 120 } }
  split: { uses: split, needs: sample, with: { strategy: per-user-random } }
  train-popularity: { uses: train-popularity, needs: split }
  train-ease: { uses: train-ease, needs: split }
  train-mult-dae: { uses: train-mult-dae, needs: split, with: { hidden: [4], latent: 3, epochs: 2 } }
  evaluate: { each: train-*, uses: evaluate, needs: split, with: { metrics: [recall@3] } }
  report: { uses: report, needs: evaluate, with: { output: table.md } }
";

/// A run and what it has left.
pub struct Seeds {
    root: PathBuf,
    store: Store,
}

struct Nobody;

impl Observer for Nobody {
    fn observe(&mut self, _: SystemTime, _: &Event) {}
}

impl Seeds {
    pub fn make(root: &Path) -> Self {
        let store = Store::open(&root.join("cache")).unwrap();
        let registry = Arc::new(registry());
        let plan = Plan::read(&SourceText::new("seeds.yaml", PIPELINE), &[], &registry).unwrap();
        let options = Options {
            capacity: Capacity { jobs: 1, threads: 1, memory_bytes: 1 << 30 },
            keep_going: false,
            retry_delay: Duration::ZERO,
            forced: [].into(),
            command: "recflow run seeds.yaml".to_owned(),
            versions: BTreeMap::from([("recflow".to_owned(), "1".to_owned())]),
            display_width: 100,
        };
        let runner = Box::new(InProcess::new(Arc::clone(&registry), store.clone()));
        let workspace = Workspace { root: root.to_owned(), data_dirs: Vec::new() };
        let summary =
            Executor::new(registry, store.clone(), runner, workspace, options).run(&plan, &mut Nobody).unwrap();
        assert_eq!(summary.failed, 0);
        Self { root: root.to_owned(), store }
    }

    pub fn actions(&self) -> Vec<Action> {
        self.store.actions().unwrap()
    }

    /// The bytes of every stored file of that name.
    pub fn stored(&self, name: &str) -> Vec<Vec<u8>> {
        let actions = self.actions();
        let artifacts = actions.iter().flat_map(|action| action.outputs.values());
        let records = artifacts.filter_map(|artifact| artifact.files.get(name));
        records.map(|record| self.store.read(*record).unwrap()).collect()
    }

    /// Puts the files of a stage's artifact into a folder.
    pub fn lay_out(&self, stage: &str, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let actions = self.actions();
        let action = actions.iter().find(|action| action.stage == stage).unwrap();
        for (name, record) in action.outputs.values().flat_map(|artifact| &artifact.files) {
            fs::write(folder.join(name), self.store.read(*record).unwrap()).unwrap();
        }
    }

    /// A file of the record of the run.
    pub fn of_run(&self, name: &str) -> Vec<u8> {
        let runs = fs::read_dir(self.root.join("cache/runs")).unwrap();
        let run = runs.map(|entry| entry.unwrap().path()).next().unwrap();
        fs::read(run.join(name)).unwrap()
    }
}
