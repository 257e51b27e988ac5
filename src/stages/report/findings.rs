//! What the tests say, in words.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::report::{Cell, Comparison, Direction, Row, Verdict};

/// Adds one sentence to each column that was tested, and one to the whole table.
pub(super) fn add_findings(comparison: &mut Comparison) {
    let labels = comparison.labels();
    let mut columns_of: IndexMap<Standings, Vec<String>> = IndexMap::new();
    for index in 0..comparison.columns.len() {
        let Some(standings) = Standings::of(comparison, &labels, index) else { continue };
        let column = &mut comparison.columns[index];
        column.finding = Some(format!("{}.", standings.in_words(&column.title)));
        columns_of.entry(standings).or_default().push(column.title.clone());
    }
    let clauses: Vec<String> =
        columns_of.iter().map(|(standings, columns)| standings.in_words(&listed(columns))).collect();
    comparison.finding = (!clauses.is_empty()).then(|| format!("{}.", clauses.join("; ")));
}

/// Who is best, and who cannot be told from the best.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Standings {
    best: String,
    not_distinguishable: Vec<String>,
    any_worse: bool,
    /// Worse ones of which a replicate reaches the worst of the best.
    overlapping: Vec<String>,
}

impl Standings {
    fn of(comparison: &Comparison, labels: &[String], column: usize) -> Option<Self> {
        let verdict = |cell: &Cell| Some(cell.as_estimate()?.standing?.verdict);
        let with = |wanted: Verdict| {
            let rows = comparison.rows.iter().zip(labels);
            let chosen = rows.filter(move |(row, _)| verdict(&row.cells[column]) == Some(wanted));
            chosen.map(|(_, label)| label.clone()).collect::<Vec<String>>()
        };
        let best_row = comparison.rows.iter().find(|row| verdict(&row.cells[column]) == Some(Verdict::Best))?;
        let sign = if comparison.columns[column].direction == Direction::LowerIsBetter { -1.0 } else { 1.0 };
        let values = |row: &Row| -> Vec<f64> {
            let estimate = row.cells[column].as_estimate();
            let values = estimate.map(|estimate| match &estimate.spread {
                Some(spread) => spread.values.clone(),
                None => vec![estimate.value],
            });
            values.into_iter().flatten().map(|value| sign * value).collect()
        };
        let overlaps = |row: &Row| is_overlapping(&values(row), &values(best_row), in_pairs(row, best_row));
        let worse = comparison.rows.iter().zip(labels);
        let worse = worse.filter(|(row, _)| verdict(&row.cells[column]) == Some(Verdict::Worse) && overlaps(row));
        Some(Self {
            overlapping: worse.map(|(_, label)| label.clone()).collect(),
            best: with(Verdict::Best).into_iter().next()?,
            not_distinguishable: with(Verdict::NotDistinguishable),
            any_worse: !with(Verdict::Worse).is_empty(),
        })
    }

    fn in_words(&self, columns: &str) -> String {
        let verdict = self.verdict_in_words(columns);
        match &self.overlapping[..] {
            [] => verdict,
            some => format!("{verdict} (of users: replicates of {} overlap with its own)", listed(some)),
        }
    }

    fn verdict_in_words(&self, columns: &str) -> String {
        let best = format!("{} is best on {columns}", self.best);
        match (&self.not_distinguishable[..], self.any_worse) {
            ([], _) => format!("{best}, ahead of all others by more than chance"),
            (all, false) if all.len() > 1 => format!("{best}, but none of the others can be told from it"),
            (some, _) => format!("{best}, but {} cannot be told from it", listed(some)),
        }
    }
}

/// Whether the replicates of two rows belong together one by one: those of one split.
fn in_pairs(a: &Row, b: &Row) -> bool {
    let (of_a, of_b) = (split_digests(a), split_digests(b));
    of_a == of_b && BTreeSet::from_iter(&of_a).len() == of_a.len()
}

fn split_digests(row: &Row) -> Vec<&str> {
    row.replicates.iter().map(|one| one.split_digest.as_str()).collect()
}

/// Whether any of the values reaches one of the best row's; in pairs, the one beside it. Greater ones are better.
fn is_overlapping(values: &[f64], best: &[f64], in_pairs: bool) -> bool {
    if values.len().max(best.len()) < 2 {
        return false;
    }
    if in_pairs {
        return values.iter().zip(best).any(|(value, best)| value >= best);
    }
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    best.iter().any(|&best| most >= best)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Standings, is_overlapping, listed};

    fn standings(not_distinguishable: &[&str], any_worse: bool) -> String {
        let not_distinguishable = not_distinguishable.iter().map(|&name| name.to_owned()).collect();
        let overlapping = Vec::new();
        Standings { best: "EASE".into(), not_distinguishable, any_worse, overlapping }.in_words("NDCG@10")
    }

    #[test]
    fn replicates_overlap_within_their_split_or_else_as_a_whole() {
        assert!(is_overlapping(&[1.0, 2.0], &[1.5, 2.5], false));
        assert!(!is_overlapping(&[1.0, 2.0], &[1.5, 2.5], true));
        assert!(is_overlapping(&[1.0, 2.6], &[1.5, 2.5], true));
        assert!(is_overlapping(&[1.0, 2.0], &[1.5], false) && !is_overlapping(&[1.0, 1.2], &[1.5], false));
        assert!(!is_overlapping(&[1.0], &[1.5], false) && !is_overlapping(&[2.0], &[1.5], false));
        let standings = Standings {
            best: "EASE".into(),
            not_distinguishable: vec![],
            any_worse: true,
            overlapping: vec!["CDAE".into(), "MF".into()],
        };
        assert_eq!(
            standings.in_words("NDCG@10"),
            "EASE is best on NDCG@10, ahead of all others by more than chance (of users: replicates of CDAE and MF overlap with its own)"
        );
    }

    #[test]
    fn each_case_has_its_words() {
        assert_eq!(standings(&[], true), "EASE is best on NDCG@10, ahead of all others by more than chance");
        assert_eq!(standings(&["CDAE"], true), "EASE is best on NDCG@10, but CDAE cannot be told from it");
        assert_eq!(standings(&["CDAE"], false), "EASE is best on NDCG@10, but CDAE cannot be told from it");
        assert_eq!(standings(&["A", "B"], true), "EASE is best on NDCG@10, but A and B cannot be told from it");
        assert_eq!(
            standings(&["A", "B"], false),
            "EASE is best on NDCG@10, but none of the others can be told from it"
        );
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(listed(&["a".into()]), "a");
    }
}
