//! The comparison as CSV, numbers in full precision: one line a model ([`render`]), and tidy tables of what a line a model has
//! no place for.

mod differences;
mod groups;
mod models;
mod records;

pub use differences::render as differences;
pub use groups::render as groups;
pub use models::render;
