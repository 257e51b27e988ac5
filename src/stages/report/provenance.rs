//! Where the numbers of a report come from.

use indexmap::IndexMap;

use super::super::evaluate::{Part as ScoredPart, Scores};
use super::super::facts::{Part, SplitFacts};
use super::scored::Scored;
use super::table_rows::{TableRow, splits};
use crate::rec::metric::Users;
use crate::report::{DatasetFacts, PartSize, Provenance, SplitFacts as Split, units};

/// What all the scores were made of and how.
pub(super) fn provenance(rows: &[TableRow<'_>], first: &Scored) -> Provenance {
    let first = &first.scores;
    let SplitFacts { about, users, items, interactions, .. } = first.split.clone();
    let splits: Vec<&Scores> = splits(rows).into_iter().map(|one| &one.scores).collect();
    Provenance {
        dataset: DatasetFacts {
            name: about.dataset.name.clone(),
            users,
            items,
            interactions,
            rating_range: about.dataset.has_ratings.then_some(about.rating_range),
            skipped_lines: about.dataset.skipped_lines,
        },
        filters: about.dataset.filters.clone(),
        split: split(&first.split),
        other_splits: splits.iter().skip(1).map(|scores| split(&scores.split)).collect(),
        protocol: protocol(&splits),
        seeds: IndexMap::new(),
    }
}

fn split(facts: &SplitFacts) -> Split {
    let size = |part: Part| PartSize { users: part.users, interactions: part.interactions };
    Split {
        description: facts.about.description.clone(),
        digest: facts.digest.clone(),
        train: size(facts.train),
        validation: size(facts.validation),
        test: size(facts.test),
    }
}

/// How models were scored, in sentences; `splits` has the scores of a model on each split.
fn protocol(splits: &[&Scores]) -> Vec<String> {
    let Some(scores) = splits.first() else { return Vec::new() };
    let dialect = scores.dialect.dialect();
    let (title, name, source) = (dialect.title, dialect.name, dialect.source);
    let whose = format!("Metrics are as {title} defines them (`dialect: {name}`, after {source}).");
    let candidates = format!(
        "Every item is a candidate, except those the user already has; ties go to {}.",
        dialect.ties_in_words()
    );
    let targets = match scores.relevant_from {
        Some(rating) => format!("Held-out items rated {rating} or higher are targets."),
        None => "Every held-out item is a target, whatever its rating.".to_owned(),
    };
    let of_splits =
        |of: fn(&Scores) -> u64| units::range(splits.iter().copied().map(of), |n| n.to_string()).unwrap_or_default();
    let (users, without) = (of_splits(|scores| scores.users), of_splits(|scores| scores.users_without_target));
    let part = scores.part;
    let means = match dialect.means {
        Users::WithTarget => format!("Means are over the {users} {part} users with a target ({without} have none)."),
        Users::WithHeldOut => {
            format!("Means are over all {users} {part} users; the {without} without a target count with 0.")
        }
    };
    let mut sentences = vec![whose, candidates, targets, means];
    if part == ScoredPart::Validation {
        let caveat = "The scores are of the validation part: they are to choose by, and say too much for a model.";
        sentences.push(caveat.to_owned());
    }
    sentences
}

/// The seeds of the splits, and of each row's model if it draws: one for each replicate. `labels` has the rows' names.
pub(super) fn seeds(labels: &[String], rows: &[TableRow<'_>]) -> IndexMap<String, Vec<u64>> {
    let of_splits = splits(rows).iter().filter_map(|one| one.scores.split.about.seed).collect();
    let of_row = |row: &TableRow<'_>| -> Vec<u64> {
        let seed = |one: &&Scored| one.scores.model.parameters.get("seed")?.as_u64();
        row.members.iter().filter_map(seed).collect()
    };
    let of_rows = labels.iter().cloned().zip(rows.iter().map(of_row));
    std::iter::once(("split".to_owned(), of_splits)).chain(of_rows).filter(|(_, seeds)| !seeds.is_empty()).collect()
}
