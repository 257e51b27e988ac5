//! What a stage asks for before it begins. A run refuses by it, and so a plan knows who will be refused.

use super::budget::Capacity;
use super::plan::PlannedStage;
use super::resolution::{Resolved, StoredInputs};
use super::spec::MemorySize;
use super::stage::{Stage, StageError};
use super::store::Store;

/// What one stage asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    /// The threads that the pipeline file gives it, if it does.
    pub threads: Option<usize>,
    /// The most threads it can make use of.
    pub max_threads: usize,
    /// The memory it will take, in bytes.
    pub memory_bytes: u64,
}

impl Request {
    /// What the stage asks for, by its declaration or else judged from its inputs, of which small files are read. An error if
    /// it could not have that much even if it were alone.
    pub(super) fn of(
        planned: &PlannedStage,
        stage: &dyn Stage,
        resolved: &Resolved,
        store: &Store,
        capacity: Capacity,
    ) -> Result<Self, StageError> {
        let (declared, max_threads) = (planned.resources, stage.max_threads());
        let threads = declared.threads.unwrap_or(capacity.threads).min(max_threads);
        let inputs = StoredInputs { store, resolved, threads };
        let memory_bytes = declared.memory_bytes.or_else(|| stage.memory_bytes(&inputs)).unwrap_or(0);
        if memory_bytes > capacity.memory_bytes {
            let [needed, allowed] = [memory_bytes, capacity.memory_bytes].map(|bytes| MemorySize { bytes });
            let message = format!("it needs {needed} of memory, and {allowed} are allowed");
            return Err(StageError::new(message).help("allow more with `--memory`, or make the stage smaller"));
        }
        Ok(Self { threads: declared.threads, max_threads, memory_bytes })
    }
}
