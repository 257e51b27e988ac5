//! The joint between the engine and the recommenders: what each kind of stage reads, does and writes.

mod bridge;
mod evaluate;
mod facts;
mod filter;
mod ingest;
mod kinds;
mod ports;
mod report;
mod sample;
mod split;
mod train;

pub use kinds::registry;
