//! Diagnostics as text: file, line, column, the place underlined, the remedy.

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Label, Severity};
use super::source::{SourceId, SourceText};

/// One diagnostic, without a line break at its end.
pub(super) fn diagnostic(diagnostic: &Diagnostic, sources: &[SourceText], colours: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut in_order: Vec<SourceId> = Vec::new();
    for label in &diagnostic.labels {
        if !in_order.contains(&label.span.source) {
            in_order.push(label.span.source);
        }
    }
    let snippets = in_order.iter().filter_map(|id| Some(snippet(diagnostic, *id, sources.get(id.0)?)));
    let mut group = level.primary_title(diagnostic.message.as_str()).elements(snippets);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// The lines from the first to the last label; the renderer folds what lies between. Only these lines are handed on:
/// it would go through the whole text for every diagnostic.
fn snippet<'a>(diagnostic: &'a Diagnostic, id: SourceId, source: &'a SourceText) -> Snippet<'a, Annotation<'a>> {
    let text = source.text();
    let here = |label: &&Label| label.span.source == id;
    let labels = || diagnostic.labels.iter().filter(here);
    let first = source.boundary(labels().map(|label| label.span.start).min().unwrap_or(0));
    let last = source.boundary(labels().map(|label| label.span.end).max().unwrap_or(0));
    let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let to = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    let annotations = diagnostic.labels.iter().enumerate().filter(|(_, label)| here(label)).map(|(index, label)| {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let start = source.boundary(label.span.start).clamp(from, to) - from;
        let end = source.boundary(label.span.end).clamp(from, to) - from;
        let annotation = kind.span(start..end.max(start));
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(&text[from..to])
        .line_start(source.line_column(from).0)
        .path(source.name())
        .fold(true)
        .annotations(annotations)
}
