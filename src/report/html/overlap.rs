//! Whether models recommend the same: a heat map that is a table; of many models the nearest of each.

use serde::Serialize;

use super::chart::Series;
use crate::report::comparison::Comparison;
use crate::report::overlap::{MOST_SIDE_BY_SIDE, Overlap};

/// Shades of the map, which the page's style defines as `h0` to `h9`.
const SHADES: f64 = 9.0;

#[derive(Debug, Serialize)]
pub(super) struct OverlapView {
    cutoff: u32,
    /// Whether all pairs are shown, or else of each row the nearest others.
    is_whole: bool,
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
    /// The other model, where the column does not say it.
    icon: String,
    label: String,
}

/// The shares of those models that rank, if two or more do.
pub(super) fn view(comparison: &Comparison) -> Option<OverlapView> {
    let overlap = comparison.overlap.as_ref()?;
    let ranking = overlap.ranking()?;
    let labels = comparison.labels();
    let is_whole = ranking.len() <= MOST_SIDE_BY_SIDE;
    let cells = |row: usize| if is_whole { all(overlap, row, &ranking) } else { nearest(overlap, row, &labels) };
    let line = |&row: &usize| Line { icon: Series::of(row).icon(), label: labels[row].clone(), cells: cells(row) };
    Some(OverlapView { cutoff: overlap.cutoff, is_whole, rows: ranking.iter().map(line).collect() })
}

fn all(overlap: &Overlap, row: usize, ranking: &[usize]) -> Vec<Share> {
    let cell = |&column: &usize| Share { is_self: row == column, ..shown(overlap.share(row, column)) };
    ranking.iter().map(cell).collect()
}

fn nearest(overlap: &Overlap, row: usize, labels: &[String]) -> Vec<Share> {
    let of = |(other, share): (usize, f64)| Share {
        icon: Series::of(other).icon(),
        label: labels[other].clone(),
        ..shown(Some(share))
    };
    overlap.nearest(row).into_iter().map(of).collect()
}

fn shown(share: Option<f64>) -> Share {
    let text = share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0));
    let shade = share.map_or(0, |share| (share.clamp(0.0, 1.0) * SHADES).round() as usize);
    Share { text, shade, is_self: false, icon: String::new(), label: String::new() }
}
