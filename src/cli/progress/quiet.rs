//! Failures and the final tables, nothing else.

use std::io::Write;
use std::time::SystemTime;

use crate::engine::{Event, Observer};

use super::results::Results;
use super::wording;
use crate::cli::sink::Sink;

/// Writes what went wrong, and the result.
#[derive(Debug)]
pub struct Quiet<E, O> {
    stderr: Sink<E>,
    results: Results<O>,
}

impl<E: Write, O: Write> Quiet<E, O> {
    /// Failures go to the first stream, results to the second.
    pub fn new(stderr: E, stdout: O) -> Self {
        Self { stderr: Sink::new(stderr), results: Results::new(stdout) }
    }
}

impl<E: Write, O: Write> Observer for Quiet<E, O> {
    fn observe(&mut self, _: SystemTime, event: &Event) {
        if let Event::StageFailed { stage, failure, log } = event {
            let lines = wording::failure(failure, log.as_deref());
            self.stderr.line(&format!("{stage}: failed: {}", lines.join("\n  ")));
        }
        if let Event::StageFrozen { stage, differs: Some(differs), .. } = event
            && !differs.is_empty()
        {
            self.stderr.line(&format!("{stage}: frozen: {}", wording::kept(Some(differs))));
        }
        self.results.observe(event);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rehearsal;
    use super::Quiet;

    #[test]
    fn only_the_failure_is_told() {
        let (mut stderr, mut stdout) = (Vec::new(), Vec::new());
        rehearsal::play(&mut Quiet::new(&mut stderr, &mut stdout), &rehearsal::failing_run());
        insta::assert_snapshot!(rehearsal::both(&stderr, &stdout));
    }

    #[test]
    fn only_the_table_is_shown() {
        let (mut stderr, mut stdout) = (Vec::new(), Vec::new());
        rehearsal::play(&mut Quiet::new(&mut stderr, &mut stdout), &rehearsal::finished_run());
        insta::assert_snapshot!(rehearsal::both(&stderr, &stdout));
    }
}
