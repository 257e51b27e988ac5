//! How the program ends.

use std::process::{ExitCode, Termination};

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is done.
    Success = 0,
    /// A stage failed.
    StageFailed = 1,
    /// The pipeline or the command line is wrong.
    Usage = 2,
    /// The cache or another file could not be read or written.
    Io = 3,
    /// The user ended it.
    Interrupted = 130,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
