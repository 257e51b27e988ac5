//! Quality against what it costs: training time and memory.

use std::borrow::Cow;

use serde::Serialize;

use super::chart::{Anchor, Drawing, Frame, Label, Scale, Series, Tick, escape, name_in_chart, place, x_axis, y_axis};
use crate::report::comparison::{Column, Comparison, Direction};
use crate::report::grid::number;
use crate::report::measured::{Cost, Measured};
use crate::report::units;

const SIZE: (f64, f64) = (430.0, 330.0);
const FRAME: Frame = Frame { left: 54.0, top: 14.0, right: 420.0, bottom: 284.0 };

/// The charts of one metric.
#[derive(Debug, Serialize)]
pub(super) struct CostView {
    metric: String,
    title: String,
    charts: Vec<Chart>,
}

#[derive(Debug, Serialize)]
struct Chart {
    svg: String,
    caption: String,
}

/// What is spent.
struct Spent {
    name: &'static str,
    of: fn(&Cost) -> Option<f64>,
    ticks: fn(&Scale) -> Vec<Tick>,
    shown: fn(&Cost) -> String,
}

const SPENT: [Spent; 2] = [
    Spent {
        name: "training time",
        of: |cost| Some(cost.wall.as_secs_f64()),
        ticks: Scale::durations,
        shown: |cost| units::duration(cost.wall),
    },
    Spent {
        name: "peak memory",
        of: |cost| cost.peak_memory_bytes.map(|bytes| bytes as f64),
        ticks: Scale::sizes,
        shown: |cost| cost.peak_memory_bytes.map_or_else(String::new, units::bytes),
    },
];

/// A model in the chart.
struct Point<'a> {
    row: usize,
    label: &'a str,
    cost: &'a Cost,
    spent: f64,
    value: f64,
    interval: (f64, f64),
    /// Whether others can be measured by it.
    is_compared: bool,
}

/// The charts of every metric that judges and has two values or more with costs.
pub(super) fn views(comparison: &Comparison, measured: &Measured) -> Vec<CostView> {
    let labels = comparison.labels();
    let judging = comparison.columns.iter().enumerate().filter(|(_, column)| column.direction != Direction::Neither);
    judging
        .filter_map(|(index, column)| {
            let charts = SPENT.iter().enumerate().filter_map(|(place, spent)| {
                let points = points(comparison, measured, &labels, index, spent);
                (points.len() > 1).then(|| chart(&format!("cost-{index}-{place}"), column, spent, &points))
            });
            let charts: Vec<Chart> = charts.collect();
            (!charts.is_empty()).then(|| CostView {
                metric: column.metric.clone(),
                title: column.title.clone(),
                charts,
            })
        })
        .collect()
}

fn points<'a>(
    comparison: &'a Comparison,
    measured: &'a Measured,
    labels: &'a [String],
    column: usize,
    spent: &Spent,
) -> Vec<Point<'a>> {
    let point = |(row, label): (usize, &'a String)| {
        let of = &comparison.rows[row];
        let cost = measured.training.get(&of.stage)?;
        let estimate = of.cells.get(column)?.as_estimate()?;
        let interval =
            estimate.interval.map_or((estimate.value, estimate.value), |interval| (interval.low, interval.high));
        let (spent, value, is_compared) = ((spent.of)(cost)?, estimate.value, !of.is_reproduction);
        Some(Point { row, label, cost, spent, value, interval, is_compared })
    };
    labels.iter().enumerate().filter_map(point).collect()
}

fn chart(id: &str, column: &Column, spent: &Spent, points: &[Point<'_>]) -> Chart {
    let x = Scale::logarithmic(points.iter().map(|point| point.spent), (FRAME.left, FRAME.right));
    let ends = points.iter().flat_map(|point| [point.value, point.interval.0, point.interval.1]);
    let y = Scale::linear(ends, (FRAME.bottom, FRAME.top));
    let mut drawing = Drawing::new(SIZE.0, SIZE.1);
    y_axis(&mut drawing, &FRAME, &y, &y.numbers(5));
    x_axis(&mut drawing, &FRAME, &x, &(spent.ticks)(&x));
    drawing.text("axis-title", (FRAME.right, SIZE.1 - 8.0), Anchor::End, &format!("{} →", spent.name));

    let frontier = frontier(points, column.direction);
    let corners = frontier.iter().map(|&point| (x.at(points[point].spent), y.at(points[point].value)));
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for (at, height) in corners {
        steps.extend(steps.last().map(|last| (at, last.1)));
        steps.push((at, height));
    }
    if steps.len() > 1 {
        drawing.polyline("frontier", &steps);
    }
    for point in points {
        let at = (x.at(point.spent), y.at(point.value));
        let title = format!(
            "{}: {} {}, {}",
            point.label,
            column.title,
            number(point.value, column.decimals),
            (spent.shown)(point.cost)
        );
        drawing.titled(&title, |drawing| {
            let series = Series::of(point.row);
            drawing.line(
                &format!("whisker {}", series.stroke()),
                (at.0, y.at(point.interval.0)),
                (at.0, y.at(point.interval.1)),
            );
            series.draw(drawing, at, 5.0);
        });
    }
    let names: Vec<Cow<'_, str>> = points.iter().map(|point| name_in_chart(point.label)).collect();
    let labels: Vec<Label<'_>> = points
        .iter()
        .zip(&names)
        .map(|(point, name)| Label { text: name, point: (x.at(point.spent), y.at(point.value)) })
        .collect();
    for (label, placement) in labels.iter().zip(place(&labels, &FRAME)) {
        let Some(placement) = placement else { continue };
        if let Some(end) = placement.leader {
            drawing.line("leader", label.point, end);
        }
        drawing.text("label", placement.at, placement.anchor, label.text);
    }

    let title = format!("{} against {}", column.title, spent.name);
    let said: Vec<String> = points
        .iter()
        .map(|point| {
            format!("{} {} in {}", point.label, number(point.value, column.decimals), (spent.shown)(point.cost))
        })
        .collect();
    let caption = format!("{title}, which grows to the right by orders of magnitude.");
    Chart {
        svg: drawing.finish(id, &title, &format!("{title}: {}.", said.join("; ")), true),
        caption: escape(&caption),
    }
}

/// The points of compared models that none of the others beats in both, by rising cost.
fn frontier(points: &[Point<'_>], direction: Direction) -> Vec<usize> {
    let sign = if direction == Direction::LowerIsBetter { -1.0 } else { 1.0 };
    let mut order: Vec<usize> = (0..points.len()).filter(|&point| points[point].is_compared).collect();
    order.sort_by(|&a, &b| {
        points[a].spent.total_cmp(&points[b].spent).then((sign * points[b].value).total_cmp(&(sign * points[a].value)))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|&point| {
        let is_better = sign * points[point].value > best;
        best = best.max(sign * points[point].value);
        is_better
    });
    order
}
