//! The table alone as plain text, for a terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::facts::averaged_over;
use super::grid::{Grid, GridCell, Superscript};
use super::{Comparison, Measured, units, wrap};

/// Space between columns.
const GUTTER: &str = "  ";
/// Lines longer than this are hard to read.
const WIDEST_PROSE: usize = 100;

/// The table without the footer, in lines of at most `width` columns of a terminal as far as single columns allow.
///
/// A table that is too wide is cut into blocks that each begin with the models' names. The best value of a column is
/// marked `*`, what a test does not tell from it `≈`; wide characters count as two columns.
pub fn render(comparison: &Comparison, measured: &Measured, width: usize) -> String {
    let grid = Grid::of(comparison, measured);
    let columns: Vec<TextColumn> = (0..grid.header.len()).map(|index| TextColumn::of(&grid, index)).collect();
    let mut text = format!("{}\n", title(comparison));
    for block in blocks(&columns, width) {
        text.push('\n');
        for line in 0..=grid.rows.len() + 1 {
            let cells: Vec<String> = block.iter().map(|column| column.line(line)).collect();
            let _ = writeln!(text, "{}", cells.join(GUTTER).trim_end());
        }
    }

    let mut notes: Vec<String> = Vec::new();
    notes.extend(comparison.finding.as_ref().map(|finding| format!("In short: {finding}")));
    if (0..grid.header.len()).any(|column| grid.has_best(column)) {
        notes.push("* the best of its column, with all that look the same".to_owned());
    }
    if grid.has_tied() {
        notes.push("≈ not told from the best by the test".to_owned());
    }
    notes.extend(
        averaged_over(comparison)
            .map(|over| format!("Numbers with ± are means over {over}, ± their standard deviation.")),
    );
    notes.extend(grid.notes.iter().enumerate().map(|(index, note)| format!("{} {note}", Superscript(index + 1))));
    notes.extend(comparison.notes.iter().cloned());
    let lines: Vec<String> = notes.iter().flat_map(|note| wrap(note, 0, width.min(WIDEST_PROSE))).collect();
    if !lines.is_empty() {
        let _ = write!(text, "\n{}\n", lines.join("\n"));
    }
    text
}

fn title(comparison: &Comparison) -> String {
    let users = comparison.rows.iter().map(|row| row.users).max().unwrap_or(0);
    let dataset = &comparison.provenance.dataset.name;
    format!("{} · {dataset} · {} evaluated", comparison.title, units::counted(users, "user", "users"))
}

/// One column with all its lines in one width.
struct TextColumn {
    width: usize,
    lines: Vec<String>,
}

impl TextColumn {
    fn of(grid: &Grid, index: usize) -> Self {
        let has_marks = grid.has_best(index);
        let mut cells = vec![format!("{}{}", grid.header[index], if has_marks { " " } else { "" })];
        cells.extend(grid.rows.iter().map(|row| cell_text(&row[index], has_marks)));
        let width = cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
        let padded = cells.iter().map(|cell| {
            let padding = " ".repeat(width - cell.width());
            if index == 0 { format!("{cell}{padding}") } else { format!("{padding}{cell}") }
        });
        let mut lines: Vec<String> = padded.collect();
        lines.insert(1, "─".repeat(width));
        Self { width, lines }
    }

    fn line(&self, line: usize) -> String {
        self.lines[line].clone()
    }
}

fn cell_text(cell: &GridCell, column_has_marks: bool) -> String {
    let mark = match (cell.note, cell.best, cell.tied) {
        (Some(note), ..) => Superscript(note).to_string(),
        (None, true, _) => "*".to_owned(),
        (None, false, true) => "≈".to_owned(),
        (None, false, false) if column_has_marks => " ".to_owned(),
        (None, false, false) => String::new(),
    };
    let spread = cell.spread.as_ref().map(|spread| format!(" ± {spread}")).unwrap_or_default();
    format!("{}{spread}{mark}", cell.text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Groups of columns that fit beside the first one.
fn blocks(columns: &[TextColumn], width: usize) -> Vec<Vec<&TextColumn>> {
    let Some((first, rest)) = columns.split_first() else { return Vec::new() };
    let mut blocks = vec![vec![first]];
    let mut used = first.width;
    for column in rest {
        let needed = GUTTER.len() + column.width;
        let is_full = used + needed > width && blocks.last().is_some_and(|block| block.len() > 1);
        if is_full {
            blocks.push(vec![first]);
            used = first.width;
        }
        used += needed;
        blocks.last_mut().expect("there is a first block").push(column);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::super::example;

    #[test]
    fn a_table_that_fits() {
        insta::assert_snapshot!(super::render(&example::comparison(), &example::measured(), 100));
    }

    #[test]
    fn what_the_tests_say_stands_below() {
        let mut comparison = example::full_comparison();
        let super::super::Cell::Value(estimate) = &mut comparison.rows[2].cells[1] else { panic!("there is a number") };
        estimate.value = 0.16;
        insta::assert_snapshot!(super::render(&comparison, &example::measured(), 80));
    }

    #[test]
    fn a_narrow_terminal_gets_blocks_and_wide_names_stay_aligned() {
        let mut comparison = example::comparison();
        comparison.rows[0].model = "人気の映画".into();
        let text = super::render(&comparison, &example::measured(), 48);
        assert!(text.lines().skip(1).take(12).all(|line| unicode_width::UnicodeWidthStr::width(line) <= 48), "{text}");
        insta::assert_snapshot!(text);
    }
}
