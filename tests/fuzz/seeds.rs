//! Valid files of all kinds: those of a small run, and a few texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use recflow::engine::{
    Action, Capacity, Event, Executor, InProcess, Observer, Options, Plan, Registry, SourceText, StageStatus, Store,
    Summary, Workspace, status,
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

const CAPACITY: Capacity = Capacity { jobs: 1, threads: 1, memory_bytes: 1 << 30 };

/// A run and what it has left.
#[derive(Clone)]
pub struct Seeds {
    root: PathBuf,
    store: Store,
    registry: Arc<Registry>,
    plan: Arc<Plan>,
}

struct Nobody;

impl Observer for Nobody {
    fn observe(&mut self, _: SystemTime, _: &Event) {}
}

impl Seeds {
    pub fn make(root: &Path) -> Self {
        let store = Store::open(&root.join("cache")).unwrap();
        let registry = Arc::new(registry());
        let plan = Arc::new(Plan::read(&SourceText::new("seeds.yaml", PIPELINE), &[], &registry).unwrap());
        let seeds = Self { root: root.to_owned(), store, registry, plan };
        assert_eq!(seeds.run().failed, 0);
        seeds
    }

    fn workspace(&self) -> Workspace {
        Workspace { root: self.root.clone(), data_dirs: Vec::new() }
    }

    /// Runs the pipeline, once more.
    pub fn run(&self) -> Summary {
        let options = Options {
            capacity: CAPACITY,
            keep_going: false,
            retry_delay: Duration::ZERO,
            forced: [].into(),
            command: "recflow run seeds.yaml".to_owned(),
            versions: BTreeMap::from([("recflow".to_owned(), "1".to_owned())]),
            display_width: 100,
        };
        let runner = Box::new(InProcess::new(Arc::clone(&self.registry), self.store.clone()));
        let executor = Executor::new(Arc::clone(&self.registry), self.store.clone(), runner, self.workspace(), options);
        executor.run(&self.plan, &mut Nobody).unwrap()
    }

    /// What a run would do.
    pub fn statuses(&self) -> Vec<StageStatus> {
        status(&self.plan, &self.registry, &self.store, &self.workspace(), &[].into(), CAPACITY)
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The folder of the store.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
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
        let runs = fs::read_dir(self.cache().join("runs")).unwrap();
        let run = runs.map(|entry| entry.unwrap().path()).next().unwrap();
        fs::read(run.join(name)).unwrap()
    }
}
