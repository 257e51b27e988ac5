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
use crate::engine::frozen::{differs, kept};
use crate::engine::machine::host_description;
use crate::engine::plan::{Plan, PlannedStage, StageIndex};
use crate::engine::registry::StageKind;
use crate::engine::resolution::{Resolution, instantiate, resolve};
use crate::engine::run_log::RunLog;
use crate::engine::runner::GRACE;
use crate::engine::stage::{Stage, StageError};
use crate::engine::store::{FoundAction, Latest, SourceDigests, StoreError};

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
    /// Stages to look at because something that they need has changed.
    pub(super) pending: VecDeque<usize>,
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

/// What there is of a stage whose needs are done.
enum Found {
    /// Not even its sources.
    NoSources(String),
    /// Its result.
    Result(StageKey, Box<FoundAction>),
    /// All that its computation needs.
    Work(State),
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

    pub(super) fn is_active(&self) -> bool {
        self.states.iter().any(|state| state.cancel().is_some())
    }

    /// Looks at every stage whose needs may all be done by now: skipped, found in the cache, or to be run.
    pub(super) fn settle(&mut self) {
        while let Some(index) = self.pending.pop_front() {
            if self.stop.is_some() {
                continue;
            }
            if matches!(self.states[index], State::Waiting) && self.needs_are_done(index) {
                self.look_up(index);
            }
        }
    }

    pub(super) fn needs_are_done(&self, index: usize) -> bool {
        self.needs(index).all(|need| matches!(self.states[need], State::Done(_)))
    }

    /// Finds out what is to be done with a stage whose needs are done.
    fn look_up(&mut self, index: usize) {
        if self.stages[index].is_frozen {
            return self.keep(index);
        }
        let found = instantiate(self.stages[index], &self.executor.registry).and_then(|(kind, stage)| {
            let found = self.find(index, (kind, stage.as_ref()));
            self.built[index] = Some(stage);
            found
        });
        match found {
            Ok(Found::NoSources(what)) if self.fetched[index] => {
                self.fail_with(index, StageError::new(format!("{what} was fetched and still is not there")));
            }
            Ok(Found::NoSources(what)) => self.fetch(index, what),
            Ok(Found::Result(key, found)) => self.found(index, key, *found),
            Ok(Found::Work(runnable)) => {
                if self.claim(index, runnable.key()) {
                    self.states[index] = runnable;
                    self.wait_for_resources(index);
                }
            }
            Err(error) => self.fail_with(index, error),
        }
    }

    fn find(&mut self, index: usize, (kind, stage): (&StageKind, &dyn Stage)) -> Result<Found, StageError> {
        let Executor { workspace, store, .. } = self.executor;
        let result = |need: StageIndex| self.states[need.index()].action();
        let resolution =
            resolve(self.plan, StageIndex::new(index), (kind, stage), workspace, &mut self.digests, result)?;
        let resolved = match resolution {
            Resolution::Absent(what) => return Ok(Found::NoSources(what)),
            Resolution::Known(resolved) => resolved,
        };
        if !self.forced[index] {
            if let Some(found) = self.latest.find(store, resolved.key, &resolved.preimage) {
                return Ok(Found::Result(resolved.key, Box::new(found)));
            }
            if let Some(flaw) = store.flaw(resolved.key) {
                tracing::warn!("{flaw}; `{}` is computed again", self.stages[index].name);
            }
        }
        let request = self.request(index, stage, &resolved)?;
        Ok(Found::Work(State::Runnable { resolved, request }))
    }

    /// Whether it is this stage that is to compute that key. If another one does, this one is looked at again when that has
    /// ended.
    fn claim(&mut self, index: usize, key: Option<StageKey>) -> bool {
        let (Some(key), false) = (key, self.forced[index]) else { return true };
        let claim = self.claims.entry(key).or_insert_with(|| Claim { owner: index, twins: Vec::new() });
        let owner_works = claim.owner == index || self.states[claim.owner].key() == Some(key);
        if !owner_works {
            claim.owner = index;
        }
        let mine = claim.owner == index;
        if !mine {
            claim.twins.push(index);
        }
        mine
    }

    /// A stage no longer computes that key, for whatever reason: those that have waited for it are looked at.
    pub(super) fn release(&mut self, key: StageKey) {
        if let Some(claim) = self.claims.remove(&key) {
            self.pending.extend(claim.twins);
        }
    }

    /// Takes the last result of a frozen stage for its result.
    fn keep(&mut self, index: usize) {
        let planned = self.stages[index];
        let Executor { registry, store, workspace, .. } = self.executor;
        let (key, mut last) = match kept(planned, registry.find(&planned.kind), (store, &self.latest)) {
            Ok(last) => last,
            Err(error) => return self.fail_with(index, error),
        };
        let due = instantiate(planned, registry).and_then(|(kind, stage)| {
            let result = |need: StageIndex| self.states[need.index()].action();
            resolve(self.plan, StageIndex::new(index), (kind, stage.as_ref()), workspace, &mut self.digests, result)
        });
        let due = if let Ok(Resolution::Known(due)) = due { Some(due) } else { None };
        let differs = due.map(|due| differs(&last.action, &due.preimage));
        self.counts.cached += 1;
        store.touch(key, &mut last);
        self.tell(Event::StageFrozen { stage: self.name(index), key, facts: last.action.facts.clone(), differs });
        self.complete(index, key, last);
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
