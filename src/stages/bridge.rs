//! How the recommenders' callers and errors become the engine's.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::{self, ParameterProblem, Spending, StageCtx, StageError, StageProgress};
use crate::rec::data::StoreError;
use crate::rec::model::Problem;
use crate::rec::{Interrupted, Monitor, Spent};

/// The engine, as a recommender's caller.
pub(super) struct Bridge<'a> {
    progress: &'a dyn StageProgress,
    memory_limit_bytes: Option<u64>,
    checkpoint_dir: Option<&'a Path>,
    spending: Option<&'a Spending<'a>>,
}

impl<'a> Bridge<'a> {
    /// The caller of a running stage.
    pub(super) fn of(ctx: &'a StageCtx<'_>) -> Self {
        Self {
            progress: ctx.progress,
            memory_limit_bytes: ctx.memory_limit_bytes,
            checkpoint_dir: ctx.checkpoint_dir.as_deref(),
            spending: Some(&ctx.spending),
        }
    }

    /// The caller of a fetch.
    pub(super) fn fetching(progress: &'a dyn StageProgress) -> Self {
        Self { progress, memory_limit_bytes: None, checkpoint_dir: None, spending: None }
    }
}

impl Monitor for Bridge<'_> {
    fn progress(&self, done: u64, total: u64, detail: &str) {
        self.progress.progress(done, total, detail);
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }

    fn memory_limit_bytes(&self) -> Option<u64> {
        self.memory_limit_bytes
    }

    fn checkpoint_dir(&self) -> Option<&Path> {
        self.checkpoint_dir
    }

    fn spent(&self) -> Spent {
        let engine::Spent { wall, cpu, peak_memory_bytes } = self.spending.map(Spending::so_far).unwrap_or_default();
        Spent { wall, cpu, peak_memory_bytes }
    }

    fn goes_on_from(&self, before: Spent) {
        let Spent { wall, cpu, peak_memory_bytes } = before;
        if let Some(spending) = self.spending {
            spending.goes_on_from(engine::Spent { wall, cpu, peak_memory_bytes });
        }
    }
}

/// Problems of a recommender's parameters as the engine's.
pub(super) fn parameter_problems(problems: Vec<Problem>) -> Vec<ParameterProblem> {
    problems
        .into_iter()
        .map(|problem| ParameterProblem::of(&problem.parameter, problem.message, problem.help))
        .collect()
}

impl From<Interrupted> for StageError {
    fn from(_: Interrupted) -> Self {
        Self::interrupted()
    }
}

impl From<StoreError> for StageError {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string()).help(error.help())
    }
}

/// Reads a JSON file of an input artifact.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StageError> {
    let bytes =
        fs::read(path).map_err(|error| StageError::new(format!("cannot read `{}`: {error}", path.display())))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| StageError::new(format!("cannot read `{}`: {error}", path.display())))
}

/// Writes a JSON file of an output artifact.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), StageError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| StageError::new(format!("cannot write `{}`: {error}", path.display())))?;
    bytes.push(b'\n');
    fs::write(path, bytes)?;
    Ok(())
}
