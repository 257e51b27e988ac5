//! A pipeline file as a whole.

use super::axes::Axes;
use super::copies::{Copies, Pattern};
use super::families::{self, Families};
use super::needs::{self, Needs};
use super::settings::Settings;
use super::settings_by_copy;
use super::wiring::{self, FamilyWire, Reader, Writers};
use super::{cycle, order};
use crate::engine::expectation::Expectation;
use crate::engine::plan::{Plan, PlannedInput, PlannedStage, StageIndex, Wire};
use crate::engine::registry::{Ports, Registry, StageKind};
use crate::engine::spec::{
    Coordinates, Diagnostic, Diagnostics, Findings, NodeKind, Override, Params, PipelineSpec, SourceId, SourceText,
    StageSpec, parse,
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
        let node = params.apply(node, Coordinates::Nowhere, findings);
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
    let axes = Axes::read(&spec.stages, &kinds, &mut params, findings);
    let families = families::expand(&spec.stages, findings);
    let needs = needs::resolve(&spec.stages, &families, findings);
    cycle::report(&families, &needs, findings);
    let ports = settings_by_copy::ports(&spec.stages, &kinds, &axes, &mut params);
    let wires = wires(&spec.stages, &kinds, &ports, &families, &needs, registry, findings);
    let of_families: Vec<Vec<usize>> = needs.iter().map(Needs::families).collect();
    let pattern = Pattern {
        stages: &spec.stages,
        kinds: &kinds,
        ports: &ports,
        families: &families,
        needs: &needs,
        wires: &wires,
        axes: &axes,
    };
    let copies = pattern.copies(&order::topological(&of_families), findings);
    let settings = settings_by_copy::read(&pattern, &copies, &mut params, findings);
    settings_by_copy::report_other_ports(&pattern, &copies, &settings, findings);
    if findings.has_errors() {
        return None;
    }
    params.report_unused(findings);
    let stages = planned(&pattern, &copies, &settings)?;
    Some(Resolved { name: spec.name, description, stages })
}

/// What goes into each port of each family; `None` after a problem was reported.
fn wires(
    stages: &[StageSpec<'_>],
    kinds: &[Option<&StageKind>],
    ports: &[Option<Ports>],
    families: &Families,
    needs: &[Needs],
    registry: &Registry,
    findings: &mut Findings,
) -> Vec<Option<Vec<Vec<FamilyWire>>>> {
    let names = stages.iter().map(|stage| stage.name);
    let writers = Writers { stages: names.zip(ports.iter().map(Option::as_ref)).collect(), registry };
    let mut all = Vec::with_capacity(families.list.len());
    for (family, needs) in families.list.iter().zip(needs) {
        let (Some(kind), Some(own_ports)) = (kinds[family.declared], &ports[family.declared]) else {
            all.push(None);
            continue;
        };
        let known = needs.list.iter().enumerate();
        let known: Vec<_> = known
            .filter_map(|(place, need)| Some((place, need, ports[families.list[need.family].declared].as_ref()?)))
            .collect();
        let reader = Reader {
            name: &family.name,
            span: stages[family.declared].name_span,
            kind: &kind.name,
            ports: own_ports,
            is_complete: !needs.refused && known.len() == needs.list.len(),
            needs: &known,
        };
        let errors = findings.errors();
        let wires = wiring::wire(&reader, families, &writers, findings);
        all.push((reader.is_complete && findings.errors() == errors).then_some(wires));
    }
    all
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

/// The stages in topological order, and otherwise in that of the file. `None` only if something was reported before.
fn planned(pattern: &Pattern<'_>, copies: &Copies, settings: &[Option<Settings>]) -> Option<Vec<PlannedStage>> {
    let order = order::topological(&copies.needs());
    let mut position = vec![StageIndex::end(); copies.list.len()];
    for (index, &copy) in order.iter().enumerate() {
        position[copy] = StageIndex::new(index);
    }
    let stage = |&own: &usize| {
        let copy = &copies.list[own];
        let family = &pattern.families.list[copy.family];
        let spec = &pattern.stages[family.declared];
        let kind = pattern.kinds[family.declared]?;
        let settings = settings[own].as_ref()?;
        let own_ports = pattern.ports[family.declared].as_ref()?;
        let inputs = own_ports.inputs.iter().zip(&copy.wires).filter(|(port, _)| settings.ports.reads(port.name));
        let inputs = inputs.map(|(port, wires)| PlannedInput {
            port: port.name,
            port_type: port.port_type,
            arity: port.arity,
            wires: wires.iter().map(|&(from, port)| Wire { stage: position[from], port }).collect(),
        });
        Some(PlannedStage {
            name: copy.name.clone(),
            family: family.name.clone(),
            declared: spec.name.to_owned(),
            variant: pattern.variant(&copy.coordinates),
            kind: kind.name.clone(),
            parameters: settings.parameters.clone(),
            key_parameters: settings.key_parameters.clone(),
            resources: settings.resources,
            is_frozen: settings.is_frozen,
            expectations: expectations(own, &settings.expectations, pattern, copies),
            inputs: inputs.collect(),
            outputs: settings.ports.outputs.clone(),
            span: spec.name_span,
        })
    };
    order.iter().map(stage).collect()
}

/// The expectations of a copy, which know now over how many copies their means are.
fn expectations(own: usize, expectations: &[Expectation], pattern: &Pattern<'_>, copies: &Copies) -> Vec<Expectation> {
    let counted = |expectation: &Expectation| {
        let mut expectation = expectation.clone();
        if let Some(over) = &mut expectation.over {
            let axes: Vec<&str> = over.axes.iter().map(String::as_str).collect();
            let place = |copy: usize| pattern.variant(&copies.list[copy].coordinates).without(&axes);
            let here = place(own);
            let family = copies.of_family[copies.list[own].family].iter().flatten();
            over.copies = family.filter(|&&copy| place(copy) == here).count();
        }
        expectation
    };
    expectations.iter().map(counted).collect()
}
