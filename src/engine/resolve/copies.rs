//! The copies of each family: the combinations of its own axes and those of what it reads one of.
//!
//! A stage that reads one copy of another has a copy for each of them, at the same coordinates. Where it reads one of
//! several, they are joined: copies that differ on an axis which both have do not meet. A port that takes many gets all
//! copies that the reader's own coordinates allow.

use super::axes::{Axes, Sets};
use super::combinations::{Combination, Gathered, join};
use super::excludes;
use super::families::{self, Families, MAX_STAGES};
use super::needs::{self, MAX_NEEDS, Need, Needs};
use super::wiring::FamilyWire;
use crate::engine::digest::Digest;
use crate::engine::registry::{Ports, StageKind};
use crate::engine::spec::{Diagnostic, Findings, StageSpec};
use crate::engine::variant::Variant;

/// The names of copies are cut off, and told apart by a digest, beyond so many bytes: files are named after them.
const LONGEST_NAME: usize = 230;

/// A value on an axis: places in [`Axes::list`] and among the values there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coordinate {
    pub(super) axis: usize,
    pub(super) value: usize,
}

/// One output that goes into a port: the copy it comes from, and that one's port.
pub(super) type CopyWire = (usize, &'static str);

/// One stage of the plan to be.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    /// `train-ease/lambda=200`, or the family's name if it has no axes.
    pub(super) name: String,
    pub(super) family: usize,
    /// What it inherits, then what it adds.
    pub(super) coordinates: Vec<Coordinate>,
    /// What goes into each of its ports.
    pub(super) wires: Vec<Vec<CopyWire>>,
}

/// All copies.
#[derive(Debug, Default)]
pub(super) struct Copies {
    pub(super) list: Vec<Copy>,
    /// The copies of each family; `None` if they are not known because of something that was reported.
    pub(super) of_family: Vec<Option<Vec<usize>>>,
}

impl Copies {
    /// The same in the order of the file.
    fn in_file_order(self) -> Self {
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by_key(|&copy| self.list[copy].family);
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let moved = |&old: &usize| {
            let mut copy = self.list[old].clone();
            for (from, _) in copy.wires.iter_mut().flatten() {
                *from = place[*from];
            }
            copy
        };
        let list = order.iter().map(moved).collect();
        let of_family = self.of_family.into_iter();
        let moved = |copies: Vec<usize>| copies.into_iter().map(|old| place[old]).collect();
        Self { list, of_family: of_family.map(|copies| copies.map(moved)).collect() }
    }

    /// The copies that each of them reads, each once.
    pub(super) fn needs(&self) -> Vec<Vec<usize>> {
        let of_copy = |copy: &Copy| {
            let mut needs: Vec<usize> = copy.wires.iter().flatten().map(|&(from, _)| from).collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        };
        self.list.iter().map(of_copy).collect()
    }
}

/// All that copies are made from.
pub(super) struct Pattern<'a> {
    pub(super) stages: &'a [StageSpec<'a>],
    pub(super) kinds: &'a [Option<&'a StageKind>],
    /// The ports of each of the file's stages, as they were wired.
    pub(super) ports: &'a [Option<Ports>],
    pub(super) families: &'a Families,
    pub(super) needs: &'a [Needs],
    /// What goes into each port of each family; `None` if it is not known.
    pub(super) wires: &'a [Option<Vec<Vec<FamilyWire>>>],
    pub(super) axes: &'a Axes,
}

