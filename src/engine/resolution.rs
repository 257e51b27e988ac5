//! From a planned stage and the results of its needs to the key of its computation.

use std::fs;

use rayon::prelude::*;

use super::artifact::FileRecord;
use super::digest::{Digest, StageKey};
use super::job::JobInput;
use super::key::{KeyInput, KeyPreimage, KeySource, KeyVariable};
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::{Registry, StageKind};
use super::stage::{Inputs, Source, SourceFile, Stage, StageError, Workspace};
use super::store::{Action, FoundAction, Latest, SourceDigests, Store};

/// A stage whose computation is known to the last input.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub preimage: KeyPreimage,
    pub key: StageKey,
    pub inputs: Vec<JobInput>,
    pub sources: Vec<SourceFile>,
}

/// What is known of a stage whose needs are done.
pub(super) enum Resolution {
    /// Everything.
    Known(Box<Resolved>),
    /// Sources have to be fetched first; in words.
    Absent(String),
}

/// The kind of a planned stage and the stage itself. The plan was checked against the same registry.
pub(super) fn instantiate<'r>(
    stage: &PlannedStage,
    registry: &'r Registry,
) -> Result<(&'r StageKind, Box<dyn Stage>), StageError> {
    let kind =
        registry.find(&stage.kind).ok_or_else(|| StageError::new(format!("there is no kind `{}`", stage.kind)))?;
    let built = kind.build(stage.parameters.as_ref().clone()).map_err(|problems| {
        let messages: Vec<_> = problems.into_iter().map(|problem| problem.message).collect();
        StageError::new(messages.join("; "))
    })?;
    Ok((kind, built))
}

/// Works out what names the stage's computation. `result` gives the finished action of each stage it needs.
pub(super) fn resolve<'a>(
    plan: &Plan,
    index: StageIndex,
    (kind, stage): (&StageKind, &dyn Stage),
    workspace: &Workspace,
    digests: &mut SourceDigests,
    result: impl Fn(StageIndex) -> Option<&'a Action>,
) -> Result<Resolution, StageError> {
    match Outside::of(stage, workspace, digests)? {
        Ok(outside) => Ok(Resolution::Known(Box::new(named(plan, index, kind, outside, result)?))),
        Err(what) => Ok(Resolution::Absent(what)),
    }
}

/// A stage that was built, and what is known of it.
pub(super) type Looked = Result<(Box<dyn Stage>, Resolution), StageError>;

/// Builds those stages, whose needs are done, and resolves them, on all threads where there are many. In their order.
pub(super) fn resolve_all<'a>(
    plan: &Plan,
    stages: &[StageIndex],
    registry: &Registry,
    workspace: &Workspace,
    digests: &mut SourceDigests,
    result: impl Fn(StageIndex) -> Option<&'a Action> + Sync,
) -> Vec<Looked> {
    let built = on_all_threads(stages.to_vec(), |index| (index, instantiate(&plan[index], registry)));
    // One after the other, so that a file that several stages read is hashed once; one file takes all threads by itself.
    let outside = built.into_iter().map(|(index, built)| {
        let outside = built.and_then(|(kind, stage)| {
            let outside = Outside::of(stage.as_ref(), workspace, digests)?;
            Ok((kind, stage, outside))
        });
        (index, outside)
    });
    on_all_threads(outside.collect(), |(index, outside)| match outside? {
        (_, stage, Err(what)) => Ok((stage, Resolution::Absent(what))),
        (kind, stage, Ok(outside)) => {
            let resolved = named(plan, index, kind, outside, &result)?;
            Ok((stage, Resolution::Known(Box::new(resolved))))
        }
    })
}

/// The results of those stages that are there, looked for on all threads where there are many; of those that count as not
/// done (`is_open`), none. In their order.
pub(super) fn find_all(
    looked: Vec<(StageIndex, Looked)>,
    (store, latest): (&Store, &Latest),
    is_open: impl Fn(StageIndex) -> bool + Sync + Send,
) -> Vec<(StageIndex, Looked, Option<Box<FoundAction>>)> {
    on_all_threads(looked, |(index, looked)| {
        let found = match &looked {
            Ok((_, Resolution::Known(resolved))) if !is_open(index) => {
                latest.find(store, resolved.key, &resolved.preimage).map(Box::new)
            }
            _ => None,
        };
        (index, looked, found)
    })
}

