//! The last event of every user is the test, the one before it the validation.

use super::Split;
use super::assemble::{Part, about, assemble};
use crate::rec::data::{Dataset, chronology};
use crate::rec::{Interrupted, Monitor};

/// Users with two events have no validation event, users with one are in training only.
pub(super) fn split(dataset: &Dataset, monitor: &dyn Monitor) -> Result<Split, Interrupted> {
    let rows = chronology::chronological(dataset);
    let mut parts = vec![Part::Train; dataset.n_events()];
    for user in 0..rows.n_users() {
        match *rows.of(user) {
            [_, .., validation, test] => {
                parts[validation as usize] = Part::Validation;
                parts[test as usize] = Part::Test;
            }
            [_, test] => parts[test as usize] = Part::Test,
            _ => {}
        }
    }
    let description = "every user's last event for the test and the one before it for validation".to_owned();
    assemble(dataset, &rows, &parts, monitor, about(dataset, "leave-one-out", description, None))
}
