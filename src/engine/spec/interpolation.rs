//! `${name}` and `${matrix.axis}` in values.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::diagnostic::Diagnostic;
use super::fields::not_here;
use super::findings::Findings;
use super::node::{Entry, Node, NodeKind, brief};
use super::overrides::{self, Override};
use super::parse::{MAX_COPIED_BYTES, MAX_NODES};
use super::source::{SourceId, Span};

/// The parameters of a pipeline with their values, and which of them were used.
#[derive(Debug)]
pub(in crate::engine) struct Params<'s> {
    /// The pipeline file, to find `${name}` inside a text.
    text: &'s str,
    values: IndexMap<String, Param>,
    used: BTreeSet<String>,
    nodes: usize,
    bytes: usize,
}

/// What `${matrix.axis}` stands for.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) enum Coordinates<'a> {
    /// Nothing: this is no part of a stage.
    Nowhere,
    /// The values of one copy of the stage by axis; none if it is no copy.
    Of {
        stage: &'a str,
        values: &'a [(&'a str, &'a Node)],
        /// Whether these are all; if not, a problem with the others was reported.
        is_complete: bool,
    },
}

/// Before the name of an axis.
const MATRIX: &str = "matrix.";

#[derive(Debug)]
struct Param {
    name_span: Span,
    value: Node,
}

impl<'s> Params<'s> {
    /// The defaults of the file, and what the overrides (sources 1, 2, … in order) put in their place; the last counts.
    pub(in crate::engine) fn read(
        text: &'s str,
        defaults: &[Entry],
        overrides: &[Override],
        findings: &mut Findings,
    ) -> Self {
        let mut values = IndexMap::new();
        for entry in defaults {
            if !is_param_name(&entry.key) {
                findings.push(
                    Diagnostic::error(format!("`{}` cannot be the name of a parameter", brief(&entry.key)))
                        .label(entry.key_span, "")
                        .help("a name begins with a letter and goes on with letters, digits, `_` and `-`"),
                );
            }
            refuse_inside(&entry.value, "the default of a parameter", findings);
            values.insert(entry.key.clone(), Param { name_span: entry.key_span, value: entry.value.clone() });
        }
        for (index, set) in overrides.iter().enumerate() {
            let source = set.source();
            let Some((name, span, value)) = overrides::read(source.text(), SourceId(index + 1), findings) else {
                continue;
            };
            refuse_inside(&value, "the value of a parameter", findings);
            if let Some(param) = values.get_mut(&name) {
                param.value = value;
            } else {
                let help = findings
                    .did_you_mean(&name, values.keys().map(String::as_str))
                    .unwrap_or_else(|| all_params(values.keys()));
                findings.push(
                    Diagnostic::error(format!("the pipeline has no parameter `{}`", brief(&name)))
                        .label(span, "unknown parameter")
                        .help(help),
                );
            }
        }
        Self { text, values, used: BTreeSet::new(), nodes: 0, bytes: 0 }
    }

    /// Warns of parameters that nothing uses.
    pub(in crate::engine) fn report_unused(&self, findings: &mut Findings) {
        for (name, param) in self.values.iter().filter(|(name, _)| !self.used.contains(*name)) {
            findings.push(
                Diagnostic::warning(format!("the parameter `{}` is not used", brief(name)))
                    .label(param.name_span, "")
                    .help(format!("use it as `\"${{{}}}\"` or remove it", brief(name))),
            );
        }
    }

