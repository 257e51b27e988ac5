//! Programs that stages run: what they say goes into the stage's log, and they end with the stage.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpgrp, getppid, kill_process_group, set_parent_process_death_signal, waitid,
};
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use wait4::Wait4;

use crate::disk::RUN;

use super::runner::{Cancel, GRACE};
use super::stage::{StageCtx, StageProgress};

/// How often it is asked whether the program should end.
const INTERVAL: Duration = Duration::from_millis(20);

/// How much of the end of what a program has said is read.
const SAID_BYTES: u64 = 4096;

/// What programs have used up, all together.
#[derive(Debug, Default)]
pub(super) struct Programs(Mutex<Used>);

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    cpu: Duration,
    peak_memory_bytes: u64,
}

impl Programs {
    fn add(&self, cpu: Duration, peak_memory_bytes: u64) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.cpu += cpu;
        used.peak_memory_bytes = used.peak_memory_bytes.max(peak_memory_bytes);
    }

    /// Processor time, and the most memory that one process held, in bytes; nothing if no program was run.
    pub(super) fn used(&self) -> (Duration, u64) {
        let used = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (used.cpu, used.peak_memory_bytes)
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct ProgramEnd {
    /// Its exit code, or the signal that ended it.
    pub status: ExitStatus,
    /// The end of what it has said.
    pub said: String,
}

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It could not be started.
    #[error("the program could not be started: {0}")]
    Start(#[from] io::Error),
    /// The stage was asked to end, and the program with it.
    #[error("interrupted")]
    Interrupted,
}

impl StageCtx<'_> {
    /// Runs a program to its end, without standard input. What it says goes into the stage's log. When the stage is asked
    /// to end, so is the program with all that it has started; if it does not within five seconds, it is made to.
    pub fn run_program(&self, command: &mut Command) -> Result<ProgramEnd, ProgramError> {
        let mut log = self.log.as_ref().map(|log| RUN.open_or_create(log)).transpose()?;
        let begin = log.as_mut().map(|log| log.seek(SeekFrom::End(0))).transpose()?.unwrap_or_default();
        let said = || log.as_ref().map_or_else(|| Ok(Stdio::null()), |log| log.try_clone().map(Stdio::from));
        command.stdin(Stdio::null()).stdout(said()?).stderr(said()?);
        let ending = Ending::prepare(self.progress)?;
        if !ending.is_alone {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let cancel = Cancel::default();
        let pid = Pid::from_raw(child.id().cast_signed());
        if let (Some(pid), false) = (pid, ending.is_alone) {
            cancel.attach(pid);
        }
        let (running, done) = mpsc::channel();
        let waited = thread::scope(|scope| {
            let (ending, cancel) = (&ending, &cancel);
            scope.spawn(move || ending.watch(cancel, self.progress, &done));
            // Not yet waited for in full, so that its number, and that of its group, stay its own.
            let ended = pid.map(|pid| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
            if !ending.is_alone {
                cancel.request(true);
            }
            cancel.detach();
            drop(running);
            ended.transpose()
        });
        let ended = child.wait4();
        let interrupted = ending.is_wanted(self.progress);
        ending.is_over();
        waited.map_err(io::Error::from)?;
        let ended = ended?;
        self.spending.programs.add(ended.rusage.utime + ended.rusage.stime, ended.rusage.maxrss);
        if interrupted {
            return Err(ProgramError::Interrupted);
        }
        let said = log.and_then(|log| end_of(log, begin).ok()).unwrap_or_default();
        Ok(ProgramEnd { status: ended.status, said })
    }
}

/// How the wish reaches a program that it end.
struct Ending {
    /// In a process of the stage's own, the program is in its group: whoever ends the one ends the other.
    is_alone: bool,
    parent: Option<Pid>,
    asked: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl Ending {
    /// In a process of the stage's own, the process now outlives the wish to end until the program has ended.
    fn prepare(progress: &dyn StageProgress) -> io::Result<Self> {
        let ending = Self {
            is_alone: progress.is_alone(),
            parent: getppid(),
            asked: Arc::new(AtomicBool::new(false)),
            over: Arc::new(AtomicBool::new(false)),
        };
        if ending.is_alone {
            flag::register(SIGTERM, Arc::clone(&ending.asked))?;
            flag::register_conditional_default(SIGTERM, Arc::clone(&ending.over))?;
            // Killed with its parent it could not end the program.
            set_parent_process_death_signal(Some(Signal::TERM))?;
        }
        Ok(ending)
    }

    fn is_wanted(&self, progress: &dyn StageProgress) -> bool {
        self.asked.load(Ordering::SeqCst) || progress.is_cancelled()
    }

    /// From now on, the wish ends this process again.
    fn is_over(&self) {
        self.over.store(true, Ordering::SeqCst);
        if self.is_alone {
            let _ = set_parent_process_death_signal(Some(Signal::KILL));
            if getppid() != self.parent {
                let _ = kill_process_group(getpgrp(), Signal::KILL);
            }
        }
    }

    /// Passes the wish on until `done` hangs up.
    fn watch(&self, cancel: &Cancel, progress: &dyn StageProgress, done: &Receiver<()>) {
        let mut asked_at = None;
        while done.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            if self.is_alone {
                if getppid() != self.parent {
                    // Whoever waited for the result is gone.
                    let _ = kill_process_group(getpgrp(), Signal::KILL);
                }
            } else if progress.is_cancelled() {
                let asked_at = *asked_at.get_or_insert_with(|| {
                    cancel.request(false);
                    Instant::now()
                });
                if asked_at.elapsed() > GRACE {
                    cancel.request(true);
                }
            }
        }
    }
}

/// The end of what stands in the log from `begin` on.
fn end_of(mut log: File, begin: u64) -> io::Result<String> {
    let end = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(begin.max(end.saturating_sub(SAID_BYTES))))?;
    let mut said = Vec::new();
    log.take(SAID_BYTES).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
