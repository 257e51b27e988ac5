//! One stage's computation as data: all that a process needs to carry it out.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::artifact::Artifact;
use super::key::KeyPreimage;
use super::stage::{SourceFile, Workspace};
use super::variant::Variant;

/// A computation to be carried out, by whatever process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// The stage's name.
    pub stage: String,
    /// What names the computation; holds the kind.
    pub preimage: KeyPreimage,
    /// All parameters, also those that are not part of the key.
    pub parameters: Value,
    /// The input artifacts in the order of the key's inputs.
    pub inputs: Vec<JobInput>,
    /// The source files in the order of the key's sources.
    pub sources: Vec<SourceFile>,
    /// The places the run happens in.
    pub workspace: Workspace,
    /// Whether it is carried out even if its result is there.
    pub force: bool,
    /// The threads it may use.
    pub threads: usize,
    /// The memory it may use, in bytes.
    pub memory_limit_bytes: Option<u64>,
    /// The memory that the pipeline file gives it, in bytes: a process that holds more is ended.
    pub declared_memory_bytes: Option<u64>,
}

/// An input artifact of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobInput {
    /// The input port.
    pub port: String,
    /// The stage it comes from.
    pub stage: String,
    /// Where that stage stands in its matrix.
    #[serde(default, skip_serializing_if = "Variant::is_empty")]
    pub variant: Variant,
    /// Its files.
    pub artifact: Artifact,
}

/// A job and the store that its inputs are in and its result goes to: what a stage process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Brief {
    /// The job.
    pub job: Job,
    /// The store's folder.
    pub store: PathBuf,
    /// Where the stage's log goes.
    pub log: PathBuf,
    /// The process that waits for the result; without it there is nothing to do.
    pub parent: u32,
}
