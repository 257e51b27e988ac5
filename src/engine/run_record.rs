//! A run as it was written down: read back from its plan and its events.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::digest::StageKey;
use super::event::{Event, Failure, Outcome};
use super::figures::Figures;
use super::run_log::{EVENTS_FILE, Line, PLAN_FILE, PlannedLine, log_path};
use super::seconds;
use super::spec::closest;
use super::stage::Facts;
use super::store::{Store, StoreError};
use super::variant::Variant;

/// A run: what ran, why, and how it went.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunRecord {
    /// The run's identity. Identities sort by time.
    pub run: String,
    /// The pipeline's name.
    pub pipeline: String,
    /// How it stands.
    pub state: RunState,
    /// The command that runs the pipeline this way.
    pub command: String,
    /// The machine, in words.
    pub host: String,
    /// The versions of what computed, by name.
    pub versions: BTreeMap<String, String>,
    /// When it began.
    #[serde(serialize_with = "as_rfc3339")]
    pub started_at: SystemTime,
    /// How long it took, or what of it is known.
    #[serde(rename = "wall-seconds", with = "seconds")]
    pub wall: Duration,
    /// How many stages could run at once.
    pub jobs: usize,
    /// The threads all running stages shared.
    pub threads: usize,
    /// The memory all running stages shared.
    pub memory_bytes: u64,
    /// Its stages in topological order.
    pub stages: Vec<StageRecord>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It goes on.
    Running,
    /// Every stage has its result.
    Done,
    /// A stage failed.
    Failed,
    /// It was interrupted.
    Interrupted,
    /// It ended without a word: it was killed, or the machine stopped.
    Killed,
}

/// A stage of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageRecord {
    /// Its name.
    pub stage: String,
    /// Its kind.
    pub kind: String,
    /// Where it stands in its matrix.
    #[serde(skip_serializing_if = "Variant::is_empty")]
    pub variant: Variant,
    /// All its parameters.
    pub parameters: Value,
    /// The stages it reads.
    pub needs: Vec<String>,
    /// How it stands.
    pub state: StageState,
    /// Its key, if it got that far.
    pub key: Option<StageKey>,
    /// Why it ran, the most telling first; of a frozen stage, why it would have.
    pub reasons: Vec<String>,
    /// When it began to run, counted from the beginning of the run.
    #[serde(rename = "begun-seconds", with = "seconds::optional")]
    pub begun: Option<Duration>,
    /// When it ended, if it ran, counted from the beginning of the run.
    #[serde(rename = "ended-seconds", with = "seconds::optional")]
    pub ended: Option<Duration>,
    /// How its result was computed, in this run or before.
    pub facts: Option<Facts>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// How often it failed and was run again.
    pub retries: u32,
    /// The stage whose failure kept it from running.
    pub cause: Option<String>,
    /// Where its log is, if it said anything.
    pub log: Option<PathBuf>,
    /// Figures of its result.
    pub figures: Option<Figures>,
}

/// How a stage of a run stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// It was not reached.
    #[default]
    Waiting,
    /// It runs; or, if the run was killed, it ran until then.
    Running,
    /// Its result was in the cache.
    Cached,
    /// It is frozen, and kept its last result.
    Frozen,
    /// It was computed.
    Computed,
    /// It failed.
    Failed,
    /// A stage that it needs failed.
    Skipped,
    /// It was made to end, or not begun.
    Cancelled,
}

