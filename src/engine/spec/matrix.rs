//! `matrix`: the axes of a stage and the combinations that are left out.

use super::diagnostic::Diagnostic;
use super::findings::Findings;
use super::interpolation::is_param_name;
use super::node::{Entry, Node, NodeKind, brief};
use super::source::Span;

/// The key that is no axis.
const EXCLUDE: &str = "exclude";

/// What `matrix` says.
#[derive(Debug, Default)]
pub(in crate::engine) struct MatrixSpec {
    pub(in crate::engine) axes: Vec<AxisSpec>,
    pub(in crate::engine) excludes: Vec<ExcludeSpec>,
}

/// An axis and its values, of which there is at least one.
#[derive(Debug)]
pub(in crate::engine) struct AxisSpec {
    pub(in crate::engine) name: String,
    pub(in crate::engine) name_span: Span,
    pub(in crate::engine) values: Vec<Node>,
}

/// Combinations that are left out: all that have these values.
#[derive(Debug)]
pub(in crate::engine) struct ExcludeSpec {
    pub(in crate::engine) span: Span,
    pub(in crate::engine) values: Vec<Entry>,
}

impl MatrixSpec {
    /// Reads `matrix`, in which parameters were replaced already. `None` after a problem.
    pub(in crate::engine) fn read(key_span: Span, node: &Node, findings: &mut Findings) -> Option<Self> {
        let errors = findings.errors();
        let mut matrix = Self::default();
        match &node.kind {
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    match entry.key.as_str() {
                        EXCLUDE => matrix.read_excludes(&entry.value, findings),
                        _ => matrix.axes.extend(AxisSpec::read(entry, findings)),
                    }
                }
                if matrix.axes.is_empty() && findings.errors() == errors {
                    findings.push(Diagnostic::error("the matrix has no axis").label(key_span, "").help(HELP));
                }
            }
            NodeKind::Refused => return None,
            _ => findings.push(
                Diagnostic::error(format!("`matrix` must be a mapping, not {}", node.in_words()))
                    .label(node.place(), "")
                    .help(HELP),
            ),
        }
        (findings.errors() == errors && !node.holds_refused()).then_some(matrix)
    }

    fn read_excludes(&mut self, node: &Node, findings: &mut Findings) {
        let help = "list combinations: `exclude: [{ lambda: 100, seed: 1 }]`";
        let NodeKind::List(items) = &node.kind else {
            if !matches!(node.kind, NodeKind::Refused) {
                findings.push(
                    Diagnostic::error(format!("`exclude` must be a list, not {}", node.in_words()))
                        .label(node.place(), "")
                        .help(help),
                );
            }
            return;
        };
        for item in items {
            match &item.kind {
                NodeKind::Mapping(entries) if !entries.is_empty() => {
                    self.excludes.push(ExcludeSpec { span: item.place(), values: entries.clone() });
                }
                NodeKind::Refused => {}
                _ => findings.push(
                    Diagnostic::error(format!("what `exclude` lists must be values by axis, not {}", item.in_words()))
                        .label(item.place(), "")
                        .help(help),
                ),
            }
        }
    }
}

const HELP: &str = "give each axis its values: `matrix: { lambda: [100, 200, 500] }`";

impl AxisSpec {
    fn read(entry: &Entry, findings: &mut Findings) -> Option<Self> {
        let name = brief(&entry.key);
        if !is_param_name(&entry.key) {
            findings.push(
                Diagnostic::error(format!("`{name}` cannot be the name of an axis"))
                    .label(entry.key_span, "")
                    .help("a name begins with a letter and goes on with letters, digits, `_` and `-`"),
            );
            return None;
        }
        let problem = match &entry.value.kind {
            NodeKind::List(values) if !values.is_empty() => {
                return Some(Self { name: entry.key.clone(), name_span: entry.key_span, values: values.clone() });
            }
            NodeKind::Refused => return None,
            NodeKind::List(_) => format!("the axis `{name}` has no values"),
            _ => format!("the axis `{name}` must have a list of values, not {}", entry.value.in_words()),
        };
        findings.push(Diagnostic::error(problem).label(entry.value.place(), "").help(HELP));
        None
    }
}
