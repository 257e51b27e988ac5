//! `exclude`: combinations that are left out, and what is wrong with them.

use std::collections::BTreeSet;

use super::axes::{Axes, Exclude};
use super::combinations::Combination;
use super::copies::{Copies, Pattern};
use crate::engine::spec::{Diagnostic, Findings};

/// Whether an exclude leaves the combination out; which of them do is noted.
pub(super) fn is_excluded(axes: &Axes, combination: &Combination, excludes: &[Exclude], matched: &mut [bool]) -> bool {
    let is_at = |axis: &str, text: &str| {
        let mut coordinates = combination.coordinates.iter();
        coordinates.any(|&at| {
            let known = &axes.list[at.axis];
            known.name == axis && known.values[at.value].text == text
        })
    };
    let mut found = false;
    for (exclude, matched) in excludes.iter().zip(matched) {
        if exclude.values.iter().all(|(axis, _, text)| is_at(axis, text)) {
            *matched = true;
            found = true;
        }
    }
    found
}

/// Excludes that leave nothing out.
pub(super) fn report(
    pattern: &Pattern<'_>,
    declared: usize,
    matched: &[bool],
    copies: &Copies,
    findings: &mut Findings,
) {
    let families = &pattern.families.of_declared[declared];
    let Some(known) = families.iter().map(|&family| copies.of_family[family].as_ref()).collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let first = known.into_iter().filter_map(|copies_of| copies_of.first());
    let axes: BTreeSet<usize> = first.flat_map(|&copy| &copies.list[copy].coordinates).map(|at| at.axis).collect();
    let excludes = pattern.axes.of_declared[declared].excludes.iter();
    for (exclude, _) in excludes.zip(matched).filter(|(_, matched)| !**matched) {
        let before = findings.errors();
        for (name, span, text) in &exclude.values {
            let of_name = || axes.iter().map(|&axis| &pattern.axes.list[axis]).filter(|axis| axis.name == *name);
            let names = || axes.iter().map(|&axis| pattern.axes.list[axis].name.as_str());
            if of_name().next().is_none() {
                let names_in_words = || names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let help = findings
                    .did_you_mean(name, names())
                    .unwrap_or_else(|| format!("its axes are {}", names_in_words()));
                let stage = pattern.stages[declared].name;
                findings.push(
                    Diagnostic::error(format!("`{stage}` has no axis `{name}`"))
                        .label(*span, "unknown axis")
                        .help(help),
                );
            } else if !of_name().any(|axis| axis.values.iter().any(|value| value.text == *text)) {
                let values: Vec<String> = of_name()
                    .flat_map(|axis| axis.values.iter().take(20).map(|value| format!("`{}`", value.text)))
                    .collect();
                findings.push(
                    Diagnostic::error(format!("the axis `{name}` has no value `{text}`"))
                        .label(*span, "")
                        .help(format!("its values are {}", values.join(", "))),
                );
            }
        }
        if findings.errors() == before {
            findings.push(
                Diagnostic::error("this leaves out no combination: there is none like it").label(exclude.span, ""),
            );
        }
    }
}
