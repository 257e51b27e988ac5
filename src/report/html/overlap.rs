//! Whether models recommend the same: a heat map that is a table.

use serde::Serialize;

use super::chart::Series;
use crate::report::comparison::Comparison;

/// Shades of the map, which the page's style defines as `h0` to `h9`.
const SHADES: f64 = 9.0;

#[derive(Debug, Serialize)]
pub(super) struct OverlapView {
    cutoff: u32,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    icon: String,
    label: String,
    cells: Vec<Share>,
}

#[derive(Debug, Serialize)]
struct Share {
    text: String,
    shade: usize,
    is_self: bool,
}

/// The shares of those models that rank, if two or more do.
pub(super) fn view(comparison: &Comparison) -> Option<OverlapView> {
    let overlap = comparison.overlap.as_ref()?;
    let labels = comparison.labels();
    let share = |row: usize, column: usize| overlap.shares.get(row)?.get(column).copied().flatten();
    let ranking: Vec<usize> = (0..labels.len()).filter(|&row| share(row, row).is_some()).collect();
    if ranking.len() < 2 {
        return None;
    }
    let cell = |row: usize, column: usize| match share(row, column) {
        Some(share) => Share {
            text: format!("{:.0} %", share * 100.0),
            shade: (share.clamp(0.0, 1.0) * SHADES).round() as usize,
            is_self: row == column,
        },
        None => Share { text: "–".to_owned(), shade: 0, is_self: row == column },
    };
    let line = |&row: &usize| Line {
        icon: Series::of(row).icon(),
        label: labels[row].clone(),
        cells: ranking.iter().map(|&column| cell(row, column)).collect(),
    };
    Some(OverlapView { cutoff: overlap.cutoff, rows: ranking.iter().map(line).collect() })
}
