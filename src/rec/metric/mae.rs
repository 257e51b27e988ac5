//! Mean absolute error of the predicted ratings, over all held-out ratings together.
//!
//! `Σ |predicted − actual| / number of ratings`. Range 0 upwards, in the unit of the ratings. Predictions are cut to the
//! data's range of ratings. Users without a held-out rating contribute nothing.
//!
//! ```
//! use recflow::rec::metric::{RatingErrors, mae};
//!
//! let mut errors = RatingErrors::default();
//! errors.add(4.0, 5.0);
//! errors.add(3.0, 3.0);
//! errors.add(2.0, 4.0);
//! assert_eq!(mae(&errors), 1.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric, RatingErrors};

pub(super) const METRIC: Metric = Metric { name: "mae", title: "MAE", direction: Direction::Lower, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the mean absolute error over all held-out ratings together, predictions cut to the range of the ratings",
    measure: Measure::PooledErrors(mae),
};

/// Predictions as they are.
pub(super) const UNCUT: Form = Form {
    definition: "the mean absolute error over all held-out ratings together, predictions as they are",
    measure: Measure::PooledErrors(mae),
};

/// Predictions as they are, of targets alone.
pub(super) const UNCUT_OF_TARGETS: Form = Form {
    definition: "the mean absolute error over the ratings of all targets together, predictions as they are",
    measure: Measure::PooledErrors(mae),
};

/// Mean absolute error; see the [module](self).
pub fn mae(errors: &RatingErrors) -> f64 {
    errors.absolute / errors.count as f64
}
