//! Reading the pipeline file that a command line names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::colors::Colors;
use super::exit::Exit;
use super::sink::Sink;
use crate::engine::{Choice, Diagnostics, Override, Plan, Registry, SourceText, Workspace};

/// The checked plan of what is chosen of a pipeline file. What is wrong is told on standard error.
pub(super) fn read(
    path: &Path,
    settings: &[Override],
    choice: &Choice,
    registry: &Registry,
    colors: Colors,
) -> Result<Plan, Exit> {
    let mut stderr = Sink::new(io::stderr());
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| {
        stderr.line(&format!("error: cannot read the pipeline file `{name}`: {error}"));
        if error.kind() == io::ErrorKind::NotFound {
            stderr.line("  help: give the path of a YAML file, for example `pipelines/all_models.yaml`");
        }
        Exit::Usage
    })?;
    let plan = SourceText::from_bytes(name, &bytes)
        .and_then(|source| Plan::read(&source, settings, registry))
        .and_then(|plan| if *choice == Choice::default() { Ok(plan) } else { plan.choose(choice) });
    match plan {
        Ok(plan) => {
            tell(&mut stderr, plan.warnings(), colors);
            Ok(plan)
        }
        Err(diagnostics) => {
            tell(&mut stderr, &diagnostics, colors);
            Err(Exit::Usage)
        }
    }
}

/// Tells what is wrong with the command line.
pub(super) fn refuse(diagnostics: &Diagnostics, colors: Colors) -> Exit {
    tell(&mut Sink::new(io::stderr()), diagnostics, colors);
    Exit::Usage
}

/// Tells that a file that the command line names cannot be used.
pub(super) fn refuse_file(message: &str) -> Exit {
    Sink::new(io::stderr()).line(&format!("error: {message}"));
    Exit::Usage
}

fn tell(stderr: &mut Sink<io::Stderr>, diagnostics: &Diagnostics, colors: Colors) {
    if !diagnostics.is_empty() {
        // An empty line keeps them apart from what follows: other files' problems, or the run.
        stderr.line(&format!("{}\n", diagnostics.render(colors == Colors::On)));
    }
}

/// The places a run happens in: paths in pipelines are relative to the current folder, and shown as they are written.
pub(super) fn workspace(global: &super::command_line::Global) -> Workspace {
    Workspace { root: PathBuf::new(), data_dirs: global.data_dirs() }
}
