//! The settings of every copy, and the axes that nothing uses.

use std::collections::{BTreeSet, HashMap};

use super::axes::{Axes, Axis, Sets};
use super::copies::{Copies, Copy, Pattern};
use super::settings::{Placed, Reading, Settings};
use crate::engine::registry::{Ports, StageKind};
use crate::engine::spec::{Diagnostic, Findings, Params, StageSpec};

/// The ports of each of the file's stages, all of whose copies are wired alike.
pub(super) fn ports(
    stages: &[StageSpec<'_>],
    kinds: &[Option<&StageKind>],
    axes: &Axes,
    params: &mut Params<'_>,
) -> Vec<Option<Ports>> {
    let of_stage = |(declared, stage): (usize, &StageSpec<'_>)| {
        let own = &axes.of_declared[declared];
        let reading = Reading { stage, kind: kinds[declared], axes_refused: own.refused, mentioned: &own.mentioned };
        let first: Vec<Placed<'_>> = own.axes.iter().map(|&axis| placed(&axes.list[axis], 0, declared)).collect();
        reading.ports(&first, params)
    };
    stages.iter().enumerate().map(of_stage).collect()
}

/// Copies without a port that was wired, because their parameters leave it out.
pub(super) fn report_other_ports(
    pattern: &Pattern<'_>,
    copies: &Copies,
    settings: &[Option<Settings>],
    findings: &mut Findings,
) {
    for (copy, own) in copies.list.iter().zip(settings) {
        let declared = pattern.families.list[copy.family].declared;
        let (Some(own), Some(ports)) = (own, &pattern.ports[declared]) else { continue };
        let wired = ports.inputs.iter().zip(&copy.wires).filter(|(_, wires)| !wires.is_empty());
        let unread = wired.map(|(port, _)| port.name).find(|port| !own.ports.reads(port));
        let unwritten = copy
            .wires
            .iter()
            .flatten()
            .find(|&&(from, port)| settings[from].as_ref().is_some_and(|settings| !settings.ports.writes(port)));
        let problem = match (unread, unwritten) {
            (Some(port), _) => format!("with its parameters, `{}` does not read `{port}`", copy.name),
            (None, Some(&(from, port))) => {
                format!("with its parameters, `{}` does not write `{port}`", copies.list[from].name)
            }
            (None, None) => continue,
        };
        findings.push(
            Diagnostic::error(problem)
                .label(pattern.stages[declared].name_span, "needed here")
                .help("let all copies of a stage have the same inputs and outputs"),
        );
    }
}

/// The settings of each copy. Stages without known copies are checked, too.
pub(super) fn read(
    pattern: &Pattern<'_>,
    copies: &Copies,
    params: &mut Params<'_>,
    findings: &mut Findings,
) -> Vec<Option<Settings>> {
    let mut all: Vec<Option<Settings>> = vec![None; copies.list.len()];
    let mut uses = Uses::default();
    let axes = pattern.axes;
    for (declared, stage) in pattern.stages.iter().enumerate() {
        let own = &axes.of_declared[declared];
        let kind = pattern.kinds[declared];
        let reading = Reading { stage, kind, axes_refused: own.refused, mentioned: &own.mentioned };
        let families = &pattern.families.of_declared[declared];
        let known: Vec<usize> =
            families.iter().filter_map(|&family| copies.of_family[family].as_ref()).flatten().copied().collect();
        if known.is_empty() {
            let at: Vec<Placed<'_>> = own.axes.iter().map(|&axis| placed(&axes.list[axis], 0, declared)).collect();
            let mut used = BTreeSet::new();
            reading.settings(&at, false, params, &mut used, findings);
            continue;
        }
        // Copies that differ on axes without a part in the settings have the same.
        let mut by_place: HashMap<Vec<(usize, usize)>, Option<Settings>> = HashMap::new();
        for copy in known {
            let counts = |axis: usize| {
                let Axis { name, declared: from, sets, .. } = &axes.list[axis];
                own.mentioned.contains(name) || (*from == declared && *sets != Sets::Nothing)
            };
            let coordinates = &copies.list[copy].coordinates;
            let place = coordinates.iter().filter(|at| counts(at.axis)).map(|at| (at.axis, at.value)).collect();
            let settings = by_place.entry(place).or_insert_with(|| {
                let at: Vec<Placed<'_>> =
                    coordinates.iter().map(|at| placed(&axes.list[at.axis], at.value, declared)).collect();
                let mut used = BTreeSet::new();
                let settings = reading.settings(&at, true, params, &mut used, findings);
                uses.add(used, &copies.list[copy], axes, declared);
                settings
            });
            all[copy].clone_from(settings);
        }
    }
    if copies.of_family.iter().all(Option::is_some) {
        uses.report_unused(pattern, findings);
    }
    all
}

/// A coordinate of a copy of that stage. Only a stage's own axes become parameters by themselves.
fn placed(axis: &Axis, value: usize, reader: usize) -> Placed<'_> {
    let sets = if axis.declared == reader { axis.sets } else { Sets::Nothing };
    Placed { axis: &axis.name, value: &axis.values[value].node, sets }
}

/// Which axes have a part in any settings.
#[derive(Debug, Default)]
struct Uses {
    /// Places in [`Axes::list`].
    used: BTreeSet<usize>,
    /// Names: a joined axis is used wherever it comes from.
    inherited: BTreeSet<String>,
}

impl Uses {
    fn add(&mut self, names: BTreeSet<String>, copy: &Copy, axes: &Axes, reader: usize) {
        for name in names {
            let own = copy.coordinates.iter().map(|at| at.axis);
            match own.into_iter().find(|&axis| axes.list[axis].name == name && axes.list[axis].declared == reader) {
                Some(axis) => drop(self.used.insert(axis)),
                None => drop(self.inherited.insert(name)),
            }
        }
    }

    fn report_unused(&self, pattern: &Pattern<'_>, findings: &mut Findings) {
        for (index, axis) in pattern.axes.list.iter().enumerate() {
            let Axis { name, span, declared, sets, .. } = axis;
            if self.used.contains(&index) || self.inherited.contains(name) {
                continue;
            }
            let stage = &pattern.stages[*declared];
            let given = stage.with.and_then(|with| with.value.entry(name)).filter(|_| *sets == Sets::Absent);
            let mut problem =
                Diagnostic::error(format!("nothing uses the axis `{name}` of `{}`", stage.name)).label(*span, "");
            problem = if let Some(entry) = given {
                problem
                    .label(entry.key_span, "this has a value of its own")
                    .help(format!("remove it there, or write `{name}: \"${{matrix.{name}}}\"`"))
            } else {
                let kind = pattern.kinds[*declared];
                let names: Vec<&str> = kind.map(|kind| kind.parameters.names().collect()).unwrap_or_default();
                let help = findings.did_you_mean(name, names.iter().copied());
                problem.help(help.unwrap_or_else(|| {
                    format!("use it as `\"${{matrix.{name}}}\"` in `with`, there or in a stage that reads it")
                }))
            };
            findings.push(problem);
        }
    }
}
