//! A stage's parameters: replaced, checked, made canonical.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::parameter_check::{ParameterFinding, Place};
use crate::engine::parameters::{ParameterProblem, Step};
use crate::engine::registry::{Ports, StageKind};
use crate::engine::spec::{Diagnostic, Findings, Node, NodeKind, Params, Resources, Span, StageSpec};

/// What a stage is set to.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) parameters: Arc<Value>,
    pub(super) key_parameters: Arc<Value>,
    pub(super) resources: Resources,
    pub(super) ports: Ports,
}

/// The settings of one of the file's stages; `None` after something about its parameters was reported. Its kind is not
/// known if that was reported already; what can be checked without is.
pub(super) fn read(
    stage: &StageSpec<'_>,
    kind: Option<&StageKind>,
    params: &mut Params<'_>,
    findings: &mut Findings,
) -> Option<Settings> {
    let resources = stage.resources.map_or_else(Resources::default, |node| {
        let node = params.apply(node, findings);
        Resources::read(&node, findings)
    });
    let with = stage.with.map(|entry| (entry.key_span, params.apply(&entry.value, findings)));
    let with =
        With { stage, node: with.as_ref().map(|(_, node)| node), key_span: with.as_ref().map(|(span, _)| *span) };
    let kind = kind?;
    let mut refused = Vec::new();
    let given = match with.node {
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
        with.report_refused(path, findings);
    }
    let found = kind.parameters.check(&kind.name, &given);
    // Of a value that could not be replaced nothing is known; its key can still be wrong.
    let is_known = |finding: &ParameterFinding| !refused.iter().any(|path| finding.path.starts_with(path));
    for finding in found.into_iter().filter(|finding| finding.place == Place::Key || is_known(finding)) {
        findings.push(with.diagnostic(finding));
    }
    if findings.errors() > errors || !refused.is_empty() {
        return None;
    }
    let ports = match kind.build(given.clone()) {
        Ok(stage) => stage.ports(kind.ports()),
        Err(problems) => {
            for ParameterProblem { path, message, help } in problems {
                findings.push(with.diagnostic(ParameterFinding { path, place: Place::Value, message, help }));
            }
            return None;
        }
    };
    match kind.canonical(given) {
        Ok(parameters) => {
            let key_parameters = Arc::new(kind.parameters.key_part(&parameters));
            Some(Settings { parameters: Arc::new(parameters), key_parameters, resources, ports })
        }
        Err(problems) => {
            for ParameterProblem { path, message, help } in problems {
                findings.push(with.diagnostic(ParameterFinding { path, place: Place::Value, message, help }));
            }
            None
        }
    }
}

/// Where a stage's parameters are written.
struct With<'a> {
    stage: &'a StageSpec<'a>,
    node: Option<&'a Node>,
    key_span: Option<Span>,
}

impl With<'_> {
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
