//! How intervals and tests were made, in words.

use super::table_rows::{TableRow, splits};
use super::uncertainty::{Confidence, flips_for};
use crate::report::{Cell, Comparison, Statistics};

/// The methods behind a table whose cells are filled; `None` if no number has an interval.
pub(super) fn statistics(
    comparison: &Comparison,
    rows: &[TableRow<'_>],
    axes: &[String],
    confidence: Confidence,
) -> Option<Statistics> {
    let estimates = || comparison.rows.iter().flat_map(|row| &row.cells).filter_map(Cell::as_estimate);
    if !estimates().any(|estimate| estimate.interval.is_some()) {
        return None;
    }
    let is_tested = estimates().any(|estimate| estimate.standing.is_some());
    let sign_flips = if is_tested { flips_for(rows) } else { 0 };
    let (percent, alpha) = (percent(confidence.level), confidence.significance_level());
    let mut sentences =
        vec![format!("Intervals: {percent} % percentile bootstrap over users, {} resamples.", confidence.resamples)];
    if is_tested {
        sentences.push(format!(
            "Tests: paired permutation of users' results between two models, two-sided, {sign_flips} random exchanges; \
             p-values are corrected after Holm for all pairs of models in a column, since the best one is chosen from the \
             same data; {alpha} or less counts as a difference."
        ));
        sentences
            .push("Effect sizes: mean of the users' differences over their standard deviation (paired d).".to_owned());
    }
    if rows.iter().any(TableRow::is_replicated) {
        sentences.push(format!(
            "Numbers of several replicates ({}) are means, ± the replicates' standard deviation. Intervals are over users and take the \
             trained models as given: what other seeds would give is not in them.",
            axes.join(", ")
        ));
        if is_tested {
            sentences.push(
                "Models that were trained several times have to differ over users and over replicates: the p-value is the greater of \
                 the permutation's and that of a test over users and replicates crossed (critical values after Banerjee). Few \
                 replicates can tell large differences only."
                    .to_owned(),
            );
        }
        let n_splits = splits(rows).len();
        if n_splits > 1 {
            sentences.push(format!(
                "Replicates are of {n_splits} splits. A user is the same in all of them: its results stay together in each resample and \
                 in each exchange, so that users and not their repetitions are counted."
            ));
        }
    }
    Some(Statistics {
        level: confidence.level,
        resamples: confidence.resamples as u32,
        sign_flips: sign_flips as u32,
        significance_level: alpha,
        replicate_axes: axes.to_vec(),
        sentences,
    })
}

/// A level as a percentage: 95 of 0.95.
fn percent(level: f64) -> f64 {
    (level * 1e4).round() / 1e2
}
