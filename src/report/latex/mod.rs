//! The table for a paper: a `table` environment with booktabs rules, to be read with `\input`.

mod escape;
mod table;

pub use table::render;
