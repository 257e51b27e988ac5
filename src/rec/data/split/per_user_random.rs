//! Random events of every user are held out: the usual protocol of top-n recommendation to known users.
//!
//! With addressed draws a user's choice does not depend on the other users. The test events are the same whatever the share
//! for validation is.

use super::Split;
use super::assemble::{Part, about, assemble, percent, report};
use super::draws::Draws;
use super::share::sizes;
use crate::rec::data::{Dataset, chronology};
use crate::rec::{Interrupted, Monitor};

/// The user's events are shuffled; the first are the test, those after them the validation, the rest is for training.
pub(super) fn split(
    dataset: &Dataset,
    validation: f64,
    test: f64,
    mut draws: Draws,
    monitor: &dyn Monitor,
) -> Result<Split, Interrupted> {
    let rows = chronology::chronological(dataset);
    let mut parts = vec![Part::Train; dataset.n_events()];
    let mut users: Vec<u32> = (0..rows.n_users() as u32).collect();
    draws.arrange_users(dataset, &mut users);
    for (index, &user) in users.iter().enumerate() {
        report(monitor, index, rows.n_users())?;
        let mut order = rows.of(user as usize).to_vec();
        draws.arrange_events(&mut order);
        draws.shuffle(&mut order, "per-user-random", &[u64::from(user)]);
        sizes(validation, test, order.len()).deal(&order, &mut parts);
    }
    let description = format!(
        "{} of every user's events at random for the test and {} for validation ({})",
        percent(test),
        percent(validation),
        draws.in_words()
    );
    assemble(dataset, &rows, &parts, monitor, about(dataset, "per-user-random", description, Some(draws.seed)))
}
