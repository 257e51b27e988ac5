//! Fault points: steps at which a test has the process die, or the system refuse.
//!
//! Points are always compiled in and cost one load of an atomic beside a system call. They are armed by two variables,
//! which are for tests only and which stage processes inherit:
//!
//! - `RECFLOW_FAULT_LOG=FILE`: the name of each point that is reached, by whatever process, is added to the file;
//! - `RECFLOW_FAULT=POINT:NTH:EFFECT`: the point strikes once, when it is reached for the NTH time, over all processes that
//!   share the file. `any` stands for every point.
//!
//! So that all points are reached, results are synced however quickly they were computed while points are armed, but for
//! the power cuts.
//!
//! | effect | what happens |
//! |---|---|
//! | `kill` | the process ends as by SIGKILL; a write, or the removal of a folder, has been done by half |
//! | `enospc` | the disk is full: this call fails, and so does what needs room in this process from then on |
//! | `eio` | this call fails |
//! | `power` | like `kill`, and what the process wrote and did not sync is zeros afterwards |
//! | `power-partly` | the same, but every other of these writes is whole |

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::process::{Signal, getpid, kill_process};

/// Every point that there is: for what the file is, and which call changes it.
pub const POINTS: [&str; 54] = [
    "store.mkdir",
    "store.create",
    "store.write",
    "store.rename",
    "object.sync",
    "object.chmod",
    "object.mkdir",
    "object.rename",
    "object.sync-dir",
    "object.set-times",
    "object.unlink",
    "action.mkdir",
    "action.create",
    "action.write",
    "action.sync",
    "action.rename",
    "action.sync-dir",
    "action.set-times",
    "latest.create",
    "latest.write",
    "latest.rename",
    "sources.create",
    "sources.write",
    "sources.rename",
    "publication.create",
    "publication.write",
    "publication.sync",
    "publication.mkdir",
    "publication.rename",
    "lock.create",
    "lock.lock",
    "scratch.create",
    "scratch.lock",
    "scratch.mkdir",
    "scratch.remove-tree",
    "scratch.unlink",
    "sweep.lock",
    "sweep.remove-tree",
    "sweep.unlink",
    "work.mkdir",
    "work.link",
    "run.mkdir",
    "run.create",
    "run.write",
    "run.lock",
    "run.unlink",
    "checkpoint.mkdir",
    "checkpoint.write",
    "checkpoint.rename",
    "checkpoint.unlink",
    "checkpoint.remove-tree",
    "repair.unlink",
    "collection.unlink",
    "collection.remove-tree",
];

/// What a point does when it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Kill,
    Enospc,
    Eio,
    Power,
    PowerPartly,
}

impl Effect {
    fn is_power_cut(self) -> bool {
        matches!(self, Self::Power | Self::PowerPartly)
    }
}

/// What the variables say.
#[derive(Debug)]
struct Armed {
    log: PathBuf,
    strike: Option<(String, usize, Effect)>,
    full: AtomicBool,
    unsynced: Mutex<Vec<Unsynced>>,
}

/// A part of a file that the process has written and not synced.
#[derive(Debug)]
struct Unsynced {
    file: File,
    bytes: Range<u64>,
}

impl Unsynced {
    /// Zeros take its place, as far as it is still there. The file may be open for adding only: then it is opened once more.
    fn lose(&self) -> io::Result<()> {
        let again = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        let end = self.bytes.end.min(self.file.metadata()?.len());
        let zeros = vec![0; end.saturating_sub(self.bytes.start) as usize];
        File::options().write(true).open(again).unwrap_or(self.file.try_clone()?).write_all_at(&zeros, self.bytes.start)
    }
}

/// A point that strikes now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    effect: Effect,
    nth: usize,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

fn armed() -> Option<&'static Armed> {
    ARMED.get_or_init(Armed::from_environment).as_ref()
}

/// Whether everything is synced, whatever that costs.
pub(crate) fn syncs_everything() -> bool {
    armed().is_some_and(|armed| !armed.plays_power_cut())
}

