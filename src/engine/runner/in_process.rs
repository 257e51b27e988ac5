//! Jobs inside the calling process: no isolation, no figures of their own, no start-up cost.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::{Cancel, Report, Runner, Verdict};
use crate::engine::event::Failure;
use crate::engine::execution::{ExecutionError, Origin, execute};
use crate::engine::job::Job;
use crate::engine::registry::Registry;
use crate::engine::spending::Meter;
use crate::engine::stage::StageProgress;
use crate::engine::store::Store;
use crate::engine::workplace::{Workplace, Workplaces};

/// Runs jobs in rayon pools of this process.
#[derive(Debug)]
pub struct InProcess {
    registry: Arc<Registry>,
    store: Store,
    workplaces: Workplaces,
    /// Pools that no job uses at this moment: starting threads takes longer than many a stage.
    idle: Mutex<Vec<ThreadPool>>,
}

impl InProcess {
    /// A runner of these kinds over that store.
    pub fn new(registry: Arc<Registry>, store: Store) -> Self {
        Self { registry, workplaces: Workplaces::new(store.clone()), store, idle: Mutex::default() }
    }

    fn pool(&self, threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        match idle.iter().position(|pool| pool.current_num_threads() == threads) {
            Some(place) => Ok(idle.swap_remove(place)),
            None => ThreadPoolBuilder::new().num_threads(threads).build(),
        }
    }
}

impl Runner for InProcess {
    fn run(&self, job: &Job, log: &Path, cancel: &Cancel, tell: &(dyn Fn(Report) + Sync)) -> Verdict {
        let pool = match self.pool(job.threads) {
            Ok(pool) => pool,
            Err(error) => return Verdict::Failed(Failure::Error { message: error.to_string(), help: None }),
        };
        let scratch = match self.workplaces.take() {
            Ok(scratch) => scratch,
            Err(error) => return Verdict::Failed(error.into()),
        };
        let progress = Telling { cancel, tell };
        let on_wait = || tell(Report::Waiting);
        let (registry, store, place) = (&self.registry, &self.store, Workplace(scratch.path()));
        let result = pool.install(|| execute(job, registry, store, (place, log), &Unmetered, &progress, on_wait));
        self.workplaces.give_back(scratch);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        result.into()
    }
}

impl From<Result<Origin, ExecutionError>> for Verdict {
    fn from(result: Result<Origin, ExecutionError>) -> Self {
        match result {
            Ok(Origin::Computed) => Self::Done,
            Ok(Origin::Found) => Self::Found,
            Err(ExecutionError::Interrupted) => Self::Cancelled,
            Err(ExecutionError::DamagedInput { stage, digest }) => Self::DamagedInput { stage, digest },
            Err(ExecutionError::Failed(failure)) => Self::Failed(failure),
        }
    }
}

struct Telling<'a> {
    cancel: &'a Cancel,
    tell: &'a (dyn Fn(Report) + Sync),
}

impl StageProgress for Telling<'_> {
    fn progress(&self, done: u64, total: u64, detail: &str) {
        (self.tell)(Report::Progress { done, total, detail: detail.to_owned() });
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_requested()
    }
}

/// Several jobs share a process: its figures are nobody's own.
struct Unmetered;

impl Meter for Unmetered {
    fn cpu(&self) -> Option<Duration> {
        None
    }

    fn peak_memory_bytes(&self) -> Option<u64> {
        None
    }
}
