//! Collects problems while the work goes on.

use std::collections::HashSet;

use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use super::source::SourceText;
use super::suggestion::closest;

/// More than anybody reads; what is beyond is only counted.
const MAX_KEPT: usize = 100;

/// The problems found so far; equal ones once.
#[derive(Debug, Default)]
pub(in crate::engine) struct Findings {
    list: Vec<Diagnostic>,
    known: HashSet<Diagnostic>,
    omitted: usize,
    errors: usize,
}

impl Findings {
    /// Adds a problem.
    pub(in crate::engine) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        if self.list.len() >= MAX_KEPT {
            self.omitted += 1;
        } else if self.known.insert(diagnostic.clone()) {
            self.list.push(diagnostic);
        }
    }

    /// Whether there is an error among them.
    pub(in crate::engine) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are.
    pub(in crate::engine) fn errors(&self) -> usize {
        self.errors
    }

    /// "did you mean …" if a candidate is close.
    pub(in crate::engine) fn did_you_mean<'a>(
        &self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        if self.list.len() >= MAX_KEPT {
            return None;
        }
        closest(name, candidates).map(|known| format!("did you mean `{known}`?"))
    }

    /// All of them, in the order of their places in the sources.
    pub(in crate::engine) fn into_diagnostics(self, sources: Vec<SourceText>) -> Diagnostics {
        Diagnostics::new(sources, self.list).omitting(self.omitted)
    }
}
