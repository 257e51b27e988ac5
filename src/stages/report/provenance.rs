//! Where the numbers of a report come from.

use indexmap::IndexMap;

use super::super::evaluate::{Part as ScoredPart, Scores};
use super::super::facts::{Part, SplitFacts};
use super::scored::Scored;
use super::table_rows::TableRow;
use crate::rec::metric::Users;
use crate::report::{DatasetFacts, PartSize, Provenance, SplitFacts as Split};

/// What all the scores were made of and how.
pub(super) fn provenance(rows: &[TableRow<'_>], first: &Scored) -> Provenance {
    let first = &first.scores;
    let SplitFacts { digest, about, users, items, interactions, train, validation, test } = first.split.clone();
    let size = |part: Part| PartSize { users: part.users, interactions: part.interactions };
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
        split: Split {
            description: about.description,
            digest,
            train: size(train),
            validation: size(validation),
            test: size(test),
        },
        protocol: protocol(first),
        seeds: seeds(rows, first.split.about.seed),
    }
}

/// How models were scored, in sentences.
fn protocol(scores: &Scores) -> Vec<String> {
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
    let (users, without, part) = (scores.users, scores.users_without_target, scores.part);
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

/// The seed of the split, and of each model that draws; replicates one by one.
fn seeds(rows: &[TableRow<'_>], of_split: Option<u64>) -> IndexMap<String, u64> {
    let mut seeds: IndexMap<String, u64> = of_split.map(|seed| ("split".to_owned(), seed)).into_iter().collect();
    for row in rows {
        for one in &row.members {
            let model = &one.scores.model;
            let name = if row.is_replicated() { one.stage.clone() } else { model.title.clone() };
            if let Some(seed) = model.parameters.get("seed").and_then(serde_json::Value::as_u64) {
                seeds.insert(name, seed);
            }
        }
    }
    seeds
}