/// Why no run can be shown.
#[derive(Debug, thiserror::Error)]
pub enum RunRecordError {
    /// The cache has no record of any run.
    #[error("no run is recorded in `{}`", .0.display())]
    None(PathBuf),
    /// No run has such a name.
    #[error("no run has a name that begins with `{0}`")]
    Unknown(String),
    /// Several have.
    #[error("{} runs have names that begin with `{wanted}`: {}", names.len(), names.join(", "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Those that it could be.
        names: Vec<String>,
    },
    /// The run has no such stage.
    #[error("the run `{run}` has no stage `{stage}`")]
    UnknownStage {
        /// The run.
        run: String,
        /// What was asked for.
        stage: String,
        /// Its stages.
        stages: Vec<String>,
    },
    /// The record is not whole.
    #[error("the record of the run `{0}` cannot be read")]
    Unreadable(String),
    /// The cache cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RunRecordError {
    /// The remedy, if one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::None(_) => Some("run a pipeline first, or name another cache with `--cache-dir`".to_owned()),
            Self::Unknown(_) => Some("`recflow runs list` shows all".to_owned()),
            Self::Ambiguous { .. } => Some("give more of its name".to_owned()),
            Self::UnknownStage { stage, stages, .. } => Some(match closest(stage, stages.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its stages are {}", stages.join(", ")),
            }),
            Self::Unreadable(_) => None,
            Self::Store(error) => error.help(),
        }
    }
}

impl RunRecord {
    /// The identities of all recorded runs, the oldest first.
    pub fn all(store: &Store) -> Result<Vec<String>, RunRecordError> {
        let root = store.root().join("runs");
        let failed = |source| StoreError::Io { doing: "read", path: root.clone(), source };
        let names: io::Result<Vec<String>> = fs::read_dir(&root)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect();
        let mut names = names.map_err(failed)?;
        names.sort();
        Ok(names)
    }

    /// The identity of the run whose name begins so; of the last run, if `last` or nothing is asked for.
    pub fn find(store: &Store, wanted: Option<&str>) -> Result<String, RunRecordError> {
        let mut names = Self::all(store)?;
        let Some(wanted) = wanted.filter(|wanted| *wanted != "last") else {
            return names.pop().ok_or_else(|| RunRecordError::None(store.root().to_owned()));
        };
        names.retain(|name| name.starts_with(wanted));
        match names.len() {
            0 => Err(RunRecordError::Unknown(wanted.to_owned())),
            1 => Ok(names.remove(0)),
            _ => Err(RunRecordError::Ambiguous { wanted: wanted.to_owned(), names }),
        }
    }

    /// The record of that run.
    pub fn read(store: &Store, run: &str) -> Result<Self, RunRecordError> {
        let dir = store.root().join("runs").join(run);
        let unreadable = || RunRecordError::Unreadable(run.to_owned());
        let file = File::open(dir.join(EVENTS_FILE)).map_err(|_| unreadable())?;
        // The run itself holds the lock for as long as it goes on. Asked before reading, so that its end is not missed.
        let goes_on = matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock));
        drop(file);
        let plan = fs::read(dir.join(PLAN_FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let text = fs::read_to_string(dir.join(EVENTS_FILE)).map_err(|_| unreadable())?;
        // A line that was cut off by a kill, or is of another version, tells nothing; the others do.
        let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Line<Event>>(line).ok());
        let mut record = Self::begun(run, lines.next().ok_or_else(unreadable)?, plan).ok_or_else(unreadable)?;
        record.state = if goes_on { RunState::Running } else { RunState::Killed };
        let mut stages: IndexMap<String, StageRecord> =
            std::mem::take(&mut record.stages).into_iter().map(|stage| (stage.stage.clone(), stage)).collect();
        for Line { time, event } in lines {
            let since = at(time).duration_since(record.started_at).unwrap_or_default();
            record.wall = record.wall.max(since);
            if let Event::RunFinished { outcome, wall, .. } = event {
                record.wall = wall;
                record.state = match outcome {
                    Outcome::Done => RunState::Done,
                    Outcome::Failed => RunState::Failed,
                    Outcome::Interrupted => RunState::Interrupted,
                };
            } else if let Some(stage) = stage_of(&event).and_then(|name| stages.get_mut(name)) {
                stage.add(since, event);
            }
        }
        record.stages = stages.into_values().collect();
        Ok(record)
    }

    fn begun(run: &str, first: Line<Event>, plan: Option<Vec<PlannedLine<'_>>>) -> Option<Self> {
        let Event::RunStarted { pipeline, stages, jobs, threads, memory_bytes, command, host, versions, .. } =
            first.event
        else {
            return None;
        };
        let mut planned: BTreeMap<String, PlannedLine<'_>> =
            plan.into_iter().flatten().map(|line| (line.stage.to_string(), line)).collect();
        let stage = |stage: String| match planned.remove(&stage) {
            Some(PlannedLine { kind, variant, parameters, needs, .. }) => {
                let (kind, variant, parameters) = (kind.into_owned(), variant.into_owned(), parameters.into_owned());
                let needs = needs.into_iter().map(Cow::into_owned).collect();
                StageRecord { stage, kind, variant, parameters, needs, ..StageRecord::default() }
            }
            None => StageRecord { stage, ..StageRecord::default() },
        };
        Some(Self {
            run: run.to_owned(),
            pipeline,
            state: RunState::Running,
            command,
            host,
            versions,
            started_at: at(first.time),
            wall: Duration::ZERO,
            jobs,
            threads,
            memory_bytes,
            stages: stages.into_iter().map(stage).collect(),
        })
    }

    /// Where the log of a stage is, if it has said anything.
    pub fn log(&self, store: &Store, stage: &str) -> PathBuf {
        log_path(&store.root().join("runs").join(&self.run), stage)
    }

    /// How many stages stand so.
    pub fn count(&self, state: StageState) -> usize {
        self.stages.iter().filter(|stage| stage.state == state).count()
    }

    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&StageRecord> {
        self.stages.iter().find(|stage| stage.stage == name)
    }
}

