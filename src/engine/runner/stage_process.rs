//! The inside of a stage process: `recflow exec-stage FOLDER`.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use super::{Report, Verdict};
use crate::engine::execution::execute;
use crate::engine::job::Brief;
use crate::engine::registry::Registry;
use crate::engine::spending::Meter;
use crate::engine::stage::StageProgress;
use crate::engine::store::{Store, StoreError};
use crate::engine::workplace::Workplace;

/// A stage process that could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum StageProcessError {
    /// What is to be done cannot be read.
    #[error("standard input tells no job: {0}")]
    Brief(io::Error),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The threads cannot be started, or the result cannot be told.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One line from a stage process to whoever started it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    Report(Report),
    Verdict(Verdict),
}

/// Carries out, in that folder, the job that standard input tells of, and tells of it on `out`, one JSON value a line, the
/// verdict last.
pub fn run_stage_process(place: &Path, registry: &Registry, out: impl Write + Send) -> Result<(), StageProcessError> {
    let mut told = Vec::new();
    let read = io::stdin().read_to_end(&mut told).and_then(|_| Ok(serde_json::from_slice::<Brief>(&told)?));
    let Brief { job, store, log, parent } = read.map_err(StageProcessError::Brief)?;
    // A stage whose result nobody waits for must not go on using the machine.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from)?;
    if getppid().map(|pid| pid.as_raw_nonzero().get() as u32) != Some(parent) {
        return Ok(());
    }
    let store = Store::open(&store)?;
    rayon::ThreadPoolBuilder::new().num_threads(job.threads).build_global().map_err(io::Error::other)?;
    let lines = Lines { out: Mutex::new(out), last: Mutex::new(None) };
    let on_wait = || lines.tell(&Line::Report(Report::Waiting));
    let place = (Workplace(place), log.as_path());
    let verdict: Verdict = execute(&job, registry, &store, place, &OwnProcess, &lines, on_wait).into();
    lines.tell(&Line::Verdict(verdict));
    Ok(())
}

struct Lines<W> {
    out: Mutex<W>,
    last: Mutex<Option<Instant>>,
}

/// Nobody reads faster than this.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

impl<W: Write> Lines<W> {
    fn tell(&self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // If nobody listens any more, nobody needs to know.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl<W: Write + Send> StageProgress for Lines<W> {
    fn progress(&self, done: u64, total: u64, detail: &str) {
        {
            let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if done < total && last.is_some_and(|last| last.elapsed() < PROGRESS_INTERVAL) {
                return;
            }
            *last = Some(Instant::now());
        }
        self.tell(&Line::Report(Report::Progress { done, total, detail: detail.to_owned() }));
    }

    fn is_cancelled(&self) -> bool {
        // A stage process is ended by a signal.
        false
    }

    fn is_alone(&self) -> bool {
        true
    }
}

/// This process does one job and nothing else: its figures are the job's.
struct OwnProcess;

impl Meter for OwnProcess {
    fn cpu(&self) -> Option<Duration> {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    fn peak_memory_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}
