//! `each`: one copy of a stage for every stage that a pattern matches.
//!
//! A family is what the file's stages come to before their matrices: a stage, or its copy for another one. Families need
//! families; all copies of a family have the same axes.

use std::collections::{BTreeMap, HashMap};

use wildmatch::WildMatch;

use crate::engine::spec::{Diagnostic, Findings, Span, StageSpec, closest};

/// More would not be a pipeline that anybody can read.
pub(super) const MAX_STAGES: usize = 10_000;

/// A stage of the file, or its copy for another one.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// `evaluate`, or for a copy `evaluate/train-ease`.
    pub(super) name: String,
    /// Which of the file's stages.
    pub(super) declared: usize,
    /// For a copy: which of the file's stages it is for, and where the pattern stands.
    pub(super) matched: Option<(usize, Span)>,
}

/// All families in the order of the file, copies in the order of the stages they are for.
#[derive(Debug, Default)]
pub(super) struct Families {
    pub(super) list: Vec<Family>,
    /// The families of each of the file's stages.
    pub(super) of_declared: Vec<Vec<usize>>,
    /// The file's stages by name.
    pub(super) declared_names: HashMap<String, usize>,
}

/// Finds the families.
pub(super) fn expand(stages: &[StageSpec<'_>], findings: &mut Findings) -> Families {
    let mut families = Families {
        declared_names: stages.iter().enumerate().map(|(index, stage)| (stage.name.to_owned(), index)).collect(),
        ..Families::default()
    };
    for (declared, stage) in stages.iter().enumerate() {
        let mut own = Vec::new();
        let mut add = |family: Family| {
            own.push(families.list.len());
            families.list.push(family);
        };
        if stage.each.is_empty() && !stage.each_refused {
            add(Family { name: stage.name.to_owned(), declared, matched: None });
        }
        let mut matched = BTreeMap::new();
        for (pattern, span) in &stage.each {
            for index in matches(stages, declared, pattern, *span, findings) {
                matched.entry(index).or_insert(*span);
            }
        }
        for (matched, span) in matched {
            let name = format!("{}/{}", stage.name, stages[matched].name);
            add(Family { name, declared, matched: Some((matched, span)) });
        }
        families.of_declared.push(own);
        if families.list.len() > MAX_STAGES {
            let span = stage.each.first().map_or(stage.name_span, |(_, span)| *span);
            findings.push(too_many(span));
            families.of_declared.resize(stages.len(), Vec::new());
            break;
        }
    }
    families
}

/// There are more stages than there may be.
pub(super) fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(format!("the pipeline has more than {MAX_STAGES} stages")).label(span, "counted up to here")
}

/// The file's stages that the pattern of the stage `own` matches.
fn matches(stages: &[StageSpec<'_>], own: usize, pattern: &str, span: Span, findings: &mut Findings) -> Vec<usize> {
    let name = stages[own].name;
    let glob = WildMatch::new(pattern);
    let matched: Vec<usize> = (0..stages.len()).filter(|&index| glob.matches(stages[index].name)).collect();
    if matched.is_empty() {
        let others = stages.iter().map(|stage| stage.name).filter(|other| *other != name);
        let help = similar_pattern(pattern, others.clone()).unwrap_or_else(|| {
            let names: Vec<String> = others.take(20).map(|other| format!("`{other}`")).collect();
            format!("`*` stands for any text; the other stages are {}", names.join(", "))
        });
        findings.push(
            Diagnostic::error(format!("no stage has a name like `{pattern}`"))
                .label(span, "matches nothing")
                .help(help),
        );
    }
    let errors = findings.errors();
    let narrower = "choose a pattern that matches only the stages to make copies for";
    if matched.contains(&own) {
        findings.push(
            Diagnostic::error(format!("the pattern `{pattern}` matches `{name}` itself"))
                .label(span, "")
                .label(stages[own].name_span, "this stage")
                .help(narrower),
        );
    }
    for &other in matched.iter().filter(|&&other| other != own && !stages[other].each.is_empty()) {
        findings.push(
            Diagnostic::error(format!(
                "the pattern `{pattern}` matches `{}`, which has copies itself",
                stages[other].name
            ))
            .label(span, "")
            .label(stages[other].name_span, "has `each`, too")
            .help(narrower),
        );
    }
    // Copies for some of what is matched would only lead to errors that nobody understands.
    if findings.errors() > errors { Vec::new() } else { matched }
}

/// For `tarin-*`: `train-*`, if there is a stage that this matches.
fn similar_pattern<'a>(pattern: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let stem = pattern.strip_suffix('*').unwrap_or(pattern);
    let length = stem.chars().count();
    let star = &pattern[stem.len()..];
    let stems: Vec<String> =
        names.map(|name| if star.is_empty() { name.to_owned() } else { name.chars().take(length).collect() }).collect();
    closest(stem, stems.iter().map(String::as_str)).map(|near| format!("did you mean `{near}{star}`?"))
}