impl Pattern<'_> {
    /// Makes the copies of all families, which come in topological order; those left out (in cycles) are not known.
    pub(super) fn copies(&self, order: &[usize], findings: &mut Findings) -> Copies {
        let mut copies = Copies { list: Vec::new(), of_family: vec![None; self.families.list.len()] };
        let mut excluded: Vec<Vec<bool>> =
            self.axes.of_declared.iter().map(|own| vec![false; own.excludes.len()]).collect();
        let mut n_wires = 0;
        for &family in order {
            let declared = self.families.list[family].declared;
            let made = self.of_family(family, &copies, &mut excluded[declared], findings);
            n_wires += made.iter().flatten().flat_map(|copy| &copy.wires).map(Vec::len).sum::<usize>();
            let span = self.stages[declared].name_span;
            if n_wires > MAX_NEEDS {
                findings.push(needs::too_many(span));
                return copies;
            }
            if copies.list.len() + made.as_ref().map_or(0, Vec::len) > MAX_STAGES {
                findings.push(families::too_many(span));
                return copies;
            }
            copies.of_family[family] = made.map(|made| {
                let first = copies.list.len();
                copies.list.extend(made);
                (first..copies.list.len()).collect()
            });
        }
        for (declared, excluded) in excluded.iter().enumerate() {
            excludes::report(self, declared, excluded, &copies, findings);
        }
        copies.in_file_order()
    }

    fn of_family(
        &self,
        family: usize,
        known: &Copies,
        excluded: &mut [bool],
        findings: &mut Findings,
    ) -> Option<Vec<Copy>> {
        let declared = self.families.list[family].declared;
        let own = &self.axes.of_declared[declared];
        let ports = self.wires[family].as_ref()?;
        let read = &self.ports[declared].as_ref()?.inputs;
        let needs = &self.needs[family].list;
        let mut candidates = Vec::with_capacity(needs.len());
        for need in needs {
            candidates.push(self.candidates(need, known, findings));
        }
        let candidates: Vec<Vec<usize>> = candidates.into_iter().collect::<Option<_>>()?;
        if own.refused {
            return None;
        }
        let is_plain = |copies: &Vec<usize>| matches!(copies[..], [only] if known.list[only].coordinates.is_empty());
        if own.axes.is_empty() && own.excludes.is_empty() && candidates.iter().all(is_plain) {
            let wires =
                |wires: &Vec<FamilyWire>| wires.iter().map(|&(need, output)| (candidates[need][0], output)).collect();
            let name = self.families.list[family].name.clone();
            return Some(vec![Copy {
                name,
                family,
                coordinates: Vec::new(),
                wires: ports.iter().map(wires).collect(),
            }]);
        }
        let read_once = |need: usize| {
            let mut ports = read.iter().zip(ports);
            ports.any(|(port, wires)| !port.arity.tells_apart() && wires.iter().any(|&(place, _)| place == need))
        };
        let mut combinations = vec![Combination::default()];
        for need in (0..needs.len()).filter(|&need| read_once(need)) {
            let joined = join(self.axes, &combinations, needs[need].only.is_some(), &candidates[need], known);
            if joined.is_empty() {
                findings.push(self.do_not_meet(family, needs, need));
                return None;
            }
            if joined.len() > MAX_STAGES {
                findings.push(families::too_many(needs[need].span));
                return None;
            }
            combinations = joined;
        }
        let combinations = self.multiply(family, combinations, findings)?;
        let before = combinations.len();
        let mut kept = combinations;
        kept.retain(|combination| !excludes::is_excluded(self.axes, combination, &own.excludes, excluded));
        if kept.is_empty() && before > 0 {
            let first = own.excludes.first().map_or(self.stages[declared].name_span, |exclude| exclude.span);
            findings.push(
                Diagnostic::error(format!("`exclude` leaves nothing of `{}`", self.families.list[family].name))
                    .label(first, ""),
            );
            return None;
        }
        let gathered: Vec<Gathered<'_>> =
            candidates.iter().map(|copies| Gathered::new(copies, kept.first(), known, self.axes)).collect();
        let copy = |combination: Combination| {
            let wires = |wires: &Vec<FamilyWire>| -> Vec<CopyWire> {
                let of_need = |&(need, output): &FamilyWire| {
                    let copies = gathered[need].meeting(&combination, self.axes);
                    copies.iter().map(move |&copy| (copy, output)).collect::<Vec<_>>()
                };
                wires.iter().flat_map(of_need).collect()
            };
            let wires = ports.iter().map(wires).collect();
            let coordinates = combination.own();
            let name = self.name(family, &coordinates);
            Copy { name, family, coordinates, wires }
        };
        let made: Vec<Copy> = kept.into_iter().map(copy).collect();
        (!self.report_emptied(&made, findings)).then_some(made)
    }

    /// Ports that are left with nothing by what is excluded elsewhere; whether there are some.
    fn report_emptied(&self, made: &[Copy], findings: &mut Findings) -> bool {
        for copy in made {
            let ports = &self.ports[self.families.list[copy.family].declared];
            let ports = ports.iter().flat_map(|ports| &ports.inputs);
            let needed = self.wires[copy.family].iter().flatten();
            for (port, (wires, needed)) in ports.zip(copy.wires.iter().zip(needed)) {
                if let (true, Some(&(need, _))) = (wires.is_empty(), needed.first()) {
                    let need = &self.needs[copy.family].list[need];
                    findings.push(
                        Diagnostic::error(format!(
                            "no copy of `{}` is at the coordinates of `{}`",
                            self.families.list[need.family].name, copy.name
                        ))
                        .label(need.span, format!("nothing is left for the input `{}`", port.name)),
                    );
                    return true;
                }
            }
        }
        false
    }

    /// The copies that a need names.
    fn candidates(&self, need: &Need, known: &Copies, findings: &mut Findings) -> Option<Vec<usize>> {
        let all = known.of_family[need.family].as_ref()?;
        let Some(only) = &need.only else { return Some(all.clone()) };
        let name = &self.families.list[need.family].name;
        let wanted: Vec<&str> = only.split(',').collect();
        let is_meant = |copy: &Copy| {
            let texts: Vec<String> = copy.coordinates.iter().map(|&at| self.text(at)).collect();
            copy.name == format!("{name}/{only}") || wanted.iter().all(|part| texts.iter().any(|text| text == part))
        };
        let meant: Vec<usize> = all.iter().copied().filter(|&copy| is_meant(&known.list[copy])).collect();
        if meant.is_empty() {
            let names = || all.iter().map(|&copy| known.list[copy].name.as_str());
            let full = format!("{name}/{only}");
            let has_copies = all.len() > 1 || known.list[all[0]].name != *name;
            let help = if has_copies {
                findings.did_you_mean(&full, names()).unwrap_or_else(|| {
                    let names: Vec<String> = names().take(20).map(|name| format!("`{name}`")).collect();
                    format!("its copies are {}", names.join(", "))
                })
            } else {
                format!("it has no copies: need `{name}`")
            };
            findings.push(
                Diagnostic::error(format!("`{name}` has no copy with `{only}`"))
                    .label(need.span, "unknown stage")
                    .help(help),
            );
            return None;
        }
        Some(meant)
    }

    /// Each combination with each of the family's own.
    fn multiply(
        &self,
        family: usize,
        combinations: Vec<Combination>,
        findings: &mut Findings,
    ) -> Option<Vec<Combination>> {
        let declared = self.families.list[family].declared;
        let mut product = combinations;
        for &axis in &self.axes.of_declared[declared].axes {
            let own = &self.axes.list[axis];
            let inherited = product.first().into_iter().flat_map(|combination| &combination.coordinates);
            if let Some(twin) = inherited.map(|at| &self.axes.list[at.axis]).find(|known| known.name == own.name) {
                let (name, stage) = (&own.name, self.stages[twin.declared].name);
                let help = if own.sets == Sets::Always {
                    format!(
                        "remove `seeds` and write `with: {{ {name}: \"${{matrix.{name}}}\" }}`: it has a copy for each"
                    )
                } else {
                    format!("give it another name, or use `${{matrix.{name}}}` of `{stage}`: it has a copy for each")
                };
                findings.push(
                    Diagnostic::error(format!(
                        "`{}` has the axis `{name}` already, from `{stage}`",
                        self.stages[declared].name
                    ))
                    .label(own.span, "a second one")
                    .label(twin.span, format!("`{stage}` has it here"))
                    .help(help),
                );
                return None;
            }
            if product.len().saturating_mul(own.values.len()) > MAX_STAGES {
                findings.push(families::too_many(own.span));
                return None;
            }
            let with_each = |combination: Combination| {
                (0..own.values.len()).map(move |value| combination.with(Coordinate { axis, value }))
            };
            product = product.into_iter().flat_map(with_each).collect();
        }
        Some(product)
    }

    fn do_not_meet(&self, family: usize, needs: &[Need], need: usize) -> Diagnostic {
        let reader = &self.families.list[family].name;
        let mut problem = Diagnostic::error(format!(
            "`{reader}` cannot read `{}` at the coordinates of what else it reads",
            self.families.list[needs[need].family].name
        ));
        problem = problem.label(needs[need].span, "has no copy there");
        for other in needs[..need].iter().take(5) {
            let axes = self.axes_of(other.family);
            if !axes.is_empty() {
                problem = problem.label(other.span, format!("has the axes {axes}"));
            }
        }
        problem.help("copies meet where they have the same value on every axis that both have")
    }

    /// The axes that a family brings in by itself, in words.
    fn axes_of(&self, family: usize) -> String {
        let own = &self.axes.of_declared[self.families.list[family].declared];
        own.axes.iter().map(|&axis| format!("`{}`", self.axes.list[axis].name)).collect::<Vec<_>>().join(", ")
    }

    /// A coordinate as in names.
    fn text(&self, at: Coordinate) -> String {
        let axis = &self.axes.list[at.axis];
        format!("{}={}", axis.name, axis.values[at.value].text)
    }

    fn name(&self, family: usize, coordinates: &[Coordinate]) -> String {
        let family = &self.families.list[family].name;
        if coordinates.is_empty() {
            return family.clone();
        }
        let texts: Vec<String> = coordinates.iter().map(|&at| self.text(at)).collect();
        let name = format!("{family}/{}", texts.join(","));
        if name.len() <= LONGEST_NAME {
            return name;
        }
        let digest = Digest::of(name.as_bytes()).short();
        format!("{}~{digest}", &name[..LONGEST_NAME - 1 - digest.len()])
    }

    /// The coordinates as readers see them.
    pub(super) fn variant(&self, coordinates: &[Coordinate]) -> Variant {
        let value = |at: &Coordinate| {
            let axis = &self.axes.list[at.axis];
            (axis.name.clone(), axis.values[at.value].value.clone())
        };
        coordinates.iter().map(value).collect()
    }
}