/// The point of that purpose and call is reached; what happens, if it strikes.
pub(super) fn at(purpose: &str, call: &str) -> Option<Fault> {
    armed()?.reach(&format!("{purpose}.{call}"), call)
}

/// The process has written so many bytes at the end of the file and not synced them.
pub(super) fn written(file: &File, n_bytes: u64) {
    if let Some(armed) = armed()
        && armed.plays_power_cut()
        && let (Ok(file), Ok(metadata)) = (file.try_clone(), file.metadata())
    {
        let end = metadata.len();
        armed.unsynced().push(Unsynced { file, bytes: end.saturating_sub(n_bytes)..end });
    }
}

/// What was written to the file is on disk.
pub(super) fn synced(file: &File) {
    if let Some(armed) = armed() {
        armed.unsynced().retain(|other| identity(&other.file) != identity(file));
    }
}

/// Which time the machine has been started this is: unsynced files of another time may have lost their content. `None` where
/// the system does not tell.
pub(crate) fn boot() -> Option<&'static str> {
    static BOOT: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        // Whoever comes after a power cut that was only played must see it as one.
        let played = armed().is_some_and(Armed::plays_power_cut);
        Some(if played { "before the power cut".to_owned() } else { boot.trim().to_owned() })
    };
    BOOT.get_or_init(read).as_deref()
}

impl Fault {
    /// Ends the process, or gives the error of a call that failed.
    pub(super) fn strike(self) -> io::Error {
        match self.effect {
            Effect::Enospc => io::Error::from_raw_os_error(28),
            Effect::Eio => io::Error::from_raw_os_error(5),
            Effect::Power | Effect::PowerPartly => {
                let unsynced = armed().map(|armed| armed.unsynced().split_off(0)).unwrap_or_default();
                let step = if self.effect == Effect::Power { 1 } else { 2 };
                for part in unsynced.iter().rev().skip(self.nth % step).step_by(step) {
                    let _ = part.lose();
                }
                die()
            }
            Effect::Kill => die(),
        }
    }
}

fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

fn identity(file: &File) -> Option<(u64, u64)> {
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

impl Armed {
    fn from_environment() -> Option<Self> {
        let log = std::env::var_os("RECFLOW_FAULT_LOG")?.into();
        let strike = std::env::var("RECFLOW_FAULT").ok().and_then(|text| {
            let mut words = text.split(':');
            let (point, nth) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
            let effect = match words.next()? {
                "kill" => Effect::Kill,
                "enospc" => Effect::Enospc,
                "eio" => Effect::Eio,
                "power" => Effect::Power,
                "power-partly" => Effect::PowerPartly,
                _ => return None,
            };
            Some((point, nth, effect))
        });
        Some(Self { log, strike, full: AtomicBool::new(false), unsynced: Mutex::default() })
    }

    fn plays_power_cut(&self) -> bool {
        self.strike.as_ref().is_some_and(|(_, _, effect)| effect.is_power_cut())
    }

    fn unsynced(&self) -> std::sync::MutexGuard<'_, Vec<Unsynced>> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self, name: &str, call: &str) -> Option<Fault> {
        self.note(name);
        let (point, nth, effect) = self.strike.as_ref()?;
        if self.full.load(Ordering::Relaxed) && ["mkdir", "create", "write", "link"].contains(&call) {
            return Some(Fault { effect: *effect, nth: *nth });
        }
        let is_meant = |name: &str| point == "any" || point == name;
        if !is_meant(name) {
            return None;
        }
        let log = fs::read_to_string(&self.log).ok()?;
        if log.lines().filter(|line| is_meant(line)).count() < *nth || log.lines().any(|line| line == "struck") {
            return None;
        }
        self.note("struck");
        self.full.store(*effect == Effect::Enospc, Ordering::Relaxed);
        Some(Fault { effect: *effect, nth: *nth })
    }

    fn note(&self, line: &str) {
        let file = File::options().create(true).append(true).open(&self.log);
        let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    }
}
