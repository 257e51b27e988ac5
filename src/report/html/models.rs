//! The models in full: stages, costs, epochs, parameters.

use serde::Serialize;

use super::chart::Series;
use crate::report::comparison::Comparison;
use crate::report::measured::Measured;
use crate::report::units;

#[derive(Debug, Serialize)]
pub(super) struct ModelView {
    icon: String,
    label: String,
    stage: String,
    /// Training time, CPU time, peak memory, threads, epochs, best epoch.
    numbers: Vec<String>,
    parameters: Vec<(String, String)>,
}

pub(super) fn views(comparison: &Comparison, measured: &Measured) -> Vec<ModelView> {
    let rows = comparison.labels().into_iter().zip(&comparison.rows).enumerate();
    rows.map(|(place, (label, row))| {
        let cost = measured.training.get(&row.stage);
        let numbers = [
            cost.map(|cost| units::duration(cost.wall)),
            cost.and_then(|cost| cost.cpu).map(units::duration),
            cost.and_then(|cost| cost.peak_memory_bytes).map(units::bytes),
            cost.map(|cost| cost.threads.to_string()),
            row.epochs_in_words(),
            row.best_epoch_in_words(),
        ];
        ModelView {
            icon: Series::of(place).icon(),
            label,
            stage: row.stages(),
            numbers: numbers.map(|number| number.unwrap_or_else(|| "–".to_owned())).to_vec(),
            parameters: row.parameters_in_words(),
        }
    })
    .collect()
}
