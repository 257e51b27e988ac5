//! What a reader must know of how single models were scored.

use super::super::evaluate::Scores;
use super::super::train::Chosen;
use super::table_rows::{TableRow, splits};
use super::term_table::ReportUsers;
use crate::rec::metric::{Measure, MetricSpec};

/// With fewer users, intervals of means cover the truth less often than they say.
const ENOUGH_FOR_MEANS: u64 = 200;
/// The same of errors pooled over ratings, where a few users with many ratings weigh more than all others.
const ENOUGH_FOR_POOLED: u64 = 500;

/// What to know of the numbers of few users; `None` if there are enough of them, or no intervals.
pub(super) fn few_users(rows: &[TableRow<'_>], users: &ReportUsers, metrics: &[MetricSpec]) -> Option<String> {
    let scored = rows.first()?.first().scores.users;
    // Those of several splits are other users in part, of whom all count.
    let n = if splits(rows).len() > 1 { users.n as u64 } else { scored };
    let is_shaky = |metric: &&MetricSpec| match metric.metric().form.measure {
        Measure::Catalogue(_) => false,
        Measure::PooledErrors(_) => n < ENOUGH_FOR_POOLED,
        Measure::List(_) | Measure::UserErrors(_) => n < ENOUGH_FOR_MEANS,
    };
    let shaky: Vec<String> = metrics.iter().filter(is_shaky).map(MetricSpec::title).collect();
    let means = "with other users the numbers may lie outside more often than the level says";
    let pooled = metrics.iter().filter(is_shaky).any(|metric| metric.metric().is_of_ratings());
    let why = if pooled { ", most of all where ratings are pooled and a few users give many of them" } else { "" };
    (!shaky.is_empty()).then(|| {
        format!("Few users ({n}) stand behind {}: their intervals are rough, and {means}{why}.", shaky.join(", "))
    })
}

/// Sentences on models that were not scored like the others.
pub(super) fn notes(rows: &[TableRow<'_>]) -> Vec<String> {
    let called = |chosen: fn(&Scores) -> bool| {
        let mut titles: Vec<_> = rows.iter().filter(|row| chosen(&row.first().scores)).map(TableRow::title).collect();
        titles.dedup();
        titles.join(", ")
    };
    let any = |is: fn(&Scores) -> bool| rows.iter().any(|row| is(&row.first().scores));
    let mut notes = Vec::new();
    for row in rows {
        if let Some(Chosen { stage, of, metric, value }) = &row.first().scores.model.chosen {
            notes.push(format!(
                "{}, the best of {of}, was chosen on the validation part by {}, which is {value:.4} there: it is the model of \
                 `{stage}`.",
                row.name.as_ref().unwrap_or(&row.first().scores.model.title),
                metric.title()
            ));
        }
    }
    if any(|scores| scores.reads_order) && any(|scores| !scores.reads_order) {
        notes.push(format!(
            "Read in the order of time: the histories given to {}. The others know what is in them, not when.",
            called(|scores| scores.reads_order)
        ));
    }
    if any(|scores| scores.skips_last_event) {
        notes.push(format!(
            "Rows with `upstream-evaluation: true`, which are {}, repeat a published evaluation that keeps the last event of each \
             history from the model and lets it be recommended. They are there to be compared with the publication, not with \
             the other rows: they are in no test and are never the best.",
            called(|scores| scores.skips_last_event)
        ));
    }
    notes
}
