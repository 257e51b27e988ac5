//! `recflow cache gc`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::CollectArgs;
use crate::cli::command_line::OutputFormat;
use crate::engine::{
    Collected, CollectionRules, MemorySize, Plan, Reachable, Registry, RunRecord, RunRecordError, RunState, StageKey,
    Store, StoreError, Workspace,
};
use crate::report::units::{bytes, counted};

/// Removes what the arguments let go, and tells of it.
pub(super) fn collect(
    store: &Store,
    args: &CollectArgs,
    plans: &[Plan],
    registry: &Registry,
    workspace: &Workspace,
) -> Result<String, StoreError> {
    let mut reachable = Reachable::default();
    for plan in plans {
        reachable.add(plan, registry, store, workspace);
    }
    let (running, in_use) = in_use(store)?;
    let collected = store.collect(&CollectionRules {
        keep_results: (!plans.is_empty()).then_some(reachable.results),
        keep_checkpoints: reachable.checkpoints,
        in_use,
        running,
        older_than: args.older_than,
        max_size_bytes: args.max_size.map(|size| size.bytes),
        grace: args.grace,
        dry_run: args.dry_run,
    })?;
    Ok(match args.format {
        OutputFormat::Json => serde_json::to_string(&collected).unwrap_or_default() + "\n",
        OutputFormat::Human => page(&collected, args.dry_run),
    })
}

/// What is younger stays even if there is no room: another run may be about to use it.
const YOUNG: Duration = Duration::from_mins(10);

/// Lets go what was used least recently until results and checkpoints take no more than `limit`; never what a run of the
/// plan would find, what other runs use, and what is young.
pub(in crate::cli) fn make_room(
    store: &Store,
    plan: &Plan,
    registry: &Registry,
    workspace: &Workspace,
    limit: MemorySize,
) -> Result<(), StoreError> {
    let mut reachable = Reachable::default();
    reachable.add(plan, registry, store, workspace);
    let (running, in_use) = in_use(store)?;
    let collected = store.collect(&CollectionRules {
        keep_results: Some(reachable.results),
        keep_checkpoints: reachable.checkpoints,
        in_use,
        running,
        older_than: None,
        max_size_bytes: Some(limit.bytes),
        grace: YOUNG,
        dry_run: false,
    })?;
    tracing::info!("{}", page(&collected, false).trim_end());
    if collected.kept_bytes > limit.bytes {
        let held = bytes(collected.kept_bytes);
        tracing::warn!(
            "the cache holds {held}, more than the {limit} allowed: the rest is of this run, or in use, or young"
        );
    }
    Ok(())
}

/// The runs that go on, and the results that they have found or given so far.
fn in_use(store: &Store) -> Result<(BTreeSet<String>, BTreeSet<StageKey>), StoreError> {
    let (mut running, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let names = match RunRecord::all(store) {
        Err(RunRecordError::Store(error)) => return Err(error),
        names => names.unwrap_or_default(),
    };
    for name in names {
        if let Ok(run) = RunRecord::read(store, &name)
            && run.state == RunState::Running
        {
            running.insert(name);
            keys.extend(run.stages.iter().filter_map(|stage| stage.key));
        }
    }
    Ok((running, keys))
}

fn page(collected: &Collected, dry_run: bool) -> String {
    let mut text = String::new();
    for (key, stage) in &collected.results {
        let _ = writeln!(text, "result      {}  {stage}", key.0.short());
    }
    for key in &collected.checkpoints {
        let _ = writeln!(text, "checkpoint  {}", key.0.short());
    }
    for run in &collected.runs {
        let _ = writeln!(text, "run         {run}");
    }
    let counts = [
        (collected.results.len(), "result", "results"),
        (collected.checkpoints.len(), "checkpoint", "checkpoints"),
        (collected.runs.len(), "record of a run", "records of runs"),
        (collected.files, "file", "files"),
        (collected.locks, "lock", "locks"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(many, ..)| *many > 0)
        .map(|(many, one, more)| counted(*many as u64, one, more))
        .collect();
    let verb = if dry_run { "would remove" } else { "removed" };
    let what = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
    text + &format!(
        "{verb} {what}: {} freed, {} of results and checkpoints stay\n",
        bytes(collected.freed_bytes),
        bytes(collected.kept_bytes)
    )
}
