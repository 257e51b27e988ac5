//! What a finished report puts into the workspace: the comparison joined with what running cost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::best;
use super::super::learning_curve::{self, parse};
use super::super::ports::MODEL;
use super::super::train::CURVE_FILE;
use super::outputs::Outputs;
use crate::engine::{Facts, FinishedStage, Publication, PublishCtx};
use crate::report::{Comparison, Cost, Format, LearningCurve, Measured, PipelineGraph, PipelineStage, screen};
use crate::stages::command;

/// The documents made of a comparison; the first shows the table on the screen.
pub(super) fn publications(mut comparison: Comparison, output: &Outputs, ctx: &PublishCtx<'_>) -> Vec<Publication> {
    // The order of rows is the pipeline file's; the stored comparison does not depend on it.
    let order = (ctx.find)(ctx.stage).map(|own| own.needs).unwrap_or_default();
    comparison.sort_rows_by_key(|row| order.iter().position(|stage| *stage == row.stage));
    if let Some(name) = dataset_name(ctx) {
        comparison.provenance.dataset.name = name;
    }
    let training = training_costs(&mut comparison, ctx);
    for row in &mut comparison.rows {
        for replicate in &mut row.replicates {
            replicate.learning_curves = curves(&replicate.stage, ctx);
        }
        if row.replicates.is_empty() {
            row.learning_curves = curves(&row.stage, ctx);
        }
    }
    let measured = Measured {
        training,
        command: Some(ctx.command.to_owned()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        date: None,
        pipeline: Some(pipeline_graph(ctx)),
    };
    let mut display = Some(screen::render(&comparison, &measured, ctx.display_width));
    let document = |(path, format): (&Path, &Format)| Publication {
        path: path.to_owned(),
        bytes: (format.render)(&comparison, &measured).into_bytes(),
        display: display.take(),
    };
    output.documents().map(document).collect()
}

/// How a stage's training went.
fn curves(stage: &str, ctx: &PublishCtx<'_>) -> Vec<LearningCurve> {
    let bytes = (ctx.read_upstream)(stage, MODEL.0, CURVE_FILE).unwrap_or_default();
    let curve = |of_training: learning_curve::LearningCurve| {
        let learning_curve::LearningCurve { figure, epochs, values, best } = of_training;
        LearningCurve { figure, epochs, values, best }
    };
    parse(&bytes).unwrap_or_default().into_iter().map(curve).collect()
}

/// What the pipeline calls the data set. Its content may have been read under another name, which its key leaves out.
fn dataset_name(ctx: &PublishCtx<'_>) -> Option<String> {
    let mut open = vec![ctx.stage.to_owned()];
    while let Some(stage) = open.pop().and_then(|name| (ctx.find)(&name)) {
        if stage.kind == "ingest" {
            let name = Path::new(stage.parameters.get("dataset")?.as_str()?).file_name()?.to_string_lossy();
            return name.split('.').next().filter(|name| !name.is_empty()).map(str::to_owned);
        }
        open.extend(stage.needs);
    }
    None
}

/// What training each row's model cost, the mean over replicates; the rows then name the stages that trained or chose them.
fn training_costs(comparison: &mut Comparison, ctx: &PublishCtx<'_>) -> BTreeMap<String, Cost> {
    let mut costs = BTreeMap::new();
    for row in &mut comparison.rows {
        let Some((name, cost)) = trained_by(&row.stage, ctx) else { continue };
        row.stage.clone_from(&name);
        let mut of_replicates: BTreeMap<String, Cost> = BTreeMap::new();
        for replicate in &mut row.replicates {
            let Some((name, cost)) = trained_by(&replicate.stage, ctx) else { continue };
            replicate.stage.clone_from(&name);
            // Replicates may share one training, as of a model without seed whose scoring has one.
            of_replicates.insert(name, cost);
        }
        let of_replicates: Vec<Cost> = of_replicates.into_values().collect();
        costs.insert(name, Cost::mean(&of_replicates).unwrap_or(cost));
    }
    costs
}

/// The stage that made the model which a stage scored, and what that cost.
fn trained_by(scoring: &str, ctx: &PublishCtx<'_>) -> Option<(String, Cost)> {
    let mut needs = (ctx.find)(scoring)?.needs.into_iter();
    needs.find_map(|name| cost_of(&name, ctx).map(|cost| (name, cost)))
}

/// What it cost to make the model that a stage gives: to train it, or to train all that it was chosen from.
fn cost_of(stage: &str, ctx: &PublishCtx<'_>) -> Option<Cost> {
    let FinishedStage { kind, facts, needs, .. } = (ctx.find)(stage)?;
    if kind == best::KIND {
        let costs: Vec<Cost> = needs.iter().filter_map(|need| cost_of(need, ctx)).collect();
        return Some(Cost {
            wall: costs.iter().map(|cost| cost.wall).sum(),
            cpu: costs.iter().map(|cost| cost.cpu).sum(),
            peak_memory_bytes: costs.iter().filter_map(|cost| cost.peak_memory_bytes).max(),
            threads: costs.iter().map(|cost| cost.threads).max().unwrap_or_default(),
            version: costs.first()?.version.clone(),
            replicates: None,
            trainings: Some(costs.iter().map(|cost| cost.trainings.unwrap_or(1)).sum()),
        });
    }
    (kind.starts_with("train-") || kind == command::NAME).then(|| cost(facts))
}

fn cost(facts: Facts) -> Cost {
    Cost {
        wall: facts.wall,
        cpu: facts.cpu,
        peak_memory_bytes: facts.peak_memory_bytes,
        threads: facts.threads,
        version: facts.version,
        trainings: None,
        replicates: None,
    }
}

/// The report's own stage and all upstream, each after those it reads.
fn pipeline_graph(ctx: &PublishCtx<'_>) -> PipelineGraph {
    let mut stages = Vec::new();
    let mut met = BTreeSet::new();
    // A stage is left the second time it comes up: when all that it reads has been left.
    let mut open = vec![(ctx.stage.to_owned(), false)];
    while let Some((name, is_left)) = open.pop() {
        let Some(FinishedStage { kind, needs, facts, .. }) = (ctx.find)(&name) else { continue };
        if is_left {
            // The report's own facts would be those of another time: it is being published.
            let cost = (name != ctx.stage).then(|| cost(facts));
            stages.push(PipelineStage { name, kind, needs, cost });
        } else if met.insert(name.clone()) {
            open.push((name, true));
            open.extend(needs.into_iter().rev().map(|need| (need, false)));
        }
    }
    PipelineGraph { stages }
}
