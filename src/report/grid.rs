//! The table as text cells, before it takes the form of one document format.

use std::fmt;

use super::comparison::{Column, Comparison, Direction, Row};
use super::estimate::{Cell, Estimate, Verdict};
use super::measured::Measured;
use super::units;

/// What stands in a cell without a number.
pub(super) const NOTHING: &str = "–";

/// Header, rows and the notes that the rows point to.
pub(super) struct Grid {
    /// Model, epochs, one for each metric, runtime (if any was measured). Shape: `[n_columns]`.
    pub(super) header: Vec<String>,
    /// Whether the last column is the runtime.
    pub(super) has_runtime: bool,
    /// Shape: `[n_models, n_columns]`.
    pub(super) rows: Vec<Vec<GridCell>>,
    /// Why cells are empty; a cell's note `n` is the `n`-th of them, counted from one.
    pub(super) notes: Vec<String>,
}

/// One cell of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GridCell {
    /// What it says.
    pub(super) text: String,
    /// Half the width of its confidence interval.
    pub(super) margin: Option<String>,
    /// The standard deviation over replicates.
    pub(super) spread: Option<String>,
    /// Whether it is the best of its column.
    pub(super) best: bool,
    /// Whether it is not the best, and a test does not tell it from the best.
    pub(super) tied: bool,
    /// The number of the note that explains it.
    pub(super) note: Option<usize>,
}

impl GridCell {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl Grid {
    /// The table of a comparison.
    pub(super) fn of(comparison: &Comparison, measured: &Measured) -> Self {
        let mut notes = Notes::default();
        let has_runtime = comparison.rows.iter().any(|row| measured.training.contains_key(&row.stage));

        let metrics = comparison.columns.iter().map(|column| column.title.clone());
        let mut header: Vec<String> = ["Model", "Epochs"].map(str::to_owned).into_iter().chain(metrics).collect();
        if has_runtime {
            header.push("Runtime".to_owned());
        }

        let best: Vec<Option<String>> = comparison
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| best_text(column, index, &comparison.rows))
            .collect();
        let mut rows = Vec::with_capacity(comparison.rows.len());
        for (label, row) in comparison.labels().into_iter().zip(&comparison.rows) {
            let mut cells = vec![GridCell::plain(label), epochs_cell(row, &mut notes)];
            for ((column, cell), best) in comparison.columns.iter().zip(&row.cells).zip(&best) {
                cells.push(match cell {
                    Cell::Value(estimate) => {
                        let best = best.as_deref().filter(|_| !row.is_reproduction);
                        value_cell(estimate, column, best)
                    }
                    Cell::Empty(reason) => notes.empty_cell(reason),
                });
            }
            if has_runtime {
                cells.push(match measured.training.get(&row.stage) {
                    Some(cost) => {
                        let note = cost.in_words().map(|words| notes.number(&words));
                        GridCell { text: units::duration(cost.wall), note, ..GridCell::default() }
                    }
                    None => notes.empty_cell("Its training was not measured."),
                });
            }
            rows.push(cells);
        }
        Self { header, has_runtime, rows, notes: notes.0 }
    }

    /// The table without its column of epochs, and its notes without those that only this column needs.
    pub(super) fn without_epochs(mut self) -> Self {
        self.header.remove(1);
        self.rows.iter_mut().for_each(|row| drop(row.remove(1)));
        let mut needed: Vec<usize> = Vec::new();
        for note in self.rows.iter_mut().flatten().filter_map(|cell| cell.note.as_mut()) {
            let place = needed.iter().position(|known| known == note).unwrap_or_else(|| {
                needed.push(*note);
                needed.len() - 1
            });
            *note = place + 1;
        }
        self.notes = needed.into_iter().filter_map(|note| self.notes.get(note - 1).cloned()).collect();
        self
    }

    /// Whether a cell of that column is marked as the best.
    pub(super) fn has_best(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row[column].best)
    }

    /// Whether any cell is marked as not told from the best.
    pub(super) fn has_tied(&self) -> bool {
        self.rows.iter().flatten().any(|cell| cell.tied)
    }

    /// Whether any cell has a margin.
    pub(super) fn has_margin(&self) -> bool {
        self.rows.iter().flatten().any(|cell| cell.margin.is_some())
    }

    /// Whether any cell is a mean over replicates.
    pub(super) fn has_spread(&self) -> bool {
        self.rows.iter().flatten().any(|cell| cell.spread.is_some())
    }
}

fn value_cell(estimate: &Estimate, column: &Column, best: Option<&str>) -> GridCell {
    let text = number(estimate.value, column.decimals);
    let is_best = best == Some(&*text);
    let verdict = estimate.standing.map(|standing| standing.verdict);
    GridCell {
        margin: estimate.interval.map(|interval| number((interval.high - interval.low) / 2.0, column.decimals)),
        spread: estimate.spread.as_ref().map(|spread| number(spread.standard_deviation, column.decimals)),
        best: is_best,
        tied: !is_best && verdict == Some(Verdict::NotDistinguishable),
        text,
        note: None,
    }
}

fn epochs_cell(row: &Row, notes: &mut Notes) -> GridCell {
    match (row.epochs_in_words(), row.best_epoch_in_words()) {
        (None, _) => notes.empty_cell("No epochs: fitted in one step, by a closed form or by counting."),
        (Some(epochs), None) => GridCell::plain(epochs),
        (Some(epochs), Some(best)) => GridCell::plain(format!("{epochs} (best {best})")),
    }
}

