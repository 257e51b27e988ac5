//! Scoring fitted models on what was held out: full rankings and rating errors, per user and as means.

mod evaluate;
mod evaluation;
mod item_list;
mod lists;
mod mean;
mod pass;
mod popularity;
mod ranking;
mod rating;
mod top_k;
mod training_counts;
mod user_sink;

pub use evaluate::{EvaluationOptions, evaluate, evaluate_into};
pub use evaluation::{Evaluation, EvaluationError, EvaluationSummary, MetricValue, Side, UserValues};
pub use item_list::ItemList;
pub use lists::{Lists, ListsWriter, StoredLists};
pub use popularity::{PopularityFacts, PopularityTally, PopularityThirds};
pub use top_k::TopK;
pub use training_counts::TrainingCounts;
pub use user_sink::{NO_ITEM, ScoredUsers, UserLayout, UserSink};

#[cfg(test)]
mod tests;
