//! `matrix` and `seeds`: the axes that stages bring in.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::families::{self, MAX_STAGES};
use crate::engine::registry::StageKind;
use crate::engine::spec::{
    Coordinates, Diagnostic, Entry, ExcludeSpec, Findings, MatrixSpec, Node, NodeKind, Params, Span, StageSpec,
    mentioned_axes,
};
use crate::engine::variant::{canonical, value_in_name};

/// The parameter that `seeds` counts through, and the name of its axis.
const SEED: &str = "seed";

/// An axis and its values.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) name: String,
    /// Where the file names it.
    pub(super) span: Span,
    /// Which of the file's stages it belongs to.
    pub(super) declared: usize,
    pub(super) values: Vec<AxisValue>,
    pub(super) sets: Sets,
}

/// Whether a stage's own axis becomes the parameter of its name without being mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sets {
    /// No: the stage uses it as `${matrix.…}`, or has no such parameter.
    Nothing,
    /// If the parameter is not given.
    Absent,
    /// Whatever is given.
    Always,
}

/// One value of an axis.
#[derive(Debug)]
pub(super) struct AxisValue {
    /// As it is written.
    pub(super) node: Node,
    /// Such that equal ones are equal.
    pub(super) value: Value,
    /// As it stands in names.
    pub(super) text: String,
}

/// Combinations that are left out.
#[derive(Debug)]
pub(super) struct Exclude {
    pub(super) span: Span,
    /// Axis, where it stands, and the value's text.
    pub(super) values: Vec<(String, Span, String)>,
}

/// The axes of one of the file's stages.
#[derive(Debug, Default)]
pub(super) struct OwnAxes {
    /// Places in [`Axes::list`].
    pub(super) axes: Vec<usize>,
    pub(super) excludes: Vec<Exclude>,
    /// The axes that its values mention, its own or others.
    pub(super) mentioned: BTreeSet<String>,
    /// Whether something about them was reported, so that its copies are not known.
    pub(super) refused: bool,
}

/// All axes.
#[derive(Debug, Default)]
pub(super) struct Axes {
    pub(super) list: Vec<Axis>,
    pub(super) of_declared: Vec<OwnAxes>,
}

impl Axes {
    /// Reads the axes of all stages.
    pub(super) fn read(
        stages: &[StageSpec<'_>],
        kinds: &[Option<&StageKind>],
        params: &mut Params<'_>,
        findings: &mut Findings,
    ) -> Self {
        let mut axes = Self::default();
        for (declared, (stage, kind)) in stages.iter().zip(kinds).enumerate() {
            let own = axes.read_own(declared, stage, *kind, params, findings);
            axes.of_declared.push(own);
        }
        axes
    }

    fn read_own(
        &mut self,
        declared: usize,
        stage: &StageSpec<'_>,
        kind: Option<&StageKind>,
        params: &mut Params<'_>,
        findings: &mut Findings,
    ) -> OwnAxes {
        let errors = findings.errors();
        let mut own = OwnAxes::default();
        let said = [
            stage.with.map(|with| &with.value),
            stage.resources,
            stage.frozen,
            stage.expect.map(|expect| &expect.value),
        ];
        for node in said.into_iter().flatten() {
            mentioned_axes(node, &mut own.mentioned);
        }
        let matrix = stage.matrix.map(|entry| {
            let node = params.apply(&entry.value, Coordinates::Nowhere, findings);
            MatrixSpec::read(entry.key_span, &node, findings)
        });
        own.refused = matches!(matrix, Some(None));
        let matrix = matrix.flatten().unwrap_or_default();
        for axis in matrix.axes {
            let name_span = axis.name_span;
            let values = values(&axis.name, axis.values, findings);
            let is_parameter = kind.is_some_and(|kind| kind.parameters.property(&axis.name).is_some());
            let sets = if own.mentioned.contains(&axis.name) || !is_parameter { Sets::Nothing } else { Sets::Absent };
            own.axes.push(self.list.len());
            self.list.push(Axis { name: axis.name, span: name_span, declared, values, sets });
        }
        if let Some(seeds) = stage.seeds {
            let twin = own.axes.iter().map(|&axis| &self.list[axis]).find(|axis| axis.name == SEED);
            if let Some(axis) = twin {
                findings.push(
                    Diagnostic::error("`seeds` and `matrix` both give the axis `seed` its values")
                        .label(seeds.key_span, "")
                        .label(axis.span, "here, too")
                        .help("remove one of them"),
                );
            } else if let Some(values) = seed_values(stage, seeds, kind, params, findings) {
                own.axes.push(self.list.len());
                let name = SEED.to_owned();
                self.list.push(Axis { name, span: seeds.key_span, declared, values, sets: Sets::Always });
            }
        }
        own.excludes = matrix.excludes.into_iter().map(exclude).collect();
        let product = own.axes.iter().map(|&axis| self.list[axis].values.len()).try_fold(1, usize::checked_mul);
        if product.is_none_or(|product| product > MAX_STAGES) {
            let key = stage.matrix.or(stage.seeds).map_or(stage.name_span, |entry| entry.key_span);
            findings.push(families::too_many(key));
        }
        own.refused |= findings.errors() > errors;
        own
    }
}

/// The values of an axis; two equal ones are reported.
fn values(axis: &str, nodes: Vec<Node>, findings: &mut Findings) -> Vec<AxisValue> {
    let mut known: HashMap<String, Span> = HashMap::new();
    let mut values = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(value) = axis_value(node, findings) else { continue };
        let span = value.node.place();
        if let Some(first) = known.get(&value.text) {
            findings.push(
                Diagnostic::error(format!("the axis `{axis}` lists {} twice", value.node.in_words()))
                    .label(span, "again here")
                    .label(*first, "first here")
                    .help("remove one of them"),
            );
        } else {
            known.insert(value.text.clone(), span);
            values.push(value);
        }
    }
    values
}

