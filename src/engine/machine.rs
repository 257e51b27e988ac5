//! What this machine has to give.

use std::fs;
use std::num::NonZero;

use super::budget::Capacity;

/// Of the memory that is free, this part is given to stages; the rest is for everything else and for their errors.
const MEMORY_SHARE: f64 = 0.9;

/// Where the system does not tell how much memory is free.
const UNKNOWN_MEMORY_BYTES: u64 = 4 << 30;

impl Capacity {
    /// All processors that this process may use, and most of the memory that is free.
    pub fn of_this_machine() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let free = free_memory_bytes().into_iter().chain(memory_limit_bytes()).min().unwrap_or(UNKNOWN_MEMORY_BYTES);
        Self { jobs: threads, threads, memory_bytes: (free as f64 * MEMORY_SHARE) as u64 }
    }
}

/// This machine in words: its name, its processor and how many of it this process may use.
pub(super) fn host_description() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let facts = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = facts.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let processors = processor.map_or_else(
        || format!("{threads} processors"),
        |(_, model)| format!("{threads} × {}", model.split_whitespace().collect::<Vec<_>>().join(" ")),
    );
    let parts = [name.trim(), &processors];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn free_memory_bytes() -> Option<u64> {
    let facts = fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The limit of a container, if there is one.
fn memory_limit_bytes() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    files.iter().find_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::Capacity;

    #[test]
    fn there_is_always_something_to_run_with() {
        let Capacity { jobs, threads, memory_bytes } = Capacity::of_this_machine();
        assert!(jobs >= 1 && threads >= 1 && memory_bytes > 0);
    }
}
