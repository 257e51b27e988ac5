//! How much memory stages take at their peak, judged from the lengths of what they read.
//!
//! Measured as the most that a stage process holds, files that it has mapped among it, on MovieLens-1M: what is told here is
//! within a third of that.

use super::facts::SplitFacts;
use super::ports::SPLIT;
use super::train::WEIGHTS_FILE;
use crate::engine::Inputs;

/// A process that has read nothing yet: code, buffers of BLAS, stacks.
pub(super) const PROCESS_BYTES: u64 = 12 << 20;

/// The arrays of a stored split, and of a stored data set.
const SPLIT_ARRAYS: &str = "interactions.safetensors";
const DATASET_ARRAYS: &str = "events.safetensors";

/// Users who are scored at a time, and numbers of a byte length that a thread holds for each of them and each item: the
/// scores, and about as much in between.
const BLOCK_BYTES_PER_ITEM: u64 = 128 * 2 * 4;

/// Somebody who loads the split and then works beside it with so much more. While it is loaded, the file's bytes and the
/// arrays made of them are there at once.
pub(super) fn beside_split(inputs: &dyn Inputs, work_bytes: u64) -> u64 {
    let split = inputs.file_bytes(SPLIT.0, SPLIT_ARRAYS);
    PROCESS_BYTES.saturating_add((2 * split).max(split.saturating_add(work_bytes)))
}

/// An evaluation of the model on that port, or of one after the other: the arrays of the largest, ids and counts, and what each
/// thread needs for a block of users; of the split it holds no more than that.
pub(super) fn of_evaluation(inputs: &dyn Inputs, port: &str, facts: &SplitFacts) -> u64 {
    let blocks = inputs.threads() as u64 * facts.items * BLOCK_BYTES_PER_ITEM;
    let ids = 64 * (facts.users + facts.items);
    PROCESS_BYTES.saturating_add(blocks + ids).saturating_add(inputs.file_bytes(port, WEIGHTS_FILE))
}

/// Somebody who reads a stored data set and makes something of it that takes, at its peak, so many times its length.
pub(super) fn of_dataset(inputs: &dyn Inputs, times: u64) -> Option<u64> {
    let dataset = inputs.file_bytes("dataset", DATASET_ARRAYS);
    (dataset > 0).then(|| PROCESS_BYTES.saturating_add(times.saturating_mul(dataset)))
}
