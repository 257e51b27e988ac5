//! How large a difference between two models is, whatever the number of users.
//!
//! Cohen's d of paired differences (`d_z`; Cohen, *Statistical Power Analysis for the Behavioral Sciences*, 1988, chapter 2):
//! their mean over their standard deviation. With many users, differences too small to matter are significant; the effect size
//! tells them apart. As a rule of thumb 0.2 is small, 0.5 medium, 0.8 large.
//!
//! What a single user has of a number that is no mean is the user's jackknife pseudo-value, `n θ − (n − 1) θ₍₋ᵤ₎`; for a mean
//! that is the user's value itself.

use ndarray::ArrayRef2;

use super::statistic::{Statistic, totals};

/// The effect size of `a` over `b`: positive where `a` is the greater; 0 if they are equal, `None` if all users differ by the
/// same. Users whom neither statistic counts are left out. Shape: `terms` `[n_users, n_columns]`.
pub fn paired_effect_size(a: &Statistic<'_>, b: &Statistic<'_>, terms: &ArrayRef2<f64>) -> Option<f64> {
    let all = totals(terms);
    let columns: Vec<usize> = a.columns.iter().chain(&b.columns).flatten().copied().collect();
    let takes_part = |user: &usize| columns.iter().any(|&column| terms[[*user, column]] != 0.0);
    let users: Vec<usize> = (0..terms.nrows()).filter(takes_part).collect();
    let n = users.len() as f64;
    let whole = a.value(&all) - b.value(&all);
    let mut without = all.clone();
    let differences: Vec<f64> = users
        .iter()
        .map(|&user| {
            for &column in &columns {
                without[column] = all[column] - terms[[user, column]];
            }
            n * whole - (n - 1.0) * (a.value(&without) - b.value(&without))
        })
        .collect();
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|difference| (difference - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // What differs by rounding alone does not differ.
    let rounding = a.value(&all).abs().max(b.value(&all).abs()) * n * 1e-12;
    if mean.abs() <= rounding { Some(0.0) } else { Some(mean / variance.sqrt()).filter(|_| variance.sqrt() > rounding) }
}
