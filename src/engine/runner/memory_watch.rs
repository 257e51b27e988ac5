//! Ends a stage process that holds more memory than it may, before it brings the machine down.

use std::fs;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How often the process is looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// Looks at the process, which leads a group, and at the programs that it runs until `done` hangs up. Ends the group and
/// returns what they held together once that is more than the limit.
pub(super) fn watch(process: Pid, limit_bytes: u64, done: &Receiver<()>) -> Option<u64> {
    while done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
        let held = held_by_all(process.as_raw_nonzero().get()).filter(|held| *held > limit_bytes);
        if held.is_some() {
            // It has not been waited for: the number is still its own.
            let _ = kill_process_group(process, Signal::KILL);
            return held;
        }
    }
    None
}

/// What a process and all below it hold.
fn held_by_all(process: i32) -> Option<u64> {
    let mut held = held_bytes(process)?;
    let mut open = children(process);
    while let Some(child) = open.pop() {
        // It may have ended by now.
        held += held_bytes(child).unwrap_or(0);
        open.extend(children(child));
    }
    Some(held)
}

/// The processes that a process has started; none where the system does not tell.
fn children(process: i32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// What a process holds of its own; what it shares with others, such as mapped files, is nobody's fault.
fn held_bytes(process: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
