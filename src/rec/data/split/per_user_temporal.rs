//! The latest events of every user are held out: the test after the validation after training, in time.

use super::Split;
use super::assemble::{Part, about, assemble, percent, report};
use super::share::sizes;
use crate::rec::data::{Dataset, chronology};
use crate::rec::{Interrupted, Monitor};

/// Cuts each user's events, oldest first, in three.
pub(super) fn split(
    dataset: &Dataset,
    validation: f64,
    test: f64,
    monitor: &dyn Monitor,
) -> Result<Split, Interrupted> {
    let rows = chronology::chronological(dataset);
    let mut parts = vec![Part::Train; dataset.n_events()];
    for user in 0..rows.n_users() {
        report(monitor, user, rows.n_users())?;
        let row = rows.of(user);
        let sizes = sizes(validation, test, row.len());
        let (known, tests) = row.split_at(sizes.train + sizes.validation);
        for &event in &known[sizes.train..] {
            parts[event as usize] = Part::Validation;
        }
        for &event in tests {
            parts[event as usize] = Part::Test;
        }
    }
    let description = format!(
        "the latest {} of every user's events for the test and the {} before them for validation",
        percent(test),
        percent(validation)
    );
    assemble(dataset, &rows, &parts, monitor, about(dataset, "per-user-temporal", description, None))
}
