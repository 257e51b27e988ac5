//! Which instances each instance reads.

use std::collections::HashSet;

use super::copies::Instances;
use crate::engine::spec::{Diagnostic, Findings, Span, StageSpec};

/// More cannot be meant, and would take long.
const MAX_NEEDS: usize = 200_000;

/// An instance that another one reads, and where the file says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) instance: usize,
    pub(super) span: Span,
}

/// What each instance reads: `needs` in order, then what a copy is for; and whether something in it was refused.
pub(super) fn resolve(
    stages: &[StageSpec<'_>],
    instances: &Instances,
    findings: &mut Findings,
) -> Vec<(Vec<Need>, bool)> {
    let declared: Vec<(Vec<Need>, bool)> =
        (0..stages.len()).map(|own| of_declared(stages, own, instances, findings)).collect();
    let mut total = 0;
    let mut all = Vec::with_capacity(instances.list.len());
    for instance in &instances.list {
        let (needs, mut refused) = declared[instance.declared].clone();
        let mut needs = needs;
        if let Some((matched, span)) = instance.matched {
            match instances.of_declared[matched].first() {
                Some(&matched) if needs.iter().all(|need| need.instance != matched) => {
                    needs.push(Need { instance: matched, span });
                }
                Some(_) => {}
                None => refused = true,
            }
        }
        total += needs.len();
        if total > MAX_NEEDS {
            findings.push(
                Diagnostic::error(format!("the stages need each other in more than {MAX_NEEDS} ways"))
                    .label(stages[instance.declared].name_span, "counted up to here"),
            );
            all.resize(instances.list.len(), (Vec::new(), true));
            break;
        }
        all.push((needs, refused));
    }
    all
}

fn of_declared(
    stages: &[StageSpec<'_>],
    own: usize,
    instances: &Instances,
    findings: &mut Findings,
) -> (Vec<Need>, bool) {
    let mut needs: Vec<Need> = Vec::new();
    let mut known: HashSet<usize> = HashSet::new();
    let mut refused = stages[own].needs_refused || stages[own].each_refused;
    for (name, span) in &stages[own].needs {
        let span = *span;
        let (base, copy) = name.split_once('/').map_or((name.as_str(), None), |(base, copy)| (base, Some(copy)));
        let Some(&base_index) = instances.declared_names.get(base) else {
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
        let of_base = &instances.of_declared[base_index];
        // Copies that could not be made were reported where their pattern stands.
        refused |= of_base.is_empty();
        let Some(copy) = copy else {
            let new = of_base.iter().copied().filter(|&instance| known.insert(instance));
            needs.extend(new.map(|instance| Need { instance, span }));
            continue;
        };
        if let Some(&instance) = of_base.iter().find(|&&instance| instances.list[instance].name == *name) {
            if known.insert(instance) {
                needs.push(Need { instance, span });
            }
        } else if !of_base.is_empty() {
            let copies = of_base.iter().map(|&instance| instances.list[instance].name.as_str());
            let problem = if stages[base_index].each.is_none() {
                Diagnostic::error(format!("`{base}` has no copies, so there is no `{name}`"))
                    .help(format!("need `{base}`"))
            } else {
                Diagnostic::error(format!("`{base}` has no copy for `{copy}`"))
                    .maybe_help(findings.did_you_mean(name, copies))
            };
            findings.push(problem.label(span, "unknown stage"));
            refused = true;
        }
    }
    (needs, refused)
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
