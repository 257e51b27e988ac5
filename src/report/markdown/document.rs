//! The order of the report: table, notes, uncertainty, breakdowns, examples, provenance, metrics, models.

use std::fmt::Write as _;

use super::super::comparison::Comparison;
use super::super::facts::{Definition, Fact, RUNTIME, definitions, facts, of_replicates};
use super::super::grid::{Grid, Superscript};
use super::super::measured::Measured;
use super::super::units;
use super::differences::differences;
use super::escape::{cell, code, code_block, text};
use super::examples::examples;
use super::table::{Align, comparison_table, pipe_table};
use super::uncertainty::uncertainty;

/// The report as a Markdown document.
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let grid = Grid::of(comparison, measured);
    let mut document = format!("# {}\n\n{}\n", text(&comparison.title), comparison_table(&grid));
    document.push_str(&notes(comparison, &grid));
    let sections = [
        ("How sure the differences are", uncertainty(comparison)),
        ("Where the differences are", differences(comparison)),
        ("Examples", examples(comparison)),
        ("Where the numbers come from", provenance(comparison, measured)),
        ("Metrics", metrics(comparison, &grid)),
        ("Models", models(comparison, measured)),
    ];
    for (heading, body) in sections.into_iter().filter(|(_, body)| !body.is_empty()) {
        let _ = write!(document, "## {heading}\n\n{body}\n");
    }
    document.truncate(document.trim_end().len());
    document.push('\n');
    document
}

/// What stands right below the table: what it says, what its marks mean, why cells are empty, what else to know.
fn notes(comparison: &Comparison, grid: &Grid) -> String {
    let has_best = (0..grid.header.len()).any(|column| grid.has_best(column));
    let mut lines: Vec<String> = comparison.finding.iter().map(|finding| text(finding)).collect();
    let mut legend: Vec<String> = Vec::new();
    if has_best {
        legend.push("**Bold**: the best of its column, with all that look the same in the digits shown.".to_owned());
    }
    if grid.has_tied() {
        legend.push("≈: not told from the best by the test.".to_owned());
    }
    if grid.has_spread() {
        legend.push(
            "±: the standard deviation over replicates; intervals over users are in a table of their own.".to_owned(),
        );
    } else if let Some(statistics) = comparison.statistics.as_ref().filter(|_| grid.has_margin()) {
        let level = units::percent(statistics.level);
        legend.push(format!("±: half the width of the {level} interval over users."));
    }
    lines.extend((!legend.is_empty()).then(|| legend.join(" ")));
    lines.extend(
        grid.notes.iter().enumerate().map(|(index, note)| format!("{} {}", Superscript(index + 1), text(note))),
    );
    lines.extend(comparison.notes.iter().map(|note| text(note)));
    lines.into_iter().fold(String::new(), |all, line| all + &line + "\n\n")
}

fn provenance(comparison: &Comparison, measured: &Measured) -> String {
    let fact = |fact: Fact| format!("- **{}**: {}\n", fact.name, fact.says.render(text, code));
    let mut body: String = facts(comparison, measured).into_iter().map(fact).collect();
    if let Some(command) = &measured.command {
        let _ = write!(body, "\nThis command makes the same table again:\n\n{}", code_block("sh", command));
    }
    body
}

/// One line a metric.
fn metrics(comparison: &Comparison, grid: &Grid) -> String {
    let mut body = String::new();
    for Definition { titles, direction, says } in definitions(comparison) {
        let titles: Vec<String> = titles.iter().map(|title| text(title)).collect();
        let direction = direction.map(|direction| format!(" ({direction})")).unwrap_or_default();
        let _ = writeln!(body, "- **{}**{direction}: {}", titles.join(", "), text(&says));
    }
    if grid.has_runtime {
        let _ = writeln!(body, "- **Runtime**: {RUNTIME}");
    }
    body
}

fn models(comparison: &Comparison, measured: &Measured) -> String {
    const NUMBERS: [&str; 6] = ["Training time", "CPU time", "Peak memory", "Threads", "Epochs", "Best epoch"];
    let header = ["Model", "Stage"].into_iter().chain(NUMBERS).chain(["Parameters"]).map(str::to_owned);
    let aligns = [Align::Left; 2].into_iter().chain([Align::Right; NUMBERS.len()]).chain([Align::Left]);
    let mut rows = Vec::with_capacity(comparison.rows.len());
    for (label, row) in comparison.labels().into_iter().zip(&comparison.rows) {
        let cost = measured.training.get(&row.stage);
        let parameters = row.parameters_in_words().into_iter().map(|(name, value)| format!("{name}: {value}"));
        let parameters = parameters.collect::<Vec<_>>().join(", ");
        rows.push(vec![
            cell(&text(&label)),
            cell(&text(&row.stages())),
            or_nothing(cost.map(|cost| units::duration(cost.wall))),
            or_nothing(cost.and_then(|cost| cost.cpu).map(units::duration)),
            or_nothing(cost.and_then(|cost| cost.peak_memory_bytes).map(units::bytes)),
            or_nothing(cost.map(|cost| cost.threads.to_string())),
            or_nothing(row.epochs_in_words()),
            or_nothing(row.best_epoch_in_words()),
            or_nothing((!parameters.is_empty()).then(|| cell(&text(&parameters)))),
        ]);
    }
    let table = pipe_table(&header.collect::<Vec<_>>(), &aligns.collect::<Vec<_>>(), &rows);
    match of_replicates(comparison) {
        Some(note) => format!("{table}\n{note}\n"),
        None => table,
    }
}

fn or_nothing(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::super::{Measured, example};
    use super::render;

    #[test]
    fn a_whole_report() {
        insta::assert_snapshot!(render(&example::comparison(), &example::measured()));
    }

    #[test]
    fn a_report_of_all_that_can_be_told() {
        insta::assert_snapshot!(render(&example::full_comparison(), &example::measured()));
    }

    #[test]
    fn names_from_outside_cannot_break_the_document() {
        let mut comparison = example::comparison();
        comparison.title = "My *best*\nmodels | <script>".into();
        comparison.rows[0].model = "映画 | [人気](x)".into();
        comparison.provenance.dataset.name = "data_sets/`mine`.csv".into();
        comparison.provenance.filters = vec!["ratings of at least 4".into(), "5-core".into()];
        comparison.provenance.dataset.skipped_lines = 1;
        comparison.notes = vec!["`x` is on purpose.".into()];
        comparison.rows[2].users = 6000;
        let mut measured = example::measured();
        measured.date = Some("2031-02-03".into());
        if let Some(cost) = measured.training.get_mut("train-mf") {
            cost.version = "0.0.9".into();
        }
        insta::assert_snapshot!(render(&comparison, &measured));
    }

    #[test]
    fn without_measurements_there_is_no_runtime_and_no_command() {
        let measured = Measured { version: "0.1.0".into(), ..Measured::default() };
        let document = render(&example::comparison(), &measured);
        assert!(!document.contains("Runtime") && !document.contains("```"), "{document}");
    }
}
