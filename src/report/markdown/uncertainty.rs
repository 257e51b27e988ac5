//! Intervals, replicates and tests: how far the table can be believed.

use super::super::comparison::{Column, Comparison};
use super::super::estimate::{AgainstBest, Cell, Estimate};
use super::super::grid::{NOTHING, number};
use super::super::units;
use super::escape::{cell, text};
use super::table::{Align, pipe_table};

/// The section; empty where nothing is known.
pub(super) fn uncertainty(comparison: &Comparison) -> String {
    let Some(statistics) = &comparison.statistics else { return String::new() };
    let sentences = statistics.sentences.iter().map(|sentence| format!("- {}\n", text(sentence)));
    let mut parts: Vec<String> = vec![sentences.collect()];
    let tested = table(comparison, |estimate, column| {
        let against = estimate.standing?.against_best;
        Some(against.map_or_else(|| "best".to_owned(), |against| test_words(&against, column)))
    });
    parts.extend(tested.map(|table| {
        format!(
            "Each model minus the best of the column, with the corrected p-value and the effect size *d*:\n\n{table}"
        )
    }));
    let replicated = table(comparison, |estimate, column| {
        let values = estimate.spread.as_ref()?.values.iter();
        Some(values.map(|value| number(*value, column.decimals)).collect::<Vec<_>>().join(" · "))
    });
    let Some(replicated) = replicated else { return parts.join("\n") };
    // Without replicates the table itself has the intervals.
    let intervals = table(comparison, |estimate, column| {
        let interval = estimate.interval?;
        let [low, high] = [interval.low, interval.high].map(|end| number(end, column.decimals));
        Some(format!("{low} to {high}"))
    });
    let level = units::percent(statistics.level);
    parts.extend(intervals.map(|table| format!("The {level} intervals over users:\n\n{table}")));
    let axes: Vec<String> = statistics.replicate_axes.iter().map(|axis| text(axis)).collect();
    parts.push(format!("Each replicate ({}) by itself:\n\n{replicated}", axes.join(", ")));
    parts.join("\n")
}

fn test_words(against: &AgainstBest, column: &Column) -> String {
    let difference = number(against.difference, column.decimals);
    let sign = if against.difference > 0.0 { "+" } else { "" };
    let effect_size = against.effect_size.map(|size| format!(", d {}", number(size, 2))).unwrap_or_default();
    format!("{sign}{difference}, p {}{effect_size}", p_value(against.p_adjusted))
}

/// A p-value in the digits that matter.
fn p_value(p_value: f64) -> String {
    if p_value < 0.001 { "< 0.001".to_owned() } else { number(p_value, if p_value < 0.1 { 3 } else { 2 }) }
}

/// Those columns and rows for which something is known; `None` if that is nothing.
fn table(comparison: &Comparison, words: impl Fn(&Estimate, &Column) -> Option<String>) -> Option<String> {
    let cells: Vec<Vec<Option<String>>> = comparison
        .rows
        .iter()
        .map(|row| {
            let words = |(own, column): (&Cell, &Column)| words(own.as_estimate()?, column);
            row.cells.iter().zip(&comparison.columns).map(words).collect()
        })
        .collect();
    let is_told = |column: &usize| cells.iter().any(|row| row[*column].is_some());
    let columns: Vec<usize> = (0..comparison.columns.len()).filter(is_told).collect();
    if columns.is_empty() {
        return None;
    }
    let titles = columns.iter().map(|&column| cell(&text(&comparison.columns[column].title)));
    let header: Vec<String> = std::iter::once("Model".to_owned()).chain(titles).collect();
    let aligns: Vec<Align> = std::iter::once(Align::Left).chain(columns.iter().map(|_| Align::Right)).collect();
    let rows = comparison.labels().into_iter().zip(&cells).filter(|(_, row)| row.iter().any(Option::is_some));
    let rows: Vec<Vec<String>> = rows
        .map(|(label, row)| {
            let told = columns.iter().map(|&column| row[column].clone().unwrap_or_else(|| NOTHING.to_owned()));
            std::iter::once(cell(&text(&label))).chain(told).collect()
        })
        .collect();
    Some(pipe_table(&header, &aligns, &rows))
}

#[cfg(test)]
mod tests {
    use super::p_value;

    #[test]
    fn small_p_values_have_more_digits_and_never_are_zero() {
        assert_eq!([0.84, 0.0312, 0.000_2].map(p_value), ["0.84", "0.031", "< 0.001"]);
    }
}
