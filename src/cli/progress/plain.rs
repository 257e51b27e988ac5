//! One line for each event that matters; no escapes, nothing redrawn.

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, SystemTime};

use crate::engine::{Event, Observer};
use crate::report::units;

use super::results::Results;
use super::wording;
use crate::cli::sink::Sink;

/// A stage's progress is told at most this often.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

/// Writes lines for logs and pipes.
#[derive(Debug)]
pub struct Plain<E, O> {
    stderr: Sink<E>,
    results: Results<O>,
    /// When each running stage was last told of.
    told: HashMap<String, SystemTime>,
}

impl<E: Write, O: Write> Plain<E, O> {
    /// Progress goes to the first stream, results to the second.
    pub fn new(stderr: E, stdout: O) -> Self {
        Self { stderr: Sink::new(stderr), results: Results::new(stdout), told: HashMap::new() }
    }

    fn say(&mut self, stage: &str, text: &str) {
        self.stderr.line(&format!("{stage}: {text}"));
    }

    /// Whether it is time to tell of the stage again.
    fn is_due(&mut self, time: SystemTime, stage: &str) -> bool {
        let is_due = self.told.get(stage).is_none_or(|&last| {
            // A clock that was set back must not silence the stage.
            time.duration_since(last).map_or(true, |passed| passed >= PROGRESS_INTERVAL)
        });
        if is_due {
            self.told.insert(stage.to_owned(), time);
        }
        is_due
    }
}

impl<E: Write, O: Write> Observer for Plain<E, O> {
    fn observe(&mut self, time: SystemTime, event: &Event) {
        match event {
            Event::RunStarted { pipeline, stages, jobs, threads, memory_bytes, .. } => {
                let stages = units::counted(stages.len() as u64, "stage", "stages");
                let jobs = units::counted(*jobs as u64, "job", "jobs");
                let threads = units::counted(*threads as u64, "thread", "threads");
                self.say(pipeline, &format!("{stages}, {jobs}, {threads}, {}", units::bytes(*memory_bytes)));
            }
            Event::StageCached { stage, .. } => self.say(stage, "cached"),
            Event::StageFrozen { stage, differs, .. } => {
                self.say(stage, &format!("frozen: {}", wording::kept(differs.as_deref())));
            }
            Event::StageFetching { stage, what } => {
                self.told.insert(stage.clone(), time);
                self.say(stage, &format!("fetching {what}"));
            }
            Event::StageStarted { stage, threads, .. } => {
                self.told.insert(stage.clone(), time);
                self.say(stage, &format!("started with {}", units::counted(*threads as u64, "thread", "threads")));
            }
            Event::StageWaiting { stage } => self.say(stage, "waiting for another process that computes the same"),
            Event::StageProgress { stage, done, total, detail } => {
                let words: Vec<String> = wording::steps(*done, *total)
                    .into_iter()
                    .chain([detail.clone()])
                    .filter(|w| !w.is_empty())
                    .collect();
                if !words.is_empty() && self.is_due(time, stage) {
                    self.say(stage, &words.join(" "));
                }
            }
            Event::StageFinished { stage, facts, .. } => {
                let (wall, memory) = wording::cost(facts);
                let memory = if memory.is_empty() { memory } else { format!(", {memory}") };
                self.say(stage, &format!("done in {wall}{memory}"));
            }
            Event::StageFailed { stage, failure, log } => {
                let lines = wording::failure(failure, log.as_deref());
                self.say(stage, &format!("failed: {}", lines.join("\n  ")));
            }
            Event::StageRetrying { stage, failure, delay, .. } => {
                self.say(stage, &format!("failed: {failure}; runs again in {}", units::duration(*delay)));
            }
            Event::StageSkipped { stage, cause } => self.say(stage, &format!("skipped, because {cause} failed")),
            Event::StageCancelled { stage } => self.say(stage, "cancelled"),
            Event::Published { stage, path, changed, .. } => {
                let verb = if *changed { "wrote" } else { "unchanged:" };
                self.say(stage, &format!("{verb} {}", path.display()));
            }
            Event::StageFigures { .. } | Event::RunFinished { .. } => {}
        }
        if let Some((_, summary)) = wording::summary(event) {
            self.stderr.line(&summary);
        }
        self.results.observe(event);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rehearsal;
    use super::Plain;

    #[test]
    fn a_run_with_a_failure() {
        let (mut stderr, mut stdout) = (Vec::new(), Vec::new());
        rehearsal::play(&mut Plain::new(&mut stderr, &mut stdout), &rehearsal::failing_run());
        insta::assert_snapshot!(rehearsal::both(&stderr, &stdout));
    }

    #[test]
    fn a_run_with_a_table() {
        let (mut stderr, mut stdout) = (Vec::new(), Vec::new());
        rehearsal::play(&mut Plain::new(&mut stderr, &mut stdout), &rehearsal::finished_run());
        insta::assert_snapshot!(rehearsal::both(&stderr, &stdout));
    }
}