fn axis_value(node: Node, findings: &mut Findings) -> Option<AxisValue> {
    let mut refused = Vec::new();
    let value = canonical(node.to_json(&mut Vec::new(), &mut refused));
    if !refused.is_empty() {
        findings.push(
            Diagnostic::error("the values of an axis must be finite numbers, texts, truth values, or lists of them")
                .label(node.place(), ""),
        );
        return None;
    }
    Some(AxisValue { text: value_in_name(&value), node, value })
}

fn exclude(spec: ExcludeSpec) -> Exclude {
    let value = |entry: Entry| {
        let value = canonical(entry.value.to_json(&mut Vec::new(), &mut Vec::new()));
        (entry.key, entry.key_span, value_in_name(&value))
    };
    Exclude { span: spec.span, values: spec.values.into_iter().map(value).collect() }
}

/// `seeds: 5`: the stage's seed and the four after it.
fn seed_values(
    stage: &StageSpec<'_>,
    seeds: &Entry,
    kind: Option<&StageKind>,
    params: &mut Params<'_>,
    findings: &mut Findings,
) -> Option<Vec<AxisValue>> {
    let count = params.apply(&seeds.value, Coordinates::Nowhere, findings);
    if matches!(count.kind, NodeKind::Refused) {
        return None;
    }
    let whole = |node: &Node| if let NodeKind::Number(number, _) = &node.kind { number.as_u64() } else { None };
    let Some(n) = whole(&count).filter(|n| (1..=MAX_STAGES as u64).contains(n)) else {
        findings.push(
            Diagnostic::error(format!("`seeds` must be a whole number from 1 up, not {}", count.in_words()))
                .label(count.place(), "")
                .help("say how many seeds there should be: `seeds: 5`"),
        );
        return None;
    };
    let kind = kind?;
    if kind.parameters.property(SEED).is_none() {
        findings.push(
            Diagnostic::error(format!("`{}` has no parameter `{SEED}`", kind.name))
                .label(seeds.key_span, "so it has no seeds")
                .help("remove it: with equal parameters and inputs the result is the same"),
        );
        return None;
    }
    let unknown = Coordinates::Of { stage: stage.name, values: &[], is_complete: false };
    let with = stage.with.map(|with| params.apply(&with.value, unknown, findings));
    let given = with.as_ref().and_then(|with| with.entry(SEED)).map(|entry| &entry.value);
    let first = match given {
        Some(node) => whole(node),
        None => default_seed(kind, with.as_ref()),
    };
    let Some(first) = first.filter(|first| first.checked_add(n).is_some()) else {
        let raw = stage.with.and_then(|with| with.value.entry(SEED));
        // What it was refused for was reported, unless it was the matrix itself.
        let is_reported = given.is_some_and(Node::holds_refused)
            && raw.is_some_and(|entry| {
                let mut axes = BTreeSet::new();
                mentioned_axes(&entry.value, &mut axes);
                axes.is_empty()
            });
        if !is_reported {
            let place = raw.map_or(seeds.key_span, |entry| entry.value.place());
            findings.push(
                Diagnostic::error("`seeds` counts up from `seed`, which must be a whole number")
                    .label(place, "")
                    .help("give the first one: `with: { seed: 42 }`"),
            );
        }
        return None;
    };
    let value = |seed: u64| {
        let node = Node::new(count.span, NodeKind::Number(seed.into(), seed.to_string()));
        axis_value(Node { used_at: count.used_at.clone(), ..node }, findings)
    };
    (first..first + n).map(value).collect()
}

/// The seed of a stage that is not given one.
fn default_seed(kind: &StageKind, with: Option<&Node>) -> Option<u64> {
    let given = with.map_or(Value::Null, |with| with.to_json(&mut Vec::new(), &mut Vec::new()));
    let given = if given.is_object() { given } else { Value::Object(serde_json::Map::new()) };
    let all = kind.canonical(given).ok();
    let default = kind.parameters.property(SEED).and_then(|property| property.get("default"));
    all.as_ref().and_then(|all| all.get(SEED)).or(default).and_then(Value::as_u64)
}
