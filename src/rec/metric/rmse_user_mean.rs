//! Root mean squared error of the predicted ratings, of each user; mean over users.
//!
//! `sqrt(Σ (predicted − actual)² / number of the user's held-out ratings)`, mean over users. Range 0 upwards, in the unit of
//! the ratings. Predictions are cut to the data's range of ratings. Users without a held-out rating are left out. Usually
//! lower than `rmse`, since a user with few ratings weighs as much as one with many: not comparable with it.
//!
//! ```
//! use recflow::rec::metric::{RatingErrors, user_rmse};
//!
//! let mut errors = RatingErrors::default();
//! errors.add(4.0, 5.0);
//! errors.add(3.0, 3.0);
//! errors.add(2.0, 4.0);
//! assert_eq!(user_rmse(&errors), (5.0_f64 / 3.0).sqrt());
//! ```

use super::measure::{Direction, Form, Measure, Metric, RatingErrors};
use super::rmse::rmse;

pub(super) const METRIC: Metric =
    Metric { name: "rmse-user-mean", title: "RMSE (user mean)", direction: Direction::Lower, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the square root of the mean squared error over a user's held-out ratings, predictions cut to the range of \
                 the ratings",
    measure: Measure::UserErrors(user_rmse),
};

/// Root mean squared error of one user; see the [module](self).
pub fn user_rmse(errors: &RatingErrors) -> f64 {
    rmse(errors)
}
