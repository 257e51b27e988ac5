//! The table with its caption and notes.

use std::fmt::Write as _;

use super::super::comparison::{Column, Comparison, Direction};
use super::super::estimate::Cell;
use super::super::grid::{Grid, GridCell};
use super::super::measured::Measured;
use super::super::units;
use super::escape::{CHARACTER_COMMAND, comment, text};

/// Columns of numbers beside each other; more go into tables below, which no page is too narrow for.
const MAX_COLUMNS: usize = 5;

/// The comparison as a LaTeX table. A document that reads it needs `\usepackage{booktabs}`.
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let grid = Grid::of(comparison, measured).without_epochs();
    let mut document = head(comparison, measured);
    document += "\\begin{table}\n\\centering\n\\small\n";
    let _ = writeln!(document, "\\caption{{{}}}", caption(comparison));
    let _ = writeln!(document, "\\label{{tab:{}}}", label(&comparison.title));
    let columns: Vec<usize> = (1..grid.header.len()).collect();
    let n_tables = columns.len().div_ceil(MAX_COLUMNS).max(1);
    let tables = columns.chunks(columns.len().div_ceil(n_tables).max(1));
    let tables: Vec<String> = tables.map(|columns| tabular(comparison, &grid, columns)).collect();
    document += &tables.join("\\par\\medskip\n");
    document += &notes(comparison, &grid);
    document + "\\end{table}\n"
}

/// The models with some columns of the grid.
fn tabular(comparison: &Comparison, grid: &Grid, columns: &[usize]) -> String {
    let shown = |all: &[String]| line([0].iter().chain(columns).map(|&column| all[column].clone()));
    let mut table = format!("\\begin{{tabular}}{{@{{}}l{}@{{}}}}\n\\toprule\n", "r".repeat(columns.len()));
    table += &shown(&grid.header.iter().map(|title| text(title)).collect::<Vec<_>>());
    table += "\\midrule\n";
    for (row, of_model) in grid.rows.iter().zip(&comparison.rows) {
        table += &shown(&row.iter().map(cell_text).collect::<Vec<_>>());
        let mut intervals = vec![String::new(); grid.header.len()];
        for (place, (column, cell)) in comparison.columns.iter().zip(&of_model.cells).enumerate() {
            intervals[place + 1] = interval(column, cell);
        }
        if columns.iter().any(|&column| !intervals[column].is_empty()) {
            table += &shown(&intervals);
        }
    }
    table + "\\bottomrule\n\\end{tabular}\n"
}

/// Where the numbers come from, in comments: a paper has no room for it, its source has.
fn head(comparison: &Comparison, measured: &Measured) -> String {
    let provenance = &comparison.provenance;
    let mut head = comment(&format!("{}: a table made by recflow {}.", comparison.title, measured.version));
    head += &comment(r"Needs \usepackage{booktabs}; \input this file where the table is to stand.");
    head += &comment(&format!("Dataset: {}. Split: {}.", provenance.dataset.name, provenance.split.description));
    head += &comment(&format!("Split digest: {}", provenance.split.digest));
    if let Some(command) = &measured.command {
        head += &comment(&format!("Made again by: {command}"));
    }
    head + CHARACTER_COMMAND + "\n"
}

fn caption(comparison: &Comparison) -> String {
    let data = &comparison.provenance.dataset;
    let size = format!(
        "{} ({}, {}, {}).",
        data.name,
        units::counted(data.users, "user", "users"),
        units::counted(data.items, "item", "items"),
        units::counted(data.interactions, "interaction", "interactions")
    );
    let sentences = [format!("{}: {size}", comparison.title)].into_iter().chain(comparison.finding.clone());
    sentences.map(|sentence| text(&sentence)).collect::<Vec<_>>().join(" ")
}

/// A label that `\ref` can name.
fn label(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let label = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if label.is_empty() { "comparison".to_owned() } else { label }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("{} \\\\\n", cells.collect::<Vec<_>>().join(" & "))
}

fn cell_text(cell: &GridCell) -> String {
    let plain = text(&cell.text);
    let shown = if cell.best { format!("\\textbf{{{plain}}}") } else { plain };
    let tied = if cell.tied { TIED } else { "" };
    let note = cell.note.map(|note| format!("\\textsuperscript{{{note}}}")).unwrap_or_default();
    let spread = cell.spread.as_ref().map(|spread| format!(" $\\pm$ {spread}")).unwrap_or_default();
    shown + tied + &note + &spread
}

/// The mark of what cannot be told from the best.
const TIED: &str = r"\textsuperscript{\dag}";

fn interval(column: &Column, cell: &Cell) -> String {
    let Some(interval) = cell.as_estimate().and_then(|estimate| estimate.interval) else { return String::new() };
    let decimals = usize::from(column.decimals);
    format!("\\scriptsize {{[}}{:.decimals$}, {:.decimals$}{{]}}", interval.low, interval.high)
}

/// What stands below the table, in small print.
fn notes(comparison: &Comparison, grid: &Grid) -> String {
    let mut notes: Vec<String> = Vec::new();
    if (0..grid.header.len()).any(|column| grid.has_best(column)) {
        notes.push("Bold: the best of its column, with all that look the same in the digits shown.".to_owned());
    }
    if grid.has_tied() {
        notes.push(format!("{TIED} cannot be told from the best of its column."));
    }
    if let Some(statistics) = &comparison.statistics {
        notes.extend(statistics.sentences.iter().map(|sentence| text(sentence)));
    }
    let lower = comparison.columns.iter().filter(|column| column.direction == Direction::LowerIsBetter);
    let lower: Vec<String> = lower.map(|column| text(&column.title)).collect();
    if !lower.is_empty() {
        notes.push(format!("Lower is better: {}.", lower.join(", ")));
    }
    let reasons = grid.notes.iter().enumerate();
    notes.extend(reasons.map(|(index, note)| format!("\\textsuperscript{{{}}} {}", index + 1, text(note))));
    notes.extend(comparison.notes.iter().map(|note| text(note)));
    if notes.is_empty() {
        return String::new();
    }
    format!(
        "\\par\\smallskip\n\\begin{{minipage}}{{\\linewidth}}\\footnotesize\n{}\n\\end{{minipage}}\n",
        notes.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::report::{Measured, example};

    #[test]
    fn a_table_with_all_that_can_be_told() {
        insta::assert_snapshot!(render(&example::full_comparison(), &example::measured()));
    }

    #[test]
    fn many_columns_stand_in_tables_below_each_other_and_names_are_only_shown() {
        let mut comparison = example::comparison();
        for _ in 0..8 {
            comparison.columns.push(comparison.columns[1].clone());
            comparison.rows.iter_mut().for_each(|row| row.cells.push(row.cells[1].clone()));
        }
        comparison.title = "50 % of $x$\n\\end{table}".into();
        comparison.rows[0].model = "A & B \\\\ \\input{/etc/passwd}".into();
        let table = render(&comparison, &Measured::default());
        assert_eq!(table.matches("\\begin{tabular}").count(), 3);
        for line in table.lines().filter(|line| line.ends_with(" \\\\")) {
            assert_eq!(line.replace("\\&", "").matches('&').count(), 4, "{line}");
        }
        assert!(!table.contains("\\input{/") && table.matches("\\end{table}\n").count() == 1, "{table}");
        assert!(table.contains("\\caption{50 \\% of \\$x\\$ \\textbackslash{}end\\{table\\}: ml-1m"), "{table}");
    }
}
