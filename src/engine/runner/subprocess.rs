//! Jobs in processes of their own: own threads, own figures, and an end that can be enforced.

use std::io::{self, BufRead, BufReader, Write as _};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};
use wait4::{ResUse, Wait4};

use super::memory_watch::watch;
use super::stage_process::Line;
use super::{Cancel, Report, Runner, Verdict};
use crate::disk::RUN;
use crate::engine::event::Failure;
use crate::engine::job::{Brief, Job};
use crate::engine::spec::MemorySize;
use crate::engine::store::Store;
use crate::engine::workplace::Workplaces;

/// Runs each job as `PROGRAM exec-stage FOLDER`, which is told of it on its standard input.
#[derive(Debug)]
pub struct Subprocess {
    program: PathBuf,
    store: Store,
    workplaces: Workplaces,
}

impl Subprocess {
    /// A runner that starts that program over that store.
    pub fn new(program: PathBuf, store: Store) -> Self {
        Self { program, workplaces: Workplaces::new(store.clone()), store }
    }

    fn attempt(
        &self,
        job: &Job,
        place: &Path,
        log: &Path,
        cancel: &Cancel,
        tell: &(dyn Fn(Report) + Sync),
    ) -> Result<Verdict, Failure> {
        let (store, parent) = (self.store.root().to_owned(), std::process::id());
        let brief = Brief { job: job.clone(), store, log: log.to_owned(), parent };
        let brief = serde_json::to_vec(&brief).map_err(|error| start_failure(&error.into()))?;
        // Every attempt adds to it, and so do programs that the stage runs.
        let log = RUN.open_or_create(log).map_err(|error| start_failure(&error))?;

        let mut child = Command::new(&self.program)
            .arg("exec-stage")
            .arg(place)
            // Whatever uses threads in there gets as many as the stage was given; BLAS is called from those.
            .env("RAYON_NUM_THREADS", job.threads.to_string())
            .env("OPENBLAS_NUM_THREADS", "1")
            .env("OMP_NUM_THREADS", "1")
            // Milliseconds until what is freed goes back: a stage is judged by the most that it holds.
            .env("MIMALLOC_PURGE_DELAY", "100")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|error| start_failure(&error))?;
        let pid = Pid::from_raw(child.id() as i32);
        if let Some(pid) = pid {
            cancel.attach(pid);
        }
        if let Some(mut stdin) = child.stdin.take() {
            // Who ends before it has read this tells by how it ends.
            let _ = stdin.write_all(&brief);
        }
        let stdout = child.stdout.take();
        let (outgrown, verdict) = thread::scope(|scope| {
            let (running, done) = mpsc::channel();
            let watched = pid.zip(job.declared_memory_bytes);
            let watch = watched.map(|(pid, limit)| scope.spawn(move || watch(pid, limit, &done)));
            let verdict = stdout.and_then(|stdout| listen(BufReader::new(stdout), tell));
            drop(running);
            (watch.and_then(|watch| watch.join().ok().flatten()), verdict)
        });
        // Programs that it has left behind; it has not been waited for, so that the group is still its own.
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        cancel.detach();
        let ResUse { status, rusage } = child.wait4().map_err(|error| start_failure(&error))?;
        if let Some(verdict) = verdict {
            return Ok(verdict);
        }
        if let (Some(used), Some(limit)) = (outgrown, job.declared_memory_bytes) {
            let [used, limit] = [used, limit].map(|bytes| MemorySize { bytes });
            return Err(Failure::Memory { used, limit });
        }
        if cancel.is_requested() {
            return Ok(Verdict::Cancelled);
        }
        Err(silent_end(status, rusage.maxrss))
    }
}

impl Runner for Subprocess {
    fn run(&self, job: &Job, log: &Path, cancel: &Cancel, tell: &(dyn Fn(Report) + Sync)) -> Verdict {
        let scratch = match self.workplaces.take() {
            Ok(scratch) => scratch,
            Err(error) => return Verdict::Failed(error.into()),
        };
        let verdict = self.attempt(job, scratch.path(), log, cancel, tell);
        self.workplaces.give_back(scratch);
        verdict.unwrap_or_else(Verdict::Failed)
    }
}

/// Passes reports on until the process closes its output; the verdict, if it gave one.
fn listen(lines: impl BufRead, tell: &(dyn Fn(Report) + Sync)) -> Option<Verdict> {
    let mut verdict = None;
    for line in lines.lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Line::Report(report)) => tell(report),
            Ok(Line::Verdict(given)) => verdict = Some(given),
            Err(_) => tracing::debug!("a stage process said something else: {line}"),
        }
    }
    verdict
}

fn silent_end(status: ExitStatus, peak_memory_bytes: u64) -> Failure {
    match status.signal() {
        Some(signal) => Failure::Killed { signal, peak_memory_bytes: Some(peak_memory_bytes) },
        None => Failure::Exit { code: status.code().unwrap_or(-1) },
    }
}

fn start_failure(error: &io::Error) -> Failure {
    Failure::Store { message: format!("the stage's process could not be started: {error}") }
}
