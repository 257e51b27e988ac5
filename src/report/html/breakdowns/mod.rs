//! The same metrics over parts of the test: charts, and the numbers.
//!
//! [`part`] is one metric of one breakdown. Groups that have an order are drawn as [`lines`], others as [`categories`];
//! [`numbers`] is the table of either.

mod categories;
mod lines;
mod numbers;
mod part;
mod view;

pub(super) use view::{BreakdownView, views};
