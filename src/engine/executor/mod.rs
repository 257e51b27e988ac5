//! Running a plan: one coordinator owns all state; workers carry jobs out and send messages.

mod coordinator;
mod expected_order;
mod interrupt;
mod results;
mod retries;
mod settling;
mod state;
mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use super::budget::Capacity;
use super::event::{Observer, Outcome};
use super::plan::Plan;
use super::registry::Registry;
use super::runner::{Runner, Verdict};
use super::stage::{StageError, Workspace};
use super::store::{Store, StoreError};

use coordinator::Coordinator;
pub use interrupt::Interrupter;

/// How a plan is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    /// What running stages share.
    pub capacity: Capacity,
    /// Whether stages that do not depend on a failed one still run.
    pub keep_going: bool,
    /// How long is waited before a stage that failed runs again the first time; each time twice as long.
    pub retry_delay: Duration,
    /// The names of stages that run even if their results are there; from the beginning, without checkpoints.
    pub forced: BTreeSet<String>,
    /// The command that runs the pipeline this way; published with results.
    pub command: String,
    /// The versions of what computes, by name; recorded.
    pub versions: BTreeMap<String, String>,
    /// The columns of the screen on which the run is shown.
    pub display_width: usize,
}

/// Runs plans.
pub struct Executor {
    registry: Arc<Registry>,
    store: Store,
    runner: Box<dyn Runner>,
    workspace: Workspace,
    options: Options,
    sender: mpsc::Sender<Message>,
    receiver: mpsc::Receiver<Message>,
}

/// How a run ended, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How it ended.
    pub outcome: Outcome,
    /// Stages computed.
    pub computed: usize,
    /// Stages found in the cache.
    pub cached: usize,
    /// Stages failed.
    pub failed: usize,
    /// Stages skipped or cancelled.
    pub not_run: usize,
    /// Whether a failure was the store's, not the stage's.
    pub store_failed: bool,
    /// How long it took.
    pub wall: Duration,
}

/// What the coordinator hears.
enum Message {
    /// A running stage reports.
    Report { stage: usize, report: super::runner::Report },
    /// A stage's job has ended.
    Ended { stage: usize, verdict: Verdict },
    /// A stage's sources have been fetched, or not.
    Fetched { stage: usize, result: Result<(), StageError> },
    /// A stage that failed has waited long enough to run again, or is not to run again.
    Rested { stage: usize },
    /// Somebody wants the run to end.
    Interrupt,
}

impl Executor {
    /// An executor of plans that were checked against that registry.
    pub fn new(
        registry: Arc<Registry>,
        store: Store,
        runner: Box<dyn Runner>,
        workspace: Workspace,
        options: Options,
    ) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { registry, store, runner, workspace, options, sender, receiver }
    }

    /// A handle with which any thread can interrupt the run.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter::new(self.sender.clone())
    }

    /// Runs a plan to its end, whatever that is. An error means that the store cannot be used at all.
    pub fn run(&self, plan: &Plan, observer: &mut dyn Observer) -> Result<Summary, StoreError> {
        // What was sent before this run began was not meant for it, except the wish to end.
        let interrupted = self.receiver.try_iter().any(|message| matches!(message, Message::Interrupt));
        if interrupted {
            self.interrupter().interrupt();
        }
        std::thread::scope(|scope| Coordinator::begin(self, plan, observer, scope)?.run())
    }
}
