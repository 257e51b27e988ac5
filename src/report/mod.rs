//! A comparison of models as plain data, and the documents made of it.
//!
//! [`Comparison`] is what a cache may keep: it depends on data, parameters and seeds only. [`Measured`] is what a
//! machine adds (times, memory, the command); it joins only when a document is rendered, so it never reaches the bytes
//! that are cached.
//!
//! - [`markdown::render`], [`html::render`]: the whole report, for a repository and for looking.
//! - [`latex::render`]: the table for a paper.
//! - [`screen::render`]: the table alone, for a terminal.
//! - [`sparkline()`], [`bar()`]: curves and spans of time in a line of text.
//! - [`csv::render`] with [`csv::groups`] and [`csv::differences`], [`json::render`]: every number in full precision, for other
//!   programs.
//! - [`formats`]: those that files can have.

mod breakdown;
mod comparison;
pub mod csv;
mod estimate;
mod example_user;
mod facts;
mod folded;
mod folded_pipeline;
mod format;
mod grid;
pub mod html;
pub mod json;
pub mod latex;
mod learning_curve;
pub mod markdown;
mod measured;
mod overlap;
mod pipeline_graph;
mod popularity_bias;
mod provenance;
mod replicate;
mod row_order;
pub mod screen;
mod sparkline;
mod statistics;
pub mod units;
mod wrap;

#[cfg(test)]
mod example;

pub use breakdown::{Breakdown, BrokenDownBy, Group};
pub use comparison::{Column, Comparison, Direction, Row};
pub use estimate::{AgainstBest, Cell, Estimate, Interval, Spread, Standing, Verdict};
pub use example_user::{ExampleUser, Item, Recommendation};
pub use format::{Format, format_of, formats};
pub use learning_curve::LearningCurve;
pub use measured::{Cost, Measured};
pub use overlap::Overlap;
pub use pipeline_graph::{PipelineGraph, PipelineStage};
pub use popularity_bias::PopularityBias;
pub use provenance::{DatasetFacts, PartSize, Provenance, SplitFacts};
pub use replicate::Replicate;
pub use sparkline::{bar, sparkline};
pub use statistics::Statistics;
pub use wrap::wrap;
