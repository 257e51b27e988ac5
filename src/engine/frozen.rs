//! Stages that keep their last result, whatever has changed.

use super::difference::differences;
use super::digest::StageKey;
use super::key::KeyPreimage;
use super::plan::PlannedStage;
use super::registry::StageKind;
use super::stage::StageError;
use super::store::{Action, FoundAction, Latest, Store};

/// The last result of a frozen stage, and its key. `latest` is what the stages of the plan's pipeline had last.
pub(super) fn kept(
    planned: &PlannedStage,
    kind: Option<&StageKind>,
    (store, latest): (&Store, &Latest),
) -> Result<(StageKey, FoundAction), StageError> {
    let key = latest
        .key(&planned.name)
        .ok_or_else(|| StageError::new("it is frozen, and has no result to keep").help(HELP))?;
    let found = store.find_action(key).ok_or_else(|| {
        StageError::new("it is frozen, and its last result is gone from the cache or damaged").help(HELP)
    })?;
    let action = &found.action;
    let is_whole = kind.is_some_and(|kind| kind.outputs.iter().all(|output| action.outputs.contains_key(output.name)));
    if !is_whole {
        let message = format!("it is frozen, and its last result is of another kind: `{}`", action.preimage.kind);
        return Err(StageError::new(message).help(HELP));
    }
    Ok((key, found))
}

const HELP: &str = "remove `frozen`, run it, and freeze it then";

/// How its last computation differs from the one that would be due; nothing if it does not.
pub(super) fn differs(last: &Action, due: &KeyPreimage) -> Vec<String> {
    differences(&last.preimage, due)
}
