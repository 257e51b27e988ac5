//! What happens in a run, told to observers as it happens.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::digest::{ArtifactId, StageKey};
use super::expectation::Unmet;
use super::figures::Figures;
use super::seconds;
use super::spec::MemorySize;
use super::stage::Facts;
use serde::{Deserialize, Serialize};

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// The plan is made and work begins.
    RunStarted {
        /// The run's identity: the name of its folder of logs.
        run: String,
        /// The pipeline's name.
        pipeline: String,
        /// The stages of this run in topological order.
        stages: Vec<String>,
        /// How many stages may run at once.
        jobs: usize,
        /// The threads all running stages share.
        threads: usize,
        /// The memory all running stages share.
        memory_bytes: u64,
        /// The command that runs the pipeline this way.
        #[serde(default)]
        command: String,
        /// The machine, in words.
        #[serde(default)]
        host: String,
        /// The versions of what computes, by name.
        #[serde(default)]
        versions: BTreeMap<String, String>,
    },
    /// The stage's result was in the cache; or, after the stage began, another process has put it there.
    StageCached {
        /// The stage.
        stage: String,
        /// Its key.
        key: StageKey,
        /// How the result was computed when it was.
        facts: Facts,
    },
    /// The stage is frozen, and keeps its last result.
    StageFrozen {
        /// The stage.
        stage: String,
        /// The key of that result.
        key: StageKey,
        /// How it was computed.
        facts: Facts,
        /// How the computation that would be due differs from it; nothing if it does not, absent if that is not known.
        differs: Option<Vec<String>>,
    },
    /// The stage brings a source that is not there.
    StageFetching {
        /// The stage.
        stage: String,
        /// What it brings, in words.
        what: String,
    },
    /// The stage began to run.
    StageStarted {
        /// The stage.
        stage: String,
        /// Its key.
        key: StageKey,
        /// The threads it was given.
        threads: usize,
        /// The memory it is expected to take; 0 if of no account.
        memory_bytes: u64,
        /// Why it runs, the most telling first.
        #[serde(default)]
        reasons: Vec<String>,
    },
    /// Another process is computing the same result; the stage waits for it.
    StageWaiting {
        /// The stage.
        stage: String,
    },
    /// A running (or fetching) stage told how far it is.
    StageProgress {
        /// The stage.
        stage: String,
        /// Steps finished.
        done: u64,
        /// Steps in all; 0 if unknown.
        total: u64,
        /// A short human text; may be empty.
        detail: String,
    },
    /// The stage's result is in the cache.
    StageFinished {
        /// The stage.
        stage: String,
        /// Its key.
        key: StageKey,
        /// How it was computed.
        facts: Facts,
        /// What it wrote, by port.
        artifacts: BTreeMap<String, ArtifactId>,
        /// Where its log is.
        log: Option<PathBuf>,
    },
    /// The stage did not give a result.
    StageFailed {
        /// The stage.
        stage: String,
        /// Why.
        failure: Failure,
        /// Where its log is.
        log: Option<PathBuf>,
    },
    /// The stage failed and will be run again.
    StageRetrying {
        /// The stage.
        stage: String,
        /// Why it failed.
        failure: Failure,
        /// How often it has failed so far.
        failures: u32,
        /// How long is waited before it runs again.
        #[serde(rename = "delay-seconds", with = "seconds")]
        delay: Duration,
    },
    /// The stage cannot run because another one failed.
    StageSkipped {
        /// The stage.
        stage: String,
        /// The stage whose failure is the cause.
        cause: String,
    },
    /// The stage was ended, or not begun, because the run was interrupted or another stage failed.
    StageCancelled {
        /// The stage.
        stage: String,
    },
    /// A stage that has its result tells figures of it, such as metrics.
    StageFigures {
        /// The stage.
        stage: String,
        /// The figures.
        figures: Figures,
    },
    /// A finished stage put a file into the workspace.
    Published {
        /// The stage.
        stage: String,
        /// The file, relative to the workspace.
        path: PathBuf,
        /// Whether the file was not there with this content before.
        changed: bool,
        /// What to show of it on the screen.
        display: Option<String>,
    },
    /// Nothing runs any more.
    RunFinished {
        /// How it ended.
        outcome: Outcome,
        /// Stages computed.
        computed: usize,
        /// Stages found in the cache.
        cached: usize,
        /// Stages failed.
        failed: usize,
        /// Stages skipped or cancelled.
        not_run: usize,
        /// How long it took.
        #[serde(rename = "wall-seconds", with = "seconds")]
        wall: Duration,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every stage has its result.
    Done,
    /// A stage failed.
    Failed,
    /// The run was interrupted.
    Interrupted,
}

/// Why a stage gave no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Failure {
    /// It said what is wrong.
    #[error("{message}")]
    Error {
        /// What is wrong.
        message: String,
        /// The remedy, if one can be named.
        help: Option<String>,
    },
    /// A bug: the stage panicked.
    #[error("panicked: {message}")]
    Panic {
        /// The panic's message; the place is in the stage's log.
        message: String,
    },
    /// Its process ended without a word.
    #[error("its process ended with exit code {code} without a result")]
    Exit {
        /// The exit code.
        code: i32,
    },
    /// Its process was killed from outside.
    #[error("its process was killed by signal {signal}{}", signal_name(*.signal))]
    Killed {
        /// The signal's number.
        signal: i32,
        /// The most memory the process held, in bytes.
        peak_memory_bytes: Option<u64>,
    },
    /// It ran for longer than it may.
    #[error("it was ended after {}, the time it may take", humantime::format_duration(*.limit))]
    Timeout {
        /// The time it may take.
        #[serde(rename = "limit-seconds", with = "seconds")]
        limit: Duration,
    },
    /// It took more memory than it may.
    #[error("it was ended because it held {used} of memory, and {limit} are allowed")]
    Memory {
        /// What it held when it was ended.
        used: MemorySize,
        /// What it may hold.
        limit: MemorySize,
    },
    /// Its result is there, and not as the pipeline file expects it to be.
    #[error("{}", .unmet.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unexpected {
        /// What is not met.
        unmet: Vec<Unmet>,
    },
    /// The cache could not be read or written.
    #[error("{message}")]
    Store {
        /// What is wrong.
        message: String,
    },
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        9 => " (SIGKILL), probably by the kernel for want of memory",
        6 => " (SIGABRT)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// Listens to a run. Called on one thread, in order; cannot fail.
pub trait Observer {
    /// Something happened at that time.
    fn observe(&mut self, time: SystemTime, event: &Event);
}
