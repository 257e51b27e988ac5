//! Random events of the whole data set are held out: the protocol of rating prediction.
//!
//! Items keep the data set's whole vocabulary; one without training events stays in it.

use super::Split;
use super::assemble::{Part, about, assemble, percent};
use super::draws::Draws;
use super::share::sizes;
use crate::rec::data::{Dataset, chronology};
use crate::rec::{Interrupted, Monitor};

/// The events are shuffled; the first are the test, those after them the validation, the rest is for training.
pub(super) fn split(
    dataset: &Dataset,
    validation: f64,
    test: f64,
    mut draws: Draws,
    monitor: &dyn Monitor,
) -> Result<Split, Interrupted> {
    let n = dataset.n_events();
    let mut order: Vec<u32> = (0..n as u32).collect();
    draws.shuffle(&mut order, "random-entries", &[]);
    if draws.is_sequence() {
        // Published programs take the training part first and the test part last.
        order.reverse();
    }
    let mut parts = vec![Part::Train; n];
    sizes(validation, test, n).deal(&order, &mut parts);
    let description = format!(
        "{} of all events at random for the test and {} for validation ({})",
        percent(test),
        percent(validation),
        draws.in_words()
    );
    let rows = chronology::chronological(dataset);
    assemble(dataset, &rows, &parts, monitor, about(dataset, "random-entries", description, Some(draws.seed)))
}
