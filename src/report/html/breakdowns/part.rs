//! One metric of a breakdown: a chart, and the numbers.

use serde::Serialize;

use super::numbers::Numbers;
use super::{categories, lines};
use crate::report::breakdown::{Breakdown, Group};
use crate::report::comparison::Column;
use crate::report::estimate::Cell;
use crate::report::grid::number;
use crate::report::units;

/// One metric of a breakdown.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    metric: String,
    title: String,
    svg: String,
    numbers: Numbers,
}

/// What a chart is made of.
#[derive(Clone, Copy)]
pub(super) struct Chart<'a> {
    pub(super) breakdown: &'a Breakdown,
    pub(super) column: &'a Column,
    /// The places of the models that have numbers, each with one for each group.
    pub(super) rows: &'a [(usize, Vec<Option<f64>>)],
    /// The names of all models.
    pub(super) labels: &'a [String],
}

impl Part {
    /// The metric at a position of the breakdown's columns; `None` if no model has a number.
    pub(super) fn of(
        id: &str,
        breakdown: &Breakdown,
        position: usize,
        column: &Column,
        labels: &[String],
    ) -> Option<Self> {
        let value = |group: &Group, row: usize| group.cells.get(row)?.get(position).and_then(Cell::value);
        let values = |row: usize| breakdown.groups.iter().map(|group| value(group, row)).collect();
        let rows: Vec<(usize, Vec<Option<f64>>)> = (0..labels.len())
            .map(|row| (row, values(row)))
            .filter(|(_, values): &(usize, Vec<Option<f64>>)| values.iter().any(Option::is_some))
            .collect();
        let chart = Chart { breakdown, column, rows: &rows, labels };
        let draw = if breakdown.ordered_groups() > 0 { lines::draw } else { categories::draw };
        let title = format!("{} {}", column.title, lowercase_first(&breakdown.title));
        (!rows.is_empty()).then(|| Self {
            metric: column.metric.clone(),
            title: column.title.clone(),
            svg: draw(&chart).finish(id, &title, &said(&title, &chart), true),
            numbers: Numbers::of(&chart),
        })
    }
}

/// How many users, and targets if there are any.
pub(super) fn size(group: &Group) -> String {
    let users = units::counted(group.users, "user", "users");
    let targets = group.targets.map(|targets| units::counted(targets, "target", "targets"));
    targets.map_or(users.clone(), |targets| format!("{users}, {targets}"))
}

/// What a chart shows, in words.
fn said(title: &str, chart: &Chart<'_>) -> String {
    let said = chart.rows.iter().map(|(row, values)| {
        let of_groups = chart.breakdown.groups.iter().zip(values).filter_map(|(group, value)| {
            value.map(|value| format!("{} {}", group.name, number(value, chart.column.decimals)))
        });
        format!("{}: {}", chart.labels[*row], of_groups.collect::<Vec<_>>().join(", "))
    });
    format!("{title}. {}.", said.collect::<Vec<_>>().join("; "))
}

fn lowercase_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
