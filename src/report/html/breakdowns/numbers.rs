//! The numbers behind a chart as a table: the longer side goes down the page.

use serde::Serialize;

use super::super::chart::Series;
use super::part::{Chart, size};
use crate::report::grid::{NOTHING, number};

/// A table of models and groups.
#[derive(Debug, Serialize)]
pub(super) struct Numbers {
    /// What the first column names.
    corner: &'static str,
    columns: Vec<Head>,
    rows: Vec<Line>,
}

/// A model with its mark, or a group with its size.
#[derive(Debug, Clone, Serialize)]
struct Head {
    icon: String,
    name: String,
    size: String,
}

#[derive(Debug, Serialize)]
struct Line {
    head: Head,
    cells: Vec<String>,
}

impl Numbers {
    /// Models are rows, or columns if there are more groups.
    pub(super) fn of(chart: &Chart<'_>) -> Self {
        let Chart { breakdown, column, rows, labels } = *chart;
        let model = |row: usize| Head { icon: Series::of(row).icon(), name: labels[row].clone(), size: String::new() };
        let models: Vec<Head> = rows.iter().map(|(row, _)| model(*row)).collect();
        let groups = breakdown.groups.iter();
        let groups: Vec<Head> =
            groups.map(|group| Head { icon: String::new(), name: group.name.clone(), size: size(group) }).collect();
        let shown =
            |value: Option<f64>| value.map_or_else(|| NOTHING.to_owned(), |value| number(value, column.decimals));
        let of_model = |(head, (_, values)): (Head, &(usize, Vec<Option<f64>>))| Line {
            head,
            cells: values.iter().map(|value| shown(*value)).collect(),
        };
        let of_group = |(place, head): (usize, Head)| Line {
            head,
            cells: rows.iter().map(|(_, values)| shown(values[place])).collect(),
        };
        if groups.len() > models.len() {
            let rows = groups.into_iter().enumerate().map(of_group).collect();
            return Self { corner: "Group", columns: models, rows };
        }
        Self { corner: "Model", rows: models.into_iter().zip(rows).map(of_model).collect(), columns: groups }
    }
}
