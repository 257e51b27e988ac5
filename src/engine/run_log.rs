//! What is written down of a run: every event, and the log of every stage.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::disk::RUN;

use super::event::Event;
use super::plan::Plan;
use super::store::Store;
use super::variant::Variant;

/// The folder of one run.
#[derive(Debug)]
pub(super) struct RunLog {
    id: String,
    dir: PathBuf,
    // Absent where nothing can be written: a run that finds everything in a read-only cache needs no record.
    events: Option<File>,
    /// Events that are not in the file yet.
    pending: Vec<u8>,
    /// Whether events could not be written. The file stays open: its lock tells that the run goes on.
    is_broken: bool,
}

/// The plan: a list of [`PlannedLine`].
pub(super) const PLAN_FILE: &str = "plan.json";
/// What happened: a [`Line`] each.
pub(super) const EVENTS_FILE: &str = "events.jsonl";

/// An event, as it is written down.
#[derive(Serialize, Deserialize)]
pub(super) struct Line<E> {
    /// In Unix seconds.
    pub time: f64,
    #[serde(flatten)]
    pub event: E,
}

/// One stage of the plan, as it is written down.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlannedLine<'p> {
    pub stage: Cow<'p, str>,
    pub kind: Cow<'p, str>,
    #[serde(default, skip_serializing_if = "has_no_variant")]
    pub variant: Cow<'p, Variant>,
    pub parameters: Cow<'p, Value>,
    pub needs: Vec<Cow<'p, str>>,
}

fn has_no_variant(variant: &Variant) -> bool {
    variant.is_empty()
}

impl RunLog {
    /// Begins the record of a run.
    pub(super) fn begin(store: &Store, plan: &Plan) -> Self {
        let begun = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let digits: String = begun.chars().filter(|c| c.is_ascii_digit() || "T.".contains(*c)).collect();
        let id = format!("{digits}-{}", std::process::id());
        let dir = store.root().join("runs").join(&id);
        let events = Self::create(&dir, plan);
        if let Err(error) = &events {
            tracing::warn!("this run leaves no record: cannot create `{}`: {error}", dir.display());
        }
        Self { id, dir, events: events.ok(), pending: Vec::new(), is_broken: false }
    }

    fn create(dir: &Path, plan: &Plan) -> io::Result<File> {
        RUN.make_dir(&dir.join("logs"))?;
        let mut lines = Vec::with_capacity(plan.len());
        for (index, stage) in plan.stages() {
            lines.push(PlannedLine {
                stage: Cow::Borrowed(&stage.name),
                kind: Cow::Borrowed(&stage.kind),
                variant: Cow::Borrowed(&stage.variant),
                parameters: Cow::Borrowed(&stage.parameters),
                needs: plan.dependencies_of(index).into_iter().map(|need| Cow::Borrowed(&*plan[need].name)).collect(),
            });
        }
        let plan = serde_json::to_vec(&lines)?;
        RUN.write_file(&dir.join(PLAN_FILE), &plan)?;
        let events = RUN.create(&dir.join(EVENTS_FILE))?;
        // Held until this process ends, however it ends: so others know that the run goes on.
        RUN.lock(&events)?;
        Ok(events)
    }

    /// The run's identity.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Where the log of a stage goes.
    pub(super) fn stage_log(&self, stage: &str) -> PathBuf {
        log_path(&self.dir, stage)
    }

    /// The log of a stage, if it has said anything.
    pub(super) fn written_log(&self, stage: &str) -> Option<PathBuf> {
        let log = self.stage_log(stage);
        fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0).then_some(log)
    }

    /// Brings what was added to disk as far as the system's own buffers: it then survives the end of this process.
    pub(super) fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if let (Some(events), false) = (&mut self.events, pending.is_empty() || self.is_broken)
            && let Err(error) = RUN.write(events, &pending)
        {
            tracing::warn!("the record of this run ends here: cannot write it: {error}");
            self.is_broken = true;
        }
    }

    /// Adds an event. Those of a moment are written together, by [`Self::flush`].
    pub(super) fn write(&mut self, time: SystemTime, event: &Event) {
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        // A record that cannot be written must not end the run that it tells of.
        if self.events.is_some() && serde_json::to_writer(&mut self.pending, &Line { time, event }).is_ok() {
            self.pending.push(b'\n');
        }
    }
}

/// Where the log of a stage is in the folder of a run.
pub(super) fn log_path(run_dir: &Path, stage: &str) -> PathBuf {
    run_dir.join("logs").join(format!("{}.log", stage.replace('/', "+")))
}

/// Removes an empty log: most stages say nothing.
pub(super) fn remove_if_empty(log: &Path) {
    if fs::metadata(log).is_ok_and(|metadata| metadata.len() == 0) {
        let _ = RUN.remove_file(log);
    }
}
