//! The pipeline file's own form: which keys there are and what they hold.

use std::collections::HashMap;

use super::diagnostic::Diagnostic;
use super::fields::{Fields, literal_text};
use super::findings::Findings;
use super::node::{Entry, Node, NodeKind, brief};
use super::source::Span;

/// What may be said of a stage.
const KEYS: [&str; 9] = ["uses", "needs", "with", "each", "matrix", "seeds", "frozen", "expect", "resources"];
/// The longest name of a stage.
const MAX_NAME: usize = 100;

/// What a pipeline file says.
#[derive(Debug)]
pub(in crate::engine) struct PipelineSpec<'n> {
    pub(in crate::engine) name: String,
    pub(in crate::engine) description: Option<&'n Node>,
    pub(in crate::engine) params: &'n [Entry],
    pub(in crate::engine) stages: Vec<StageSpec<'n>>,
}

/// What it says of one stage.
#[derive(Debug)]
pub(in crate::engine) struct StageSpec<'n> {
    pub(in crate::engine) name: &'n str,
    pub(in crate::engine) name_span: Span,
    pub(in crate::engine) uses: Option<(String, Span)>,
    pub(in crate::engine) needs: Vec<(String, Span)>,
    /// Whether something is wrong with `needs`, so that what is missing there is not missed again.
    pub(in crate::engine) needs_refused: bool,
    /// The patterns of `each`; empty if it is not said.
    pub(in crate::engine) each: Vec<(String, Span)>,
    pub(in crate::engine) each_refused: bool,
    pub(in crate::engine) matrix: Option<&'n Entry>,
    pub(in crate::engine) seeds: Option<&'n Entry>,
    pub(in crate::engine) with: Option<&'n Entry>,
    pub(in crate::engine) frozen: Option<&'n Node>,
    pub(in crate::engine) expect: Option<&'n Entry>,
    pub(in crate::engine) resources: Option<&'n Node>,
}

impl<'n> PipelineSpec<'n> {
    /// Reads the tree of a pipeline file; `None` if it is no mapping.
    pub(in crate::engine) fn read(root: &'n Node, findings: &mut Findings) -> Option<Self> {
        let fields = Fields::of(root, "a pipeline", &["name", "description", "params", "stages"], findings)?;
        let start = Span::new(root.span.source, root.span.start, root.span.start);
        let mut missing = |key: &str, help: &str| {
            let problem = Diagnostic::error(format!("the pipeline has no `{key}`"));
            findings.push(problem.label(start, "expected in this mapping").help(help));
        };
        if fields.find("name").is_none() {
            missing("name", "name it: `name: my-comparison`");
        }
        if fields.find("stages").is_none() {
            missing("stages", "list what is to be done under `stages:`");
        }
        let name = fields.find("name").and_then(|entry| pipeline_name(&entry.value, findings));
        let params = fields.find("params").map_or(&[][..], |entry| params(entry, findings));
        let stages = fields.find("stages").map(|entry| stages(entry, findings)).unwrap_or_default();
        let description = fields.find("description").map(|entry| &entry.value);
        Some(Self { name: name.unwrap_or_default(), description, params, stages })
    }
}

fn pipeline_name(node: &Node, findings: &mut Findings) -> Option<String> {
    let (name, span) = literal_text(node, "`name`", findings)?;
    if !is_stage_name(&name) {
        findings.push(unusable_name("pipeline", &name, span));
        return None;
    }
    Some(name)
}

fn params<'n>(entry: &'n Entry, findings: &mut Findings) -> &'n [Entry] {
    match &entry.value.kind {
        NodeKind::Mapping(params) => params,
        NodeKind::Null => &[],
        _ => {
            findings.push(
                Diagnostic::error(format!("`params` must be a mapping, not {}", entry.value.in_words()))
                    .label(entry.value.place(), "")
                    .help("give each parameter its default: `seed: 42`"),
            );
            &[]
        }
    }
}

