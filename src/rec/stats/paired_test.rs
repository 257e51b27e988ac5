//! A paired permutation test of two models over the same users.
//!
//! If two models were equally good, each user's two results could as well be exchanged. The test exchanges them for a random
//! half of the users, many times, and counts how often the two numbers then lie at least as far apart as they do. Smucker,
//! Allan & Carterette, *A comparison of statistical significance tests for information retrieval evaluation*, CIKM 2007,
//! recommend it over Wilcoxon's signed-rank test, which tests another thing than the means in the table.
//!
//! For a mean this is the sign-flip test on the users' differences; for a pooled RMSE the users' squared errors are exchanged.
//! With few users all exchanges are tried instead, which makes the p-value exact.

use ndarray::{Array2, ArrayRef2};
use rand::Rng;

use super::statistic::{Statistic, totals};
use super::weighted_sums::weighted_sums;
use crate::rec::stream;

/// Differences that are this close, relatively, are the same but for rounding.
const ROUNDING: f64 = 1e-9;

/// The sums over users under random signs, for tests between any two of the statistics over them.
pub struct Flips {
    /// Σ sign · term. Shape: `[n_flips, n_columns]`.
    sums: Array2<f64>,
    /// Σ term. Shape: `[n_columns]`.
    totals: Vec<f64>,
    /// Whether these are all the signs there are.
    is_exhaustive: bool,
}

impl Flips {
    /// How many signs were drawn.
    pub fn len(&self) -> usize {
        self.sums.nrows()
    }

    /// Whether none were.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How many random signs are enough to tell p-values that are to be corrected for so many comparisons.
pub fn sign_flips_for(comparisons: usize) -> usize {
    // The least p-value is 1 / (flips + 1). Corrected by the number of comparisons, it must stay far below 0.05.
    (200 * comparisons).clamp(10_000, 100_000)
}

/// Draws signs for all users, `n_flips` times, or takes every combination if there are no more than that.
/// Shape: `terms` `[n_users, n_columns]`.
pub fn flip_sums(terms: &ArrayRef2<f64>, n_flips: usize, seed: u64) -> Flips {
    let n_users = terms.nrows();
    let combinations = u32::try_from(n_users).ok().and_then(|n_users| 1_usize.checked_shl(n_users));
    let exhaustive = combinations.filter(|&combinations| n_users < 63 && combinations <= n_flips);
    let sums = match exhaustive {
        Some(combinations) => weighted_sums(terms, combinations, &|combination, signs| {
            fill_signs(signs, || combination);
        }),
        None => weighted_sums(terms, n_flips, &|flip, signs| {
            let mut random = stream(seed, "sign-flips", &[flip]);
            fill_signs(signs, || random.next_u64());
        }),
    };
    Flips { sums, totals: totals(terms), is_exhaustive: exhaustive.is_some() }
}

/// Signs from bits, 64 at a time.
fn fill_signs(signs: &mut [i16], mut bits: impl FnMut() -> u64) {
    for signs in signs.chunks_mut(64) {
        let bits = bits();
        for (place, sign) in signs.iter_mut().enumerate() {
            *sign = if bits >> place & 1 == 1 { -1 } else { 1 };
        }
    }
}

/// The two-sided p-value of the difference between two statistics, which must have the same replicates and sums in the same
/// order.
///
/// With `f` drawn flips it is `(1 + as extreme) / (1 + f)`, which is never zero and valid for any `f` (Phipson & Smyth,
/// *Permutation p-values should never be zero*, 2010).
///
/// # Panics
///
/// If the statistics differ in their numbers of replicates or sums.
pub fn paired_p_value(a: &Statistic<'_>, b: &Statistic<'_>, flips: &Flips) -> f64 {
    assert_eq!(a.columns.len(), b.columns.len(), "the same replicates");
    let pairs: Vec<(&[usize], &[usize])> =
        a.columns.iter().zip(&b.columns).map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
    assert!(pairs.iter().all(|(a, b)| a.len() == b.len()), "the same sums");
    let (mut first, mut second) = (Vec::with_capacity(3), Vec::with_capacity(3));
    let mut difference = |signed: &[f64]| -> f64 {
        let mut sum = 0.0;
        for (own, others) in &pairs {
            first.clear();
            second.clear();
            for (&own, &other) in own.iter().zip(*others) {
                // Users of sign −1 give their terms to the other model.
                let both = flips.totals[own] + flips.totals[other];
                let apart = signed[own] - signed[other];
                first.push(f64::midpoint(both, apart));
                second.push(f64::midpoint(both, -apart));
            }
            sum += (a.of_sums)(&first) - (b.of_sums)(&second);
        }
        sum / pairs.len() as f64
    };
    let observed = difference(&flips.totals).abs();
    let threshold = observed * (1.0 - ROUNDING);
    let rows = flips.sums.rows();
    let extreme = rows
        .into_iter()
        .filter(|row| difference(row.to_slice().expect("sums are row-major")).abs() >= threshold)
        .count() as f64;
    let n_flips = flips.len() as f64;
    if flips.is_exhaustive { extreme / n_flips } else { (1.0 + extreme) / (1.0 + n_flips) }
}
