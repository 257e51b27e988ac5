//! What is wrong with something a user wrote, and where.

use std::fmt;

use super::render;
use super::source::{SourceId, SourceText, Span};

/// Whether a problem stops the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not.
    Warning,
}

/// A place that a message points to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said of it; may be empty.
    pub text: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Whether it stops the work.
    pub severity: Severity,
    /// What is wrong: a lowercase fragment, values in backticks.
    pub message: String,
    /// Where: the first is the place itself, the others are what it has to do with.
    pub labels: Vec<Label>,
    /// The remedy, if one can be named.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error that points nowhere yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    /// A warning that points nowhere yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Points to a place; the first call names the place itself.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Names the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the remedy if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// Problems in the order of their places, with the texts they point into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Vec<SourceText>,
    list: Vec<Diagnostic>,
    omitted: usize,
}

impl Diagnostics {
    /// The problems found in these sources, of which the first is the pipeline file ([`SourceId`] is the index).
    pub fn new(sources: Vec<SourceText>, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        Self { sources, list, omitted: 0 }
    }

    /// Says that there were so many more.
    #[must_use]
    pub(super) fn omitting(mut self, omitted: usize) -> Self {
        self.omitted = omitted;
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether one of them stops the work.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The text a label points into.
    pub fn source(&self, id: SourceId) -> Option<&SourceText> {
        self.sources.get(id.0)
    }

    /// Every problem with file, line, column and the place underlined; with terminal colours if asked for.
    pub fn render(&self, colours: bool) -> String {
        let mut blocks: Vec<String> =
            self.list.iter().map(|diagnostic| render::diagnostic(diagnostic, &self.sources, colours)).collect();
        if self.omitted > 0 {
            blocks.push(format!("… and {} more", self.omitted));
        }
        blocks.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