fn stages<'n>(entry: &'n Entry, findings: &mut Findings) -> Vec<StageSpec<'n>> {
    let NodeKind::Mapping(stages) = &entry.value.kind else {
        findings.push(
            Diagnostic::error(format!("`stages` must be a mapping of names to stages, not {}", entry.value.in_words()))
                .label(entry.value.place(), "")
                .help("write each stage under its name: `split: { uses: …, needs: … }`"),
        );
        return Vec::new();
    };
    if stages.is_empty() {
        findings.push(Diagnostic::error("the pipeline has no stages").label(entry.value.place(), ""));
    }
    stages.iter().map(|stage| StageSpec::read(stage, findings)).collect()
}

impl<'n> StageSpec<'n> {
    fn read(entry: &'n Entry, findings: &mut Findings) -> Self {
        let mut stage = Self {
            name: &entry.key,
            name_span: entry.key_span,
            uses: None,
            needs: Vec::new(),
            needs_refused: false,
            each: Vec::new(),
            each_refused: false,
            matrix: None,
            seeds: None,
            with: None,
            frozen: None,
            expect: None,
            resources: None,
        };
        if !is_stage_name(&entry.key) {
            findings.push(unusable_name("stage", &entry.key, entry.key_span));
        }
        let what = format!("the stage `{}`", brief(&entry.key));
        let Some(fields) = Fields::of(&entry.value, &what, &KEYS, findings) else {
            stage.needs_refused = true;
            return stage;
        };
        match fields.find("uses") {
            Some(uses) => stage.uses = literal_text(&uses.value, "`uses`", findings),
            None => findings.push(
                Diagnostic::error(format!("{what} does not say what it `uses`"))
                    .label(entry.key_span, "this stage")
                    .help("name its kind: `uses: …`"),
            ),
        }
        if let Some(needs) = fields.find("needs") {
            stage.read_needs(&needs.value, findings);
        }
        if let Some(each) = fields.find("each") {
            stage.read_each(&each.value, findings);
        }
        stage.matrix = fields.find("matrix");
        stage.seeds = fields.find("seeds");
        stage.with = fields.find("with");
        stage.frozen = fields.find("frozen").map(|frozen| &frozen.value);
        stage.expect = fields.find("expect");
        stage.resources = fields.find("resources").map(|resources| &resources.value);
        stage
    }

    fn read_each(&mut self, node: &Node, findings: &mut Findings) {
        for item in one_or_more(node) {
            match literal_text(item, "`each`", findings) {
                Some(pattern) => self.each.push(pattern),
                None => self.each_refused = true,
            }
        }
        if self.each.is_empty() && !self.each_refused {
            findings.push(
                Diagnostic::error("`each` lists no pattern")
                    .label(node.place(), "")
                    .help("name the stages to make copies for: `each: train-*`"),
            );
            self.each_refused = true;
        }
    }

    fn read_needs(&mut self, node: &Node, findings: &mut Findings) {
        let items = one_or_more(node);
        let mut known: HashMap<String, Span> = HashMap::new();
        for item in items {
            let Some((name, span)) = literal_text(item, "a stage in `needs`", findings) else {
                self.needs_refused = true;
                continue;
            };
            if let Some(first) = known.get(&name) {
                findings.push(
                    Diagnostic::error(format!("`{}` needs `{}` twice", brief(self.name), brief(&name)))
                        .label(span, "again here")
                        .label(*first, "first here"),
                );
            } else {
                known.insert(name.clone(), span);
                self.needs.push((name, span));
            }
        }
    }
}

/// The items of a list, or the node itself.
fn one_or_more(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

fn is_stage_name(name: &str) -> bool {
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| usable(c) && !matches!(c, '-' | '_'))
        && name.chars().all(usable)
}

fn unusable_name(what: &str, name: &str, span: Span) -> Diagnostic {
    let slug: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map(str::to_ascii_lowercase)
        .filter(|part| !part.is_empty())
        .collect();
    let slug = slug.join("-");
    let example = if is_stage_name(&slug) { format!("; for example `{slug}`") } else { String::new() };
    Diagnostic::error(format!("`{}` cannot be the name of a {what}", brief(name))).label(span, "").help(format!(
        "at most {MAX_NAME} lower-case letters, digits, `-` and `_`, and first a letter or a digit{example}"
    ))
}
