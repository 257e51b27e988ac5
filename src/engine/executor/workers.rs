//! Beginning what can begin: jobs for runnable stages, fetches for stages whose sources are not there.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::coordinator::Coordinator;
use super::state::State;
use super::{Executor, Message};
use crate::engine::budget::{Allotment, Request};
use crate::engine::difference::reasons;
use crate::engine::event::Event;
use crate::engine::job::Job;
use crate::engine::resolution::{Resolved, StoredInputs, instantiate};
use crate::engine::run_log::remove_if_empty;
use crate::engine::runner::{Cancel, Report};
use crate::engine::spec::MemorySize;
use crate::engine::stage::{Stage, StageError, StageProgress};

impl Coordinator<'_, '_> {
    /// Begins as many runnable stages as there are resources for, in topological order.
    pub(super) fn dispatch(&mut self) {
        if self.stop.is_some() || !self.budget.has_room() {
            return;
        }
        for index in self.runnable.clone() {
            let State::Runnable { request, .. } = &self.states[index] else { continue };
            if let Some(allotment) = self.budget.allot(*request, self.runnable.len()) {
                self.runnable.remove(&index);
                self.start(index, allotment);
            }
        }
    }

    /// What the stage asks for. Judged once, when it becomes runnable: it reads files.
    pub(super) fn request(&self, index: usize, stage: &dyn Stage, resolved: &Resolved) -> Result<Request, StageError> {
        let declared = self.stages[index].resources;
        let inputs = StoredInputs { store: &self.executor.store, inputs: &resolved.inputs };
        let memory_bytes = declared.memory_bytes.or_else(|| stage.memory_bytes(&inputs)).unwrap_or(0);
        let allowed = self.executor.options.capacity.memory_bytes;
        if memory_bytes > allowed {
            let [needed, allowed] = [memory_bytes, allowed].map(|bytes| MemorySize { bytes });
            let message = format!("it needs {needed} of memory, and {allowed} are allowed");
            return Err(StageError::new(message).help("allow more with `--memory`, or make the stage smaller"));
        }
        Ok(Request { threads: declared.threads, max_threads: stage.max_threads(), memory_bytes })
    }

    fn start(&mut self, index: usize, allotment: Allotment) {
        let State::Runnable { resolved, .. } = std::mem::replace(&mut self.states[index], State::Waiting) else {
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
            threads: allotment.threads,
            memory_limit_bytes: Some(declared.unwrap_or(self.executor.options.capacity.memory_bytes)),
        };
        let last = self.executor.store.latest(self.plan.name(), &planned.name);
        let last = last.and_then(|key| self.executor.store.action(key));
        self.tell(Event::StageStarted {
            stage: self.name(index),
            key: resolved.preimage.key(),
            threads: allotment.threads,
            memory_bytes: allotment.memory_bytes,
            reasons: reasons(last.as_ref(), &resolved.preimage),
        });
        let cancel = Arc::new(Cancel::default());
        let log = self.log.stage_log(&planned.name);
        let (runner, sender) = (&*self.executor.runner, self.executor.sender.clone());
        let worker_cancel = Arc::clone(&cancel);
        self.scope.spawn(move || {
            let tell = |report| {
                let _ = sender.send(Message::Report { stage: index, report });
            };
            let verdict = runner.run(&job, &log, &worker_cancel, &tell);
            remove_if_empty(&log);
            let _ = sender.send(Message::Ended { stage: index, verdict });
        });
        self.states[index] = State::Running { resolved, allotment, cancel };
    }

    pub(super) fn fetch(&mut self, index: usize, what: String) {
        self.tell(Event::StageFetching { stage: self.name(index), what });
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
