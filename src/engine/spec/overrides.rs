//! `--set name=value` arguments.

use super::diagnostic::Diagnostic;
use super::findings::Findings;
use super::node::{Node, NodeKind};
use super::parse::parse;
use super::scalar;
use super::source::{SourceId, SourceText, Span};

/// A parameter's value given on the command line, as it was written: `name=value`.
///
/// The value is read as in the file: `5` is a number, `true` a truth value, `[1, 2]` a list, anything else text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// `name=value`.
    pub argument: String,
    /// Where it was written, for messages: `--set`, or a file.
    pub origin: String,
}

impl Override {
    /// The argument of `--set`.
    pub fn new(argument: impl Into<String>) -> Self {
        Self { argument: argument.into(), origin: "--set".to_owned() }
    }

    /// A parameter's value that was written in a file.
    pub fn in_file(file: impl Into<String>, name: &str, value: &serde_json::Value) -> Self {
        // JSON is YAML, and a text in quotes stays a text.
        Self { argument: format!("{name}={value}"), origin: file.into() }
    }

    /// The parameter's name.
    pub fn name(&self) -> &str {
        self.argument.split_once('=').map_or(&self.argument, |(name, _)| name)
    }

    /// The argument as a source that diagnostics point into.
    pub(in crate::engine) fn source(&self) -> SourceText {
        SourceText::new(self.origin.as_str(), &self.argument)
    }
}

impl From<&str> for Override {
    fn from(argument: &str) -> Self {
        Self::new(argument)
    }
}

/// Takes an argument apart: the name, where it stands, and the value.
pub(super) fn read(argument: &str, source: SourceId, findings: &mut Findings) -> Option<(String, Span, Node)> {
    let Some((name, text)) = argument.split_once('=') else {
        findings.push(
            Diagnostic::error("an override must have the form `name=value`")
                .label(Span::new(source, 0, argument.len()), "no `=` here"),
        );
        return None;
    };
    let name_span = Span::new(source, 0, name.len());
    let from = name.len() + 1;
    let value_span = Span::new(source, from, argument.len());
    let value = if text.trim_start().starts_with(['[', '{', '"', '\'']) {
        let errors = findings.errors();
        let value = parse(argument, from, source, findings);
        if findings.errors() > errors {
            return None;
        }
        value?
    } else {
        Node::new(value_span, scalar::plain(text.trim()))
    };
    if matches!(value.kind, NodeKind::Null) && value.span.start >= value.span.end {
        return Some((name.to_owned(), name_span, Node::new(Span::new(source, 0, argument.len()), NodeKind::Null)));
    }
    Some((name.to_owned(), name_span, value))
}
