//! The table: numbers with their intervals as bars, marks, and what sorting goes by.

use serde::Serialize;

use super::chart::{Drawing, Scale, Series};
use crate::report::comparison::{Column, Comparison, Direction};
use crate::report::estimate::{AgainstBest, Cell, Estimate, Verdict};
use crate::report::grid::{Grid, number};
use crate::report::measured::{Cost, Measured};
use crate::report::units;

/// Columns of the grid before the first metric: the model.
const FIRST_METRIC: usize = 1;
/// The size of a bar in pixels.
const BAR: (f64, f64) = (76.0, 9.0);

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of the legend, there or not")]
pub(super) struct TableView {
    columns: Vec<Head>,
    rows: Vec<RowView>,
    /// Whether any number has an interval, as a bar.
    has_intervals: bool,
    has_best: bool,
    has_tied: bool,
    has_tests: bool,
    /// Why cells are empty; a cell's note `n` is the `n`-th.
    notes: Vec<String>,
    /// What the tests say, a sentence a column.
    findings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Head {
    title: String,
    /// `↑` where higher is better, `↓` where lower is, or empty.
    better: &'static str,
    /// Whether sorting begins with the lowest.
    ascends: bool,
}

#[derive(Debug, Serialize)]
struct RowView {
    icon: String,
    label: String,
    stage: String,
    cells: Vec<CellView>,
}

#[derive(Debug, Default, Serialize)]
struct CellView {
    text: String,
    /// The number to sort by; empty cells have none.
    sort: Option<f64>,
    best: bool,
    tied: bool,
    note: Option<usize>,
    bar: Option<String>,
    /// The interval in words.
    interval: Option<String>,
    /// How far replicates lie apart.
    spread: Option<String>,
    /// The comparison with the best of the column.
    test: Option<Test>,
}

#[derive(Debug, Serialize)]
struct Test {
    difference: String,
    interval: Option<String>,
    p: String,
    effect: Option<String>,
}

pub(super) fn view(comparison: &Comparison, measured: &Measured) -> TableView {
    let grid = Grid::of(comparison, measured).without_epochs();
    let scales: Vec<Scale> = (0..comparison.columns.len()).map(|column| scale(comparison, column)).collect();
    let labels = comparison.labels();
    let rows: Vec<RowView> = comparison
        .rows
        .iter()
        .enumerate()
        .map(|(place, row)| {
            let metrics = comparison.columns.iter().zip(&row.cells).enumerate().map(|(index, (column, cell))| {
                let shown = &grid.rows[place][FIRST_METRIC + index];
                let view = CellView {
                    text: shown.text.clone(),
                    note: shown.note,
                    best: shown.best,
                    tied: shown.tied,
                    ..CellView::default()
                };
                match cell {
                    Cell::Value(estimate) => with_estimate(view, column, estimate, &scales[index]),
                    Cell::Empty(_) => view,
                }
            });
            let cells = metrics.chain(costs(measured.training.get(&row.stage))).collect();
            RowView { icon: Series::of(place).icon(), label: labels[place].clone(), stage: row.stage.clone(), cells }
        })
        .collect();
    let any = |is: fn(&CellView) -> bool| rows.iter().flat_map(|row| &row.cells).any(is);
    TableView {
        columns: heads(comparison),
        has_intervals: any(|cell| cell.interval.is_some()),
        has_best: any(|cell| cell.best),
        has_tied: any(|cell| cell.tied),
        has_tests: any(|cell| cell.test.is_some()),
        notes: grid.notes,
        findings: comparison.columns.iter().filter_map(|column| column.finding.clone()).collect(),
        rows,
    }
}

fn heads(comparison: &Comparison) -> Vec<Head> {
    let metric = |column: &Column| Head {
        title: column.title.clone(),
        better: match column.direction {
            Direction::HigherIsBetter => "↑",
            Direction::LowerIsBetter => "↓",
            Direction::Neither => "",
        },
        ascends: column.direction == Direction::LowerIsBetter,
    };
    let cost = |title: &str| Head { title: title.to_owned(), better: "", ascends: true };
    comparison.columns.iter().map(metric).chain(["Training", "Memory"].map(cost)).collect()
}

fn costs(cost: Option<&Cost>) -> [CellView; 2] {
    let cell = |value: Option<(f64, String)>| match value {
        Some((sort, text)) => CellView { text, sort: Some(sort), ..CellView::default() },
        None => CellView { text: "–".to_owned(), ..CellView::default() },
    };
    let memory = cost.and_then(|cost| cost.peak_memory_bytes);
    [
        cell(cost.map(|cost| (cost.wall.as_secs_f64(), units::duration(cost.wall)))),
        cell(memory.map(|bytes| (bytes as f64, units::bytes(bytes)))),
    ]
}

fn with_estimate(view: CellView, column: &Column, estimate: &Estimate, scale: &Scale) -> CellView {
    let shown = |value: f64| number(value, column.decimals);
    let verdict = estimate.standing.map(|standing| standing.verdict);
    let interval = estimate.interval.map(|interval| (interval.low, interval.high));
    CellView {
        sort: Some(estimate.value),
        best: view.best || verdict == Some(Verdict::Best),
        bar: Some(bar(scale, estimate.value, interval)),
        interval: interval.map(|(low, high)| format!("{} to {}", shown(low), shown(high))),
        spread: estimate.spread.as_ref().map(|spread| format!("± {}", shown(spread.standard_deviation))),
        test: estimate.standing.and_then(|standing| standing.against_best).map(|test| against_best(column, &test)),
        ..view
    }
}

fn against_best(column: &Column, test: &AgainstBest) -> Test {
    let signed = |value: f64| {
        let text = number(value, column.decimals);
        if value > 0.0 { format!("+{text}") } else { text.replace('-', "−") }
    };
    Test {
        difference: signed(test.difference),
        interval: test.interval.map(|interval| format!("{} to {}", signed(interval.low), signed(interval.high))),
        p: if test.p_adjusted < 0.001 { "< .001".to_owned() } else { format!("{:.3}", test.p_adjusted) },
        effect: test.effect_size.map(|effect| number(effect, 2).replace('-', "−")),
    }
}

/// A column's own scale, from the lowest end of an interval to the highest.
fn scale(comparison: &Comparison, column: usize) -> Scale {
    let estimates = comparison.rows.iter().filter_map(|row| row.cells.get(column)?.as_estimate());
    let ends = estimates.flat_map(|estimate| {
        let interval = estimate.interval.map_or([estimate.value; 2], |interval| [interval.low, interval.high]);
        interval.into_iter().chain([estimate.value])
    });
    Scale::linear(ends, (3.0, BAR.0 - 3.0))
}

/// The number as a dot on its column's scale, its interval as a bar.
fn bar(scale: &Scale, value: f64, interval: Option<(f64, f64)>) -> String {
    let middle = BAR.1 / 2.0;
    let mut drawing = Drawing::new(BAR.0, BAR.1);
    drawing.line("rail", (0.0, middle), (BAR.0, middle));
    if let Some((low, high)) = interval {
        let (from, to) = (scale.at(low), scale.at(high));
        drawing.rect("span", (from, middle - 2.5), ((to - from).max(1.0), 5.0), 1.0);
    }
    drawing.rect("dot", (scale.at(value) - 1.2, 0.5), (2.4, BAR.1 - 1.0), 0.0);
    drawing.decoration("bar")
}
