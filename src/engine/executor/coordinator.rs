//! The coordinator of one run: the only owner of its state.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::thread::Scope;
use std::time::{Instant, SystemTime};

use super::state::State;
use super::{Executor, Summary};
use crate::engine::budget::Budget;
use crate::engine::digest::StageKey;
use crate::engine::event::{Event, Failure, Observer, Outcome};
use crate::engine::figures::Figures;
use crate::engine::machine::host_description;
use crate::engine::plan::{Plan, PlannedStage, StageIndex};
use crate::engine::run_log::RunLog;
use crate::engine::runner::GRACE;
use crate::engine::stage::{Stage, StageError};
use crate::engine::store::{Latest, SourceDigests, StoreError};

pub(super) struct Coordinator<'scope, 'env> {
    pub(super) executor: &'env Executor,
    pub(super) plan: &'env Plan,
    pub(super) stages: Vec<&'env PlannedStage>,
    pub(super) observer: &'env mut dyn Observer,
    pub(super) scope: &'scope Scope<'scope, 'env>,
    pub(super) log: RunLog,
    pub(super) digests: SourceDigests,
    /// What the stages of this pipeline had last.
    pub(super) latest: Latest,
    /// Stages that were built from their parameters.
    pub(super) built: Vec<Option<Box<dyn Stage>>>,
    pub(super) budget: Budget,
    pub(super) states: Vec<State>,
    pub(super) repairs: Vec<usize>,
    /// How often each stage has failed and was run again.
    pub(super) failures: Vec<u32>,
    /// Stages that are still to be run although their results are there.
    pub(super) forced: Vec<bool>,
    /// Stages whose sources have been fetched in this run.
    pub(super) fetched: Vec<bool>,
    /// What the stages that have their result have told of it.
    pub(super) figures: Vec<Option<Figures>>,
    /// Stages to look at because something that they need has changed: in the order of the plan, so that of equal ones the one
    /// works that a plan says will.
    pub(super) pending: BTreeSet<usize>,
    /// Whether something was removed from the store since stages were looked at.
    pub(super) is_stale: bool,
    /// Stages that wait for resources: place in the line, stage.
    pub(super) runnable: BTreeSet<(usize, usize)>,
    /// Which stage computes a key, or waits to; and the others with the same key, which wait for it.
    pub(super) claims: HashMap<StageKey, Claim>,
    /// The place of each stage in that line; once there was something to choose from.
    pub(super) order: Option<Vec<usize>>,
    pub(super) stop: Option<Stop>,
    pub(super) begun: Instant,
    pub(super) counts: Counts,
}

/// Why nothing new is begun.
pub(super) enum Stop {
    Failure,
    Interrupt { force_at: Option<Instant> },
}

/// A computation that is begun or about to be.
pub(super) struct Claim {
    /// For this stage.
    pub(super) owner: usize,
    /// These stages come to the same computation.
    pub(super) twins: Vec<usize>,
}

#[derive(Default)]
pub(super) struct Counts {
    pub(super) computed: usize,
    pub(super) cached: usize,
    pub(super) store_failures: usize,
}

impl<'scope, 'env> Coordinator<'scope, 'env> {
    pub(super) fn begin(
        executor: &'env Executor,
        plan: &'env Plan,
        observer: &'env mut dyn Observer,
        scope: &'scope Scope<'scope, 'env>,
    ) -> Result<Self, StoreError> {
        executor.store.sweep()?;
        let stages: Vec<_> = plan.stages().map(|(_, stage)| stage).collect();
        let mut coordinator = Self {
            executor,
            plan,
            observer,
            scope,
            log: RunLog::begin(&executor.store, plan),
            digests: SourceDigests::load(&executor.store),
            latest: Latest::load(&executor.store, plan.name()).looked_at(&executor.store),
            built: stages.iter().map(|_| None).collect(),
            budget: Budget::new(executor.options.capacity),
            states: stages.iter().map(|_| State::Waiting).collect(),
            repairs: vec![0; stages.len()],
            forced: stages.iter().map(|stage| executor.options.forced.contains(&stage.name)).collect(),
            failures: vec![0; stages.len()],
            fetched: vec![false; stages.len()],
            figures: vec![None; stages.len()],
            pending: (0..stages.len()).collect(),
            is_stale: false,
            runnable: BTreeSet::new(),
            claims: HashMap::new(),
            order: None,
            stop: None,
            begun: Instant::now(),
            counts: Counts::default(),
            stages,
        };
        let capacity = executor.options.capacity;
        coordinator.tell(Event::RunStarted {
            run: coordinator.log.id().to_owned(),
            pipeline: plan.name().to_owned(),
            stages: coordinator.stages.iter().map(|stage| stage.name.clone()).collect(),
            jobs: capacity.jobs,
            threads: capacity.threads,
            memory_bytes: capacity.memory_bytes,
            command: executor.options.command.clone(),
            host: host_description(),
            versions: executor.options.versions.clone(),
        });
        Ok(coordinator)
    }

