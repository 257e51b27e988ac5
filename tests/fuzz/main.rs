//! Fuzzing: inputs that nobody should have written must give an answer: no panic, no hang, no memory without bound.
//!
//! ```text
//! cargo test --test fuzz                                        every target, a bounded number of inputs
//! cargo test --test fuzz -- ratings --seconds 180               one of them, for three minutes
//! cargo test --test fuzz -- ratings --seed 7 --replay 1234      one input once more; it is written to target/fuzz/
//! ```
//!
//! An input is a function of target, seed and number. Each target runs in a process of its own, with a limit on its address
//! space; a watch ends it when one input takes too long. It needs no nightly compiler: inputs are made from valid ones
//! (see `mutation`), not guided by coverage.
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

mod latest;
mod mutation;
mod seeds;
mod targets;
mod worker;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use targets::Target;

/// What is asked for.
struct Arguments {
    targets: Vec<&'static Target>,
    seed: u64,
    /// How many inputs, if not all that a target has in a short run.
    inputs: Option<u64>,
    seconds: Option<u64>,
    replay: Option<u64>,
}

impl Arguments {
    fn read(words: &[String]) -> Self {
        let after = |name: &str| {
            let place = words.iter().position(|word| word == name)?;
            words.get(place + 1)?.parse::<u64>().ok()
        };
        let names: Vec<&String> = words
            .iter()
            .enumerate()
            .filter(|(place, word)| !word.starts_with('-') && (*place == 0 || !words[place - 1].starts_with("--")))
            .map(|(_, word)| word)
            .collect();
        let wanted =
            |target: &&Target| names.is_empty() || names.iter().any(|name| target.name.contains(name.as_str()));
        Self {
            targets: targets::ALL.iter().filter(wanted).collect(),
            seed: after("--seed").unwrap_or(1),
            inputs: after("--inputs"),
            seconds: after("--seconds"),
            replay: after("--replay"),
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for target in targets::ALL {
            println!("{}: test", target.name);
        }
        return ExitCode::SUCCESS;
    }
    if words.first().is_some_and(|word| word == worker::FLAG) {
        return worker::run(&words[1..]);
    }
    let arguments = Arguments::read(&words);
    let mut failed = false;
    for target in &arguments.targets {
        failed |= !fuzz(target, &arguments);
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs one target; whether all inputs gave an answer.
fn fuzz(target: &Target, arguments: &Arguments) -> bool {
    let folder = tempfile::tempdir_in(memory_disk()).unwrap();
    let begun = Instant::now();
    let (mut first, mut done) = (arguments.replay.unwrap_or(0), 0);
    loop {
        let count = match (arguments.replay, arguments.inputs) {
            (Some(_), _) => 1,
            (None, Some(inputs)) => inputs,
            (None, None) => target.inputs,
        };
        let ended = Command::new(std::env::current_exe().unwrap())
            .args([worker::FLAG, target.name, &arguments.seed.to_string(), &first.to_string(), &count.to_string()])
            .arg(folder.path())
            .env("RAYON_NUM_THREADS", "1")
            .env("OPENBLAS_NUM_THREADS", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        if !ended.status.success() {
            let number = worker::progress(folder.path());
            let kept = keep(target, arguments.seed, number, folder.path());
            println!("fuzz {}: FAILED on input {number} of seed {} ({})", target.name, arguments.seed, ended.status);
            println!(
                "{}",
                said.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
            );
            println!("  it is in {}", kept.display());
            let replay = format!("{} --seed {} --replay {number}", target.name, arguments.seed);
            println!("  once more: cargo test --test fuzz -- {replay}");
            return false;
        }
        done += count;
        first += count;
        let goes_on = arguments.replay.is_none()
            && arguments.seconds.is_some_and(|seconds| begun.elapsed() < Duration::from_secs(seconds));
        if !goes_on {
            let peak = said.trim().lines().last().unwrap_or_default().to_owned();
            let seconds = begun.elapsed().as_secs_f64();
            println!("fuzz {}: {done} inputs of seed {} in {seconds:.1} s, {peak}", target.name, arguments.seed);
            return true;
        }
    }
}

/// A folder that costs no disk, if there is one.
fn memory_disk() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if tempfile::tempfile_in(shared).is_ok() { shared.to_owned() } else { std::env::temp_dir() }
}

/// Keeps the input that did it.
fn keep(target: &Target, seed: u64, number: u64, work: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}-{seed}-{number}", target.name));
    let _ = std::fs::copy(worker::input_path(work), &path);
    path
}
