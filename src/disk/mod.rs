//! What both halves stand on: the calls that change something in the cache's folder, each behind a fault point.
//!
//! Nothing in `engine`, and nothing that writes checkpoints, changes a file in any other way; `tests/it/tidy.rs` sees to
//! it. So a test can end the process, or have the system refuse, at every single step: see [`fault`].

pub mod fault;
mod purpose;

pub(crate) use purpose::{
    ACTION, CHECKPOINT, COLLECTION, LATEST, LOCK, OBJECT, PUBLICATION, REPAIR, RUN, SCRATCH, SOURCES, STORE, SWEEP,
    WORK, adopt,
};
