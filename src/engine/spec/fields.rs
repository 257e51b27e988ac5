//! Reads mappings whose keys are fixed.

use super::diagnostic::Diagnostic;
use super::findings::Findings;
use super::node::{Entry, Node, NodeKind, brief};
use super::source::Span;

/// A mapping with fixed keys, of which unknown ones were reported.
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// The fields of a node that must be a mapping; `what` names it in messages: "a stage".
    pub(super) fn of(node: &'n Node, what: &str, known: &[&str], findings: &mut Findings) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            findings.push(
                Diagnostic::error(format!("{what} must be a mapping, not {}", node.in_words()))
                    .label(node.place(), "")
                    .help(format!("its keys are {}", listed(known))),
            );
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let help = findings
                .did_you_mean(&entry.key, known.iter().copied())
                .unwrap_or_else(|| format!("its keys are {}", listed(known)));
            findings.push(
                Diagnostic::error(format!("{what} has no key `{}`", brief(&entry.key)))
                    .label(entry.key_span, "unknown key")
                    .help(help),
            );
        }
        Some(Self { entries })
    }

    /// The value of a key.
    pub(super) fn find(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Names in backticks with commas between.
pub(in crate::engine) fn listed<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The text of a node that must be text and is taken as it stands; `what` begins the message: "`uses`".
pub(super) fn literal_text(node: &Node, what: &str, findings: &mut Findings) -> Option<(String, Span)> {
    let Some(text) = node.as_text() else {
        findings.push(
            Diagnostic::error(format!("{what} must be text, not {}", node.in_words()))
                .label(node.place(), "")
                .maybe_help(node.quoting_help()),
        );
        return None;
    };
    if text.contains("${") {
        findings.push(not_here(node.place(), what));
        return None;
    }
    Some((text.to_owned(), node.span))
}

/// `${…}` stands where it is not replaced.
pub(super) fn not_here(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(format!("{what} cannot hold `${{…}}`"))
        .label(span, "")
        .help("parameters can be used in the values of `with` and `resources`, and in `description`")
}