impl StageRecord {
    fn add(&mut self, since: Duration, event: Event) {
        match event {
            Event::StageCached { key, facts, .. } => {
                // It may have begun, and found that another process was faster.
                self.ended = self.begun.map(|_| since);
                (self.state, self.key, self.facts) = (StageState::Cached, Some(key), Some(facts));
            }
            Event::StageFrozen { key, facts, differs, .. } => {
                (self.state, self.key, self.facts) = (StageState::Frozen, Some(key), Some(facts));
                self.reasons = differs.unwrap_or_default();
            }
            Event::StageStarted { key, reasons, .. } => {
                // A stage whose result is found damaged runs again.
                self.ended = None;
                (self.state, self.key, self.reasons, self.begun) =
                    (StageState::Running, Some(key), reasons, Some(since));
            }
            Event::StageFinished { key, facts, log, .. } => {
                (self.state, self.key, self.facts) = (StageState::Computed, Some(key), Some(facts));
                (self.ended, self.log) = (Some(since), log);
            }
            Event::StageFailed { failure, log, .. } => {
                self.ended = self.begun.map(|_| since);
                (self.state, self.failure, self.log) = (StageState::Failed, Some(failure), log);
            }
            Event::StageRetrying { failures, .. } => self.retries = failures,
            Event::StageSkipped { cause, .. } => (self.state, self.cause) = (StageState::Skipped, Some(cause)),
            Event::StageCancelled { .. } => {
                self.ended = self.begun.map(|_| since);
                self.state = StageState::Cancelled;
            }
            Event::StageFigures { figures, .. } => self.figures = Some(figures),
            _ => {}
        }
    }
}

/// The stage that an event is about.
fn stage_of(event: &Event) -> Option<&str> {
    match event {
        Event::StageCached { stage, .. }
        | Event::StageFrozen { stage, .. }
        | Event::StageStarted { stage, .. }
        | Event::StageFinished { stage, .. }
        | Event::StageFailed { stage, .. }
        | Event::StageRetrying { stage, .. }
        | Event::StageSkipped { stage, .. }
        | Event::StageCancelled { stage }
        | Event::StageFigures { stage, .. } => Some(stage),
        _ => None,
    }
}

/// The end of the year 9999, in Unix seconds.
const LAST_SECOND: u64 = 253_402_300_799;

fn at(unix_seconds: f64) -> SystemTime {
    // Of times that no calendar has, the beginning of all.
    let since = Duration::try_from_secs_f64(unix_seconds).ok().filter(|since| since.as_secs() < LAST_SECOND);
    UNIX_EPOCH + since.unwrap_or_default()
}

fn as_rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_rfc3339_millis(*time))
}
