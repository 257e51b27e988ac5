//! recflow: honest, reproducible comparisons of recommender systems.
//!
//! Two halves that know nothing of each other, joined by one thin layer:
//!
//! - [`engine`] turns a pipeline file into a plan and runs it in parallel over a content-addressed cache;
//!   it would serve any domain.
//! - [`rec`] holds interactions, splits, models, metrics and their evaluation; it is usable with no orchestrator.
//! - [`report`] lays a comparison out as a document.
//! - [`stages`] is the joint: every stage kind, as one table.
//! - [`disk`] is what both halves write through, so that tests can make any write fail.
//! - [`cli`] is the `recflow` program.

// OpenBLAS is linked through this crate; nothing in it is called by name.
extern crate openblas_src as _;

pub mod cli;
pub mod disk;
pub mod engine;
pub mod rec;
pub mod report;
pub mod stages;
