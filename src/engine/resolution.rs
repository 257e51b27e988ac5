//! From a planned stage and the results of its needs to the key of its computation.

use super::job::JobInput;
use super::key::{KeyInput, KeyPreimage, KeySource};
use super::plan::{Plan, PlannedStage, StageIndex};
use super::registry::{Arity, Registry, StageKind};
use super::stage::{Inputs, Source, SourceFile, Stage, StageError, Workspace};
use super::store::{Action, SourceDigests, Store};

/// A stage whose computation is known to the last input.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub preimage: KeyPreimage,
    pub inputs: Vec<JobInput>,
    pub sources: Vec<SourceFile>,
}

/// What is known of a stage whose needs are done.
pub(super) enum Resolution {
    /// Everything.
    Known(Resolved),
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
    for source in stage.sources(workspace)? {
        match source {
            Source::Present(file) => sources.push(file),
            Source::Absent(what) => return Ok(Resolution::Absent(what)),
        }
    }
    let mut inputs = Vec::new();
    let mut key_inputs = Vec::new();
    for input in plan.inputs_of(index) {
        let mut wires: Vec<_> = input.wires.iter().collect();
        if input.arity == Arity::Set {
            wires.sort_by_key(|wire| &plan[wire.stage].name);
        }
        for wire in wires {
            let needed = &plan[wire.stage].name;
            let artifact = result(wire.stage)
                .and_then(|action| action.outputs.get(wire.port))
                .ok_or_else(|| StageError::new(format!("`{needed}` has no result on `{}`", wire.port)))?;
            let (port, artifact_id) = (input.port.to_owned(), artifact.id());
            let told_apart = matches!(input.arity, Arity::Many | Arity::Set).then(|| needed.clone());
            key_inputs.push(KeyInput { port: port.clone(), stage: told_apart, artifact: artifact_id });
            inputs.push(JobInput { port, stage: needed.clone(), artifact: artifact.clone() });
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
    };
    Ok(Resolution::Known(Resolved { preimage, inputs, sources }))
}

/// Reads stored inputs for a stage that judges its needs before it runs.
pub(super) struct StoredInputs<'a> {
    pub store: &'a Store,
    pub inputs: &'a [JobInput],
}

impl Inputs for StoredInputs<'_> {
    fn read(&self, port: &str, file: &str) -> Option<Vec<u8>> {
        let input = self.inputs.iter().find(|input| input.port == port)?;
        self.store.read(*input.artifact.files.get(file)?).ok()
    }
}
