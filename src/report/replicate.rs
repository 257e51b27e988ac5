//! The runs that a row is the mean of.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::comparison::{Row, parameter_text};
use super::folded::folded;
use super::learning_curve::LearningCurve;
use super::units;

/// One of the runs that a row is the mean of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Replicate {
    /// The stage that trained it.
    pub stage: String,
    /// Its coordinates along the axes that the row is a mean over: `seed` 2.
    pub variant: IndexMap<String, Value>,
    /// The content address of the split that it was trained and scored on.
    pub split_digest: String,
    /// Passes over the data that training made.
    pub epochs: Option<u32>,
    /// The epoch whose weights were kept.
    pub best_epoch: Option<u32>,
    /// The parameters in which it differs from others of the row.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, Value>,
    /// How its training went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_curves: Vec<LearningCurve>,
}

impl Row {
    /// The stages that trained the model: `train-cdae`, `train-cdae/seed={1, 2, 3}`.
    pub(super) fn stages(&self) -> String {
        let stages: Vec<String> = self.replicates.iter().map(|replicate| replicate.stage.clone()).collect();
        if stages.is_empty() { self.stage.clone() } else { folded(&stages) }
    }

    /// The epochs of training, from the fewest to the most of all replicates; `None` for closed forms and counts.
    pub(super) fn epochs_in_words(&self) -> Option<String> {
        self.range(self.epochs, |replicate| replicate.epochs)
    }

    /// The epochs whose weights were kept, as [`Self::epochs_in_words`].
    pub(super) fn best_epoch_in_words(&self) -> Option<String> {
        self.range(self.best_epoch, |replicate| replicate.best_epoch)
    }

    /// The row's own number, which is the first replicate's, and those of all replicates.
    fn range(&self, own: Option<u32>, of: fn(&Replicate) -> Option<u32>) -> Option<String> {
        let numbers = own.into_iter().chain(self.replicates.iter().filter_map(of));
        units::range(numbers, |number| number.to_string())
    }

    /// The parameters with their values as texts; of those in which replicates differ, all.
    pub(super) fn parameters_in_words(&self) -> Vec<(String, String)> {
        let shared = self.parameters.iter().map(|(name, value)| (name.clone(), parameter_text(value)));
        let mut differing: IndexMap<&str, Vec<String>> = IndexMap::new();
        for (name, value) in self.replicates.iter().flat_map(|replicate| &replicate.parameters) {
            differing.entry(name).or_default().push(parameter_text(value));
        }
        let differing = differing.into_iter().map(|(name, values)| (name.to_owned(), values.join(", ")));
        shared.chain(differing).collect()
    }

    /// The curves of each training: of the row's own one, or of all replicates.
    pub(super) fn trainings(&self) -> Vec<(Option<u32>, &[LearningCurve])> {
        if self.replicates.is_empty() {
            return vec![(self.best_epoch, &self.learning_curves)];
        }
        self.replicates.iter().map(|replicate| (replicate.best_epoch, &replicate.learning_curves[..])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;

    #[test]
    fn replicates_are_told_together() {
        let mut row = example::full_comparison().rows.remove(2);
        row.replicates[1].epochs = Some(31);
        row.replicates.iter_mut().zip(1..).for_each(|(replicate, seed)| {
            replicate.parameters.insert("seed".into(), seed.into());
        });
        assert_eq!(row.stages(), "train-mf/seed={1, 2, 3}");
        assert_eq!(row.epochs_in_words().as_deref(), Some("20 to 31"));
        assert_eq!(row.best_epoch_in_words().as_deref(), Some("15"));
        assert_eq!(row.parameters_in_words().last().unwrap(), &("seed".into(), "1, 2, 3".into()));
        let popularity = example::full_comparison().rows.remove(0);
        assert_eq!(popularity.epochs_in_words(), None);
    }
}
