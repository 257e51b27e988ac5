//! The inside of a stage process: `recflow exec-stage JOB`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

use super::{Report, Verdict};
use crate::engine::execution::{Meter, execute};
use crate::engine::job::JobFile;
use crate::engine::registry::Registry;
use crate::engine::stage::StageProgress;
use crate::engine::store::{Store, StoreError};

/// A stage process that could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum StageProcessError {
    /// The job file cannot be read.
    #[error("cannot read the job `{path}`: {source}")]
    Job {
        /// The job file.
        path: String,
        /// What is wrong.
        source: io::Error,
    },
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

/// Carries out the job in that file and tells of it on `out`, one JSON value a line, the verdict last.
pub fn run_stage_process(
    job_file: &Path,
    registry: &Registry,
    out: impl Write + Send,
) -> Result<(), StageProcessError> {
    let read = fs::read(job_file).and_then(|bytes| Ok(serde_json::from_slice::<JobFile>(&bytes)?));
    let JobFile { job, store, log, parent } =
        read.map_err(|source| StageProcessError::Job { path: job_file.display().to_string(), source })?;
    // A stage whose result nobody waits for must not go on using the machine.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from)?;
    if getppid().map(|pid| pid.as_raw_nonzero().get() as u32) != Some(parent) {
        return Ok(());
    }
    let store = Store::open(&store)?;
    rayon::ThreadPoolBuilder::new().num_threads(job.threads).build_global().map_err(io::Error::other)?;
    let lines = Lines { out: Mutex::new(out), last: Mutex::new(None) };
    let on_wait = || lines.tell(&Line::Report(Report::Waiting));
    let verdict: Verdict = execute(&job, registry, &store, &OwnProcess, &lines, Some(&log), on_wait).into();
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
