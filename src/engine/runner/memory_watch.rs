//! Ends a stage process that holds more memory than it may, before it brings the machine down.

use std::fs;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How often the process is looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// Looks at the process, which leads a group, until `done` hangs up. Ends the group and returns what the process held once
/// that is more than the limit.
pub(super) fn watch(process: Pid, limit_bytes: u64, done: &Receiver<()>) -> Option<u64> {
    while done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let held = held_bytes(process).filter(|held| *held > limit_bytes);
        if held.is_some() {
            // It has not been waited for: the number is still its own.
            let _ = kill_process_group(process, Signal::KILL);
            return held;
        }
    }
    None
}

/// What a process holds of its own; what it shares with others, such as mapped files, is nobody's fault.
fn held_bytes(process: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
