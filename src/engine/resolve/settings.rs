//! A stage's parameters: replaced, checked, made canonical.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::axes::Sets;
use crate::engine::expectation::Expectation;
use crate::engine::parameter_check::{ParameterFinding, Place};
use crate::engine::parameters::{ParameterProblem, Step};
use crate::engine::registry::{Ports, StageKind};
use crate::engine::spec::{
    Coordinates, Diagnostic, Entry, Findings, Node, NodeKind, Params, Resources, Span, StageSpec, read_expectations,
};

/// What a stage is set to.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) parameters: Arc<Value>,
    pub(super) key_parameters: Arc<Value>,
    pub(super) resources: Resources,
    pub(super) is_frozen: bool,
    pub(super) expectations: Vec<Expectation>,
    pub(super) ports: Ports,
}

/// One of the file's stages, and what its settings are read with.
pub(super) struct Reading<'a> {
    pub(super) stage: &'a StageSpec<'a>,
    /// Not known if that was reported already; what can be checked without is.
    pub(super) kind: Option<&'a StageKind>,
    /// Whether axes of its own were refused, so that nobody knows which parameters they would have set.
    pub(super) axes_refused: bool,
    /// The axes that the stage's own values mention.
    pub(super) mentioned: &'a BTreeSet<String>,
}

/// An axis of a copy with the value there, and whether it becomes the parameter of its name by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) axis: &'a str,
    pub(super) value: &'a Node,
    pub(super) sets: Sets,
}

impl Reading<'_> {
    /// The settings of a copy; `None` after something about its parameters was reported, and if not all of its axes are
    /// known (`is_complete`). The axes that have a part in the settings are added to `used`.
    pub(super) fn settings(
        &self,
        at: &[Placed<'_>],
        is_complete: bool,
        params: &mut Params<'_>,
        used: &mut BTreeSet<String>,
        findings: &mut Findings,
    ) -> Option<Settings> {
        let Self { stage, kind, .. } = *self;
        let values: Vec<(&str, &Node)> = at.iter().map(|placed| (placed.axis, placed.value)).collect();
        let coordinates = Coordinates::Of { stage: stage.name, values: &values, is_complete };
        used.extend(self.mentioned.iter().filter(|axis| values.iter().any(|(known, _)| known == axis)).cloned());
        let resources = stage.resources.map_or_else(Resources::default, |node| {
            let node = params.apply(node, coordinates, findings);
            Resources::read(&node, findings)
        });
        let is_frozen = stage.frozen.is_some_and(|node| {
            let node = params.apply(node, coordinates, findings);
            frozen(&node, findings)
        });
        let node = stage.with.map(|entry| params.apply(&entry.value, coordinates, findings));
        let node = with_axes(node, at, used);
        let key_span = stage.with.map(|entry| entry.key_span);
        let with = With { stage, node: node.as_ref(), key_span, lacks: self.axes_refused };
        let parameters = kind.and_then(|kind| with.parameters(kind, findings));
        let expectations = stage.expect.map(|entry| {
            let node = params.apply(&entry.value, coordinates, findings);
            let figures = parameters.as_ref().and_then(|parameters| parameters.figures.as_deref());
            let axes: Vec<&str> = at.iter().map(|placed| placed.axis).collect();
            read_expectations(&node, stage.name, figures, &axes, findings)
        });
        let Parameters { all: parameters, of_key: key_parameters, ports, .. } = parameters?;
        let expectations = expectations.unwrap_or_default();
        is_complete.then_some(Settings { parameters, key_parameters, resources, is_frozen, expectations, ports })
    }
}

impl Reading<'_> {
    /// The ports of the stage's copies at these places on its own axes, of which others may be missing: all that its kind
    /// can have where that is not known. Nothing is reported.
    pub(super) fn ports(&self, at: &[Placed<'_>], params: &mut Params<'_>) -> Option<Ports> {
        let kind = self.kind?;
        if !kind.ports_vary {
            return Some(kind.ports());
        }
        let mut findings = Findings::default();
        let settings = self.settings(at, true, params, &mut BTreeSet::new(), &mut findings);
        Some(settings.map_or_else(|| kind.ports(), |settings| settings.ports))
    }
}

/// The parameters with those that axes set.
fn with_axes(node: Option<Node>, at: &[Placed<'_>], used: &mut BTreeSet<String>) -> Option<Node> {
    let mut node = node;
    for placed in at.iter().filter(|placed| placed.sets != Sets::Nothing) {
        let start = || Node::new(placed.value.span, NodeKind::Mapping(Vec::new()));
        let with = node.get_or_insert_with(start);
        if matches!(with.kind, NodeKind::Null) {
            *with = start();
        }
        let NodeKind::Mapping(entries) = &mut with.kind else { continue };
        let value = placed.value.clone();
        match entries.iter_mut().find(|entry| entry.key == placed.axis) {
            // Nothing uses the axis then, which is reported.
            Some(_) if placed.sets == Sets::Absent => continue,
            Some(entry) => entry.value = value,
            None => {
                entries.push(Entry { key: placed.axis.to_owned(), key_span: value.place(), value });
            }
        }
        used.insert(placed.axis.to_owned());
    }
    node
}

fn frozen(node: &Node, findings: &mut Findings) -> bool {
    match node.kind {
        NodeKind::Bool(frozen) => return frozen,
        NodeKind::Refused => {}
        _ => findings.push(
            Diagnostic::error(format!("`frozen` must be `true` or `false`, not {}", node.in_words()))
                .label(node.place(), ""),
        ),
    }
    false
}

/// A stage's parameters, and what follows from them.
struct Parameters {
    all: Arc<Value>,
    /// Those that have a part in the result.
    of_key: Arc<Value>,
    /// The names of the stage's figures, if it has some.
    figures: Option<Vec<String>>,
    ports: Ports,
}

/// Where a stage's parameters are written.
struct With<'a> {
    stage: &'a StageSpec<'a>,
    node: Option<&'a Node>,
    key_span: Option<Span>,
    /// Whether parameters may be missing.
    lacks: bool,
}

