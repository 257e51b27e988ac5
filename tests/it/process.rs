//! A running recflow and the stage processes it has started.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use recflow::engine::Event;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use super::outcome::{Outcome, parse};

/// Nothing here takes that long, even on a machine that is busy with other things.
const FOREVER: Duration = Duration::from_mins(2);

/// A recflow that was started and not waited for. Killed when it is dropped.
pub struct Running {
    child: Child,
    folder: PathBuf,
    lines: Lines<BufReader<ChildStdout>>,
    // Lines on standard output are events, or else text.
    tells_events: bool,
    events: Vec<Event>,
    stderr: NamedTempFile,
}

impl Running {
    pub fn start(mut command: Command, folder: &Path, tells_events: bool) -> Self {
        let stderr = NamedTempFile::new().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(stderr.reopen().unwrap()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, folder: folder.canonicalize().unwrap(), lines, tells_events, events: Vec::new(), stderr }
    }

    /// The next event of a run with `--format json`; `None` when there are no more.
    pub fn next_event(&mut self) -> Option<Event> {
        let event = parse(&self.lines.next()?.unwrap());
        self.events.push(event.clone());
        Some(event)
    }

    /// Reads events until one is as wanted.
    pub fn wait_for(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        loop {
            let Some(event) = self.next_event() else { panic!("it did not come to that: {:?}", self.events) };
            if wanted(&event) {
                return event;
            }
        }
    }

    /// Waits until it has said that on standard error.
    pub fn wait_for_words(&self, words: &str) {
        until(words, || fs::read_to_string(self.stderr.path()).unwrap().contains(words));
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(pid(self.child.id()), signal).unwrap();
    }

    /// The stage processes that it has started and that live.
    pub fn stage_processes(&self) -> Vec<u32> {
        stage_processes(&self.folder).into_iter().filter(|&process| parent(process) == Some(self.child.id())).collect()
    }

    /// Waits for its end; all events it told, and how it ended.
    pub fn end(mut self) -> (Vec<Event>, Outcome) {
        self.read_to_end();
        let status = self.child.wait().unwrap();
        let output = Output { status, stdout: Vec::new(), stderr: fs::read(self.stderr.path()).unwrap() };
        let outcome = Outcome::of(output, &self.folder, &[]);
        (std::mem::take(&mut self.events), outcome)
    }

    /// Kills it as a crash or a power cut would, and waits until no stage process is left; all events it told.
    pub fn kill(mut self) -> Vec<Event> {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
        self.read_to_end();
        until("its stage processes are gone", || stage_processes(&self.folder).is_empty());
        std::mem::take(&mut self.events)
    }

    fn read_to_end(&mut self) {
        if self.tells_events {
            while self.next_event().is_some() {}
        } else {
            self.lines.by_ref().for_each(|line| drop(line.unwrap()));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for something that comes in its own time.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < FOREVER, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to any process.
pub fn signal(process: u32, signal: Signal) {
    kill_process(pid(process), signal).unwrap();
}

/// Sends a signal to a process that may be gone.
pub fn try_signal(process: u32, signal: Signal) {
    let _ = kill_process(pid(process), signal);
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(process.cast_signed()).unwrap()
}

/// The living processes that run a stage of this folder: those that work in it.
pub fn stage_processes(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap();
    let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        .filter(|process: &u32| {
            // Processes come and go while one looks; one that has died and was not waited for has no command line.
            let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let mut words = command.split(|&byte| byte == 0);
            words.nth(1) == Some(b"exec-stage")
                && words.next().is_some_and(|place| place.starts_with(folder.as_os_str().as_bytes()))
        })
        .collect()
}

/// The process that has started that one.
pub fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}
