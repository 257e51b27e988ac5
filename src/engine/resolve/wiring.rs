//! Which output goes into which input, judged by the types of the ports.

use super::copies::Instance;
use super::needs::Need;
use crate::engine::registry::{Arity, InputPort, Registry, StageKind};
use crate::engine::spec::{Diagnostic, Findings, Span};

/// One output that goes into a port: the instance it comes from, and that one's port.
pub(super) type InstanceWire = (usize, &'static str);

/// A stage to be wired.
pub(super) struct Reader<'a> {
    /// The stage as the file calls it.
    pub(super) name: &'a str,
    /// Where that name stands.
    pub(super) span: Span,
    /// Its kind.
    pub(super) kind: &'a StageKind,
    /// Whether `needs` holds all that the file says; if not, something missing was reported already.
    pub(super) is_complete: bool,
    /// What it needs, each with the kind of that stage.
    pub(super) needs: &'a [(Need, &'a StageKind)],
}

/// What goes into each port of the kind; problems are reported.
pub(super) fn wire(
    reader: &Reader<'_>,
    instances: &[Instance],
    registry: &Registry,
    findings: &mut Findings,
) -> Vec<Vec<InstanceWire>> {
    let untaken = report_untaken(reader, instances, findings);
    reader
        .kind
        .inputs
        .iter()
        .map(|port| {
            let taken: Vec<(&Need, &'static str)> = reader
                .needs
                .iter()
                .flat_map(|(need, kind)| {
                    let outputs = kind.outputs.iter().filter(|output| output.port_type == port.port_type);
                    outputs.map(move |output| (need, output.name))
                })
                .collect();
            // What is there instead was reported already and tells what would be right.
            if taken.is_empty() && port.arity != Arity::Optional && reader.is_complete && !untaken {
                findings.push(missing(reader, port, registry));
            }
            if taken.len() > 1 && port.arity != Arity::Many {
                findings.push(too_many(reader, port, &taken, instances));
            }
            taken.into_iter().map(|(need, output)| (need.instance, output)).collect()
        })
        .collect()
}

fn report_untaken(reader: &Reader<'_>, instances: &[Instance], findings: &mut Findings) -> bool {
    let mut found = false;
    for (need, kind) in reader.needs {
        let is_taken = kind
            .outputs
            .iter()
            .any(|output| reader.kind.inputs.iter().any(|input| input.port_type == output.port_type));
        if is_taken {
            continue;
        }
        found = true;
        let needed = &instances[need.instance].name;
        findings.push(
            Diagnostic::error(format!("`{}` cannot read what `{needed}` writes", reader.name))
                .label(need.span, format!("`{needed}` writes {}", outputs_in_words(kind)))
                .help(format!("the kind `{}` reads {}", reader.kind.name, inputs_in_words(reader.kind))),
        );
    }
    found
}

fn missing(reader: &Reader<'_>, port: &InputPort, registry: &Registry) -> Diagnostic {
    let writers: Vec<String> = registry
        .kinds()
        .filter(|kind| kind.outputs.iter().any(|output| output.port_type == port.port_type))
        .map(|kind| format!("`{}`", kind.name))
        .collect();
    let how_many = if port.arity == Arity::Many { "at least one " } else { "" };
    let mut problem = Diagnostic::error(format!(
        "`{}` needs a stage that gives its input `{}` {how_many}`{}`",
        reader.name, port.name, port.port_type
    ))
    .label(reader.span, format!("nothing in `needs` writes `{}`", port.port_type));
    if !writers.is_empty() {
        problem = problem.help(format!("add to its `needs` a stage that uses {}", writers.join(", ")));
    }
    problem
}

fn too_many(
    reader: &Reader<'_>,
    port: &InputPort,
    taken: &[(&Need, &'static str)],
    instances: &[Instance],
) -> Diagnostic {
    let mut problem = Diagnostic::error(format!(
        "the input `{}` of `{}` takes one `{}`, but {} are given",
        port.name,
        reader.name,
        port.port_type,
        taken.len()
    ));
    for (need, output) in taken.iter().take(5) {
        problem = problem.label(need.span, format!("`{output}` of `{}`", instances[need.instance].name));
    }
    problem.help("need one of them, or make a copy of the stage for each with `each`")
}

fn inputs_in_words(kind: &StageKind) -> String {
    let port = |input: &InputPort| match input.arity {
        Arity::One => format!("`{}`", input.port_type),
        Arity::Optional => format!("`{}` (optional)", input.port_type),
        Arity::Many => format!("any number of `{}`", input.port_type),
    };
    match &kind.inputs[..] {
        [] => "no other stages: remove its `needs`".to_owned(),
        inputs => inputs.iter().map(port).collect::<Vec<_>>().join(", "),
    }
}

fn outputs_in_words(kind: &StageKind) -> String {
    match &kind.outputs[..] {
        [] => "nothing that others read".to_owned(),
        outputs => outputs.iter().map(|output| format!("`{}`", output.port_type)).collect::<Vec<_>>().join(", "),
    }
}