    pub(super) fn run(mut self) -> Result<Summary, StoreError> {
        loop {
            self.settle();
            self.dispatch();
            if !self.is_active() {
                break;
            }
            self.receive();
        }
        self.digests.save()?;
        if let Err(error) = self.latest.tidy() {
            tracing::warn!("{error}");
        }
        let executor = self.executor;
        let summary = self.finish();
        if summary.outcome != Outcome::Done {
            // Stages that were made to end have left their work in progress behind.
            executor.store.sweep()?;
        }
        Ok(summary)
    }

    pub(super) fn needs_are_done(&self, index: usize) -> bool {
        self.needs(index).all(|need| matches!(self.states[need], State::Done(_)))
    }

    pub(super) fn is_active(&self) -> bool {
        self.states.iter().any(|state| state.cancel().is_some())
    }

    pub(super) fn fail_with(&mut self, index: usize, error: StageError) {
        self.fail(index, Failure::Error { message: error.message, help: error.help });
    }

    pub(super) fn fail(&mut self, index: usize, failure: Failure) {
        self.counts.store_failures += usize::from(matches!(failure, Failure::Store { .. }));
        self.states[index] = State::Failed;
        let stage = self.name(index);
        let log = self.log.written_log(&stage);
        self.tell(Event::StageFailed { stage, failure, log });
        self.skip_dependents(index);
        if !self.executor.options.keep_going && self.stop.is_none() {
            self.stop = Some(Stop::Failure);
            // What runs may finish; what only waits for another try need not.
            let resting = self.states.iter().filter(|state| matches!(state, State::Resting { .. }));
            resting.filter_map(State::cancel).for_each(|cancel| cancel.request(false));
        }
    }

    pub(super) fn skip_dependents(&mut self, root: usize) {
        let mut behind: VecDeque<usize> = self.dependents(root).collect();
        while let Some(index) = behind.pop_front() {
            if matches!(self.states[index], State::Waiting | State::Runnable { .. }) {
                self.do_not_wait(index);
                let key = self.states[index].key();
                self.states[index] = State::Skipped;
                if let Some(key) = key {
                    self.release(key);
                }
                self.tell(Event::StageSkipped { stage: self.name(index), cause: self.name(root) });
                behind.extend(self.dependents(index));
            }
        }
    }

    pub(super) fn cancelled(&mut self, index: usize) {
        self.states[index] = State::Cancelled;
        self.tell(Event::StageCancelled { stage: self.name(index) });
    }

    pub(super) fn interrupt(&mut self) {
        let again = matches!(self.stop, Some(Stop::Interrupt { .. }));
        self.stop = Some(Stop::Interrupt { force_at: Some(Instant::now() + GRACE) });
        self.end_all(again);
    }

    pub(super) fn end_all(&mut self, force: bool) {
        if force {
            self.stop = Some(Stop::Interrupt { force_at: None });
        }
        for cancel in self.states.iter().filter_map(State::cancel) {
            cancel.request(force);
        }
    }

    pub(super) fn finish(mut self) -> Summary {
        for index in 0..self.states.len() {
            if matches!(self.states[index], State::Waiting | State::Runnable { .. }) {
                self.cancelled(index);
            }
        }
        let count = |wanted: fn(&State) -> bool| self.states.iter().filter(|state| wanted(state)).count();
        let failed = count(|state| matches!(state, State::Failed));
        let not_run = count(|state| matches!(state, State::Skipped | State::Cancelled));
        let outcome = match self.stop {
            Some(Stop::Interrupt { .. }) => Outcome::Interrupted,
            _ if failed > 0 => Outcome::Failed,
            _ => Outcome::Done,
        };
        let Counts { computed, cached, store_failures } = self.counts;
        let wall = self.begun.elapsed();
        self.tell(Event::RunFinished { outcome, computed, cached, failed, not_run, wall });
        self.log.flush();
        Summary { outcome, computed, cached, failed, not_run, store_failed: store_failures > 0, wall }
    }

    /// The stages that it reads.
    pub(super) fn needs(&self, index: usize) -> impl Iterator<Item = usize> + use<> {
        self.plan.dependencies_of(StageIndex::new(index)).into_iter().map(StageIndex::index)
    }

    /// The stages that read it.
    pub(super) fn dependents(&self, index: usize) -> impl Iterator<Item = usize> + use<> {
        self.plan.dependents_of(StageIndex::new(index)).into_iter().map(StageIndex::index)
    }

    pub(super) fn name(&self, index: usize) -> String {
        self.stages[index].name.clone()
    }

    #[expect(clippy::needless_pass_by_value, reason = "events are made to be told, not kept")]
    pub(super) fn tell(&mut self, event: Event) {
        let time = SystemTime::now();
        self.log.write(time, &event);
        self.observer.observe(time, &event);
    }
}