impl With<'_> {
    /// `None` after a problem was reported.
    fn parameters(&self, kind: &StageKind, findings: &mut Findings) -> Option<Parameters> {
        let mut refused = Vec::new();
        let given = match self.node {
            None | Some(Node { kind: NodeKind::Null, .. }) => Value::Object(serde_json::Map::new()),
            Some(node @ Node { kind: NodeKind::Mapping(_), .. }) => node.to_json(&mut Vec::new(), &mut refused),
            Some(Node { kind: NodeKind::Refused, .. }) => return None,
            Some(node) => {
                findings.push(
                    Diagnostic::error(format!("`with` must be a mapping, not {}", node.in_words()))
                        .label(node.place(), "")
                        .help("write each parameter with its value: `with: { name: value }`"),
                );
                return None;
            }
        };
        let errors = findings.errors();
        for path in &refused {
            self.report_refused(path, findings);
        }
        let found = kind.parameters.check(&kind.name, &given);
        // Of a value that could not be replaced nothing is known; its key can still be wrong.
        let is_known = |finding: &ParameterFinding| {
            let is_missing = finding.path.is_empty() && self.lacks;
            !is_missing && !refused.iter().any(|path| finding.path.starts_with(path))
        };
        for finding in found.into_iter().filter(|finding| finding.place == Place::Key || is_known(finding)) {
            findings.push(self.diagnostic(finding));
        }
        if findings.errors() > errors || !refused.is_empty() || self.lacks {
            return None;
        }
        let stage = match kind.build(given.clone()) {
            Ok(stage) => stage,
            Err(problems) => {
                for ParameterProblem { path, message, help } in problems {
                    findings.push(self.diagnostic(ParameterFinding { path, place: Place::Value, message, help }));
                }
                return None;
            }
        };
        match kind.canonical(given) {
            Ok(parameters) => {
                let key_parameters = Arc::new(kind.parameters.key_part(&parameters));
                Some(Parameters {
                    all: Arc::new(parameters),
                    of_key: key_parameters,
                    figures: stage.figure_names(),
                    ports: stage.ports(kind.ports()),
                })
            }
            Err(problems) => {
                for ParameterProblem { path, message, help } in problems {
                    findings.push(self.diagnostic(ParameterFinding { path, place: Place::Value, message, help }));
                }
                None
            }
        }
    }

    fn diagnostic(&self, finding: ParameterFinding) -> Diagnostic {
        let mut problem = Diagnostic::error(finding.message).maybe_help(finding.help);
        let Some((node, key)) = self.node.map(|node| deepest(node, &finding.path)) else {
            return problem.label(self.stage.name_span, "in this stage");
        };
        let whole = finding.path.is_empty() && finding.place == Place::Value;
        match key {
            Some(key) if finding.place == Place::Key && node.used_at.is_none() => problem.label(key, "unknown here"),
            _ if whole => problem.label(self.key_span.unwrap_or(self.stage.name_span), "here"),
            _ => {
                problem = problem.label(node.place(), "");
                origin(problem, node)
            }
        }
    }

    fn report_refused(&self, path: &[Step], findings: &mut Findings) {
        let Some((node, _)) = self.node.map(|node| deepest(node, path)) else { return };
        if let NodeKind::NonFinite(written) = &node.kind {
            let message = format!("`{written}` is not a finite number");
            findings.push(origin(Diagnostic::error(message).label(node.place(), ""), node));
        }
    }
}

/// Says where the value comes from if it came through `${name}`.
fn origin(problem: Diagnostic, node: &Node) -> Diagnostic {
    match &node.used_at {
        Some((_, name)) => problem.label(node.span, format!("`{name}` has its value from here")),
        None => problem,
    }
}

/// The node that the path leads to, or the last one before it leads nowhere; and the place of the last key on the way.
fn deepest<'n>(mut node: &'n Node, path: &[Step]) -> (&'n Node, Option<Span>) {
    let mut key_span = None;
    for step in path {
        let next = match (step, &node.kind) {
            (Step::Key(key), NodeKind::Mapping(entries)) => {
                entries.iter().find(|entry| entry.key == *key).map(|entry| (&entry.value, Some(entry.key_span)))
            }
            (Step::Index(index), NodeKind::List(items)) => items.get(*index).map(|item| (item, key_span)),
            _ => None,
        };
        let Some((child, span)) = next else { break };
        (node, key_span) = (child, span);
    }
    (node, key_span)
}
