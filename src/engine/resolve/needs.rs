//! Which families each family reads.

use std::collections::HashMap;

use super::families::Families;
use crate::engine::spec::{Diagnostic, Findings, Span, StageSpec};

/// More cannot be meant, and would take long.
pub(super) const MAX_NEEDS: usize = 200_000;

/// A family that another one reads, and where the file says so.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub(super) family: usize,
    /// Only the copies of which the file writes these coordinates: `lambda=200`.
    pub(super) only: Option<String>,
    pub(super) span: Span,
}

/// What a family reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    /// `needs` in order, then what a copy is for.
    pub(super) list: Vec<Need>,
    /// Whether something in it was refused.
    pub(super) refused: bool,
}

impl Needs {
    /// The families, each once.
    pub(super) fn families(&self) -> Vec<usize> {
        let mut families: Vec<usize> = self.list.iter().map(|need| need.family).collect();
        families.sort_unstable();
        families.dedup();
        families
    }
}

/// What each family reads.
pub(super) fn resolve(stages: &[StageSpec<'_>], families: &Families, findings: &mut Findings) -> Vec<Needs> {
    let declared: Vec<Needs> = (0..stages.len()).map(|own| of_declared(stages, own, families, findings)).collect();
    let mut total = 0;
    let mut all = Vec::with_capacity(families.list.len());
    for family in &families.list {
        let mut needs = declared[family.declared].clone();
        if let Some((matched, span)) = family.matched {
            match families.of_declared[matched].first() {
                Some(&matched) if needs.list.iter().all(|need| need.family != matched) => {
                    needs.list.push(Need { family: matched, only: None, span });
                }
                Some(_) => {}
                None => needs.refused = true,
            }
        }
        total += needs.list.len();
        if total > MAX_NEEDS {
            findings.push(too_many(stages[family.declared].name_span));
            all.resize(families.list.len(), Needs { list: Vec::new(), refused: true });
            break;
        }
        all.push(needs);
    }
    all
}

/// There are more needs than there may be.
pub(super) fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(format!("the stages need each other in more than {MAX_NEEDS} ways"))
        .label(span, "counted up to here")
}

fn of_declared(stages: &[StageSpec<'_>], own: usize, families: &Families, findings: &mut Findings) -> Needs {
    let mut needs: Vec<Need> = Vec::new();
    // A family with the coordinates asked for; all its copies hold each of them.
    let mut known: HashMap<usize, Vec<Option<String>>> = HashMap::new();
    let mut refused = stages[own].needs_refused || stages[own].each_refused;
    for (name, span) in &stages[own].needs {
        let span = *span;
        let (base, copy) = name.split_once('/').map_or((name.as_str(), None), |(base, copy)| (base, Some(copy)));
        let Some(&base_index) = families.declared_names.get(base) else {
            findings.push(unknown(name, base, span, stages, own, findings));
            refused = true;
            continue;
        };
        if base_index == own {
            findings.push(
                Diagnostic::error(format!("`{base}` needs itself")).label(span, "").help("remove it from `needs`"),
            );
            refused = true;
            continue;
        }
        let of_base = &families.of_declared[base_index];
        // Copies that could not be made were reported where their pattern stands.
        refused |= of_base.is_empty();
        let (family, only) = parts(name);
        let wanted: Vec<usize> = match family {
            None => of_base.clone(),
            Some(family) => {
                of_base.iter().copied().filter(|&index| families.list[index].name == family).take(1).collect()
            }
        };
        if wanted.is_empty() && !of_base.is_empty() {
            let copies = of_base.iter().map(|&family| families.list[family].name.as_str());
            let problem = if stages[base_index].each.is_empty() {
                Diagnostic::error(format!("`{base}` has no copies, so there is no `{name}`"))
                    .help(format!("need `{base}`"))
            } else {
                Diagnostic::error(format!("`{base}` has no copy for `{}`", copy.unwrap_or_default()))
                    .maybe_help(findings.did_you_mean(name, copies))
            };
            findings.push(problem.label(span, "unknown stage"));
            refused = true;
        }
        for family in wanted {
            let known = known.entry(family).or_default();
            if !known.contains(&None) && !known.contains(&only) {
                known.push(only.clone());
                if only.is_none() {
                    needs.retain(|need| need.family != family);
                }
                needs.push(Need { family, only: only.clone(), span });
            }
        }
    }
    Needs { list: needs, refused }
}

/// What a name in `needs` names: the family, if it is one copy of `each`, and coordinates.
fn parts(name: &str) -> (Option<&str>, Option<String>) {
    let (family, only) = match name.rsplit_once('/') {
        Some((family, only)) if only.contains('=') => (family, Some(only.to_owned())),
        _ => (name, None),
    };
    (family.contains('/').then_some(family), only)
}

fn unknown(
    name: &str,
    base: &str,
    span: Span,
    stages: &[StageSpec<'_>],
    own: usize,
    findings: &Findings,
) -> Diagnostic {
    let others = || stages.iter().map(|stage| stage.name).filter(|other| *other != stages[own].name);
    let help = if base.contains(['*', '?']) {
        Some("patterns work in `each`; `needs` lists stages by name".to_owned())
    } else {
        findings.did_you_mean(base, others()).or_else(|| {
            let names: Vec<String> = others().take(20).map(|other| format!("`{other}`")).collect();
            (!names.is_empty()).then(|| format!("the other stages are {}", names.join(", ")))
        })
    };
    Diagnostic::error(format!("there is no stage `{name}`")).label(span, "unknown stage").maybe_help(help)
}
