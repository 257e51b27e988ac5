//! What a program reads of other stages: a folder for each of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::origins;
use crate::engine::{InputArtifact, StageCtx, StageError};
use crate::rec::data::Split;
use crate::stages::ports::SPLIT;

/// Lays the inputs out below the work folder, and gives the folders by variable: `RECFLOW_INPUT_DIR`, in which each stage
/// has a folder of its name, and for each the shorter way `RECFLOW_INPUT_<STAGE>`.
pub(super) fn lay_out(ctx: &StageCtx<'_>, with_test_targets: bool) -> Result<BTreeMap<String, PathBuf>, StageError> {
    let root = ctx.work_dir.join("in");
    let mut variables = BTreeMap::new();
    for (port, artifacts) in &ctx.inputs {
        for InputArtifact { stage, dir, .. } in artifacts {
            // A copy made by `each` is in a folder of all copies: `evaluate/train-ease`.
            let folder = root.join(stage);
            fs::create_dir_all(&folder)?;
            if port == SPLIT.0 {
                // Never the stored arrays: they hold the test part.
                Split::load(dir)?.export(&folder, with_test_targets)?;
            } else {
                link_files(dir, &folder)?;
            }
            let variable = variable(stage);
            if variables.insert(variable.clone(), folder.clone()).is_some_and(|other| other != folder) {
                let message = format!("two stages that it needs would both be called `{variable}`");
                return Err(StageError::new(message).help("rename one of them"));
            }
        }
    }
    fs::create_dir_all(&root)?;
    variables.insert("RECFLOW_INPUT_DIR".to_owned(), root);
    Ok(variables)
}

fn link_files(from: &Path, to: &Path) -> Result<(), StageError> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() == origins::FILE {
            continue;
        }
        symlink(entry.path().canonicalize()?, to.join(entry.file_name()))?;
    }
    Ok(())
}

fn variable(stage: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("RECFLOW_INPUT_{}", stage.chars().map(plain).collect::<String>())
}
