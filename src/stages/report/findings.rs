//! What the tests say, in words.

use indexmap::IndexMap;

use crate::report::{Cell, Comparison, Verdict};

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
}

impl Standings {
    fn of(comparison: &Comparison, labels: &[String], column: usize) -> Option<Self> {
        let verdict = |cell: &Cell| Some(cell.as_estimate()?.standing?.verdict);
        let with = |wanted: Verdict| {
            let rows = comparison.rows.iter().zip(labels);
            let chosen = rows.filter(move |(row, _)| verdict(&row.cells[column]) == Some(wanted));
            chosen.map(|(_, label)| label.clone()).collect::<Vec<String>>()
        };
        Some(Self {
            best: with(Verdict::Best).into_iter().next()?,
            not_distinguishable: with(Verdict::NotDistinguishable),
            any_worse: !with(Verdict::Worse).is_empty(),
        })
    }

    fn in_words(&self, columns: &str) -> String {
        let best = format!("{} is best on {columns}", self.best);
        match (&self.not_distinguishable[..], self.any_worse) {
            ([], _) => format!("{best}, ahead of all others by more than chance"),
            (all, false) if all.len() > 1 => format!("{best}, but none of the others can be told from it"),
            (some, _) => format!("{best}, but {} cannot be told from it", listed(some)),
        }
    }
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
    use super::{Standings, listed};

    fn standings(not_distinguishable: &[&str], any_worse: bool) -> String {
        let not_distinguishable = not_distinguishable.iter().map(|&name| name.to_owned()).collect();
        Standings { best: "EASE".into(), not_distinguishable, any_worse }.in_words("NDCG@10")
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
