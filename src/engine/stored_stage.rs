//! The result of a stage that is done, looked up without running anything.

use std::collections::BTreeSet;
use std::path::Path;

use crate::disk::WORK;

use super::artifact::Artifact;
use super::budget::Capacity;
use super::job::JobInput;
use super::plan::{Plan, StageIndex};
use super::registry::Registry;
use super::stage::Workspace;
use super::status::{Status, status};
use super::store::{Action, Latest, Store, StoreError};
use super::survey::{Known, survey};

/// What a stage gave, and the results that it was computed from.
#[derive(Debug, Clone)]
pub struct StoredStage {
    /// What it gave.
    pub action: Action,
    /// What it read.
    pub inputs: Vec<JobInput>,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub struct NotDone {
    /// What a run would do with the stage.
    pub status: Status,
}

/// What the store has for this stage of the plan, as the pipeline file and its inputs are now.
pub fn stored_stage(
    plan: &Plan,
    registry: &Registry,
    store: &Store,
    workspace: &Workspace,
    stage: StageIndex,
) -> Result<StoredStage, NotDone> {
    let name = plan[stage].name.as_str();
    // Sources of stages that it does not need are of no account, however large.
    let part = plan.only(&[name]).unwrap_or_else(|_| plan.clone());
    let mut found = None;
    survey(
        &part,
        registry,
        (store, &Latest::load(store, part.name())),
        workspace,
        |_| false,
        |planned, known| {
            match known {
                _ if planned.name != name => {}
                Known::Done(resolved) => found = Some(resolved),
                // Only if what it keeps is what it would give: what it was computed from may be gone.
                Known::Frozen { last, due: Some(due) } if last.key() == due.key => found = Some(due),
                _ => {}
            }
        },
    );
    let stored = found.and_then(|resolved| {
        let action = store.action(resolved.key)?;
        Some(StoredStage { action, inputs: resolved.inputs })
    });
    stored.ok_or_else(|| {
        let statuses = status(&part, registry, store, workspace, &BTreeSet::new(), Capacity::of_this_machine());
        let of_stage = statuses.into_iter().find(|status| status.stage == name).map(|status| status.status);
        NotDone { status: of_stage.unwrap_or(Status::Run { reasons: Vec::new() }) }
    })
}

impl StoredStage {
    /// What it gave on that port.
    pub fn output(&self, port: &str) -> Option<&Artifact> {
        self.action.outputs.get(port)
    }

    /// What it read on that port, if that is one artifact.
    pub fn input(&self, port: &str) -> Option<&Artifact> {
        self.inputs.iter().find(|input| input.port == port).map(|input| &input.artifact)
    }
}

impl Store {
    /// Makes a folder in which the artifact's files have their names; the files, which are verified, stay where they are.
    pub fn lay_out(&self, artifact: &Artifact, dir: &Path) -> Result<(), StoreError> {
        let io = |source| StoreError::Io { doing: "make", path: dir.to_owned(), source };
        WORK.make_dir(dir).map_err(io)?;
        for (name, file) in &artifact.files {
            WORK.link(&self.verified_path(*file)?, &dir.join(name)).map_err(io)?;
        }
        Ok(())
    }
}
