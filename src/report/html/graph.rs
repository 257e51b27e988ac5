//! The pipeline: stages in columns, what each reads, and how long it took.

use std::time::Duration;

use serde::Serialize;

use super::chart::{Anchor, Drawing, number};
use super::layers::{Layout, lay_out};
use crate::report::folded_pipeline::{FoldedStage, folded};
use crate::report::pipeline_graph::{PipelineGraph, PipelineStage};
use crate::report::units;

const NODE: (f64, f64) = (186.0, 42.0);
const GAP: (f64, f64) = (46.0, 12.0);
const MARGIN: f64 = 6.0;
/// Longer names are cut; the whole name is shown when the node is pointed at, and in the table.
const NAME_LENGTH: usize = 25;

#[derive(Debug, Serialize)]
pub(super) struct GraphView {
    svg: String,
    /// Whether copies of stages are drawn as one.
    is_folded: bool,
    stages: Vec<StageView>,
}

#[derive(Debug, Serialize)]
struct StageView {
    name: String,
    kind: String,
    needs: String,
    time: String,
    memory: String,
}

/// The drawing and the same as a table, if there are stages.
pub(super) fn view(graph: &PipelineGraph) -> Option<GraphView> {
    if graph.stages.is_empty() {
        return None;
    }
    let stage = |stage: &PipelineStage| StageView {
        name: stage.name.clone(),
        kind: stage.kind.clone(),
        needs: if stage.needs.is_empty() { "–".to_owned() } else { stage.needs.join(", ") },
        time: stage.cost.as_ref().map_or_else(|| "–".to_owned(), |cost| units::duration(cost.wall)),
        memory: stage
            .cost
            .as_ref()
            .and_then(|cost| cost.peak_memory_bytes)
            .map_or_else(|| "–".to_owned(), units::bytes),
    };
    let drawn = folded(graph);
    let is_folded = drawn.iter().any(|stage| stage.copies > 1);
    Some(GraphView { svg: draw(&drawn), is_folded, stages: graph.stages.iter().map(stage).collect() })
}

fn draw(stages: &[FoldedStage]) -> String {
    let needs: Vec<Vec<usize>> = stages.iter().map(|stage| stage.needs.clone()).collect();
    let layout = lay_out(&needs);
    let width = layout.columns as f64 * (NODE.0 + GAP.0) - GAP.0 + 2.0 * MARGIN;
    let height = layout.rows as f64 * (NODE.1 + GAP.1) - GAP.1 + 2.0 * MARGIN;
    let mut drawing = Drawing::new(width, height);
    edges(&mut drawing, &layout);
    let longest = stages.iter().filter_map(|stage| stage.time).max().unwrap_or_default();
    for (stage, &place) in stages.iter().zip(&layout.places) {
        node(&mut drawing, stage, corner(place), longest);
    }
    let total: Duration = stages.iter().filter_map(|stage| stage.time).sum();
    let copies = stages.iter().map(|stage| stage.copies).sum::<usize>();
    let said = format!(
        "{} in {} columns, from what is read first to the report; together {}. The table below has them all.",
        units::counted(copies as u64, "stage", "stages"),
        layout.columns,
        units::duration(total)
    );
    drawing.finish("graph", "The stages of the pipeline", &said, false)
}

/// The upper left corner of a place.
fn corner((column, row): (usize, f64)) -> (f64, f64) {
    (MARGIN + column as f64 * (NODE.0 + GAP.0), MARGIN + row * (NODE.1 + GAP.1))
}

fn edges(drawing: &mut Drawing, layout: &Layout) {
    // Edges that run together are drawn once where they do.
    let mut drawn: Vec<((usize, f64), (usize, f64))> = Vec::new();
    for way in &layout.ways {
        for (step, pair) in way.windows(2).enumerate() {
            if drawn.contains(&(pair[0], pair[1])) {
                continue;
            }
            drawn.push((pair[0], pair[1]));
            let (from, to) = (corner(pair[0]), corner(pair[1]));
            let middle = NODE.1 / 2.0;
            let start = (from.0 + NODE.0, from.1 + middle);
            let end = (to.0, to.1 + middle);
            let bend = GAP.0 / 2.0;
            let [x1, y1, x2, y2] = [start.0, start.1, end.0, end.1].map(number);
            let [c1, c2] = [start.0 + bend, end.0 - bend].map(number);
            drawing.path("edge", &format!("M{x1},{y1}C{c1},{y1} {c2},{y2} {x2},{y2}"));
            let is_last = step + 2 == way.len();
            if !is_last {
                drawing.line("edge", end, (end.0 + NODE.0, end.1));
            }
        }
    }
}

fn node(drawing: &mut Drawing, stage: &FoldedStage, (x, y): (f64, f64), longest: Duration) {
    let time = stage.time.map(units::duration);
    let memory = stage.peak_memory_bytes.map(units::bytes);
    let copies = (stage.copies > 1).then(|| format!("{} copies", stage.copies));
    let facts = [Some(stage.kind.clone()), copies, time.clone(), memory].into_iter().flatten();
    let facts: Vec<String> = facts.collect();
    drawing.titled(&format!("{}: {}", stage.name, facts.join(", ")), |drawing| {
        drawing.rect("node", (x, y), NODE, 4.0);
        if let Some(time) = stage.time.filter(|_| longest > Duration::ZERO) {
            let share = time.as_secs_f64() / longest.as_secs_f64();
            drawing.rect("spent", (x + 1.0, y + NODE.1 - 4.0), ((NODE.0 - 2.0) * share, 3.0), 0.0);
        }
        let times = if stage.copies > 1 { format!(" ×{}", stage.copies) } else { String::new() };
        let name = shortened(&stage.name, NAME_LENGTH - times.chars().count()) + &times;
        drawing.text("node-name", (x + 9.0, y + 17.0), Anchor::Start, &name);
        // A stage that is called like its kind needs no second name.
        let kind = if stage.name.split('/').next() == Some(&stage.kind) { "" } else { &stage.kind };
        drawing.text("node-kind", (x + 9.0, y + 32.0), Anchor::Start, &shortened(kind, NAME_LENGTH));
        drawing.text("node-time", (x + NODE.0 - 9.0, y + 32.0), Anchor::End, time.as_deref().unwrap_or_default());
    });
}

fn shortened(name: &str, length: usize) -> String {
    if name.chars().count() <= length {
        return name.to_owned();
    }
    name.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}
