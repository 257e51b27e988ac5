//! Where results are kept: objects named by their content, actions named by their key.
//!
//! ```text
//! cache/
//!   objects/ab/cdef…    one file each, named by the blake3 of its bytes, read-only
//!   actions/ab/….json   what a computation gave: its key's preimage, its files, how it was computed
//!   latest/….jsonl      what each stage of a pipeline had last, and a copy of what its record says
//!   checkpoints/…/      what stages keep to go on from, one folder for all that differ only in how long they go on
//!   locks/              held (by the operating system) while a key is being computed, or a checkpoint folder used
//!   scratch/            work in progress, one folder a process; swept when its owner is gone
//!   runs/…/             plan, events and logs of each run
//! ```
//!
//! **Invariant**: an object has its name only when all its bytes are on disk, and an action has its name only when all
//! its objects have theirs. A process may die between any two steps and leaves nothing but scratch behind.

mod action;
mod checkpoints;
mod collection;
mod disk;
mod file_identity;
mod latest;
mod scratch;
mod sources;
mod verification;

pub use action::Action;
pub use checkpoints::Checkpoint;
pub use collection::{Collected, CollectionRules};
pub use disk::{Durability, KeyLock, Store, StoreError};
pub use latest::{FoundAction, Latest};
pub use scratch::Scratch;
pub use sources::SourceDigests;
pub use verification::{Flaw, FlawKind, Verification};
