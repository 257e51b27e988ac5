//! What a stage is, and what it is given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::figures::Figures;
use super::parameters::ParameterProblem;
use super::registry::Ports;
use super::seconds;
use super::spending::Spending;
use super::variant::Variant;

/// One stage with its parameters: a computation from input artifacts and source files to output artifacts.
pub trait Stage: Send + Sync {
    /// Problems in how the parameters go together; all of them.
    fn check(&self) -> Vec<ParameterProblem> {
        Vec::new()
    }

    /// The ports that the stage has with these parameters: those of its kind, some of which may not be meant.
    fn ports(&self, of_kind: Ports) -> Ports {
        of_kind
    }

    /// The files outside the cache that the stage reads. Their content enters the key, their paths do not.
    fn sources(&self, workspace: &Workspace) -> Result<Vec<Source>, StageError> {
        let _ = workspace;
        Ok(Vec::new())
    }

    /// Brings the sources that [`Self::sources`] found absent; called only when there are some.
    fn fetch(&self, workspace: &Workspace, progress: &dyn StageProgress) -> Result<(), StageError> {
        let _ = (workspace, progress);
        Ok(())
    }

    /// The memory a run takes at its peak, in bytes, judged from its inputs; `None` if it is of no account.
    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        let _ = inputs;
        None
    }

    /// The most threads a run can make use of.
    fn max_threads(&self) -> usize {
        usize::MAX
    }

    /// Computes the outputs. Equal parameters, inputs and sources must give equal bytes, whatever the threads.
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError>;

    /// Figures of the result that the record of each run keeps and `expect` can ask for, such as metrics: few, and read
    /// off the artifacts.
    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        let _ = read;
        Ok(None)
    }

    /// The names of the figures, as far as the parameters tell; `None` if only the result does.
    fn figure_names(&self) -> Option<Vec<String>> {
        None
    }

    /// What the finished stage puts into the user's workspace and on the screen; derived from its artifacts and from
    /// measurements, so it is never cached and may hold times.
    fn publish(&self, ctx: &PublishCtx<'_>) -> Result<Vec<Publication>, StageError> {
        let _ = ctx;
        Ok(Vec::new())
    }
}

/// The places a run happens in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Workspace {
    /// What relative paths in pipelines are relative to.
    pub root: PathBuf,
    /// Where data sets are looked for, first to last; what is downloaded goes into the first.
    pub data_dirs: Vec<PathBuf>,
}

/// A part of what a stage reads from outside the cache.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file that is there.
    Present(SourceFile),
    /// A variable of the environment. Its value enters the key as a digest, and is written down nowhere.
    Variable {
        /// Its name.
        name: String,
        /// Its value; `None` if it is not set.
        value: Option<String>,
    },
    /// Something that [`Stage::fetch`] can bring, in words: `ml-1m, 6 MB from files.grouplens.org`.
    Absent(String),
}

/// A file outside the cache.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceFile {
    /// The part it plays; enters the key beside the content.
    pub role: String,
    /// Where it is.
    pub path: PathBuf,
}

/// What a stage reads, before it runs.
pub trait Inputs {
    /// The content of the file of that name of the (first) artifact on that port; meant for small ones.
    fn read(&self, port: &str, file: &str) -> Option<Vec<u8>>;

    /// The length of a file of the artifact on that port, the longest of them where there are several; 0 if there is none such.
    fn file_bytes(&self, port: &str, file: &str) -> u64;

    /// The length of all source files together.
    fn source_bytes(&self) -> u64;

    /// The threads that the stage may be given.
    fn threads(&self) -> usize;
}

/// Why a stage could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct StageError {
    /// What is wrong: a lowercase fragment, values in backticks; may have several lines.
    pub message: String,
    /// The remedy, if one can be named.
    pub help: Option<String>,
    /// Whether it ended because it was asked to.
    pub interrupted: bool,
}

impl StageError {
    /// An error without a known remedy.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, interrupted: false }
    }

    /// Names the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The stage was asked to end.
    pub fn interrupted() -> Self {
        Self { message: "interrupted".to_owned(), help: None, interrupted: true }
    }
}

impl From<std::io::Error> for StageError {
    fn from(error: std::io::Error) -> Self {
        let told = Self::new(error.to_string());
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                told.help("free some space and run again: what is finished is kept")
            }
            _ => told,
        }
    }
}

/// Receives a running stage's progress and passes on the wish to end it.
pub trait StageProgress: Sync {
    /// `done` of `total` steps are finished; `detail` is a short human text (may be empty).
    fn progress(&self, done: u64, total: u64, detail: &str);

    /// Whether the stage should end early.
    fn is_cancelled(&self) -> bool;

    /// Whether this process does nothing but this stage, and leads a process group that is ended with it.
    fn is_alone(&self) -> bool {
        false
    }
}

/// An input artifact as a running stage sees it: a folder of read-only files.
#[derive(Debug, Clone)]
pub struct InputArtifact {
    /// The stage it comes from. A part of the key, and so free to reach the result, on ports that take many; not on others.
    pub stage: String,
    /// Where that stage stands in its matrix; told by its name, so the same holds.
    pub variant: Variant,
    /// The folder with its files.
    pub dir: PathBuf,
}

