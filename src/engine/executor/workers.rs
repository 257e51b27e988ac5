//! Beginning what can begin: jobs for runnable stages, fetches for stages whose sources are not there.

use std::ops::Bound;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::coordinator::Coordinator;
use super::expected_order::expected_order;
use super::retries::within;
use super::state::State;
use super::{Executor, Message};
use crate::engine::budget::Allotment;
use crate::engine::difference::reasons;
use crate::engine::event::Event;
use crate::engine::job::Job;
use crate::engine::request::Request;
use crate::engine::resolution::{Resolved, instantiate};
use crate::engine::run_log::remove_if_empty;
use crate::engine::runner::{Cancel, Report};
use crate::engine::stage::{Stage, StageError, StageProgress};

impl Coordinator<'_, '_> {
    /// Begins as many runnable stages as there are resources for; those first behind which the most work is expected.
    pub(super) fn dispatch(&mut self) {
        if self.stop.is_some() || !self.budget.has_room() {
            return;
        }
        if self.runnable.len() > 1 && self.order.is_none() {
            let order = expected_order(self.plan, &self.latest);
            self.runnable = self.runnable.iter().map(|&(_, index)| (order[index], index)).collect();
            self.order = Some(order);
        }
        let mut next = self.runnable.first().copied();
        while let Some((place, index)) = next.filter(|_| self.budget.has_room()) {
            next = self.runnable.range((Bound::Excluded((place, index)), Bound::Unbounded)).next().copied();
            let State::Runnable { request, .. } = &self.states[index] else { continue };
            if let Some(allotment) = self.budget.allot(*request, self.runnable.len()) {
                self.runnable.remove(&(place, index));
                self.start(index, allotment);
            }
        }
    }

    /// Lines up a stage whose state is runnable.
    pub(super) fn wait_for_resources(&mut self, index: usize) {
        self.runnable.insert((self.place(index), index));
    }

    /// Takes a stage out of the line.
    pub(super) fn do_not_wait(&mut self, index: usize) {
        self.runnable.remove(&(self.place(index), index));
    }

    /// Where it stands in the line. Before there is anything to choose from, nobody needs to know.
    fn place(&self, index: usize) -> usize {
        self.order.as_ref().map_or(0, |order| order[index])
    }

    /// What the stage asks for. Judged once, when it becomes runnable: it reads files.
    pub(super) fn request(&self, index: usize, stage: &dyn Stage, resolved: &Resolved) -> Result<Request, StageError> {
        let Executor { store, options, .. } = self.executor;
        Request::of(self.stages[index], stage, resolved, store, options.capacity)
    }

    fn start(&mut self, index: usize, allotment: Allotment) {
        let State::Runnable { resolved, request } = std::mem::replace(&mut self.states[index], State::Waiting) else {
            return;
        };
        let planned = self.stages[index];
        let declared = planned.resources.memory_bytes;
        let job = Job {
            stage: planned.name.clone(),
            preimage: resolved.preimage.clone(),
            parameters: planned.parameters.as_ref().clone(),
            inputs: resolved.inputs.clone(),
            sources: resolved.sources.clone(),
            workspace: self.executor.workspace.clone(),
            force: self.forced[index],
            threads: allotment.threads,
            declared_memory_bytes: declared,
            memory_limit_bytes: Some(declared.unwrap_or(self.executor.options.capacity.memory_bytes)),
        };
        let last = self.latest.key(&planned.name);
        let last = last.and_then(|key| self.executor.store.action(key));
        self.tell(Event::StageStarted {
            stage: self.name(index),
            key: resolved.key,
            threads: allotment.threads,
            memory_bytes: allotment.memory_bytes,
            reasons: reasons(last.as_ref(), &resolved.preimage, self.forced[index]),
        });
        // Before it begins: who sees what a stage does finds the stage in the record.
        self.log.flush();
        let cancel = Arc::new(Cancel::default());
        let log = self.log.stage_log(&planned.name);
        let (runner, sender) = (&*self.executor.runner, self.executor.sender.clone());
        let worker_cancel = Arc::clone(&cancel);
        let timeout = planned.resources.timeout;
        self.scope.spawn(move || {
            let tell = |report| {
                let _ = sender.send(Message::Report { stage: index, report });
            };
            let verdict = within(timeout, &worker_cancel, || runner.run(&job, &log, &worker_cancel, &tell));
            remove_if_empty(&log);
            let _ = sender.send(Message::Ended { stage: index, verdict });
        });
        self.states[index] = State::Running { resolved, request, allotment, cancel };
    }

    pub(super) fn fetch(&mut self, index: usize, what: String) {
        self.tell(Event::StageFetching { stage: self.name(index), what });
        self.log.flush();
        let cancel = Arc::new(Cancel::default());
        self.states[index] = State::Fetching(Arc::clone(&cancel));
        let Executor { registry, workspace, sender, .. } = self.executor;
        let (planned, sender) = (self.stages[index], sender.clone());
        self.scope.spawn(move || {
            let progress = FetchProgress { stage: index, cancel, sender: sender.clone() };
            let result = instantiate(planned, registry).and_then(|(_, stage)| stage.fetch(workspace, &progress));
            let _ = sender.send(Message::Fetched { stage: index, result });
        });
    }
}

struct FetchProgress {
    stage: usize,
    cancel: Arc<Cancel>,
    sender: Sender<Message>,
}

impl StageProgress for FetchProgress {
    fn progress(&self, done: u64, total: u64, detail: &str) {
        let report = Report::Progress { done, total, detail: detail.to_owned() };
        let _ = self.sender.send(Message::Report { stage: self.stage, report });
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_requested()
    }
}
