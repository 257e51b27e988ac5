//! What a reader must know of how single models were scored.

use super::super::evaluate::Scores;
use super::super::train::Chosen;
use super::table_rows::TableRow;

/// Sentences on models that were not scored like the others.
pub(super) fn notes(rows: &[TableRow<'_>]) -> Vec<String> {
    let scores: Vec<&Scores> = rows.iter().map(|row| &row.first().scores).collect();
    let titles = |chosen: fn(&Scores) -> bool| {
        let mut titles: Vec<_> =
            scores.iter().filter(|scores| chosen(scores)).map(|scores| scores.model.title.clone()).collect();
        titles.dedup();
        titles.join(", ")
    };
    let mut notes = Vec::new();
    for Scores { model, .. } in &scores {
        if let Some(Chosen { stage, of, metric, value }) = &model.chosen {
            notes.push(format!(
                "{} (best of {of}) was chosen on the validation part by {}, which is {value:.4} there: it is the model of \
                 `{stage}`.",
                model.title,
                metric.title()
            ));
        }
    }
    if scores.iter().any(|scores| scores.reads_order) && scores.iter().any(|scores| !scores.reads_order) {
        let readers = titles(|scores| scores.reads_order);
        notes.push(format!(
            "Read in the order of time: the histories given to {readers}. The others know what is in them, not when."
        ));
    }
    if scores.iter().any(|scores| scores.skips_last_event) {
        let skipping = titles(|scores| scores.skips_last_event);
        notes.push(format!(
            "Rows with `upstream-evaluation: true` ({skipping}) repeat a published evaluation that keeps the last event of each \
             history from the model and lets it be recommended. They are there to be compared with the publication, not with \
             the other rows."
        ));
    }
    notes
}
