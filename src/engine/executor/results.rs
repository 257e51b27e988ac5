//! What comes back: reports, results, failures, and inputs that turn out to be damaged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

use super::Message;
use super::coordinator::{Coordinator, Stop};
use super::retries::in_time;
use super::state::State;
use crate::engine::digest::{Digest, StageKey};
use crate::engine::event::{Event, Failure};
use crate::engine::expectation::{Unmet, unmet};
use crate::engine::figures::{Unread, with_result};
use crate::engine::plan::StageIndex;
use crate::engine::publishing::{Unpublished, publish};
use crate::engine::resolution::instantiate;
use crate::engine::runner::{Report, Verdict};
use crate::engine::stage::{FinishedStage, PublishCtx, Stage, StageError};
use crate::engine::store::FoundAction;

/// How often a stage may find its inputs damaged before that counts as a failure of the store.
const MAX_REPAIRS: usize = 3;

impl Coordinator<'_, '_> {
    pub(super) fn receive(&mut self) {
        // Before anything can happen that takes time.
        self.log.flush();
        if let Err(error) = self.latest.save() {
            tracing::warn!("{error}");
        }
        let message = match &self.stop {
            Some(Stop::Interrupt { force_at: Some(at) }) => {
                self.executor.receiver.recv_timeout(at.saturating_duration_since(Instant::now()))
            }
            _ => self.executor.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        self.latest.forget_looks();
        match message {
            Ok(Message::Report { stage, report }) => self.report(stage, report),
            Ok(Message::Ended { stage, verdict }) => self.end(stage, verdict),
            Ok(Message::Fetched { stage, result }) => self.fetched(stage, result),
            Ok(Message::Rested { stage }) => self.rested(stage),
            Ok(Message::Interrupt) => self.interrupt(),
            Err(_) => self.end_all(true),
        }
    }

    fn report(&mut self, index: usize, report: Report) {
        let stage = self.name(index);
        self.tell(match report {
            Report::Waiting => Event::StageWaiting { stage },
            Report::Progress { done, total, detail } => Event::StageProgress { stage, done, total, detail },
        });
    }

    fn fetched(&mut self, index: usize, result: Result<(), StageError>) {
        self.states[index] = State::Waiting;
        match result {
            Ok(()) => {
                self.fetched[index] = true;
                self.pending.insert(index);
            }
            Err(error) if error.interrupted => self.cancelled(index),
            Err(error) => self.fail_with(index, error),
        }
    }

    fn end(&mut self, index: usize, verdict: Verdict) {
        let State::Running { resolved, request, allotment, cancel } =
            std::mem::replace(&mut self.states[index], State::Waiting)
        else {
            return;
        };
        self.budget.release(allotment);
        let key = resolved.key;
        let verdict = in_time(verdict, &cancel, self.stages[index].resources.timeout);
        self.forced[index] &= matches!(verdict, Verdict::Failed(_) | Verdict::DamagedInput { .. });
        match verdict {
            Verdict::Done | Verdict::Found => match self.executor.store.find_action(key) {
                Some(found) if verdict == Verdict::Found => self.found(index, key, found),
                Some(found) => {
                    let action = &found.action;
                    self.counts.computed += 1;
                    let artifacts = action.outputs.iter().map(|(port, files)| (port.clone(), files.id())).collect();
                    self.tell(Event::StageFinished {
                        stage: self.name(index),
                        key,
                        facts: action.facts.clone(),
                        artifacts,
                        log: self.log.written_log(&self.stages[index].name),
                    });
                    self.complete(index, key, found);
                }
                None => self.fail(index, Failure::Store { message: "its result is not in the cache".to_owned() }),
            },
            Verdict::Cancelled => self.cancelled(index),
            Verdict::DamagedInput { stage, digest } => self.repair(index, &stage, digest),
            Verdict::Failed(failure) if self.may_retry(index, &failure) => {
                self.retry(index, failure, resolved, request);
            }
            Verdict::Failed(failure) => self.fail(index, failure),
        }
        if self.states[index].key() != Some(key) {
            self.release(key);
        }
    }

    /// A stored result was found damaged: its stage runs again, and after it the one that found it (which may be itself).
    fn repair(&mut self, finder: usize, producer: &str, digest: Digest) {
        self.repairs[finder] += 1;
        let discarded = self.executor.store.discard(digest);
        self.latest.forget_looks();
        self.is_stale = true;
        match (discarded, self.plan.find(producer).map(StageIndex::index)) {
            (Ok(()), Some(producer)) if self.repairs[finder] <= MAX_REPAIRS => {
                tracing::warn!("the stored result of `{}` is damaged; computing it again", self.name(producer));
                for dependent in self.dependents(producer) {
                    if let State::Runnable { resolved, .. } = &self.states[dependent] {
                        let key = resolved.key;
                        self.states[dependent] = State::Waiting;
                        self.do_not_wait(dependent);
                        self.release(key);
                    }
                }
                // Another finder may have sent it off already.
                if matches!(self.states[producer], State::Done(_)) {
                    self.states[producer] = State::Waiting;
                    self.pending.insert(producer);
                }
            }
            (Err(error), _) => self.fail(finder, Failure::Store { message: error.to_string() }),
            (Ok(()), _) => {
                let message = format!("the stored result of `{producer}` is damaged again and again");
                self.fail(finder, Failure::Store { message });
            }
        }
    }

    /// A stage's result is in the cache, whoever has put it there.
    pub(super) fn found(&mut self, index: usize, key: StageKey, mut found: FoundAction) {
        self.counts.cached += 1;
        self.executor.store.touch(key, &mut found);
        self.tell(Event::StageCached { stage: self.name(index), key, facts: found.action.facts.clone() });
        self.complete(index, key, found);
    }

    /// A stage has its result, from the cache or computed.
    pub(super) fn complete(&mut self, index: usize, key: StageKey, found: FoundAction) {
        self.latest.remember(&self.stages[index].name, key, &found);
        self.states[index] = State::Done(Box::new(found.action));
        match self.show(index) {
            Ok(true) => self.pending.extend(self.dependents(index)),
            Ok(false) => {}
            Err(Unpublished::Damaged(digest)) => self.repair(index, &self.name(index), digest),
            Err(Unpublished::Unwritten(error)) => self.fail(index, Failure::Store { message: error.to_string() }),
            Err(Unpublished::Failed(error)) => self.fail_with(index, error),
        }
    }

    /// Tells figures and publishes; whether the result is as expected, so that others may go on with it.
    fn show(&mut self, index: usize) -> Result<bool, Unpublished> {
        let stage = match self.built[index].take() {
            Some(stage) => stage,
            None => instantiate(self.stages[index], &self.executor.registry)?.1,
        };
        let unmet = self.tell_figures(index, stage.as_ref())?;
        let is_expected = unmet.iter().all(|(of, _)| of.index() != index);
        self.turn_away(unmet);
        if is_expected {
            self.publish(index, stage.as_ref())?;
        }
        Ok(is_expected)
    }

    /// Reads and tells the stage's figures; what of it is not as expected.
    fn tell_figures(&mut self, index: usize, stage: &dyn Stage) -> Result<Vec<(StageIndex, Unmet)>, Unread> {
        let Some(action) = self.states[index].action() else { return Ok(Vec::new()) };
        let told = with_result(action, &self.executor.store, |read| stage.figures(read))?;
        if let Some(figures) = &told {
            self.tell(Event::StageFigures { stage: self.name(index), figures: figures.clone() });
        }
        self.figures[index] = Some(told.unwrap_or_default());
        let has_result = |stage: &StageIndex| self.states[stage.index()].action().is_some();
        let of = |stage: StageIndex| self.figures[stage.index()].as_ref().filter(|_| has_result(&stage));
        Ok(unmet(self.plan, StageIndex::new(index), of))
    }

    /// Stages whose results are there and not as expected fail.
    fn turn_away(&mut self, unmet: Vec<(StageIndex, Unmet)>) {
        let mut by_stage: BTreeMap<StageIndex, Vec<Unmet>> = BTreeMap::new();
        for (stage, unmet) in unmet {
            by_stage.entry(stage).or_default().push(unmet);
        }
        for (stage, unmet) in by_stage {
            self.fail(stage.index(), Failure::Unexpected { unmet });
        }
    }

    fn publish(&mut self, index: usize, stage: &dyn Stage) -> Result<(), Unpublished> {
        let Some(action) = self.states[index].action() else { return Ok(()) };
        let store = &self.executor.store;
        let find = |name: &str| {
            let found = self.plan.find(name)?.index();
            let planned = self.stages[found];
            Some(FinishedStage {
                kind: planned.kind.clone(),
                parameters: Arc::clone(&planned.parameters),
                variant: planned.variant.clone(),
                needs: planned
                    .inputs
                    .iter()
                    .flat_map(|input| &input.wires)
                    .map(|wire| self.name(wire.stage.index()))
                    .collect(),
                facts: self.states[found].action()?.facts.clone(),
            })
        };
        let read_upstream = |stage: &str, port: &str, file: &str| {
            let action = self.states[self.plan.find(stage)?.index()].action()?;
            store.read(*action.outputs.get(port)?.files.get(file)?).ok()
        };
        let published = with_result(action, store, |read| {
            stage.publish(&PublishCtx {
                stage: &self.stages[index].name,
                read,
                read_upstream: &read_upstream,
                find: &find,
                command: &self.executor.options.command,
                display_width: self.executor.options.display_width,
            })
        })?;
        for publication in published {
            let changed = publish(&self.executor.workspace.root, &publication, store)?;
            self.tell(Event::Published {
                stage: self.name(index),
                path: publication.path,
                changed,
                display: publication.display,
            });
        }
        Ok(())
    }
}
