//! Where the numbers come from, as named facts for documents to lay out.

use indexmap::IndexMap;

use super::comparison::{Comparison, Direction, parameter_text};
use super::folded::folded;
use super::measured::Measured;
use super::provenance::{PartSize, SplitFacts};
use super::units;

/// A fact with its name.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) says: Says,
}

/// What a fact says: plain texts, in which balanced backticks mark code, to be escaped one by one.
pub(super) enum Says {
    /// To be set apart by commas.
    Words(Vec<String>),
    /// To follow each other.
    Sentences(Vec<String>),
    /// Texts to be copied, such as digests.
    Codes(Vec<String>),
}

impl Says {
    /// As one text: each part made a piece of the document by `text`, code by `code`.
    pub(super) fn render(&self, text: impl Fn(&str) -> String, code: impl Fn(&str) -> String) -> String {
        let all = |parts: &[String], between: &str| {
            if parts.is_empty() {
                return "none".to_owned();
            }
            parts.iter().map(|part| text(part)).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Words(words) => all(words, ", "),
            Self::Sentences(sentences) => all(sentences, " "),
            Self::Codes(plain) => plain.iter().map(|plain| code(plain)).collect::<Vec<_>>().join(", "),
        }
    }
}

/// Everything about data, split and scoring, in the order in which readers ask for it.
pub(super) fn facts(comparison: &Comparison, measured: &Measured) -> Vec<Fact> {
    let provenance = &comparison.provenance;
    let words = |words: Vec<String>| Says::Words(words);
    let splits = || std::iter::once(&provenance.split).chain(&provenance.other_splits);
    let sizes = |part: fn(&SplitFacts) -> PartSize, nouns| Says::Words(part_in_words(splits().map(part), nouns));
    let mut facts = vec![
        ("Dataset", words(dataset(comparison))),
        ("Filters", words(provenance.filters.clone())),
        ("Split", words(vec![folded(&splits().map(|split| split.description.clone()).collect::<Vec<_>>())])),
        (
            if provenance.other_splits.is_empty() { "Split digest" } else { "Split digests" },
            Says::Codes(splits().map(|split| split.digest.clone()).collect()),
        ),
        ("Training", sizes(|split| split.train, ["interaction", "interactions"])),
        ("Validation", sizes(|split| split.validation, ["held-out interaction", "held-out interactions"])),
        ("Test", sizes(|split| split.test, ["held-out interaction", "held-out interactions"])),
        ("Seeds", words(provenance.seeds.iter().map(|(name, seeds)| seeds_in_words(name, seeds)).collect())),
        ("Users evaluated", words(users_evaluated(comparison))),
    ];
    if !provenance.protocol.is_empty() {
        facts.push(("Scoring", Says::Sentences(provenance.protocol.clone())));
    }
    facts.push(("Made by", words(made_by(measured))));
    facts.into_iter().map(|(name, says)| Fact { name, says }).collect()
}

fn dataset(comparison: &Comparison) -> Vec<String> {
    let data = &comparison.provenance.dataset;
    let ratings = match data.rating_range {
        Some((lowest, highest)) => format!("ratings from {lowest} to {highest}"),
        None => "without ratings".to_owned(),
    };
    let mut words = vec![
        data.name.clone(),
        units::counted(data.users, "user", "users"),
        units::counted(data.items, "item", "items"),
        units::counted(data.interactions, "interaction", "interactions"),
        ratings,
    ];
    if data.skipped_lines > 0 {
        words.push(format!("{} left out as unreadable", units::counted(data.skipped_lines, "line", "lines")));
    }
    words
}

/// The size of a part; of those of several splits, from the least to the greatest.
fn part_in_words(sizes: impl Iterator<Item = PartSize>, [singular, plural]: [&str; 2]) -> Vec<String> {
    let sizes: Vec<PartSize> = sizes.collect();
    if sizes.iter().all(|size| *size == (PartSize { users: 0, interactions: 0 })) {
        return Vec::new();
    }
    let users = units::counted_range(sizes.iter().map(|size| size.users), "user", "users");
    vec![users, units::counted_range(sizes.iter().map(|size| size.interactions), singular, plural)]
}

