//! The joint between the engine and the recommenders: what each kind of stage reads, does and writes.

mod best;
mod bridge;
mod command;
mod comparable;
mod evaluate;
mod examples;
mod facts;
mod figures;
mod filter;
mod ingest;
mod kinds;
mod learning_curve;
mod memory;
mod ports;
pub mod recommend;
mod report;
mod sample;
mod scored_users;
mod split;
mod train;
mod user_groups;
mod user_terms;

pub use figures::{direction_of, is_improvement};
pub use kinds::registry;
pub use learning_curve::{LearningCurve, learning_curves};

#[cfg(test)]
mod tests;
