//! Stages that take too long, and stages that fail and are run again.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::Message;
use super::coordinator::Coordinator;
use super::state::State;
use crate::engine::event::{Event, Failure};
use crate::engine::request::Request;
use crate::engine::resolution::Resolved;
use crate::engine::runner::{Cancel, GRACE, Verdict};

/// The longest that is waited before a stage runs again.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

impl Coordinator<'_, '_> {
    /// Whether a stage that failed so is run again.
    pub(super) fn may_retry(&self, index: usize, failure: &Failure) -> bool {
        let is_the_stages = !matches!(failure, Failure::Store { .. });
        is_the_stages && self.stop.is_none() && self.failures[index] < self.stages[index].resources.retries
    }

    /// Lets a stage that failed rest before it runs again.
    pub(super) fn retry(&mut self, index: usize, failure: Failure, resolved: Box<Resolved>, request: Request) {
        self.failures[index] += 1;
        let failures = self.failures[index];
        let factor = 2u32.saturating_pow(failures - 1);
        let delay = self.executor.options.retry_delay.saturating_mul(factor).min(LONGEST_DELAY);
        self.tell(Event::StageRetrying { stage: self.name(index), failure, failures, delay });
        let cancel = Arc::new(Cancel::default());
        self.states[index] = State::Resting { resolved, request, cancel: Arc::clone(&cancel) };
        let sender = self.executor.sender.clone();
        self.scope.spawn(move || {
            let end = Instant::now() + delay;
            while !cancel.is_requested() && Instant::now() < end {
                thread::sleep(end.saturating_duration_since(Instant::now()).min(Duration::from_millis(20)));
            }
            let _ = sender.send(Message::Rested { stage: index });
        });
    }

    pub(super) fn rested(&mut self, index: usize) {
        let State::Resting { resolved, request, .. } = std::mem::replace(&mut self.states[index], State::Waiting)
        else {
            return;
        };
        if self.stop.is_some() {
            return self.cancelled(index);
        }
        self.states[index] = State::Runnable { resolved, request };
        self.wait_for_resources(index);
    }
}

/// Does the work, and asks it to end once it has taken too long; if it does not, makes it.
pub(super) fn within<T>(limit: Option<Duration>, cancel: &Cancel, work: impl FnOnce() -> T) -> T {
    let Some(limit) = limit else { return work() };
    thread::scope(|scope| {
        let (working, done) = mpsc::channel::<()>();
        scope.spawn(move || {
            if done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                cancel.time_out();
                if done.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                    cancel.request(true);
                }
            }
        });
        let result = work();
        drop(working);
        result
    })
}

/// An end that was asked for because time had run out is a failure.
pub(super) fn in_time(verdict: Verdict, cancel: &Cancel, limit: Option<Duration>) -> Verdict {
    match (verdict, limit) {
        (Verdict::Cancelled, Some(limit)) if cancel.is_late() => Verdict::Failed(Failure::Timeout { limit }),
        (verdict, _) => verdict,
    }
}
