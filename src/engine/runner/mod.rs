//! How a job is carried out: in a process of its own (the rule), or inside this one (tests, library users).

mod cancel;
mod in_process;
mod memory_watch;
mod stage_process;
mod subprocess;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::event::Failure;
use super::job::Job;

pub use cancel::Cancel;
pub(super) use cancel::GRACE;
pub use in_process::InProcess;
pub use stage_process::{StageProcessError, run_stage_process};
pub use subprocess::Subprocess;

/// Carries out jobs.
pub trait Runner: Send + Sync {
    /// Carries out a job; its result, if any, is then in the store.
    ///
    /// What the stage says goes to `log` if the runner can tell it apart; `tell` hears of it while it runs.
    fn run(&self, job: &Job, log: &Path, cancel: &Cancel, tell: &(dyn Fn(Report) + Sync)) -> Verdict;
}

/// What a running job reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// Another process is computing the same key.
    Waiting,
    /// `done` of `total` steps are finished.
    Progress {
        /// Steps finished.
        done: u64,
        /// Steps in all.
        total: u64,
        /// A short human text; may be empty.
        detail: String,
    },
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was computed, and its result is in the store.
    Done,
    /// Its result is in the store because another process has computed it meanwhile.
    Found,
    /// It was asked to end.
    Cancelled,
    /// A stored input is damaged; its stage must run again.
    DamagedInput {
        /// The stage that the input comes from.
        stage: String,
        /// The damaged object.
        digest: Digest,
    },
    /// It failed.
    Failed(Failure),
}
