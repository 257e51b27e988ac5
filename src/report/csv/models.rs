//! One line a model.

use std::time::Duration;

use super::super::{Column, Comparison, Estimate, Measured, Replicate, Row};
use super::records::{or_empty, written};

/// The table with a header line. Empty cells stay empty; costs that were not measured too.
///
/// Columns: `model`, `stage`, `epochs`, `best_epoch`, `users`; `replicates`, if a row has any: then epochs and times are means,
/// memory is the most; for each metric one under its pipeline name and, where they are
/// known, its interval (`_low`, `_high`), the standard deviation over replicates (`_sd`) and the corrected p-value of the
/// test against the best (`_p`); `training_seconds`, `cpu_seconds`, `peak_memory_bytes`, `threads`.
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let columns = columns(comparison);
    let metrics = columns.iter().map(|(name, ..)| name.clone());
    let is_replicated = comparison.rows.iter().any(|row| !row.replicates.is_empty());
    let replicates = is_replicated.then(|| "replicates".to_owned());
    let header = ["model", "stage", "epochs", "best_epoch", "users"].map(str::to_owned).into_iter();
    let header = header.chain(replicates).chain(metrics);
    let costs = ["training_seconds", "cpu_seconds", "peak_memory_bytes", "threads"].map(str::to_owned);
    let mut records: Vec<Vec<String>> = vec![header.chain(costs).collect()];

    for (label, row) in comparison.labels().into_iter().zip(&comparison.rows) {
        let cost = measured.training.get(&row.stage);
        let mut record = vec![label, row.stages(), or_empty(mean_epochs(row, |one| one.epochs, row.epochs))];
        record.push(or_empty(mean_epochs(row, |one| one.best_epoch, row.best_epoch)));
        record.push(row.users.to_string());
        record.extend(is_replicated.then(|| row.replicates.len().max(1).to_string()));
        record.extend(
            columns.iter().map(|(_, index, figure)| or_empty(row.cells[*index].as_estimate().and_then(figure))),
        );
        record.push(or_empty(cost.map(|cost| seconds(cost.wall))));
        record.push(or_empty(cost.and_then(|cost| cost.cpu).map(seconds)));
        record.push(or_empty(cost.and_then(|cost| cost.peak_memory_bytes)));
        record.push(or_empty(cost.map(|cost| cost.threads)));
        records.push(record);
    }
    written(&records)
}

/// One figure of an estimate.
type Figure = fn(&Estimate) -> Option<f64>;

/// What an estimate may tell, and the ends of the names of its columns.
const FIGURES: [(&str, Figure); 5] = [
    ("", |estimate| Some(estimate.value)),
    ("_low", |estimate| Some(estimate.interval?.low)),
    ("_high", |estimate| Some(estimate.interval?.high)),
    ("_sd", |estimate| Some(estimate.spread.as_ref()?.standard_deviation)),
    ("_p", |estimate| Some(estimate.standing?.against_best?.p_adjusted)),
];

/// The columns of metrics: name, place of the metric, figure; without those that no row fills, but the value itself.
fn columns(comparison: &Comparison) -> Vec<(String, usize, Figure)> {
    let of_metric = |(index, column): (usize, &Column)| {
        let is_told = move |(end, figure): &(&str, Figure)| {
            let mut estimates = comparison.rows.iter().filter_map(|row| row.cells[index].as_estimate());
            end.is_empty() || estimates.find_map(figure).is_some()
        };
        let metric = column.metric.clone();
        FIGURES.into_iter().filter(is_told).map(move |(end, figure)| (format!("{metric}{end}"), index, figure))
    };
    comparison.columns.iter().enumerate().flat_map(of_metric).collect()
}

/// The epochs of a row; of one with replicates, their mean.
fn mean_epochs(row: &Row, of: fn(&Replicate) -> Option<u32>, own: Option<u32>) -> Option<f64> {
    let of_replicates: Vec<u32> = row.replicates.iter().filter_map(of).collect();
    let sum = of_replicates.iter().copied().map(f64::from).sum::<f64>();
    if of_replicates.is_empty() { own.map(f64::from) } else { Some(sum / of_replicates.len() as f64) }
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use crate::report::{Measured, example};

    #[test]
    fn one_line_a_model_in_full_precision() {
        insta::assert_snapshot!(super::render(&example::comparison(), &example::measured()), @r"
        model,stage,epochs,best_epoch,users,rmse,precision@100,recall@100,novelty@100,training_seconds,cpu_seconds,peak_memory_bytes,threads
        Popularity,train-popularity,,,6040,,0.0781,0.3101,11.2,0.031,0.055,50331648,2
        EASE,train-ease,,,6040,,0.16351234,0.5866,412.5,1.234,2.221,325058560,2
        MF,train-mf,20,15,6040,0.8612,0.163508,0.5102,230,185.000,333.000,100663296,2
        ");
    }

    #[test]
    fn what_is_known_of_uncertainty_has_columns_of_its_own() {
        let table = super::render(&example::full_comparison(), &Measured::default());
        let header = table.lines().next().unwrap();
        assert!(
            header.contains(",precision@100,precision@100_low,precision@100_high,precision@100_sd,precision@100_p,")
        );
        // RMSE has one number only, which is compared with nothing.
        assert!(header.contains(",rmse,rmse_low,rmse_high,rmse_sd,precision@100,"), "{header}");
    }

    #[test]
    fn names_with_commas_are_quoted_and_missing_costs_are_empty() {
        let mut comparison = example::comparison();
        comparison.rows.truncate(1);
        comparison.rows[0].model = "Most popular, \"raw\"".into();
        insta::assert_snapshot!(super::render(&comparison, &Measured::default()), @r#"
        model,stage,epochs,best_epoch,users,rmse,precision@100,recall@100,novelty@100,training_seconds,cpu_seconds,peak_memory_bytes,threads
        "Most popular, ""raw""",train-popularity,,,6040,,0.0781,0.3101,11.2,,,,
        "#);
    }
}
