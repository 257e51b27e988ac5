//! The comparison itself: which models, which metrics, which numbers, and where they come from.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::breakdown::Breakdown;
use super::estimate::Cell;
use super::example_user::ExampleUser;
use super::learning_curve::LearningCurve;
use super::overlap::Overlap;
use super::popularity_bias::PopularityBias;
use super::provenance::Provenance;
use super::replicate::Replicate;
use super::statistics::Statistics;

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
    /// What the table says, in one sentence; none where nothing was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// How intervals and verdicts were made; none if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
    /// The same metrics over parts of the test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breakdowns: Vec<Breakdown>,
    /// What the models' recommendations have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Overlap>,
    /// What the models recommend to a few users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<ExampleUser>,
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
    /// Which model is best on it and which cannot be told from the best, in one sentence; none where nothing was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The stage that trained it; the first one's where there are several replicates.
    pub stage: String,
    /// Passes over the data that training made; `None` for closed forms and counts. Of the first of several replicates.
    pub epochs: Option<u32>,
    /// The epoch whose weights were kept, where validation chose one. Of the first of several replicates.
    pub best_epoch: Option<u32>,
    /// One cell for each column.
    pub cells: Vec<Cell>,
    /// Users whose scores went into the means.
    pub users: u64,
    /// The parameters worth telling, without those in which replicates differ. They also tell models of the same name apart.
    pub parameters: IndexMap<String, Value>,
    /// The coordinates of the row's copy in the pipeline's `matrix`, axis by axis, without those it is a mean over. They
    /// tell models of the same name apart before parameters do.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variant: IndexMap<String, Value>,
    /// The runs that the row is the mean of, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicates: Vec<Replicate>,
    /// Whether the model reads histories in the order of time; the others know what is in them, not when.
    #[serde(default)]
    pub reads_order: bool,
    /// Whether the row repeats a published evaluation that differs from the others': it stands in the table to be compared
    /// with the publication, is never the best and is not tested against the others.
    #[serde(default)]
    pub is_reproduction: bool,
    /// How popular its recommendations are, mean over replicates; none if it ranks nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub popularity_bias: Option<PopularityBias>,
    /// How its training went; none if there are replicates, which have their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_curves: Vec<LearningCurve>,
}

impl Comparison {
    /// What to call each row: the model's name; where several rows share it, also the coordinates in which they differ, or
    /// else the parameters; where that does not tell them apart either, the stage.
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
        let differing = |of: fn(&Row) -> &IndexMap<String, Value>| -> Vec<String> {
            let differs =
                |(name, value): &(&String, &Value)| namesakes.iter().any(|other| of(other).get(*name) != Some(*value));
            let named = of(row).iter().filter(differs);
            named.map(|(name, value)| format!("{name} {}", parameter_text(value))).collect()
        };
        let mut differences = differing(|row| &row.variant);
        if differences.is_empty() {
            differences = differing(|row| &row.parameters);
        }
        if differences.is_empty() { row.model.clone() } else { format!("{} ({})", row.model, differences.join(", ")) }
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
    fn coordinates_tell_namesakes_apart_before_parameters_do() {
        let mut comparison = example::comparison();
        let mut twin = comparison.rows[1].clone();
        comparison.rows[1].variant.insert("size".into(), "large".into());
        twin.parameters.insert("lambda".into(), 100.into());
        twin.variant.insert("size".into(), "small".into());
        comparison.rows.push(twin);
        assert_eq!(comparison.labels(), ["Popularity", "EASE (size large)", "MF", "EASE (size small)"]);
    }

    #[test]
    fn namesakes_with_equal_parameters_are_told_apart_by_stage() {
        let mut comparison = example::comparison();
        let mut twin = comparison.rows[0].clone();
        twin.stage = "train-again".into();
        comparison.rows.push(twin);
        assert_eq!(comparison.labels(), ["Popularity (train-popularity)", "EASE", "MF", "Popularity (train-again)"]);
    }
}