/// What a running stage is given.
pub struct StageCtx<'a> {
    /// Input artifacts by port, in the order of the pipeline file.
    pub inputs: BTreeMap<String, Vec<InputArtifact>>,
    /// Source files by role.
    pub sources: Vec<SourceFile>,
    /// The places the run happens in.
    pub workspace: Workspace,
    /// The folder that holds one folder for each output port.
    pub out_dir: PathBuf,
    /// An empty folder for work in progress, on the same file system as the outputs; gone when the stage is.
    pub work_dir: PathBuf,
    /// Where the stage's log goes; `None` where nobody keeps it.
    pub log: Option<PathBuf>,
    /// The threads it was given; the current rayon pool has as many.
    pub threads: usize,
    /// The memory it may use, in bytes.
    pub memory_limit_bytes: Option<u64>,
    /// Where to keep what is needed to go on after an interruption, or for longer than the last time; `None` if the kind
    /// has no parameter that says how long it goes on (`"x-continues": true`).
    ///
    /// The stage makes the folder when it has something to keep. It is this stage's alone while it runs, stays when the
    /// stage is done, and may be gone the next time. It may hold anything that a stage which differs only in those
    /// parameters has left, also of a longer run or half written: what cannot be used must be ignored, and the result
    /// must be the same with and without it. [`Self::spending`] tells what to keep of its cost, and is told.
    pub checkpoint_dir: Option<PathBuf>,
    /// What the stage costs.
    pub spending: Spending<'a>,
    /// Who listens.
    pub progress: &'a dyn StageProgress,
}

impl StageCtx<'_> {
    /// The folder of the only artifact on that port.
    pub fn input(&self, port: &str) -> Result<&Path, StageError> {
        self.optional_input(port).ok_or_else(|| StageError::new(format!("nothing is wired to the input `{port}`")))
    }

    /// The folder of the first artifact on that port, if something is wired to it.
    pub fn optional_input(&self, port: &str) -> Option<&Path> {
        self.inputs.get(port)?.first().map(|artifact| artifact.dir.as_path())
    }

    /// The folder in which to put the files of that output port; it exists.
    pub fn output(&self, port: &str) -> PathBuf {
        self.out_dir.join(port)
    }
}

/// What is known of how a stage's result was computed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// Wall-clock time of the computation, from its beginning, however often it was interrupted.
    #[serde(rename = "wall-seconds", with = "seconds")]
    pub wall: Duration,
    /// Processor time, all threads together; absent where it could not be told apart.
    #[serde(rename = "cpu-seconds", with = "seconds::optional")]
    pub cpu: Option<Duration>,
    /// The most memory it held, in bytes; absent where it could not be told apart.
    pub peak_memory_bytes: Option<u64>,
    /// Of the wall-clock time, what it took until the checkpoint from which the computation went on at last; absent if it
    /// was done in one go.
    #[serde(
        default,
        rename = "before-checkpoint-seconds",
        with = "seconds::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub before_checkpoint: Option<Duration>,
    /// The threads it was given.
    pub threads: usize,
    /// When it was finished, in Unix seconds.
    pub finished_at: u64,
    /// The version of the program that computed it.
    pub version: String,
}

impl Facts {
    /// Wall-clock time since the checkpoint from which the computation went on at last; all of it if there was none.
    pub fn wall_of_last_run(&self) -> Duration {
        self.wall.saturating_sub(self.before_checkpoint.unwrap_or_default())
    }
}

/// A finished stage, as one that publishes sees it.
#[derive(Debug, Clone)]
pub struct FinishedStage {
    /// Its kind.
    pub kind: String,
    /// All its parameters.
    pub parameters: Arc<Value>,
    /// Where it stands in its matrix.
    pub variant: Variant,
    /// The stages it reads, in the order of the pipeline file.
    pub needs: Vec<String>,
    /// How its result was computed.
    pub facts: Facts,
}

/// Reads one file of a stage's own artifacts: port, file name.
pub type ReadFile<'a> = dyn Fn(&str, &str) -> Result<Vec<u8>, StageError> + 'a;

/// Looks up a finished stage by name.
pub type FindStage<'a> = dyn Fn(&str) -> Option<FinishedStage> + 'a;

/// Reads one file of a stage upstream: stage, port, file name; `None` if there is none, or it is damaged.
pub type ReadUpstream<'a> = dyn Fn(&str, &str, &str) -> Option<Vec<u8>> + 'a;

/// What a finished stage is given to publish.
pub struct PublishCtx<'a> {
    /// The stage itself.
    pub stage: &'a str,
    /// Reads a file of one of the stage's own artifacts: port, file name.
    pub read: &'a ReadFile<'a>,
    /// Reads a file of a stage upstream that is nice to have: stage, port, file name.
    pub read_upstream: &'a ReadUpstream<'a>,
    /// Finds the stage itself and every stage upstream.
    pub find: &'a FindStage<'a>,
    /// The command that runs the pipeline the way it was run.
    pub command: &'a str,
    /// The columns of the screen on which the run is shown.
    pub display_width: usize,
}

/// Something a finished stage puts into the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Where, relative to the workspace.
    pub path: PathBuf,
    /// The content.
    pub bytes: Vec<u8>,
    /// What to show of it on the screen at the end of the run.
    pub display: Option<String>,
}
