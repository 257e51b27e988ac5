//! Where the values and lists of single users go while an evaluation runs, so that it need not hold those of all.

use std::io;

use ndarray::Array2;

use super::evaluation::UserValues;
use crate::rec::metric::{MetricSpec, RatingErrors};

/// Stands in a list where there is no item: the list is shorter than its cutoff.
pub const NO_ITEM: u32 = u32::MAX;

/// Takes what an evaluation finds of single users, block by block, in the order of the holdout's rows.
pub trait UserSink {
    /// Called once, before all blocks.
    fn begin(&mut self, layout: &UserLayout<'_>) -> io::Result<()>;

    /// The next users.
    fn add(&mut self, users: &ScoredUsers) -> io::Result<()>;
}

/// What will be known of each user.
#[derive(Debug, Clone, Copy)]
pub struct UserLayout<'a> {
    /// How many users there will be: all of the holdout.
    pub n_users: usize,
    /// The metrics that are means over users; without those that the model or the data do not define.
    pub metrics: &'a [MetricSpec],
    /// The length of the lists: the largest cutoff, at most the number of items; 0 if nothing is ranked.
    pub list_length: usize,
    /// Whether ratings are predicted.
    pub rates: bool,
}

/// Some users, scored.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredUsers {
    /// Index into [`Split::users`](crate::rec::data::Split::users). Shape: `[n_users]`.
    pub users: Vec<u32>,
    /// Whether the user takes part in metrics of rankings. Shape: `[n_users]`.
    pub ranked: Vec<bool>,
    /// Whether the user takes part in metrics of ratings. Shape: `[n_users]`.
    pub rated: Vec<bool>,
    /// The values behind the means; 0 where the user takes no part. Shape: `[n_users, n_metrics]`.
    pub values: Array2<f64>,
    /// What is recommended, best first; [`NO_ITEM`] past the end. Shape: `[n_users, list_length]`.
    pub items: Array2<u32>,
    /// The scores of the items; 0 past the end. Shape: `[n_users, list_length]`.
    pub scores: Array2<f32>,
    /// The errors of predicted ratings, of which pooled metrics are made. Shape: `[n_users]`, or none if none are predicted.
    pub errors: Vec<RatingErrors>,
}

/// Keeps nothing.
impl UserSink for () {
    fn begin(&mut self, _: &UserLayout<'_>) -> io::Result<()> {
        Ok(())
    }

    fn add(&mut self, _: &ScoredUsers) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps the values in memory.
impl UserSink for UserValues {
    fn begin(&mut self, layout: &UserLayout<'_>) -> io::Result<()> {
        let values = Array2::zeros((0, layout.metrics.len()));
        *self = Self { metrics: layout.metrics.to_vec(), values, ..Self::default() };
        Ok(())
    }

    fn add(&mut self, users: &ScoredUsers) -> io::Result<()> {
        self.users.extend(&users.users);
        self.ranked.extend(&users.ranked);
        self.rated.extend(&users.rated);
        self.values.append(ndarray::Axis(0), users.values.view()).map_err(io::Error::other)
    }
}
