//! Root mean squared error of the predicted ratings, over all held-out ratings together.
//!
//! `sqrt(Σ (predicted − actual)² / number of ratings)`. Range 0 upwards, in the unit of the ratings. Predictions are cut to
//! the data's range of ratings. Users without a held-out rating contribute nothing.
//!
//! ```
//! use recflow::rec::metric::{RatingErrors, rmse};
//!
//! let mut errors = RatingErrors::default();
//! errors.add(4.0, 5.0);
//! errors.add(3.0, 3.0);
//! errors.add(2.0, 4.0);
//! assert_eq!(rmse(&errors), (5.0_f64 / 3.0).sqrt());
//! ```

use super::measure::{Direction, Form, Measure, Metric, RatingErrors};

pub(super) const METRIC: Metric = Metric { name: "rmse", title: "RMSE", direction: Direction::Lower, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the square root of the mean squared error over all held-out ratings together, predictions cut to the range \
                 of the ratings",
    measure: Measure::PooledErrors(rmse),
};

/// Predictions as they are.
pub(super) const UNCUT: Form = Form {
    definition: "the square root of the mean squared error over all held-out ratings together, predictions as they are",
    measure: Measure::PooledErrors(rmse),
};

/// Predictions as they are, of targets alone.
pub(super) const UNCUT_OF_TARGETS: Form = Form {
    definition: "the square root of the mean squared error over the ratings of all targets together, predictions as they are",
    measure: Measure::PooledErrors(rmse),
};

/// Root mean squared error; see the [module](self).
pub fn rmse(errors: &RatingErrors) -> f64 {
    (errors.squared / errors.count as f64).sqrt()
}
