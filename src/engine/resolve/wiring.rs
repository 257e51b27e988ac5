//! Which output goes into which input, judged by the types of the ports.

use super::families::Families;
use super::needs::Need;
use crate::engine::registry::{Arity, InputPort, Ports, Registry};
use crate::engine::spec::{Diagnostic, Findings, Span};

/// An output that goes into a port: the place among the reader's needs of what it comes from, and that one's port.
pub(super) type FamilyWire = (usize, &'static str);

/// All that may be read: the file's stages with their ports, and all kinds.
pub(super) struct Writers<'a> {
    pub(super) stages: Vec<(&'a str, Option<&'a Ports>)>,
    pub(super) registry: &'a Registry,
}

/// A stage to be wired.
pub(super) struct Reader<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Where the file names it.
    pub(super) span: Span,
    /// The name of its kind.
    pub(super) kind: &'a str,
    /// Its ports.
    pub(super) ports: &'a Ports,
    /// Whether `needs` holds all that the file says; if not, something missing was reported already.
    pub(super) is_complete: bool,
    /// What it needs, each with its place among the needs and the ports of that stage.
    pub(super) needs: &'a [(usize, &'a Need, &'a Ports)],
}

/// What goes into each port; problems are reported.
pub(super) fn wire(
    reader: &Reader<'_>,
    families: &Families,
    writers: &Writers<'_>,
    findings: &mut Findings,
) -> Vec<Vec<FamilyWire>> {
    let untaken = report_untaken(reader, families, findings);
    reader
        .ports
        .inputs
        .iter()
        .map(|port| {
            let taken: Vec<(usize, &Need, &'static str)> = reader
                .needs
                .iter()
                .flat_map(|&(place, need, ports)| {
                    let outputs = ports.outputs.iter().filter(|output| output.port_type == port.port_type);
                    outputs.map(move |output| (place, need, output.name))
                })
                .collect();
            // What is there instead was reported already and tells what would be right.
            if taken.is_empty() && !port.arity.may_be_empty() && reader.is_complete && !untaken {
                findings.push(missing(reader, port, writers));
            }
            if taken.len() > 1 && !port.arity.tells_apart() {
                findings.push(too_many(reader, port, &taken, families));
            }
            taken.into_iter().map(|(place, _, output)| (place, output)).collect()
        })
        .collect()
}

fn report_untaken(reader: &Reader<'_>, families: &Families, findings: &mut Findings) -> bool {
    let mut found = false;
    for &(_, need, ports) in reader.needs {
        let is_taken = ports
            .outputs
            .iter()
            .any(|output| reader.ports.inputs.iter().any(|input| input.port_type == output.port_type));
        if is_taken {
            continue;
        }
        found = true;
        let needed = &families.list[need.family].name;
        findings.push(
            Diagnostic::error(format!("`{}` cannot read what `{needed}` writes", reader.name))
                .label(need.span, format!("`{needed}` writes {}", outputs_in_words(ports)))
                .help(format!("the kind `{}` reads {}", reader.kind, inputs_in_words(reader.ports))),
        );
    }
    found
}

fn missing(reader: &Reader<'_>, port: &InputPort, writers: &Writers<'_>) -> Diagnostic {
    let writes = |ports: &Ports| ports.outputs.iter().any(|output| output.port_type == port.port_type);
    let quoted = |name: &str| format!("`{name}`");
    let stages: Vec<String> = writers
        .stages
        .iter()
        .filter(|(name, ports)| *name != reader.name && ports.is_some_and(writes))
        .take(5)
        .map(|(name, _)| quoted(name))
        .collect();
    let kinds: Vec<String> =
        writers.registry.kinds().filter(|kind| writes(&kind.ports())).map(|kind| quoted(&kind.name)).collect();
    let help = match (&stages[..], &kinds[..]) {
        ([], []) => None,
        ([], kinds) => Some(format!("add a stage that uses {} and need it", kinds.join(" or "))),
        (stages, _) => Some(format!("add {} to its `needs`", stages.join(" or "))),
    };
    Diagnostic::error(format!("nothing is wired to the input `{}` of `{}`", port.name, reader.name))
        .label(reader.span, format!("none of its `needs` writes `{}`", port.port_type))
        .maybe_help(help)
}

fn too_many(
    reader: &Reader<'_>,
    port: &InputPort,
    taken: &[(usize, &Need, &'static str)],
    families: &Families,
) -> Diagnostic {
    let mut problem = Diagnostic::error(format!(
        "the input `{}` of `{}` takes one `{}`, but {} are given",
        port.name,
        reader.name,
        port.port_type,
        taken.len()
    ));
    for (_, need, output) in taken.iter().take(5) {
        problem = problem.label(need.span, format!("`{output}` of `{}`", families.list[need.family].name));
    }
    problem.help("need one of them, or make a copy of the stage for each with `each`")
}

fn inputs_in_words(ports: &Ports) -> String {
    let port = |input: &InputPort| match input.arity {
        Arity::One => format!("`{}`", input.port_type),
        Arity::Optional => format!("`{}` (optional)", input.port_type),
        Arity::Many | Arity::Set | Arity::Any => format!("any number of `{}`", input.port_type),
    };
    match &ports.inputs[..] {
        [] => "no other stages: remove its `needs`".to_owned(),
        inputs => inputs.iter().map(port).collect::<Vec<_>>().join(", "),
    }
}

fn outputs_in_words(ports: &Ports) -> String {
    match &ports.outputs[..] {
        [] => "nothing that others read".to_owned(),
        outputs => outputs.iter().map(|output| format!("`{}`", output.port_type)).collect::<Vec<_>>().join(", "),
    }
}
