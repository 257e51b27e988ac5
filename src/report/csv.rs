//! The comparison as CSV: one row a model, numbers in full precision.

use std::time::Duration;

use super::{Comparison, Measured};

/// The table with a header line. Empty cells stay empty; costs that were not measured too.
///
/// Columns: `model`, `stage`, `epochs`, `best_epoch`, `users`, one for each metric under its pipeline name,
/// `training_seconds`, `cpu_seconds`, `peak_memory_bytes`, `threads`.
#[expect(clippy::missing_panics_doc, reason = "writing into memory does not fail")]
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let metrics = comparison.columns.iter().map(|column| column.metric.clone());
    let header = ["model", "stage", "epochs", "best_epoch", "users"].map(str::to_owned).into_iter().chain(metrics);
    let costs = ["training_seconds", "cpu_seconds", "peak_memory_bytes", "threads"].map(str::to_owned);
    let mut records: Vec<Vec<String>> = vec![header.chain(costs).collect()];

    for (label, row) in comparison.labels().into_iter().zip(&comparison.rows) {
        let cost = measured.training.get(&row.stage);
        let mut record = vec![label, row.stage.clone(), or_empty(row.epochs), or_empty(row.best_epoch)];
        record.push(row.users.to_string());
        record.extend(row.cells.iter().map(|cell| or_empty(cell.value())));
        record.push(or_empty(cost.map(|cost| seconds(cost.wall))));
        record.push(or_empty(cost.and_then(|cost| cost.cpu).map(seconds)));
        record.push(or_empty(cost.and_then(|cost| cost.peak_memory_bytes)));
        record.push(or_empty(cost.map(|cost| cost.threads)));
        records.push(record);
    }

    for record in records {
        writer.write_record(record).expect("records of equal length go into memory without fail");
    }
    let bytes = writer.into_inner().expect("a buffer in memory can be flushed");
    String::from_utf8(bytes).expect("fields are UTF-8")
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::super::{Measured, example};

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
