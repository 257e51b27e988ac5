//! The metrics: one file each, and one line in the registry.
//!
//! Three rules hold for all of them. Rankings are over all items, those of the user's history left out; equal scores are
//! ordered by item index, lower first. Users without a target are left out of means and of recommendation counts. A list
//! that is shorter than its cutoff, because so few items are left to recommend, is padded with misses.
//!
//! So recflow defines them. Other programs do otherwise under the same names: a metric's file holds every form that is in
//! use, and a [`dialect`](mod@dialect) chooses among them.

pub mod coverage;
mod cumulative_gain;
pub mod dialect;
pub mod gini;
pub mod gini_diversity;
pub mod hit_rate;
pub mod mae;
pub mod map;
mod measure;
pub mod mrr;
pub mod ndcg;
pub mod ndcg_full;
pub mod novelty;
pub mod precision;
mod ranked_list;
pub mod recall;
pub mod recall_full;
pub mod rmse;
pub mod rmse_user_mean;
mod spec;

pub use coverage::coverage;
pub use dialect::{Dialect, DialectName, RatingRule, Ties, Users, dialect, dialects};
pub use gini::gini;
pub use gini_diversity::gini_diversity;
pub use hit_rate::hit_rate;
pub use mae::mae;
pub use map::average_precision;
pub use measure::{Direction, Form, Measure, Metric, RatingErrors};
pub use mrr::reciprocal_rank;
pub use ndcg::ndcg;
pub use ndcg_full::ndcg_full;
pub use novelty::{novelty, self_information};
pub use precision::precision;
pub use ranked_list::RankedList;
pub use recall::recall;
pub use recall_full::recall_full;
pub use rmse::rmse;
pub use rmse_user_mean::user_rmse;
pub use spec::{MetricSpec, MetricSpecError};

/// Every metric, in the order in which documents list them.
static METRICS: [Metric; 15] = [
    rmse::METRIC,
    rmse_user_mean::METRIC,
    mae::METRIC,
    precision::METRIC,
    recall::METRIC,
    recall_full::METRIC,
    ndcg::METRIC,
    ndcg_full::METRIC,
    hit_rate::METRIC,
    map::METRIC,
    mrr::METRIC,
    novelty::METRIC,
    coverage::METRIC,
    gini::METRIC,
    gini_diversity::METRIC,
];

/// Every metric, in the order in which documents list them.
pub fn metrics() -> &'static [Metric] {
    &METRICS
}

#[cfg(test)]
mod tests;
