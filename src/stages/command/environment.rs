//! The environment that a program is given: what is declared, what it needs to find its inputs, and next to nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use super::word::Word;
use crate::engine::{Source, StageCtx};

/// What passes through from recflow's own environment without being declared. It has no part in keys.
const PASSED: [&str; 2] = ["PATH", "HOME"];

/// The variables by which libraries learn how many threads they may use.
const THREADS: [&str; 11] = [
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "JULIA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "GOMAXPROCS",
];

/// What is wrong with a declared name, and the remedy.
pub(super) fn problem(name: &str) -> Option<(String, &'static str)> {
    let usable = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !usable {
        return Some((format!("`{name}` cannot be the name of a variable"), "use letters, digits and `_`"));
    }
    if THREADS.contains(&name) {
        let message = format!("`{name}` is set to the threads that the stage is given");
        return Some((message, "remove it, and say how many with `resources: { threads: … }`"));
    }
    let ours = name.starts_with("RECFLOW_") || name == "TMPDIR";
    ours.then(|| (format!("`{name}` is set by recflow"), "choose another name"))
}

/// The declared variables that have their values from recflow's own environment.
pub(super) fn sources(declared: &BTreeMap<String, Option<Word>>) -> Vec<Source> {
    let passed = declared.iter().filter(|(_, value)| value.is_none());
    passed.map(|(name, _)| Source::Variable { name: name.clone(), value: std::env::var(name).ok() }).collect()
}

/// Gives the program its environment. `inputs` are the folders of its inputs by variable.
pub(super) fn set(
    process: &mut Process,
    ctx: &StageCtx<'_>,
    declared: &BTreeMap<String, Option<Word>>,
    inputs: &BTreeMap<String, PathBuf>,
    temporary: &Path,
    written: &Path,
) {
    process.env_clear();
    let from_outside = |name: &str| std::env::var_os(name).map(|value| (name.to_owned(), value));
    process.envs(PASSED.iter().filter_map(|name| from_outside(name)));
    // The order of sorted texts, among other things, must not depend on who runs it.
    process.env("LANG", "C.UTF-8");
    for (name, value) in declared {
        match value {
            Some(value) => process.env(name, value.as_str()),
            None => process.envs(from_outside(name)),
        };
    }
    let threads = ctx.threads.to_string();
    process.envs(THREADS.iter().map(|name| (name, &threads)));
    process.env("RECFLOW_THREADS", &threads);
    if let Some(bytes) = ctx.memory_limit_bytes {
        process.env("RECFLOW_MEMORY_BYTES", bytes.to_string());
    }
    process.envs(inputs).env("RECFLOW_OUTPUT_DIR", written).env("TMPDIR", temporary);
}
