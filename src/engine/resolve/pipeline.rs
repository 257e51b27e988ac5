//! A pipeline file as a whole.

use super::copies::{self, Instances};
use super::needs::{self, Need};
use super::settings::{self, Settings};
use super::wiring::{self, InstanceWire, Reader, Writers};
use super::{cycle, order};
use crate::engine::plan::{Plan, PlannedInput, PlannedStage, StageIndex, Wire};
use crate::engine::registry::{Ports, Registry, StageKind};
use crate::engine::spec::{
    Diagnostic, Diagnostics, Findings, NodeKind, Override, Params, PipelineSpec, SourceId, SourceText, StageSpec, parse,
};

/// Reads, checks and wires a pipeline; every problem is found before any is returned.
pub(in crate::engine) fn plan(
    source: &SourceText,
    overrides: &[Override],
    registry: &Registry,
) -> Result<Plan, Diagnostics> {
    let mut findings = Findings::default();
    let resolved = resolve(source, overrides, registry, &mut findings);
    let sources = || std::iter::once(source.clone()).chain(overrides.iter().map(Override::source)).collect();
    match resolved {
        Some(resolved) if !findings.has_errors() => Ok(Plan::new(
            resolved.name,
            resolved.description,
            source.clone(),
            resolved.stages,
            findings.into_diagnostics(sources()),
        )),
        _ => Err(findings.into_diagnostics(sources())),
    }
}

struct Resolved {
    name: String,
    description: Option<String>,
    stages: Vec<PlannedStage>,
}

fn resolve(
    source: &SourceText,
    overrides: &[Override],
    registry: &Registry,
    findings: &mut Findings,
) -> Option<Resolved> {
    let tree = parse(source.text(), 0, SourceId::FIRST, findings)?;
    let spec = PipelineSpec::read(&tree, findings)?;
    let mut params = Params::read(source.text(), spec.params, overrides, findings);
    let description = spec.description.and_then(|node| {
        let node = params.apply(node, findings);
        match &node.kind {
            NodeKind::Text(text) => Some(text.trim_end().to_owned()),
            NodeKind::Null | NodeKind::Refused => None,
            _ => {
                let problem = Diagnostic::error(format!("`description` must be text, not {}", node.in_words()));
                findings.push(problem.label(node.place(), "").maybe_help(node.quoting_help()));
                None
            }
        }
    });
    let kinds: Vec<Option<&StageKind>> = spec.stages.iter().map(|stage| kind_of(stage, registry, findings)).collect();
    let settings: Vec<Option<Settings>> = spec
        .stages
        .iter()
        .zip(&kinds)
        .map(|(stage, kind)| settings::read(stage, *kind, &mut params, findings))
        .collect();
    let instances = copies::expand(&spec.stages, findings);
    let needs = needs::resolve(&spec.stages, &instances, findings);
    cycle::report(&instances, &needs, findings);
    // Of a stage whose parameters are wrong, all that its kind could read and write is taken for meant.
    let ports: Vec<Option<Ports>> = kinds
        .iter()
        .zip(&settings)
        .map(|(kind, settings)| settings.as_ref().map(|own| own.ports.clone()).or_else(|| Some((*kind)?.ports())))
        .collect();
    let names = spec.stages.iter().map(|stage| stage.name);
    let writers = Writers { stages: names.zip(ports.iter().map(Option::as_ref)).collect(), registry };
    let mut wires = Vec::with_capacity(instances.list.len());
    for (instance, (needs, refused)) in instances.list.iter().zip(&needs) {
        let (Some(kind), Some(own_ports)) = (kinds[instance.declared], &ports[instance.declared]) else {
            wires.push(Vec::new());
            continue;
        };
        let ports_of = |need: &Need| ports[instances.list[need.instance].declared].as_ref();
        let known: Vec<(Need, &Ports)> = needs.iter().filter_map(|need| Some((*need, ports_of(need)?))).collect();
        let reader = Reader {
            name: &instance.name,
            span: spec.stages[instance.declared].name_span,
            kind: &kind.name,
            ports: own_ports,
            is_complete: !refused && known.len() == needs.len(),
            needs: &known,
        };
        wires.push(wiring::wire(&reader, &instances.list, &writers, findings));
    }
    if findings.has_errors() {
        return None;
    }
    params.report_unused(findings);
    let order = order::topological(&needs);
    let stages = planned(&spec.stages, &kinds, &settings, &instances, &wires, &order)?;
    Some(Resolved { name: spec.name, description, stages })
}

fn kind_of<'r>(stage: &StageSpec<'_>, registry: &'r Registry, findings: &mut Findings) -> Option<&'r StageKind> {
    let (name, span) = stage.uses.as_ref()?;
    let kind = registry.find(name);
    if kind.is_none() {
        let names = || registry.kinds().map(|kind| kind.name.as_str());
        let help = findings.did_you_mean(name, names()).unwrap_or_else(|| {
            let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            format!("the kinds are {}", names.join(", "))
        });
        findings.push(
            Diagnostic::error(format!("there is no kind of stage called `{name}`"))
                .label(*span, "unknown kind")
                .help(help),
        );
    }
    kind
}

/// The stages in the order given. `None` only if something was reported before.
fn planned(
    specs: &[StageSpec<'_>],
    kinds: &[Option<&StageKind>],
    settings: &[Option<Settings>],
    instances: &Instances,
    wires: &[Vec<Vec<InstanceWire>>],
    order: &[usize],
) -> Option<Vec<PlannedStage>> {
    let mut position = vec![StageIndex::end(); instances.list.len()];
    for (index, &instance) in order.iter().enumerate() {
        position[instance] = StageIndex::new(index);
    }
    let stage = |&own: &usize| {
        let instance = &instances.list[own];
        let spec = &specs[instance.declared];
        let kind = kinds[instance.declared]?;
        let settings = settings[instance.declared].as_ref()?;
        let inputs = settings.ports.inputs.iter().zip(&wires[own]).map(|(port, wires)| PlannedInput {
            port: port.name,
            port_type: port.port_type,
            arity: port.arity,
            wires: wires.iter().map(|&(from, port)| Wire { stage: position[from], port }).collect(),
        });
        Some(PlannedStage {
            name: instance.name.clone(),
            declared: spec.name.to_owned(),
            each: instance.matched.and_then(|(matched, _)| Some(position[*instances.of_declared[matched].first()?])),
            kind: kind.name.clone(),
            parameters: settings.parameters.clone(),
            key_parameters: settings.key_parameters.clone(),
            resources: settings.resources,
            inputs: inputs.collect(),
            outputs: settings.ports.outputs.clone(),
            span: spec.name_span,
        })
    };
    order.iter().map(stage).collect()
}