/// A column's best value as it is shown, so that values that look equal are marked alike.
/// `None` where there is nothing to compare or neither direction is better.
fn best_text(column: &Column, index: usize, rows: &[Row]) -> Option<String> {
    let compared = rows.iter().filter(|row| !row.is_reproduction);
    let values: Vec<f64> = compared.filter_map(|row| row.cells[index].value()).collect();
    if values.len() < 2 {
        return None;
    }
    let best = match column.direction {
        Direction::HigherIsBetter => values.into_iter().reduce(f64::max),
        Direction::LowerIsBetter => values.into_iter().reduce(f64::min),
        Direction::Neither => None,
    };
    best.map(|value| number(value, column.decimals))
}

/// A number with so many digits behind the point; zero has no sign.
pub(super) fn number(value: f64, decimals: u8) -> String {
    let text = format!("{value:.*}", usize::from(decimals));
    let is_negative_zero = text.starts_with('-') && text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_negative_zero { text[1..].to_owned() } else { text }
}

/// Reasons in the order in which the table needs them; equal ones share a number.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn empty_cell(&mut self, reason: &str) -> GridCell {
        GridCell { text: NOTHING.to_owned(), note: Some(self.number(reason)), ..GridCell::default() }
    }

    fn number(&mut self, note: &str) -> usize {
        let known = self.0.iter().position(|other| other == note);
        let index = known.unwrap_or_else(|| {
            self.0.push(note.to_owned());
            self.0.len() - 1
        });
        index + 1
    }
}

/// A number in superscript digits: the mark of a note.
pub(super) struct Superscript(pub(super) usize);

impl fmt::Display for Superscript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [&str; 10] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
        self.0.to_string().bytes().try_for_each(|digit| f.write_str(DIGITS[usize::from(digit - b'0')]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Comparison, Measured, example};
    use super::{Grid, Superscript, number};

    /// Positions (row, column) of the cells marked as best.
    fn best(comparison: &Comparison) -> Vec<(usize, usize)> {
        let grid = Grid::of(comparison, &Measured::default());
        let cells =
            grid.rows.iter().enumerate().flat_map(|(r, row)| row.iter().enumerate().map(move |(c, cell)| (r, c, cell)));
        cells.filter(|(_, _, cell)| cell.best).map(|(row, column, _)| (row, column)).collect()
    }

    #[test]
    fn best_follows_the_direction_and_values_that_look_equal_tie() {
        // RMSE (column 2) has one value only, precision (3) ties at four digits, novelty (5) has no direction.
        let mut comparison = example::comparison();
        assert_eq!(best(&comparison), [(1, 3), (1, 4), (2, 3)]);
        comparison.rows[0].cells[0] = Cell::of(0.9);
        assert!(best(&comparison).contains(&(2, 2)), "the lower RMSE is the better one");
    }

    #[test]
    fn what_is_not_told_from_the_best_is_marked_unless_it_looks_the_same() {
        let mut comparison = example::full_comparison();
        let tied = |comparison: &Comparison| Grid::of(comparison, &Measured::default()).rows[2][3].tied;
        assert!(!tied(&comparison), "it looks like the best one");
        let Cell::Value(estimate) = &mut comparison.rows[2].cells[1] else { panic!("there is a number") };
        estimate.value = 0.16;
        assert!(tied(&comparison));
        assert_eq!(Grid::of(&comparison, &Measured::default()).rows[1][3].margin.as_deref(), Some("0.0033"));
    }

    #[test]
    fn what_repeats_a_publication_is_not_the_best() {
        let mut comparison = example::comparison();
        comparison.rows[1].is_reproduction = true;
        assert_eq!(best(&comparison), [(2, 3), (2, 4)]);
    }

    #[test]
    fn a_single_model_is_not_the_best() {
        let mut comparison = example::comparison();
        comparison.rows.truncate(1);
        assert_eq!(best(&comparison), []);
    }

    #[test]
    fn equal_reasons_share_a_note() {
        let grid = Grid::of(&example::comparison(), &example::measured());
        assert_eq!(grid.notes.len(), 2);
        assert_eq!(grid.rows[0][2].note, grid.rows[1][2].note);
        assert_ne!(grid.rows[0][1].note, grid.rows[0][2].note);
    }

    #[test]
    fn without_epochs_the_other_notes_are_counted_anew() {
        let grid = Grid::of(&example::comparison(), &example::measured()).without_epochs();
        assert_eq!(grid.header[..2], ["Model", "RMSE"]);
        assert_eq!(grid.notes, ["The model ranks items and predicts no ratings."]);
        assert_eq!(grid.rows[0][1].note, Some(1));
    }

    #[test]
    fn runtime_is_a_column_only_where_something_was_measured() {
        let mut measured = example::measured();
        let comparison = example::comparison();
        assert_eq!(Grid::of(&comparison, &measured).header.last().unwrap(), "Runtime");
        measured.training.remove("train-ease");
        assert!(Grid::of(&comparison, &measured).rows[1].last().unwrap().note.is_some());
        measured.training.clear();
        assert_eq!(Grid::of(&comparison, &measured).header.last().unwrap(), "Novelty@100");
    }

    #[test]
    fn numbers_have_no_negative_zero() {
        assert_eq!(number(-0.000_01, 4), "0.0000");
        assert_eq!(number(-0.5, 1), "-0.5");
        assert_eq!(number(12.0, 0), "12");
    }

    #[test]
    fn superscripts_have_as_many_digits_as_needed() {
        assert_eq!(Superscript(120).to_string(), "¹²⁰");
    }
}
