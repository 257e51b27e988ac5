//! Random events of every user are held out: the usual protocol of top-n recommendation to known users.
//!
//! Each user's choice is a random stream of its own, so that it does not depend on the other users; and the test events
//! are the same whatever the share for validation is.

use rand::seq::SliceRandom;

use super::Split;
use super::assemble::{Part, about, assemble, percent, report};
use super::share::sizes;
use crate::rec::data::{Dataset, chronology};
use crate::rec::{Interrupted, Monitor, stream};

/// The user's events are shuffled; the first are the test, those after them the validation, the rest is for training.
pub(super) fn split(
    dataset: &Dataset,
    validation: f64,
    test: f64,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Split, Interrupted> {
    let rows = chronology::chronological(dataset);
    let mut parts = vec![Part::Train; dataset.n_events()];
    for user in 0..rows.n_users() {
        report(monitor, user, rows.n_users())?;
        let mut order = rows.of(user).to_vec();
        order.shuffle(&mut stream(seed, "per-user-random", &[user as u64]));
        sizes(validation, test, order.len()).deal(&order, &mut parts);
    }
    let description = format!(
        "{} of every user's events at random for the test and {} for validation (seed {seed})",
        percent(test),
        percent(validation)
    );
    assemble(dataset, &rows, &parts, monitor, about(dataset, "per-user-random", description, Some(seed)))
}
