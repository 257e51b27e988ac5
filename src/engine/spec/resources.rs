//! What a stage may use up.

use std::time::Duration;

use super::diagnostic::Diagnostic;
use super::fields::Fields;
use super::findings::Findings;
use super::memory::MemorySize;
use super::node::{Entry, Node, NodeKind};

/// More often does not help.
const MAX_RETRIES: u32 = 100;

/// What a stage may use up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    /// The threads it is given; as the executor thinks best if not said.
    pub threads: Option<usize>,
    /// The memory it is expected to take at most, in bytes; judged by the stage itself if not said.
    pub memory_bytes: Option<u64>,
    /// How long it may run; then it is ended and has failed.
    pub timeout: Option<Duration>,
    /// How often it is run again after a failure.
    pub retries: u32,
}

impl Resources {
    /// Reads `resources`, in which parameters were replaced already.
    pub(in crate::engine) fn read(node: &Node, findings: &mut Findings) -> Self {
        let Some(fields) = Fields::of(node, "`resources`", &["threads", "memory", "timeout", "retries"], findings)
        else {
            return Self::default();
        };
        let mut refuse = |entry: &Entry, message: String, help: &str| {
            if !matches!(entry.value.kind, NodeKind::Refused) {
                findings.push(Diagnostic::error(message).label(entry.value.place(), "").help(help));
            }
        };
        let threads = fields.find("threads").and_then(|entry| {
            let count = if let NodeKind::Number(number, _) = &entry.value.kind { number.as_u64() } else { None };
            count.and_then(|count| usize::try_from(count).ok()).filter(|count| (1..=1024).contains(count)).or_else(
                || {
                    let message =
                        format!("`threads` must be a whole number from 1 to 1024, not {}", entry.value.in_words());
                    refuse(entry, message, "leave it out to share all threads");
                    None
                },
            )
        });
        let memory_bytes = fields.find("memory").and_then(|entry| {
            let read = match &entry.value.kind {
                NodeKind::Text(text) | NodeKind::Number(_, text) => text.parse::<MemorySize>().ok(),
                _ => None,
            };
            read.map(|size| size.bytes).or_else(|| {
                let message = format!("`memory` must be an amount of memory, not {}", entry.value.in_words());
                refuse(entry, message, "write it like `512MiB`, `2GiB` or `1.5GB`");
                None
            })
        });
        let timeout = fields.find("timeout").and_then(|entry| {
            let read = match &entry.value.kind {
                NodeKind::Text(text) => humantime::parse_duration(text.trim()).ok(),
                _ => None,
            };
            read.filter(|timeout| !timeout.is_zero()).or_else(|| {
                let message = format!("`timeout` must be a time, not {}", entry.value.in_words());
                refuse(entry, message, "write it with its unit, like `90s`, `30m` or `1h 30m`");
                None
            })
        });
        let retries = fields.find("retries").and_then(|entry| {
            let count = if let NodeKind::Number(number, _) = &entry.value.kind { number.as_u64() } else { None };
            count.filter(|count| *count <= u64::from(MAX_RETRIES)).map(|count| count as u32).or_else(|| {
                let message =
                    format!("`retries` must be a whole number from 0 to {MAX_RETRIES}, not {}", entry.value.in_words());
                refuse(entry, message, "leave it out to run the stage once");
                None
            })
        });
        Self { threads, memory_bytes, timeout, retries: retries.unwrap_or(0) }
    }
}
