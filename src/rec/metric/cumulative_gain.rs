//! Discounted cumulative gain: what metrics of the NDCG family share.

use super::ranked_list::{RankedList, share};

/// `Σ 1/log2(rank + 1)` over the targets among the first `k`, ranks from 1.
pub(super) fn of_hits(list: &RankedList<'_>, k: usize) -> f64 {
    list.hits(k).iter().map(|&rank| discount(rank as usize)).sum()
}

/// `Σ 1/log2(rank + 1)` over the ranks 1 to `n`.
pub(super) fn ideal(n: usize) -> f64 {
    (0..n).map(discount).sum()
}

/// `Σ gain/log2(rank + 1)` over the held-out items among the first `k`, divided by that of the best possible list of `k`
/// items. `gain` must not fall as ratings rise.
pub(super) fn normalised(list: &RankedList<'_>, k: usize, gain: impl Fn(f32) -> f64) -> f64 {
    let found = list.found(k).iter().map(|&(rank, rating)| gain(rating) * discount(rank as usize));
    let best = list.ratings().iter().take(k).enumerate().map(|(rank, &rating)| gain(rating) * discount(rank));
    share(found.sum(), best.sum())
}

/// The weight of a hit at a rank counted from 0.
fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}
