//! `recflow cache verify`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;

use super::VerifyArgs;
use crate::cli::colors::Colors;
use crate::cli::command_line::OutputFormat;
use crate::cli::exit::Exit;
use crate::engine::{
    Flaw, FlawKind, Latest, Plan, Reachable, Registry, StageKey, Store, StoreError, Verification, Workspace,
};
use crate::report::units::{bytes, counted};

/// Looks for damage; what was found, and whether some is left.
pub(super) fn verify(
    store: &Store,
    args: &VerifyArgs,
    plans: &[Plan],
    registry: &Registry,
    workspace: &Workspace,
    colors: Colors,
) -> Result<(String, Exit), StoreError> {
    let only = (!plans.is_empty()).then(|| results_of(plans, registry, store, workspace));
    let found = store.verify(only.as_ref())?;
    if args.repair {
        store.repair(&found.flaws)?;
    }
    let exit = if found.flaws.is_empty() || args.repair { Exit::Success } else { Exit::Io };
    let text = match args.format {
        OutputFormat::Json => lines(&found, args.repair),
        OutputFormat::Human => page(&found, args.repair, colors),
    };
    Ok((text, exit))
}

/// What the plans would find, and what their stages had the last time: behind damage, what they would find is not known.
fn results_of(plans: &[Plan], registry: &Registry, store: &Store, workspace: &Workspace) -> BTreeSet<StageKey> {
    let mut reachable = Reachable::default();
    for plan in plans {
        reachable.add(plan, registry, store, workspace);
        let latest = Latest::load(store, plan.name());
        reachable.results.extend(plan.stages().filter_map(|(_, stage)| latest.key(&stage.name)));
    }
    reachable.results
}

fn lines(found: &Verification, repaired: bool) -> String {
    let flaw = |Flaw { path, kind, stages }: &Flaw| json!({ "flaw": kind, "path": path, "stages": stages });
    let Verification { results, files, size_bytes, flaws } = found;
    let summary = json!({
        "results": results, "files": files, "size-bytes": size_bytes, "flaws": flaws.len(), "repaired": repaired,
    });
    flaws.iter().map(flaw).chain([summary]).fold(String::new(), |text, value| text + &value.to_string() + "\n")
}

fn page(found: &Verification, repaired: bool, colors: Colors) -> String {
    let mut text = String::new();
    for Flaw { path, kind, stages } in &found.flaws {
        let what = match kind {
            FlawKind::DamagedFile => "damaged file",
            FlawKind::MissingFile => "missing file",
            FlawKind::DamagedRecord => "damaged record",
            FlawKind::MissingRecord => "missing record",
        };
        let stages = if stages.is_empty() { String::new() } else { format!("  (of {})", stages.join(", ")) };
        let _ = writeln!(text, "{}  {}{stages}", colors.bad(what), path.display());
    }
    let counts = [
        counted(found.results as u64, "result", "results"),
        counted(found.files as u64, "file", "files"),
        bytes(found.size_bytes),
    ];
    let counts = counts.join(", ");
    match found.flaws.len() as u64 {
        0 => text + &format!("{counts}: {}\n", colors.good("all sound")),
        many if repaired => {
            let flaws = counted(many, "flaw", "flaws");
            text + &format!("{counts}: {flaws} removed; the next run computes again what it needs of it\n")
        }
        many => {
            let flaws = counted(many, "flaw", "flaws");
            text + &format!("{counts}: {}\n  help: `recflow cache verify --repair` removes them\n", colors.bad(&flaws))
        }
    }
}
