//! From a planned stage and the results of its needs to the key of its computation.

use std::fs;

use super::artifact::FileRecord;
use super::digest::{Digest, StageKey};
use super::job::JobInput;
use super::key::{KeyInput, KeyPreimage, KeySource, KeyVariable};
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::{Registry, StageKind};
use super::stage::{Inputs, Source, SourceFile, Stage, StageError, Workspace};
use super::store::{Action, SourceDigests, Store};

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
    let mut sources = Vec::new();
    let mut variables = Vec::new();
    for source in stage.sources(workspace)? {
        match source {
            Source::Present(file) => sources.push(file),
            Source::Variable { name, value } => {
                let digest = value.map(|value| Digest::of(value.as_bytes()));
                variables.push(KeyVariable { name, digest });
            }
            Source::Absent(what) => return Ok(Resolution::Absent(what)),
        }
    }
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
    let mut key_sources = Vec::new();
    for file in &sources {
        let digest = digests.digest(&file.path).map_err(|error| {
            StageError::new(format!("cannot read the input file `{}`: {error}", file.path.display()))
        })?;
        key_sources.push(KeySource { role: file.role.clone(), digest });
    }
    let preimage = KeyPreimage {
        kind: kind.name.clone(),
        revision: kind.revision,
        parameters: plan[index].key_parameters.as_ref().clone(),
        inputs: key_inputs,
        sources: key_sources,
        variables,
    };
    Ok(Resolution::Known(Box::new(Resolved { key: preimage.key(), preimage, inputs, sources })))
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
