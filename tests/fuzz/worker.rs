//! The process that runs one target.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, abort};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::mutation::input;
use crate::seeds::Seeds;
use crate::targets;

/// The first argument of such a process.
pub const FLAG: &str = "--worker";

/// No input needs as much, even on a machine that is busy with other things.
const LONGEST: Duration = Duration::from_secs(30);

/// What the process may map. Most of it is never used: threads' stacks, buffers of BLAS.
const ADDRESS_SPACE_BYTES: u64 = 3 << 30;

/// What it may hold.
const MEMORY_BYTES: u64 = 512 << 20;

/// Where the number of the input at hand stands.
fn progress_path(work: &Path) -> PathBuf {
    work.join("progress")
}

/// Where the input at hand is.
pub fn input_path(work: &Path) -> PathBuf {
    work.join("input")
}

/// How far a process came.
pub fn progress(work: &Path) -> u64 {
    let bytes = fs::read(progress_path(work)).unwrap_or_default();
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

/// Arguments: target, seed, first input, how many, folder.
pub fn run(words: &[String]) -> ExitCode {
    let number = |place: usize| words[place].parse::<u64>().unwrap();
    let target = targets::ALL.iter().find(|target| target.name == words[0]).unwrap();
    let (seed, first, count) = (number(1), number(2), number(3));
    let work = PathBuf::from(&words[4]);
    setrlimit(Resource::As, Rlimit { current: Some(ADDRESS_SPACE_BYTES), maximum: Some(ADDRESS_SPACE_BYTES) }).unwrap();
    let seeds = Seeds::make(&work.join("seeds"));
    let progress = File::create(progress_path(&work)).unwrap();
    watch();
    let mut run = (target.prepare)(&seeds, &work);
    let corpus = (target.corpus)(&seeds);
    for number in first..first + count {
        let bytes = input(target.name, seed, number, &corpus, target.words);
        fs::write(input_path(&work), &bytes).unwrap();
        progress.write_all_at(&number.to_le_bytes(), 0).unwrap();
        BEGUN.fetch_add(1, Ordering::SeqCst);
        if catch_unwind(AssertUnwindSafe(|| run(&bytes))).is_err() {
            return ExitCode::from(101);
        }
    }
    let peak = peak_memory_bytes();
    eprintln!("at most {} MiB", peak >> 20);
    if peak > MEMORY_BYTES { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// How many inputs were begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Ends the process when one input takes too long or too much.
fn watch() {
    thread::spawn(|| {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = BEGUN.load(Ordering::SeqCst);
            if now != last {
                (last, since) = (now, Instant::now());
            }
            let peak = peak_memory_bytes();
            if since.elapsed() > LONGEST {
                eprintln!("it takes longer than {} s", LONGEST.as_secs());
                abort();
            }
            if peak > MEMORY_BYTES {
                eprintln!("it holds {} MiB", peak >> 20);
                abort();
            }
        }
    });
}

fn peak_memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}