    /// The tree with every `${name}` in its values replaced. A text that is nothing but `${name}` becomes the value
    /// as it is, whatever its type; in the middle of a text it is spliced in. `$${` stands for `${`.
    pub(in crate::engine) fn apply(&mut self, node: &Node, at: Coordinates<'_>, findings: &mut Findings) -> Node {
        let kind = match &node.kind {
            NodeKind::Text(text) if text.contains("${") => return self.apply_text(node, text, at, findings),
            NodeKind::List(items) => NodeKind::List(items.iter().map(|item| self.apply(item, at, findings)).collect()),
            NodeKind::Mapping(entries) => {
                let entry = |entry: &Entry| {
                    if entry.key.contains("${") {
                        findings.push(not_here(entry.key_span, "a key"));
                    }
                    Entry { value: self.apply(&entry.value, at, findings), ..entry.clone() }
                };
                NodeKind::Mapping(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        };
        Node { kind, ..node.clone() }
    }

    fn apply_text(&mut self, node: &Node, text: &str, at: Coordinates<'_>, findings: &mut Findings) -> Node {
        let span = node.span;
        let refused = Node::new(span, NodeKind::Refused);
        if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
            && is_name(name)
        {
            let Some(mut value) = self.value(name, at, self.part(node, text, 0), findings) else { return refused };
            let (nodes, bytes) = value.size();
            mark_use(&mut value, span, name);
            return if self.count(nodes, bytes, span, findings) { value } else { refused };
        }
        let mut spliced = String::new();
        let mut rest = text;
        let mut refusals = 0;
        let mut marks = 0;
        while let Some(mark) = rest.find("${") {
            let part = self.part(node, text, marks);
            marks += 1;
            if rest[..mark].ends_with('$') {
                spliced.push_str(&rest[..mark - 1]);
                spliced.push_str("${");
                rest = &rest[mark + 2..];
                continue;
            }
            spliced.push_str(&rest[..mark]);
            let end = rest[mark..].find('}').map(|end| mark + end);
            let name = end.map(|end| &rest[mark + 2..end]).filter(|name| is_name(name));
            let (Some(end), Some(name)) = (end, name) else {
                findings.push(
                    Diagnostic::error("`${` must be followed by the name of a parameter and `}`")
                        .label(part, "")
                        .help("write `$${` for a literal `${`"),
                );
                return refused;
            };
            match self.value(name, at, part, findings).as_ref().map(written) {
                Some(Ok(value)) => spliced.push_str(&value),
                Some(Err(what)) => {
                    findings.push(
                        Diagnostic::error(format!("`${{{name}}}` is {what}, which cannot stand inside a text"))
                            .label(part, "")
                            .help(format!("`\"${{{name}}}\"` alone takes the value as it is")),
                    );
                    refusals += 1;
                }
                None => refusals += 1,
            }
            if !self.count(0, spliced.len(), span, findings) {
                return refused;
            }
            rest = &rest[end + 1..];
        }
        spliced.push_str(rest);
        if refusals > 0 { refused } else { Node { kind: NodeKind::Text(spliced), ..node.clone() } }
    }

    fn value(&mut self, name: &str, at: Coordinates<'_>, span: Span, findings: &mut Findings) -> Option<Node> {
        if let Some(axis) = name.strip_prefix(MATRIX) {
            return coordinate(axis, at, span, findings);
        }
        if let Some(param) = self.values.get(name) {
            self.used.insert(name.to_owned());
            return Some(param.value.clone());
        }
        let help = findings
            .did_you_mean(name, self.values.keys().map(String::as_str))
            .unwrap_or_else(|| all_params(self.values.keys()));
        findings.push(
            Diagnostic::error(format!("there is no parameter `{}`", brief(name))).label(span, "used here").help(help),
        );
        None
    }

    /// Where the `${` of that index in the text stands in the file, up to its `}`; the whole text if it is written in
    /// a way that hides it.
    fn part(&self, node: &Node, text: &str, index: usize) -> Span {
        let Some(written) = self.text.get(node.span.start..node.span.end) else { return node.span };
        if node.span.source != SourceId::FIRST || written.matches("${").count() != text.matches("${").count() {
            return node.span;
        }
        let Some((at, _)) = written.match_indices("${").nth(index) else { return node.span };
        let line = written[at..].lines().next().unwrap_or_default();
        let end = at + line.find('}').map_or("${".len(), |brace| brace + 1);
        Span::new(node.span.source, node.span.start + at, node.span.start + end)
    }

    /// Whether this much may still be copied into the tree.
    fn count(&mut self, nodes: usize, bytes: usize, span: Span, findings: &mut Findings) -> bool {
        let before = self.nodes <= MAX_NODES && self.bytes <= MAX_COPIED_BYTES;
        self.nodes += nodes;
        self.bytes += bytes;
        let allowed = self.nodes <= MAX_NODES && self.bytes <= MAX_COPIED_BYTES;
        if before && !allowed {
            findings.push(
                Diagnostic::error("the values of parameters, put into all their places, are too large")
                    .label(span, format!("over {MAX_NODES} values or {MAX_COPIED_BYTES} bytes here")),
            );
        }
        allowed
    }
}

/// The value on an axis.
fn coordinate(axis: &str, at: Coordinates<'_>, span: Span, findings: &mut Findings) -> Option<Node> {
    let axis = brief(axis);
    let problem = match at {
        Coordinates::Nowhere => Diagnostic::error(format!("there is no axis `{axis}` here"))
            .help("axes can be used in the `with` and `resources` of the stages that have them"),
        Coordinates::Of { stage, values, is_complete } => {
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == axis) {
                return Some((*value).clone());
            }
            if !is_complete {
                return None;
            }
            let names = || values.iter().map(|(name, _)| *name);
            let help = findings.did_you_mean(&axis, names()).unwrap_or_else(|| {
                let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                match &names[..] {
                    [] => "add it to the `matrix` of this stage, or of one that this stage reads one of".to_owned(),
                    names => format!("its axes are {}", names.join(", ")),
                }
            });
            Diagnostic::error(format!("`{stage}` has no axis `{axis}`")).help(help)
        }
    };
    findings.push(problem.label(span, "used here"));
    None
}

/// Adds the axes that are used in the values of a tree.
pub(in crate::engine) fn mentioned_axes(node: &Node, mentioned: &mut BTreeSet<String>) {
    match &node.kind {
        NodeKind::Text(text) => {
            let after = text.match_indices("${").filter(|(mark, _)| !text[..*mark].ends_with('$'));
            let names = after.filter_map(|(mark, _)| text[mark + 2..].split_once('}').map(|(name, _)| name));
            mentioned.extend(names.filter_map(|name| name.strip_prefix(MATRIX)).map(str::to_owned));
        }
        NodeKind::List(items) => items.iter().for_each(|item| mentioned_axes(item, mentioned)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| mentioned_axes(&entry.value, mentioned)),
        _ => {}
    }
}

/// Every part of the value points to where it is used.
fn mark_use(node: &mut Node, span: Span, name: &str) {
    node.used_at = Some((span, name.to_owned()));
    match &mut node.kind {
        NodeKind::List(items) => items.iter_mut().for_each(|item| mark_use(item, span, name)),
        NodeKind::Mapping(entries) => entries.iter_mut().for_each(|entry| mark_use(&mut entry.value, span, name)),
        _ => {}
    }
}

/// How a value reads inside a text; what it is, if it does not.
fn written(node: &Node) -> Result<String, &'static str> {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Number(_, text) | NodeKind::NonFinite(text) => Ok(text.clone()),
        NodeKind::Bool(value) => Ok(value.to_string()),
        NodeKind::Null => Err("empty"),
        NodeKind::List(_) => Err("a list"),
        NodeKind::Mapping(_) => Err("a mapping"),
        NodeKind::Refused => Err("unusable"),
    }
}

fn refuse_inside(node: &Node, what: &str, findings: &mut Findings) {
    match &node.kind {
        NodeKind::Text(text) if text.contains("${") => findings.push(not_here(node.place(), what)),
        NodeKind::List(items) => items.iter().for_each(|item| refuse_inside(item, what, findings)),
        NodeKind::Mapping(entries) => entries.iter().for_each(|entry| refuse_inside(&entry.value, what, findings)),
        _ => {}
    }
}

/// Whether it can stand between `${` and `}`.
fn is_name(name: &str) -> bool {
    is_param_name(name.strip_prefix(MATRIX).unwrap_or(name))
}

pub(super) fn is_param_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn all_params<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.take(20).map(|name| format!("`{}`", brief(name))).collect();
    if names.is_empty() {
        "the pipeline has no `params`; add it there with its default".to_owned()
    } else {
        format!("its parameters are {}", names.join(", "))
    }
}