/// `split 42`, `CDAE 1 / 2 / 3`.
fn seeds_in_words(name: &str, seeds: &[u64]) -> String {
    format!("{name} {}", seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" / "))
}

fn users_evaluated(comparison: &Comparison) -> Vec<String> {
    let first = comparison.rows.first().map_or(0, |row| row.users);
    if comparison.rows.iter().all(|row| row.users == first) {
        return vec![units::count(first)];
    }
    let each = comparison.labels().into_iter().zip(&comparison.rows);
    each.map(|(label, row)| format!("{label} {}", units::count(row.users))).collect()
}

fn made_by(measured: &Measured) -> Vec<String> {
    let date = measured.date.as_ref().map(|date| format!(" on {date}")).unwrap_or_default();
    let mut words = vec![format!("recflow {}{date}", measured.version)];
    let mut others: Vec<&str> = measured.training.values().map(|cost| cost.version.as_str()).collect();
    others.retain(|version| !version.is_empty() && *version != measured.version);
    others.sort_unstable();
    others.dedup();
    if !others.is_empty() {
        words.push(format!("some of the models (from the cache) by {}", others.join(", ")));
    }
    words
}

/// What a metric is; the same metric at several cutoffs is explained once.
pub(super) struct Definition {
    /// The columns' titles.
    pub(super) titles: Vec<String>,
    /// `higher is better`, if either direction is.
    pub(super) direction: Option<&'static str>,
    /// The definition in a sentence or two.
    pub(super) says: String,
}

/// The definitions of a comparison's metrics.
pub(super) fn definitions(comparison: &Comparison) -> Vec<Definition> {
    let mut explained: IndexMap<(&str, Direction), Vec<String>> = IndexMap::new();
    for column in &comparison.columns {
        explained.entry((&column.definition, column.direction)).or_default().push(column.title.clone());
    }
    let definition = |((says, direction), titles): ((&str, Direction), Vec<String>)| {
        let direction = match direction {
            Direction::HigherIsBetter => Some("higher is better"),
            Direction::LowerIsBetter => Some("lower is better"),
            Direction::Neither => None,
        };
        Definition { titles, direction, says: says.to_owned() }
    };
    explained.into_iter().map(definition).collect()
}

/// What the training time of a table is.
pub(super) const RUNTIME: &str = "wall-clock time of the whole training, when the model was computed, of several replicates the mean; scoring is not in it.";

/// Over what the means of models that were trained several times are, such as `3 replicates (seed)`; `None` if none was.
pub(super) fn averaged_over(comparison: &Comparison) -> Option<String> {
    let counts = comparison.rows.iter().map(|row| row.replicates.len()).filter(|&count| count > 1);
    let (least, most) = (counts.clone().min()?, counts.max()?);
    let most = if least == most { format!("{most}") } else { format!("up to {most}") };
    let axes = comparison.statistics.as_ref().map(|statistics| statistics.replicate_axes.join(", "));
    let axes = axes.map(|axes| format!(" ({axes})")).unwrap_or_default();
    Some(format!("{most} replicates{axes}"))
}

/// What the numbers of a model that was trained several times are; `None` if none was.
pub(super) fn of_replicates(comparison: &Comparison) -> Option<&'static str> {
    comparison.rows.iter().any(|row| !row.replicates.is_empty()).then_some(
        "Of a model that was trained several times: the mean of the times, the most memory, the least and the greatest number of \
         epochs.",
    )
}

/// Whose lists overlaps and examples are of, if models were trained several times.
pub(super) fn lists_of_replicates(comparison: &Comparison) -> Option<String> {
    let row = comparison.rows.iter().find(|row| !row.replicates.is_empty())?;
    let at = row.replicates[0].variant.iter().map(|(axis, value)| format!("{axis} {}", parameter_text(value)));
    Some(format!("Of several replicates, the lists are those of the first ({}).", at.collect::<Vec<_>>().join(", ")))
}
