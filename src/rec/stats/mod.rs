//! How far a number over users can be believed, and whether two models differ by more than chance.
//!
//! Everything here is about [`Statistic`]s: numbers that are functions of sums over users, such as a mean (sum over count) or
//! an RMSE (root of squared errors over ratings). The users are the sample; that a model could have been trained with
//! another seed is not looked at here.
//!
//! - [`bootstrap_sums`] and [`percentile_interval`]: confidence intervals.
//! - [`flip_sums`] and [`paired_p_value`]: a paired test of two models over the same users.
//! - [`holm()`]: p-values corrected for their number.
//! - [`paired_effect_size`]: how large a difference is, whatever the number of users.
//!
//! Random weights are addressed by their number and shared by all columns of sums, so that results depend neither on threads
//! nor on which other models and metrics stand beside.

mod bootstrap;
mod effect_size;
mod holm;
mod paired_test;
mod statistic;
mod weighted_sums;

pub use bootstrap::{bootstrap_sums, percentile_interval};
pub use effect_size::paired_effect_size;
pub use holm::holm;
pub use paired_test::{Flips, flip_sums, paired_p_value, sign_flips_for};
pub use statistic::{Statistic, mean};

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
