//! Recommenders and everything needed to compare them, usable without the engine.

pub mod data;
pub mod eval;
pub mod linalg;
pub mod metric;
pub mod model;
mod monitor;
pub mod nn;
mod random;
pub mod recommend;
pub mod stats;

pub use monitor::{Interrupted, Monitor, Silent, Spent};
pub use random::{NumpyLegacy, stream};
