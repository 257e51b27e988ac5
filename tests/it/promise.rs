//! The cache's promise, as something to be checked after any disturbance.

use std::collections::{BTreeMap, BTreeSet};

use recflow::engine::{StageKey, Store};

use super::outcome::finished;
use super::process::until;
use super::project::Project;

/// What a run of a pipeline gives that nobody has disturbed.
pub struct Undisturbed {
    /// The key of each stage.
    pub keys: BTreeMap<String, StageKey>,
    /// The digest of every file, by stage and file.
    pub digests: BTreeMap<String, String>,
}

impl Undisturbed {
    /// What is in that cache, in which only this pipeline was run.
    pub fn of(project: &Project, cache: &str) -> Self {
        let actions = Store::open(&project.path(cache)).unwrap().actions().unwrap();
        let keys = actions.iter().map(|action| (action.stage.clone(), action.key())).collect();
        Self { keys, digests: project.digests(cache) }
    }

    /// Runs the pipeline over a cache in which something has gone wrong: the run succeeds, computes what is not in the cache
    /// in full, nothing else, and the cache then has the bytes that it should have. What is otherwise, if anything.
    pub fn demand(&self, project: &Project, pipeline: &str, cache: &str) -> Result<(), String> {
        until("the dead have let go", || {
            !project.path(&format!("{cache}/scratch")).exists() || project.scratch_is_abandoned(cache)
        });
        let store = Store::open(&project.path(cache)).unwrap();
        let is_done = |key: StageKey| {
            store.action(key).is_some_and(|action| action.files().all(|file| store.verified_path(*file).is_ok()))
        };
        let unfinished: BTreeSet<String> =
            self.keys.iter().filter(|(_, key)| !is_done(**key)).map(|(stage, _)| stage.clone()).collect();
        let again = project.recflow(&format!("run {pipeline} --format json --cache-dir {cache}"));
        if again.code != Some(0) {
            return Err(format!("the next run ended with {:?}: {}", again.code, again.stderr));
        }
        let computed: BTreeSet<String> = again.events().iter().filter_map(finished).collect();
        if computed != unfinished {
            return Err(format!("the next run computed {computed:?}, and unfinished were {unfinished:?}"));
        }
        if project.digests(cache) != self.digests {
            return Err("the results have other bytes".to_owned());
        }
        match store.verify(None).unwrap().flaws.as_slice() {
            [] => Ok(()),
            flaws => Err(format!("there are flaws: {flaws:?}")),
        }
    }
}