/// Does something with each of them, in parallel if there are so many that it is worth it; in their order.
fn on_all_threads<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    const MANY: usize = 128;
    if items.len() < MANY {
        items.into_iter().map(work).collect()
    } else {
        items.into_par_iter().with_min_len(MANY / 2).map(work).collect()
    }
}

/// What a stage reads from outside the cache.
struct Outside {
    sources: Vec<SourceFile>,
    keyed: Vec<KeySource>,
    variables: Vec<KeyVariable>,
}

impl Outside {
    /// The inner error is what is absent, in words.
    fn of(
        stage: &dyn Stage,
        workspace: &Workspace,
        digests: &mut SourceDigests,
    ) -> Result<Result<Self, String>, StageError> {
        let mut outside = Self { sources: Vec::new(), keyed: Vec::new(), variables: Vec::new() };
        for source in stage.sources(workspace)? {
            match source {
                Source::Present(file) => outside.sources.push(file),
                Source::Variable { name, value } => {
                    let digest = value.map(|value| Digest::of(value.as_bytes()));
                    outside.variables.push(KeyVariable { name, digest });
                }
                Source::Absent(what) => return Ok(Err(what)),
            }
        }
        for file in &outside.sources {
            let digest = digests.digest(&file.path).map_err(|error| {
                StageError::new(format!("cannot read the input file `{}`: {error}", file.path.display()))
            })?;
            outside.keyed.push(KeySource { role: file.role.clone(), digest });
        }
        Ok(Ok(outside))
    }
}

/// The computation by its name, when nothing more has to be read for it.
fn named<'a>(
    plan: &Plan,
    index: StageIndex,
    kind: &StageKind,
    outside: Outside,
    result: impl Fn(StageIndex) -> Option<&'a Action>,
) -> Result<Resolved, StageError> {
    let mut inputs = Vec::new();
    let mut key_inputs = Vec::new();
    for input in plan.inputs_of(index) {
        let mut wires: Vec<_> = input.wires.iter().collect();
        if input.arity.is_unordered() {
            wires.sort_by_key(|wire| &plan[wire.stage].name);
        }
        for wire in wires {
            let needed = &plan[wire.stage].name;
            let artifact = result(wire.stage)
                .and_then(|action| action.outputs.get(wire.port))
                .ok_or_else(|| StageError::new(format!("`{needed}` has no result on `{}`", wire.port)))?;
            let (port, artifact_id) = (input.port.to_owned(), artifact.id());
            let told_apart = input.arity.tells_apart().then(|| needed.clone());
            key_inputs.push(KeyInput { port: port.clone(), stage: told_apart, artifact: artifact_id });
            let variant = plan[wire.stage].variant.clone();
            inputs.push(JobInput { port, stage: needed.clone(), variant, artifact: artifact.clone() });
        }
    }
    let preimage = KeyPreimage {
        kind: kind.name.clone(),
        revision: kind.revision,
        parameters: plan[index].key_parameters.as_ref().clone(),
        inputs: key_inputs,
        sources: outside.keyed,
        variables: outside.variables,
    };
    Ok(Resolved { key: preimage.key(), preimage, inputs, sources: outside.sources })
}

/// Reads stored inputs for a stage that judges its needs before it runs.
pub(super) struct StoredInputs<'a> {
    pub store: &'a Store,
    pub resolved: &'a Resolved,
    pub threads: usize,
}

impl StoredInputs<'_> {
    fn files(&self, port: &str, file: &str) -> impl Iterator<Item = FileRecord> {
        let inputs = self.resolved.inputs.iter().filter(move |input| input.port == port);
        inputs.filter_map(move |input| input.artifact.files.get(file).copied())
    }
}

impl Inputs for StoredInputs<'_> {
    fn read(&self, port: &str, file: &str) -> Option<Vec<u8>> {
        self.store.read(self.files(port, file).next()?).ok()
    }

    fn file_bytes(&self, port: &str, file: &str) -> u64 {
        self.files(port, file).map(|file| file.size_bytes).max().unwrap_or(0)
    }

    fn source_bytes(&self) -> u64 {
        let lengths = self.resolved.sources.iter().filter_map(|source| fs::metadata(&source.path).ok());
        lengths.map(|metadata| metadata.len()).sum()
    }

    fn threads(&self) -> usize {
        self.threads
    }
}
