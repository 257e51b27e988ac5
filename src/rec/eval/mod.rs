//! Scoring fitted models on what was held out: full rankings and rating errors, per user and as means.

mod evaluate;
mod evaluation;
mod ranking;
mod rating;
mod top_k;

pub use evaluate::{EvaluationOptions, evaluate};
pub use evaluation::{Evaluation, EvaluationError, MetricValue, Side, UserValues};
pub use top_k::TopK;

#[cfg(test)]
mod tests;
