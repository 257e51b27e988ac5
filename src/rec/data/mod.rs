//! Interactions: reading them, filtering them, splitting them.

mod dataset;
mod interactions;
mod split;

pub use dataset::{Dataset, DatasetInfo, Events, Items};
pub use interactions::Interactions;
pub use split::{Holdout, Split, SplitInfo};
