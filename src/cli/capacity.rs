//! What a run may take of this machine: the arguments that `run`, `plan` and `explain` share.

use std::num::NonZeroUsize;

use clap::Args;

use crate::engine::{Capacity, MemorySize};

/// What a run may take of this machine.
#[derive(Debug, Clone, Default, Args)]
pub struct CapacityArgs {
    /// The threads that all running stages share [default: the machine's]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub threads: Option<NonZeroUsize>,

    /// The memory that all running stages share, such as 8GiB or 500MB [default: the machine's]
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<MemorySize>,
}

/// A number that counts something there must be one of.
pub(super) fn positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "it must be a whole number from 1 up".to_owned())
}

impl CapacityArgs {
    /// What may be taken; where nothing is said, all that the machine has to give. A job for each thread.
    pub(super) fn capacity(&self) -> Capacity {
        let mut capacity = Capacity::of_this_machine();
        if let Some(threads) = self.threads {
            (capacity.threads, capacity.jobs) = (threads.get(), threads.get());
        }
        if let Some(memory) = self.memory {
            capacity.memory_bytes = memory.bytes;
        }
        capacity
    }
}
