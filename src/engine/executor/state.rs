//! Where each stage of a run stands.

use std::sync::Arc;

use crate::engine::budget::Allotment;
use crate::engine::digest::StageKey;
use crate::engine::request::Request;
use crate::engine::resolution::Resolved;
use crate::engine::runner::Cancel;
use crate::engine::store::Action;

/// Where a stage stands.
pub(super) enum State {
    /// A stage that it needs is not done.
    Waiting,
    /// Its sources are being fetched.
    Fetching(Arc<Cancel>),
    /// Its key is known, its result is not in the store, and it waits for resources.
    Runnable { resolved: Box<Resolved>, request: Request },
    /// It runs.
    Running { resolved: Box<Resolved>, request: Request, allotment: Allotment, cancel: Arc<Cancel> },
    /// It has failed, and waits before it runs again.
    Resting { resolved: Box<Resolved>, request: Request, cancel: Arc<Cancel> },
    /// Its result is in the store.
    Done(Box<Action>),
    /// It gave no result.
    Failed,
    /// A stage that it needs failed.
    Skipped,
    /// The run ended before it could.
    Cancelled,
}

impl State {
    /// The result, if there is one.
    pub(super) fn action(&self) -> Option<&Action> {
        if let Self::Done(action) = self { Some(action) } else { None }
    }

    /// The key that is being computed for it, or is about to be.
    pub(super) fn key(&self) -> Option<StageKey> {
        match self {
            Self::Runnable { resolved, .. } | Self::Running { resolved, .. } | Self::Resting { resolved, .. } => {
                Some(resolved.key)
            }
            _ => None,
        }
    }

    /// How to end what is going on for the stage, if anything is.
    pub(super) fn cancel(&self) -> Option<&Arc<Cancel>> {
        match self {
            Self::Fetching(cancel) | Self::Running { cancel, .. } | Self::Resting { cancel, .. } => Some(cancel),
            _ => None,
        }
    }
}
