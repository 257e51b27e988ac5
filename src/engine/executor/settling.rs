//! What there is of stages whose needs are done: nothing yet, a result, or work to do.

use super::Executor;
use super::coordinator::{Claim, Coordinator};
use super::state::State;
use crate::engine::digest::StageKey;
use crate::engine::event::Event;
use crate::engine::frozen::{differs, kept};
use crate::engine::plan::StageIndex;
use crate::engine::resolution::{Resolution, find_all, instantiate, resolve, resolve_all};
use crate::engine::stage::{Stage, StageError};
use crate::engine::store::FoundAction;

/// What a look at a stage finds: the stage itself, what is known of its computation, and its result if that is there.
type Look = Result<(Box<dyn Stage>, Resolution, Option<Box<FoundAction>>), StageError>;

/// What there is of a stage whose needs are done.
enum Found {
    /// Not even its sources.
    NoSources(String),
    /// Its result.
    Result(StageKey, Box<FoundAction>),
    /// All that its computation needs.
    Work(State),
}

impl Coordinator<'_, '_> {
    /// Looks at every stage whose needs may all be done by now: skipped, found in the cache, or to be run.
    pub(super) fn settle(&mut self) {
        while !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            let ready: Vec<usize> = pending.into_iter().filter(|&index| self.can_be_looked_at(index)).collect();
            self.is_stale = false;
            for (index, look) in self.look_at(&ready) {
                if self.is_stale {
                    self.pending.insert(index);
                } else if self.can_be_looked_at(index) {
                    self.act_on(index, look);
                }
            }
        }
    }

    fn can_be_looked_at(&self, index: usize) -> bool {
        self.stop.is_none() && matches!(self.states[index], State::Waiting) && self.needs_are_done(index)
    }

    /// Finds out what there is of stages whose needs are done; of those that are frozen, nothing has to be.
    fn look_at(&mut self, ready: &[usize]) -> Vec<(usize, Option<Look>)> {
        let Executor { registry, workspace, store, .. } = self.executor;
        let thawed: Vec<StageIndex> =
            ready.iter().filter(|&&index| !self.stages[index].is_frozen).map(|&index| StageIndex::new(index)).collect();
        let states = &self.states;
        let result = |need: StageIndex| states[need.index()].action();
        let looked = resolve_all(self.plan, &thawed, registry, workspace, &mut self.digests, result);
        let (looked, forced) = (thawed.into_iter().zip(looked).collect(), &self.forced);
        let found = find_all(looked, (store, &self.latest), |index| forced[index.index()]);
        let mut looks =
            found.into_iter().map(|(_, looked, found)| looked.map(|(stage, resolution)| (stage, resolution, found)));
        let look = |&index: &usize| (index, if self.stages[index].is_frozen { None } else { looks.next() });
        ready.iter().map(look).collect()
    }

    /// Does what is to be done with a stage whose needs are done.
    fn act_on(&mut self, index: usize, look: Option<Look>) {
        let Some(look) = look else { return self.keep(index) };
        let acted = look.and_then(|(stage, resolution, found)| {
            let found = self.find(index, stage.as_ref(), resolution, found);
            self.built[index] = Some(stage);
            found
        });
        match acted {
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

    fn find(
        &mut self,
        index: usize,
        stage: &dyn Stage,
        resolution: Resolution,
        found: Option<Box<FoundAction>>,
    ) -> Result<Found, StageError> {
        let resolved = match resolution {
            Resolution::Absent(what) => return Ok(Found::NoSources(what)),
            Resolution::Known(resolved) => resolved,
        };
        if let Some(found) = found {
            return Ok(Found::Result(resolved.key, found));
        }
        if !self.forced[index]
            && let Some(flaw) = self.executor.store.flaw(resolved.key)
        {
            tracing::warn!("{flaw}; `{}` is computed again", self.stages[index].name);
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
}
