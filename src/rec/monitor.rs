//! What a long computation tells its caller, and what the caller may tell it.

use std::path::Path;
use std::time::Duration;

/// The caller of a long computation: told of progress, asked for cancellation and limits.
///
/// Implementations must be cheap: models call these methods once per batch or block of users.
pub trait Monitor: Sync {
    /// `done` of `total` steps are finished; `detail` is a short human text such as `loss 0.812` (may be empty).
    fn progress(&self, done: u64, total: u64, detail: &str) {
        let _ = (done, total, detail);
    }

    /// Whether the caller wants the computation to end early.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// The memory the computation may use, in bytes; `None` if nothing limits it.
    fn memory_limit_bytes(&self) -> Option<u64> {
        None
    }

    /// A folder, perhaps not there yet, in which the computation may keep what it needs to go on after an interruption;
    /// `None` if nothing is to be kept.
    ///
    /// It belongs to this computation: same data and same parameters, but for those that only say how long to go on.
    fn checkpoint_dir(&self) -> Option<&Path> {
        None
    }

    /// What the computation has cost until now, with what it went on from; kept with a checkpoint.
    fn spent(&self) -> Spent {
        Spent::default()
    }

    /// The computation goes on from a checkpoint, with which this was kept.
    fn goes_on_from(&self, before: Spent) {
        let _ = before;
    }

    /// Ends with [`Interrupted`] if the caller asked for it; for use with `?` inside loops.
    fn check(&self) -> Result<(), Interrupted> {
        if self.is_cancelled() { Err(Interrupted) } else { Ok(()) }
    }
}

/// What a computation has cost, as far as its caller can tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Wall-clock time.
    pub wall: Duration,
    /// Processor time.
    pub cpu: Option<Duration>,
    /// The most memory held, in bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// A caller that listens to nothing and limits nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Monitor for Silent {}

/// The computation ended early because its caller asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;
