//! A part of a plan: some stages and all they need.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;
use petgraph::Direction;
use wildmatch::WildMatch;

use super::plan::{Plan, PlannedStage, StageIndex};
use super::spec::{Diagnostic, Diagnostics, Findings, SourceId, SourceText, Span};

/// What a stage may be called.
fn names(stage: &PlannedStage) -> [&str; 3] {
    [&stage.declared, &stage.family, &stage.name]
}

/// A pattern, and its parts if it names coordinates: `train-*/seed=1`.
struct Pattern {
    whole: WildMatch,
    at: Option<(WildMatch, Vec<WildMatch>)>,
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        let at = pattern.rsplit_once('/').filter(|(_, at)| at.contains('='));
        let at = at.map(|(stage, at)| (WildMatch::new(stage), at.split(',').map(WildMatch::new).collect()));
        Self { whole: WildMatch::new(pattern), at }
    }

    fn matches(&self, stage: &PlannedStage) -> bool {
        let is_there = |(of, at): &(WildMatch, Vec<WildMatch>)| {
            let coordinates = stage.variant.to_string();
            (of.matches(&stage.family) || of.matches(&stage.declared))
                && at.iter().all(|wanted| coordinates.split(',').any(|coordinate| wanted.matches(coordinate)))
        };
        names(stage).iter().any(|name| self.whole.matches(name)) || self.at.as_ref().is_some_and(is_there)
    }
}

/// Which stages of a plan are wanted: patterns as in [`Plan::select`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// These.
    pub stages: Vec<String>,
    /// These and all that need them. Without these and the above, all stages are wanted.
    pub downstream: Vec<String>,
    /// None behind these.
    pub until: Vec<String>,
}

impl Plan {
    /// The stages that the patterns name: a stage's name, the name of a stage with copies (all of them), that of a copy
    /// with combinations (all of these), or a glob with `*` and `?` over any of them; with coordinates (`train-*/seed=1`)
    /// only the copies there. In topological order, each once.
    pub fn select<S: AsRef<str>>(&self, patterns: &[S]) -> Result<Vec<StageIndex>, Diagnostics> {
        let mut findings = Findings::default();
        let mut sources = vec![self.source().clone()];
        let mut selected = BTreeSet::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let wanted = Pattern::new(pattern);
            let found: Vec<StageIndex> =
                self.stages().filter(|(_, stage)| wanted.matches(stage)).map(|(index, _)| index).collect();
            if found.is_empty() {
                let source = SourceId(sources.len());
                sources.push(SourceText::new("command line", pattern));
                let known: IndexSet<&str> = self.stages().flat_map(|(_, stage)| names(stage)).collect();
                let help = findings.did_you_mean(pattern, known.iter().copied()).unwrap_or_else(|| {
                    let mut known = BTreeSet::new();
                    let declared = self.stages().map(|(_, stage)| stage.declared.as_str());
                    let all: Vec<String> =
                        declared.filter(|name| known.insert(*name)).take(20).map(|name| format!("`{name}`")).collect();
                    format!("the stages are {}", all.join(", "))
                });
                let what = if pattern.contains(['*', '?']) { "no stage has a name like" } else { "there is no stage" };
                findings.push(
                    Diagnostic::error(format!("{what} `{pattern}`"))
                        .label(Span::new(source, 0, pattern.len()), "")
                        .help(help),
                );
            }
            selected.extend(found);
        }
        if findings.has_errors() { Err(findings.into_diagnostics(sources)) } else { Ok(selected.into_iter().collect()) }
    }

    /// The plan of only these stages (patterns as in [`Self::select`]) and all they need.
    pub fn only<S: AsRef<str>>(&self, patterns: &[S]) -> Result<Self, Diagnostics> {
        Ok(self.part(&self.reach(self.select(patterns)?, Direction::Incoming)))
    }

    /// The plan of what was chosen, and all that it needs.
    pub fn choose(&self, choice: &Choice) -> Result<Self, Diagnostics> {
        let mut wanted: BTreeSet<StageIndex> = self.select(&choice.stages)?.into_iter().collect();
        wanted.extend(self.reach(self.select(&choice.downstream)?, Direction::Outgoing));
        if choice.stages.is_empty() && choice.downstream.is_empty() {
            wanted = self.stages().map(|(index, _)| index).collect();
        }
        // Of several last stages, one may need another.
        let last = self.select(&choice.until)?;
        let behind: BTreeSet<StageIndex> = last.iter().flat_map(|&stage| self.descendants_of(stage)).collect();
        wanted.retain(|stage| !behind.contains(stage) || last.contains(stage));
        Ok(self.part(&self.reach(wanted, Direction::Incoming)))
    }

    /// The plan of these stages, which need no others.
    fn part(&self, kept: &BTreeSet<StageIndex>) -> Self {
        let position: HashMap<StageIndex, StageIndex> =
            kept.iter().enumerate().map(|(new, &old)| (old, StageIndex::new(new))).collect();
        let stage = |&old: &StageIndex| {
            let mut stage = self[old].clone();
            for wire in stage.inputs.iter_mut().flat_map(|input| &mut input.wires) {
                wire.stage = position[&wire.stage];
            }
            stage
        };
        Self::new(
            self.name.clone(),
            self.description.clone(),
            self.source.clone(),
            kept.iter().map(stage).collect(),
            self.warnings.clone(),
        )
    }
}
