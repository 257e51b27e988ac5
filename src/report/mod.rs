//! A comparison of models as plain data, and the documents made of it.
//!
//! [`Comparison`] is what a cache may keep: it depends on data, parameters and seeds only. [`Measured`] is what a
//! machine adds (times, memory, the command); it joins only when a document is rendered, so it never reaches the bytes
//! that are cached.
//!
//! - [`markdown::render`]: the whole report.
//! - [`screen::render`]: the table alone, for a terminal.
//! - [`sparkline()`], [`bar()`]: curves and spans of time in a line of text.
//! - [`csv::render`], [`json::render`]: every number in full precision, for other programs.

mod comparison;
pub mod csv;
mod grid;
pub mod json;
pub mod markdown;
mod measured;
pub mod screen;
mod sparkline;
pub mod units;

#[cfg(test)]
mod example;

pub use comparison::{Cell, Column, Comparison, DatasetFacts, Direction, PartSize, Provenance, Row, SplitFacts};
pub use measured::{Cost, Measured};
pub use sparkline::{bar, sparkline};
