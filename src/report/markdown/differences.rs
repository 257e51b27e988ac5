//! Where the differences between models are: breakdowns, popularity bias, overlap.

use super::super::breakdown::Breakdown;
use super::super::comparison::{Comparison, Direction};
use super::super::estimate::Cell;
use super::super::facts::lists_of_replicates;
use super::super::grid::{NOTHING, number};
use super::super::overlap::{MOST_SIDE_BY_SIDE, NEAREST};
use super::super::units;
use super::escape::{cell, text};
use super::table::{Align, pipe_table};

/// The section; empty where nothing is known.
pub(super) fn differences(comparison: &Comparison) -> String {
    let breakdowns = comparison.breakdowns.iter().map(|breakdown| broken_down(comparison, breakdown));
    let parts: Vec<String> = breakdowns.chain(popularity_bias(comparison)).chain(overlap(comparison)).collect();
    parts.join("\n")
}

/// One table for the judged metric that most models have: the others are in the JSON file, and all of them in a page of their own.
fn broken_down(comparison: &Comparison, breakdown: &Breakdown) -> String {
    let is_judged = |&place: &usize| comparison.columns[breakdown.columns[place]].direction != Direction::Neither;
    let known = |place: usize| {
        let cells = breakdown.groups.iter().flat_map(|group| &group.cells);
        cells.filter(|row| row[place].value().is_some()).count()
    };
    // Of those that most models have, the first.
    let places = (0..breakdown.columns.len()).filter(is_judged);
    let Some(place) = places.reduce(|a, b| if known(b) > known(a) { b } else { a }) else { return String::new() };
    let column = &comparison.columns[breakdown.columns[place]];
    let groups = breakdown.groups.iter().map(|group| {
        let size = match group.targets {
            Some(targets) => units::counted(targets, "target", "targets"),
            None => units::counted(group.users, "user", "users"),
        };
        cell(&text(&format!("{} ({size})", group.name)))
    });
    let groups: Vec<String> = groups.collect();
    let is_known = |row: &usize| breakdown.groups.iter().any(|group| group.cells[*row][place].value().is_some());
    let labels = comparison.labels();
    let known: Vec<usize> = (0..labels.len()).filter(is_known).collect();
    let models: Vec<String> = known.iter().map(|&row| cell(&text(&labels[row]))).collect();
    let words = |group: usize, row: usize| estimate_words(&breakdown.groups[group].cells[row][place], column.decimals);
    // The longer side goes down the page.
    let is_turned = groups.len() > models.len();
    let lines: Vec<Vec<String>> = if is_turned {
        (0..groups.len()).map(|group| known.iter().map(|&row| words(group, row)).collect()).collect()
    } else {
        known.iter().map(|&row| (0..groups.len()).map(|group| words(group, row)).collect()).collect()
    };
    let (across, down) = if is_turned { (models, groups) } else { (groups, models) };
    let header: Vec<String> = std::iter::once(cell(&text(&column.title))).chain(across).collect();
    let rows = down.into_iter().zip(lines).map(|(head, cells)| std::iter::once(head).chain(cells).collect());
    let table = pipe_table(&header, &aligns(header.len()), &rows.collect::<Vec<Vec<String>>>());
    format!("### {}\n\n{}\n\n{table}", text(&breakdown.title), text(&breakdown.about))
}

fn estimate_words(cell: &Cell, decimals: u8) -> String {
    let Some(estimate) = cell.as_estimate() else { return NOTHING.to_owned() };
    let margin = estimate.interval.map(|interval| number((interval.high - interval.low) / 2.0, decimals));
    let margin = margin.map(|margin| format!(" ± {margin}")).unwrap_or_default();
    format!("{}{margin}", number(estimate.value, decimals))
}

fn popularity_bias(comparison: &Comparison) -> Option<String> {
    const HEADER: [&str; 6] = ["Model", "Recommended", "Lift", "Head", "Middle", "Tail"];
    let known: Vec<_> = comparison
        .labels()
        .into_iter()
        .zip(&comparison.rows)
        .filter_map(|(label, row)| Some((label, row.popularity_bias?)))
        .collect();
    let (_, first) = known.first()?;
    let shares = |shares: [f64; 3]| shares.map(units::percent);
    let row = |name: String, popularity: f64, lift: String, of: [f64; 3]| -> Vec<String> {
        [name, units::percent(popularity), lift].into_iter().chain(shares(of)).collect()
    };
    let mut rows: Vec<Vec<String>> = known
        .iter()
        .map(|(label, bias)| {
            let sign = if bias.lift > 0.0 { "+" } else { "" };
            row(cell(&text(label)), bias.recommended, format!("{sign}{}", units::percent(bias.lift)), bias.shares)
        })
        .collect();
    rows.push(row("*users' histories*".to_owned(), first.history, NOTHING.to_owned(), first.history_shares));
    let table = pipe_table(&HEADER.map(str::to_owned), &aligns(HEADER.len()), &rows);
    Some(format!(
        "### Popularity bias\n\nHow many training users have an item that is among the first {}, on average; its lift over the \
         items of the users' histories; and the shares of recommendations that are of the head, the middle and the tail of the \
         catalogue, each of which has a third of all training interactions.\n\n{table}",
        first.cutoff
    ))
}

fn overlap(comparison: &Comparison) -> Option<String> {
    let overlap = comparison.overlap.as_ref()?;
    let ranking = overlap.ranking()?;
    let labels = comparison.labels();
    let name = |row: usize| cell(&text(&labels[row]));
    let is_whole = ranking.len() <= MOST_SIDE_BY_SIDE;
    let columns = if is_whole {
        ranking.iter().map(|&row| name(row)).collect()
    } else {
        (1..=NEAREST).map(|place| format!("Nearest {place}")).collect::<Vec<_>>()
    };
    let header: Vec<String> = std::iter::once("Model".to_owned()).chain(columns).collect();
    let all = |row: usize| -> Vec<String> {
        let shares = ranking.iter().map(|&other| match overlap.share(row, other) {
            Some(share) if row != other => units::percent(share),
            _ => NOTHING.to_owned(),
        });
        shares.collect()
    };
    let nearest = |row: usize| -> Vec<String> {
        let of = |(other, share): (usize, f64)| format!("{} {}", name(other), units::percent(share));
        let mut cells: Vec<String> = overlap.nearest(row).into_iter().map(of).collect();
        cells.resize(NEAREST, NOTHING.to_owned());
        cells
    };
    let rows = ranking.iter().map(|&row| {
        let cells = if is_whole { all(row) } else { nearest(row) };
        std::iter::once(name(row)).chain(cells).collect::<Vec<String>>()
    });
    let table = pipe_table(&header, &aligns(header.len()), &rows.collect::<Vec<_>>());
    let cutoff = overlap.cutoff;
    let of = lists_of_replicates(comparison).map(|note| format!(" {}", text(&note))).unwrap_or_default();
    let which = if is_whole { "" } else { " Of each model the nearest others; the JSON form has all pairs." };
    Some(format!(
        "### Overlap\n\nHow much of two models' lists of {cutoff} is the same, on average over users.{which}{of}\n\n{table}"
    ))
}

fn aligns(columns: usize) -> Vec<Align> {
    std::iter::once(Align::Left).chain(std::iter::repeat_n(Align::Right, columns.saturating_sub(1))).collect()
}
