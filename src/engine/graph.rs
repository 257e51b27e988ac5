//! A plan as a drawing: columns of text, Mermaid, DOT.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plan::{Plan, StageIndex};

/// The form of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GraphFormat {
    /// Lines for a terminal: one a stage, below what it needs.
    Text,
    /// Mermaid, which Markdown viewers draw.
    Mermaid,
    /// DOT, for Graphviz.
    Dot,
}

impl Plan {
    /// The plan drawn; the same plan gives the same text. Ends with a line break.
    pub fn draw(&self, format: GraphFormat) -> String {
        match format {
            GraphFormat::Text => text(self),
            GraphFormat::Mermaid => mermaid(self),
            GraphFormat::Dot => dot(self),
        }
    }
}

/// One line a stage, set in by its level (the longest way to it), with its kind and what it needs.
fn text(plan: &Plan) -> String {
    let mut levels = vec![0; plan.len()];
    for (index, _) in plan.stages() {
        let below = plan.dependencies_of(index).iter().map(|need| levels[need.index()] + 1).max();
        levels[index.index()] = below.unwrap_or(0);
    }
    let name_width =
        plan.stages().map(|(index, stage)| 2 * levels[index.index()] + stage.name.len()).max().unwrap_or(0);
    let kind_width = plan.stages().map(|(_, stage)| stage.kind.len()).max().unwrap_or(0);
    let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, stage) in plan.stages().filter(|(_, stage)| stage.is_copy()) {
        *copies.entry(&stage.declared).or_default() += 1;
    }
    let mut drawn = String::new();
    for (index, stage) in plan.stages() {
        let name = format!("{:indent$}{}", "", stage.name, indent = 2 * levels[index.index()]);
        let needs = needs_in_words(plan, &needed_in_order(plan, index), &copies);
        let needs = if needs.is_empty() { String::new() } else { format!("← {}", needs.join(", ")) };
        let line = format!("{name:name_width$}  {:kind_width$}  {needs}", stage.kind);
        // Writing to a string cannot fail.
        let _ = writeln!(drawn, "{}", line.trim_end());
    }
    drawn
}

/// The names of stages, all copies of one in a row shortened to `evaluate/*`.
fn needs_in_words(plan: &Plan, needs: &[StageIndex], copies: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut words = Vec::new();
    for row in needs.chunk_by(|a, b| plan[*a].declared == plan[*b].declared) {
        let declared = plan[row[0]].declared.as_str();
        if row.len() > 1 && copies.get(declared) == Some(&row.len()) {
            words.push(format!("{declared}/*"));
        } else {
            words.extend(row.iter().map(|&index| plan[index].name.clone()));
        }
    }
    words
}

/// What a stage needs, in the order of its wires.
fn needed_in_order(plan: &Plan, index: StageIndex) -> Vec<StageIndex> {
    let mut needed = Vec::new();
    for wire in plan.inputs_of(index).iter().flat_map(|input| &input.wires) {
        if !needed.contains(&wire.stage) {
            needed.push(wire.stage);
        }
    }
    needed
}

/// The types that flow from one stage to another, each once.
fn flowing(plan: &Plan, from: StageIndex, to: StageIndex) -> String {
    let inputs = plan.inputs_of(to).iter().filter(|input| input.wires.iter().any(|wire| wire.stage == from));
    let mut types: Vec<&str> = inputs.map(|input| input.port_type.0).collect();
    types.dedup();
    types.join(", ")
}

fn mermaid(plan: &Plan) -> String {
    let mut drawn = String::from("flowchart LR\n");
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    for (index, stage) in plan.stages() {
        let kind =
            if stage.kind == stage.name { String::new() } else { format!("<br/><i>{}</i>", quoted(&stage.kind)) };
        let _ = writeln!(drawn, "  s{}[\"{}{kind}\"]", index.index(), quoted(&stage.name));
    }
    for (index, _) in plan.stages() {
        for need in needed_in_order(plan, index) {
            let types = quoted(&flowing(plan, need, index));
            let _ = writeln!(drawn, "  s{} -- \"{types}\" --> s{}", need.index(), index.index());
        }
    }
    drawn
}

fn dot(plan: &Plan) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut drawn = format!("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n", quoted(plan.name()));
    for (_, stage) in plan.stages() {
        let label =
            if stage.kind == stage.name { stage.name.clone() } else { format!("{}\n{}", stage.name, stage.kind) };
        let label = quoted(&label).replace('\n', "\\n");
        let _ = writeln!(drawn, "  {} [label={label}];", quoted(&stage.name));
    }
    for (index, stage) in plan.stages() {
        for need in needed_in_order(plan, index) {
            let types = quoted(&flowing(plan, need, index));
            let _ = writeln!(drawn, "  {} -> {} [label={types}];", quoted(&plan[need].name), quoted(&stage.name));
        }
    }
    drawn.push_str("}\n");
    drawn
}
