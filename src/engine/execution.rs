//! Carrying out one job: lock, inputs, run, outputs, commit.
//!
//! This is the same code whether a stage runs in a process of its own or inside another one, so that a result counts
//! by being in the store, not by whoever asked for it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::artifact::Artifact;
use super::digest::Digest;
use super::event::Failure;
use super::job::Job;
use super::registry::{OutputPort, Registry};
use super::spending::{Meter, Spending};
use super::stage::{Facts, InputArtifact, StageCtx, StageError, StageProgress};
use super::store::{Action, Durability, Store, StoreError};
use super::workplace::Workplace;

/// Why a job gave no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExecutionError {
    /// The stage ended because it was asked to.
    #[error("interrupted")]
    Interrupted,
    /// A stored input has not the bytes it should have; its stage must run again.
    #[error("the stored result of `{stage}` is damaged")]
    DamagedInput {
        /// The stage that the input comes from.
        stage: String,
        /// The damaged object.
        digest: Digest,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store { message: error.to_string() }
    }
}

impl From<StoreError> for ExecutionError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StageError> for ExecutionError {
    fn from(error: StageError) -> Self {
        if error.interrupted {
            Self::Interrupted
        } else {
            Self::Failed(Failure::Error { message: error.message, help: error.help })
        }
    }
}

/// Where a job's result, which is in the store, comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// This job.
    Computed,
    /// Another process, which has put it there meanwhile.
    Found,
}

/// Carries out a job in the current rayon pool and in that folder, with that file for what it says, and puts its result into
/// the store, unless it is there by now.
pub(super) fn execute(
    job: &Job,
    registry: &Registry,
    store: &Store,
    (place, log): (Workplace<'_>, &Path),
    meter: &dyn Meter,
    progress: &dyn StageProgress,
    on_wait: impl Fn(),
) -> Result<Origin, ExecutionError> {
    let key = job.preimage.key();
    let _lock = store.lock(key, &on_wait)?;
    if !job.force && store.action(key).is_some() {
        return Ok(Origin::Found);
    }
    let kind = registry.find(&job.preimage.kind).ok_or_else(|| {
        StageError::new(format!("this program has no kind `{}`", job.preimage.kind))
            .help("run the same version everywhere")
    })?;
    let stage = kind.build(job.parameters.clone()).map_err(|problems| {
        let messages: Vec<_> = problems.into_iter().map(|problem| problem.message).collect();
        StageError::new(messages.join("; "))
    })?;

    // One stage at a time goes on from a checkpoint. The stage's own lock always comes first, so nobody waits in a ring.
    let continuation = job.preimage.continuation_key(&kind.parameters);
    let _checkpoint_lock = continuation.map(|key| store.lock_checkpoints(key, &on_wait)).transpose()?;
    if let (true, Some(key)) = (job.force, continuation) {
        store.discard_checkpoints(key)?;
    }

    let outputs = stage.ports(kind.ports()).outputs;
    place.prepare(job.inputs.len(), &outputs)?;
    let ctx = StageCtx {
        inputs: lay_out_inputs(job, store, place)?,
        sources: job.sources.clone(),
        workspace: job.workspace.clone(),
        out_dir: place.out_dir(),
        work_dir: place.work_dir(),
        log: Some(log.to_owned()),
        threads: job.threads,
        memory_limit_bytes: job.memory_limit_bytes,
        checkpoint_dir: continuation.map(|key| store.checkpoint_dir(key)),
        spending: Spending::begin(meter),
        progress,
    };
    catch_panic(|| stage.run(&ctx))??;
    let spent = ctx.spending.so_far();

    check_sources(job)?;
    let durability = Durability::worth(spent.wall);
    let action = Action {
        preimage: job.preimage.clone(),
        stage: job.stage.clone(),
        outputs: store_outputs(&outputs, &ctx.out_dir, store, durability)?,
        facts: Facts {
            wall: spent.wall,
            cpu: spent.cpu,
            peak_memory_bytes: spent.peak_memory_bytes,
            before_checkpoint: ctx.spending.before().map(|before| before.wall),
            threads: job.threads,
            finished_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
    };
    store.commit(&action, durability)?;
    Ok(Origin::Computed)
}

/// Gives every input artifact a folder in which its files have their names; the files stay where they are.
fn lay_out_inputs(
    job: &Job,
    store: &Store,
    place: Workplace<'_>,
) -> Result<BTreeMap<String, Vec<InputArtifact>>, ExecutionError> {
    let mut inputs: BTreeMap<String, Vec<InputArtifact>> = BTreeMap::new();
    for (index, input) in job.inputs.iter().enumerate() {
        let dir = place.input_dir(index);
        store.lay_out(&input.artifact, &dir).map_err(|error| match error {
            StoreError::Damaged { digest, .. } => ExecutionError::DamagedInput { stage: input.stage.clone(), digest },
            other @ StoreError::Io { .. } => other.into(),
        })?;
        inputs.entry(input.port.clone()).or_default().push(InputArtifact {
            stage: input.stage.clone(),
            variant: input.variant.clone(),
            dir,
        });
    }
    Ok(inputs)
}

/// An input file that was edited while the stage read it would make a result that its key does not name.
fn check_sources(job: &Job) -> Result<(), ExecutionError> {
    for (file, keyed) in job.sources.iter().zip(&job.preimage.sources) {
        let (digest, _) = Digest::of_file(&file.path).map_err(StageError::from)?;
        if digest != keyed.digest {
            let message =
                format!("the input file `{}` was changed while the stage was reading it", file.path.display());
            return Err(StageError::new(message).help("run again once it is complete").into());
        }
    }
    Ok(())
}

fn store_outputs(
    ports: &[OutputPort],
    out_dir: &Path,
    store: &Store,
    durability: Durability,
) -> Result<BTreeMap<String, Artifact>, ExecutionError> {
    let mut outputs = BTreeMap::new();
    for port in ports {
        let mut artifact = Artifact::default();
        let mut paths: Vec<_> = fs::read_dir(out_dir.join(port.name))
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>())
            .map_err(StageError::from)?;
        paths.sort();
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            artifact.files.insert(name, store.put_file(&path, durability)?);
        }
        if artifact.files.is_empty() {
            return Err(StageError::new(format!("the stage wrote nothing to its output `{}`", port.name)).into());
        }
        outputs.insert(port.name.to_owned(), artifact);
    }
    Ok(outputs)
}

fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "(no message)".to_owned());
        Failure::Panic { message }
    })
}
