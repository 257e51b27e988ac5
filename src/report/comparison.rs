//! The comparison itself: which models, which metrics, which numbers, and where they come from.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Models side by side on one split. The same pipeline and seeds give the same comparison, byte by byte as JSON.
///
/// Texts are plain text, in which backticks mark code; renderers escape the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The heading.
    pub title: String,
    /// What stands in each column.
    pub columns: Vec<Column>,
    /// The models, in the order of the table.
    pub rows: Vec<Row>,
    /// Sentences a reader of the table must know.
    pub notes: Vec<String>,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Column {
    /// Its name in pipeline files: `ndcg@100`.
    pub metric: String,
    /// Its name in tables: `NDCG@100`.
    pub title: String,
    /// Which values are better.
    pub direction: Direction,
    /// Digits shown after the decimal point.
    pub decimals: u8,
    /// What it is, in a sentence or two: denominator, ties, users without targets.
    pub definition: String,
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The higher.
    HigherIsBetter,
    /// The lower.
    LowerIsBetter,
    /// Neither: the metric describes and does not judge.
    Neither,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The model's name in tables.
    pub model: String,
    /// The stage that trained it.
    pub stage: String,
    /// Passes over the data that training made; `None` for closed forms and counts.
    pub epochs: Option<u32>,
    /// The epoch whose weights were kept, where validation chose one.
    pub best_epoch: Option<u32>,
    /// One cell for each column.
    pub cells: Vec<Cell>,
    /// Users whose scores went into the means.
    pub users: u64,
    /// The parameters worth telling. They also tell models of the same name apart.
    pub parameters: IndexMap<String, Value>,
}

/// A number, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// A finite number.
    Value(f64),
    /// No number, and the reason in a sentence.
    Empty(String),
}

impl Cell {
    /// The number, or an empty cell that says so if it is not finite.
    pub fn of(value: f64) -> Self {
        if value.is_finite() { Self::Value(value) } else { Self::Empty(format!("the value is not finite ({value})")) }
    }

    /// The number, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Empty(_) => None,
        }
    }
}

/// Where the numbers of a comparison come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// The data as it went into the split.
    pub dataset: DatasetFacts,
    /// What was filtered away before the split, in words, oldest first.
    pub filters: Vec<String>,
    /// How it was split.
    pub split: SplitFacts,
    /// How models were scored, in sentences that hold for every column: candidates, masking, ties, empty users.
    pub protocol: Vec<String>,
    /// The seed of each stage that draws random numbers.
    pub seeds: IndexMap<String, u64>,
}

/// A data set in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetFacts {
    /// What to call it.
    pub name: String,
    /// Number of users.
    pub users: u64,
    /// Number of items.
    pub items: u64,
    /// Number of interactions.
    pub interactions: u64,
    /// The lowest and the highest rating; `None` if the data has no ratings.
    pub rating_range: Option<(f32, f32)>,
    /// Lines that could not be read and were left out on request.
    pub skipped_lines: u64,
}

/// A split in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SplitFacts {
    /// The strategy and its parameters in words.
    pub description: String,
    /// The content address of the split that every model was trained and scored on.
    pub digest: String,
    /// What models were fitted on.
    pub train: PartSize,
    /// What the best epoch was chosen on; zero users if there is no such part.
    pub validation: PartSize,
    /// What the table is made of.
    pub test: PartSize,
}

/// The size of one part of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartSize {
    /// Users with at least one interaction in it.
    pub users: u64,
    /// Interactions (in validation and test: those held out).
    pub interactions: u64,
}

impl Comparison {
    /// What to call each row: the model's name; where several rows share it, also the parameters in which they differ;
    /// where that does not tell them apart either, the stage.
    pub fn labels(&self) -> Vec<String> {
        let labels: Vec<String> = self.rows.iter().map(|row| self.label_by_parameters(row)).collect();
        let occurs_once = |label: &String| labels.iter().filter(|other| *other == label).count() == 1;
        let distinct = |(label, row): (&String, &Row)| {
            if occurs_once(label) { label.clone() } else { format!("{label} ({})", row.stage) }
        };
        labels.iter().zip(&self.rows).map(distinct).collect()
    }

    fn label_by_parameters(&self, row: &Row) -> String {
        let namesakes: Vec<&Row> = self.rows.iter().filter(|other| other.model == row.model).collect();
        let differing: Vec<String> = row
            .parameters
            .iter()
            .filter(|(name, value)| namesakes.iter().any(|other| other.parameters.get(*name) != Some(value)))
            .map(|(name, value)| format!("{name} {}", parameter_text(value)))
            .collect();
        if differing.is_empty() { row.model.clone() } else { format!("{} ({})", row.model, differing.join(", ")) }
    }
}

/// A parameter's value as users write it: strings without quotes, lists in brackets.
pub(super) fn parameter_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // A whole number is written without the point that its type gives it.
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(parameter_text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::Cell;

    #[test]
    fn namesakes_are_told_apart_by_the_parameters_in_which_they_differ() {
        let mut comparison = example::comparison();
        let mut twin = comparison.rows[1].clone();
        twin.stage = "train-ease-100".into();
        twin.parameters.insert("lambda".into(), 100.into());
        comparison.rows.push(twin);
        assert_eq!(comparison.labels(), ["Popularity", "EASE (lambda 500)", "MF", "EASE (lambda 100)"]);
    }

    #[test]
    fn namesakes_with_equal_parameters_are_told_apart_by_stage() {
        let mut comparison = example::comparison();
        let mut twin = comparison.rows[0].clone();
        twin.stage = "train-again".into();
        comparison.rows.push(twin);
        assert_eq!(comparison.labels(), ["Popularity (train-popularity)", "EASE", "MF", "Popularity (train-again)"]);
    }

    #[test]
    fn a_number_that_is_not_finite_is_an_empty_cell() {
        assert_eq!(Cell::of(0.5).value(), Some(0.5));
        assert_eq!(Cell::of(f64::NAN), Cell::Empty("the value is not finite (NaN)".into()));
    }
}
