//! The same metrics over parts of the test: a line a model from group to group, and the numbers.

use serde::Serialize;

use super::chart::{Anchor, Drawing, Frame, Scale, Series, name_in_chart, stack, width_of, y_axis};
use crate::report::breakdown::{Breakdown, Group};
use crate::report::comparison::{Column, Comparison};
use crate::report::estimate::Cell;
use crate::report::grid::number;
use crate::report::units;

const HEIGHT: f64 = 320.0;
const WIDTH: f64 = 430.0;

#[derive(Debug, Serialize)]
pub(super) struct BreakdownView {
    title: String,
    about: String,
    parts: Vec<Part>,
}

/// One metric of a breakdown.
#[derive(Debug, Serialize)]
struct Part {
    metric: String,
    title: String,
    svg: String,
    groups: Vec<GroupHead>,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct GroupHead {
    name: String,
    size: String,
}

#[derive(Debug, Serialize)]
struct Line {
    icon: String,
    label: String,
    cells: Vec<String>,
}

pub(super) fn views(comparison: &Comparison) -> Vec<BreakdownView> {
    let labels = comparison.labels();
    let view = |(place, breakdown): (usize, &Breakdown)| {
        let parts = breakdown.columns.iter().enumerate().filter_map(|(position, &column)| {
            let column = comparison.columns.get(column)?;
            let id = format!("part-{place}-{position}");
            part(&id, breakdown, position, column, &labels)
        });
        BreakdownView { title: breakdown.title.clone(), about: breakdown.about.clone(), parts: parts.collect() }
    };
    comparison.breakdowns.iter().enumerate().map(view).filter(|view| !view.parts.is_empty()).collect()
}

fn part(id: &str, breakdown: &Breakdown, position: usize, column: &Column, labels: &[String]) -> Option<Part> {
    let cell = |group: &Group, row: usize| group.cells.get(row)?.get(position).cloned();
    let rows: Vec<(usize, Vec<Option<f64>>)> = (0..labels.len())
        .map(|row| {
            (row, breakdown.groups.iter().map(|group| cell(group, row).as_ref().and_then(Cell::value)).collect())
        })
        .filter(|(_, values): &(usize, Vec<Option<f64>>)| values.iter().any(Option::is_some))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let shown = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |value| number(value, column.decimals));
    let heads = breakdown.groups.iter().map(|group| GroupHead { name: group.name.clone(), size: size(group) });
    let lines = rows.iter().map(|(row, values)| Line {
        icon: Series::of(*row).icon(),
        label: labels[*row].clone(),
        cells: values.iter().map(shown).collect(),
    });
    Some(Part {
        metric: column.metric.clone(),
        title: column.title.clone(),
        groups: heads.collect(),
        rows: lines.collect(),
        svg: chart(id, breakdown, column, &rows, labels),
    })
}

fn size(group: &Group) -> String {
    let users = units::counted(group.users, "user", "users");
    let targets = group.targets.map(|targets| units::counted(targets, "target", "targets"));
    targets.map_or(users.clone(), |targets| format!("{users}, {targets}"))
}

fn chart(
    id: &str,
    breakdown: &Breakdown,
    column: &Column,
    rows: &[(usize, Vec<Option<f64>>)],
    labels: &[String],
) -> String {
    let names = rows.iter().map(|(row, _)| width_of(&name_in_chart(&labels[*row]))).fold(0.0, f64::max);
    let frame = Frame { left: 54.0, top: 14.0, right: WIDTH - names - 22.0, bottom: HEIGHT - 46.0 };
    let y =
        Scale::linear(rows.iter().flat_map(|(_, values)| values.iter().flatten().copied()), (frame.bottom, frame.top));
    let n_groups = breakdown.groups.len();
    let step = (frame.right - frame.left - 24.0) / (n_groups.max(2) - 1) as f64;
    let x = |group: usize| frame.left + 12.0 + step * group as f64;

    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    y_axis(&mut drawing, &frame, &y, &y.numbers(5));
    drawing.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    for (place, group) in breakdown.groups.iter().enumerate() {
        // Names that would meet stand in two lines by turns.
        let is_crowded = width_of(&group.name) > step - 6.0;
        let below = if is_crowded && place % 2 == 1 { 32.0 } else { 17.0 };
        drawing.text("tick", (x(place), frame.bottom + below), Anchor::Middle, &group.name);
    }
    for (row, values) in rows {
        let series = Series::of(*row);
        let points: Vec<(f64, f64)> =
            values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (x(place), y.at(value)))).collect();
        drawing.titled(&labels[*row], |drawing| {
            drawing.polyline(&format!("curve {}", series.stroke()), &points);
            for &point in &points {
                series.draw(drawing, point, 4.0);
            }
        });
    }
    let ends: Vec<(usize, (f64, f64))> = rows
        .iter()
        .filter_map(|(row, values)| {
            let (place, value) =
                values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value))).next_back()?;
            Some((*row, (x(place), y.at(value))))
        })
        .collect();
    let wanted: Vec<f64> = ends.iter().map(|(_, point)| point.1).collect();
    for ((row, point), height) in ends.iter().zip(stack(&wanted, frame.top, frame.bottom)) {
        drawing.line("leader", (point.0 + 6.0, point.1), (frame.right + 4.0, height));
        drawing.text("label", (frame.right + 7.0, height + 4.0), Anchor::Start, &name_in_chart(&labels[*row]));
    }
    let title = format!("{} {}", column.title, lowercase_first(&breakdown.title));
    let said = rows.iter().map(|(row, values)| {
        let of_groups = breakdown.groups.iter().zip(values).filter_map(|(group, value)| {
            value.map(|value| format!("{} {}", group.name, number(value, column.decimals)))
        });
        format!("{}: {}", labels[*row], of_groups.collect::<Vec<_>>().join(", "))
    });
    let said = format!("{title}. {}.", said.collect::<Vec<_>>().join("; "));
    drawing.finish(id, &title, &said, true)
}

fn lowercase_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
