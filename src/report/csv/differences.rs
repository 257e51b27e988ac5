//! One line for each comparison of a model with the best of a metric.

use super::super::{Comparison, Measured, Verdict};
use super::records::{or_empty, written};

const HEADER: [&str; 10] =
    ["metric", "model", "best", "difference", "low", "high", "p_value", "p_adjusted", "effect_size", "told_apart"];

/// The differences with a header line; it stands alone where nothing was tested.
///
/// Columns: `metric`, `model`, `best` (the model that it is compared with), `difference` (the model's number minus the best
/// one), `low`, `high` (the difference's interval), `p_value` (of this test alone), `p_adjusted` (after Holm, for all pairs of
/// models), `effect_size`, `told_apart` (`true` if the model is worse by more than chance).
pub fn render(comparison: &Comparison, _: &Measured) -> String {
    let mut records = vec![HEADER.map(str::to_owned).to_vec()];
    let labels = comparison.labels();
    for (index, column) in comparison.columns.iter().enumerate() {
        let standing = |row: usize| comparison.rows[row].cells[index].as_estimate()?.standing;
        let is_best = |row: &usize| standing(*row).is_some_and(|standing| standing.verdict == Verdict::Best);
        let Some(best) = (0..labels.len()).find(is_best) else { continue };
        for (row, label) in labels.iter().enumerate() {
            let Some((standing, against)) = standing(row).and_then(|own| Some((own, own.against_best?))) else {
                continue;
            };
            records.push(vec![
                column.metric.clone(),
                label.clone(),
                labels[best].clone(),
                against.difference.to_string(),
                or_empty(against.interval.map(|interval| interval.low)),
                or_empty(against.interval.map(|interval| interval.high)),
                against.p_value.to_string(),
                against.p_adjusted.to_string(),
                or_empty(against.effect_size),
                (standing.verdict == Verdict::Worse).to_string(),
            ]);
        }
    }
    written(&records)
}

#[cfg(test)]
mod tests {
    use crate::report::{Measured, example};

    #[test]
    fn one_line_a_comparison() {
        insta::assert_snapshot!(super::render(&example::full_comparison(), &Measured::default()), @r"
        metric,model,best,difference,low,high,p_value,p_adjusted,effect_size,told_apart
        precision@100,Popularity,EASE,-0.08,-0.084,-0.076,0.000075,0.0003,0.61,true
        precision@100,MF,EASE,-0.000004,-0.004004,0.003996,0.21,0.84,0.002,false
        recall@100,Popularity,EASE,-0.08,-0.084,-0.076,0.000075,0.0003,0.61,true
        recall@100,MF,EASE,-0.08,-0.084,-0.076,0.000075,0.0003,0.61,true
        ");
        assert_eq!(super::render(&example::comparison(), &Measured::default()).lines().count(), 1);
    }
}
