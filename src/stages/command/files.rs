//! Files that a program reads from the workspace, and files that it must have written.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::engine::{Source, SourceFile, StageError};

/// More cannot be meant, and would take long.
const MOST_FILES: usize = 10_000;
/// The deepest folder of a declared folder.
const MOST_LEVELS: usize = 64;

/// Whether a declared path leads downwards.
pub(super) fn is_inside(path: &Path) -> bool {
    let downwards = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    downwards && !path.as_os_str().is_empty() && !path.as_os_str().as_encoded_bytes().contains(&0)
}

/// Whether it is the name of a file in a folder.
pub(super) fn is_file_name(name: &str) -> bool {
    !name.contains(['/', '\0']) && !["", ".", ".."].contains(&name) && name.len() <= 200
}

/// The declared files, and those in declared folders; each plays the part of its path.
pub(super) fn sources(root: &Path, declared: &[String]) -> Result<Vec<Source>, StageError> {
    // The folder where recflow is run has no name.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let real_root = root.canonicalize()?;
    let mut found = Vec::new();
    for path in declared {
        let real = root.join(path).canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => StageError::new(format!("there is no file `{path}`"))
                .help("`files` are relative to the folder where recflow is run"),
            _ => StageError::new(format!("cannot read the file `{path}`: {error}")),
        })?;
        if !real.starts_with(&real_root) {
            return Err(StageError::new(format!("`{path}` leads out of the folder where recflow is run"))
                .help("put the file itself there in place of the link"));
        }
        // `./a//b` and `a/b` are one path.
        let path: PathBuf = Path::new(path).components().filter(|part| *part != Component::CurDir).collect();
        collect(&real, &path, 0, &mut found)?;
    }
    found.sort_by(|a, b| a.role.cmp(&b.role));
    found.dedup_by(|a, b| a.role == b.role);
    Ok(found.into_iter().map(Source::Present).collect())
}

fn collect(real: &Path, path: &Path, level: usize, found: &mut Vec<SourceFile>) -> Result<(), StageError> {
    if real.is_file() {
        let role = path.to_str().ok_or_else(|| StageError::new(format!("`{}` is not UTF-8", path.display())))?;
        found.push(SourceFile { role: role.to_owned(), path: real.to_owned() });
    } else if real.is_dir() {
        for entry in fs::read_dir(real)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let hidden = name.as_encoded_bytes().starts_with(b".") || name == "__pycache__";
            // Links in a folder could lead anywhere, also back.
            if !hidden && !kind.is_symlink() && level < MOST_LEVELS {
                collect(&entry.path(), &path.join(name), level + 1, found)?;
            }
        }
    } else {
        return Err(StageError::new(format!("`{}` is neither a file nor a folder", path.display())));
    }
    if found.len() > MOST_FILES {
        let message = format!("`files` names more than {MOST_FILES} files");
        return Err(StageError::new(message).help("name the folders that are needed, not one above them"));
    }
    Ok(())
}

/// Copies the files to their paths below a folder. Copies, so that a script sees no neighbour that is not declared and
/// changes nothing of the user's.
pub(super) fn copy(sources: &[SourceFile], to: &Path) -> Result<(), StageError> {
    for SourceFile { role, path } in sources {
        let target = to.join(role);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(path, target)
            .map_err(|error| StageError::new(format!("cannot copy the file `{}`: {error}", path.display())))?;
    }
    Ok(())
}

/// Where an output is, which must have been written.
pub(super) fn written(dir: &Path, name: &str) -> Result<PathBuf, StageError> {
    let path = dir.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => Ok(path),
        Ok(metadata) => {
            let what = if metadata.is_dir() { "a folder" } else { "a link" };
            Err(StageError::new(format!("the output `{name}` is {what}, not a file"))
                .help("outputs are files; pack a folder into an archive"))
        }
        Err(_) => Err(StageError::new(format!("the output `{name}` was not written"))
            .help("write it into the folder that the variable RECFLOW_OUTPUT_DIR names")),
    }
}

/// Says in the log what was written and is not kept.
pub(super) fn report_unkept(dir: &Path, scores: Option<&str>) {
    let left = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = left.map(|entry| entry.file_name().to_string_lossy().into_owned());
    for name in names.filter(|name| scores != Some(name)) {
        tracing::warn!("`{name}` was written and is not kept: `outputs` does not name it");
    }
}
