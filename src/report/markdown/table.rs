//! Pipe tables whose columns are aligned in the source too.

use unicode_width::UnicodeWidthStr;

use super::super::grid::{Grid, GridCell, Superscript};
use super::escape;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// The comparison's table: models to the left, numbers to the right, the best of a column in bold.
pub(super) fn comparison_table(grid: &Grid) -> String {
    let aligns: Vec<Align> = (0..grid.header.len()).map(|c| if c == 0 { Align::Left } else { Align::Right }).collect();
    let header: Vec<String> = grid.header.iter().map(|title| escape::cell(&escape::text(title))).collect();
    let shown = |(column, cell): (usize, &GridCell)| {
        // One table has one meaning of ±.
        let after = if grid.has_spread() { &cell.spread } else { &cell.margin };
        cell_text(cell, after.as_deref(), grid.has_best(column))
    };
    let rows: Vec<Vec<String>> = grid.rows.iter().map(|row| row.iter().enumerate().map(shown).collect()).collect();
    pipe_table(&header, &aligns, &rows)
}

fn cell_text(cell: &GridCell, after: Option<&str>, column_has_best: bool) -> String {
    let text = escape::cell(&escape::text(&cell.text));
    let mark = cell.note.map(|note| Superscript(note).to_string()).unwrap_or_default();
    let after = after.map(|after| format!(" ± {after}")).unwrap_or_default();
    match (cell.best, cell.tied, column_has_best) {
        (true, ..) => format!("**{text}**{mark}{after}"),
        (false, true, _) => format!("{text}{mark} ≈{after}"),
        // The asterisks of the best one would push its digits out of line.
        (false, false, true) => format!("{text}{mark}  {after}"),
        (false, false, false) => format!("{text}{mark}{after}"),
    }
}

/// A table of cells that are Markdown already.
pub(super) fn pipe_table(header: &[String], aligns: &[Align], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..header.len())
        .map(|column| rows.iter().map(|row| row[column].width()).chain([header[column].width(), 3]).max().unwrap_or(3))
        .collect();
    let delimiters: Vec<String> = aligns
        .iter()
        .zip(&widths)
        .map(|(align, &width)| match align {
            Align::Left => format!(":{}", "-".repeat(width - 1)),
            Align::Right => format!("{}:", "-".repeat(width - 1)),
        })
        .collect();

    let mut table = String::new();
    for cells in [header, &delimiters].into_iter().chain(rows.iter().map(Vec::as_slice)) {
        for ((cell, align), width) in cells.iter().zip(aligns).zip(&widths) {
            let padding = " ".repeat(width - cell.width());
            match align {
                Align::Left => table.extend(["| ", cell, &padding, " "]),
                Align::Right => table.extend(["| ", &padding, cell, " "]),
            }
        }
        table.push_str("|\n");
    }
    table
}
