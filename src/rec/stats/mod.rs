//! How far a number over users can be believed, and whether two models differ by more than chance.
//!
//! Everything here is about [`Statistic`]s: numbers that are functions of sums over users, such as a mean (sum over count) or
//! an RMSE (root of squared errors over ratings). The users are the sample; so are, for [`crossed_p_value`] alone, the
//! replicates of a model that was trained several times.
//!
//! - [`bootstrap_sums`] and [`percentile_interval`]: confidence intervals.
//! - [`flip_sums`] and [`paired_p_value`]: a paired test of two models over the same users.
//! - [`crossed_p_value`]: a test of two models that were trained several times, over users and trainings.
//! - [`holm()`]: p-values corrected for their number.
//! - [`paired_effect_size`]: how large a difference is, whatever the number of users.
//!
//! Random weights are addressed by their number and shared by all columns of sums, so that results depend neither on threads
//! nor on which other models and metrics stand beside.

mod bootstrap;
mod crossed_test;
mod effect_size;
mod holm;
mod paired_test;
mod statistic;
mod weighted_sums;

pub use bootstrap::{bootstrap_sums, percentile_interval};
pub use crossed_test::crossed_p_value;
pub use effect_size::paired_effect_size;
pub use holm::holm;
pub use paired_test::{Flips, flip_sums, paired_p_value, sign_flips_for};
pub use statistic::{Statistic, mean};

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
