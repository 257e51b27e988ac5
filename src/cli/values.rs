//! Values of a pipeline's parameters: the arguments of all that reads a pipeline with others than the file's.

use std::path::{Path, PathBuf};

use clap::Args;
use indexmap::IndexMap;
use serde_json::Value;

use super::exit::Exit;
use super::pipeline;
use crate::engine::Override;

/// Values of a pipeline's parameters.
#[derive(Debug, Clone, Default, Args)]
pub struct ValueArgs {
    /// Give a parameter of the pipeline another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<Override>,

    /// Read values of the pipeline's parameters from a YAML or JSON file; --set goes before it
    #[arg(long, value_name = "FILE")]
    pub params_file: Option<PathBuf>,
}

impl ValueArgs {
    /// All values, those of the command line last. What is wrong with the file is told on standard error.
    pub(super) fn read(&self) -> Result<Vec<Override>, Exit> {
        let mut values = self.params_file.as_deref().map_or(Ok(Vec::new()), read_params)?;
        values.extend(self.settings.iter().cloned());
        Ok(values)
    }

    /// The arguments that give the same values again.
    pub(super) fn words(&self) -> Vec<String> {
        let file = self.params_file.iter().flat_map(|file| ["--params-file".to_owned(), file.display().to_string()]);
        let settings = self.settings.iter().flat_map(|setting| ["--set".to_owned(), setting.argument.clone()]);
        file.chain(settings).collect()
    }
}

/// The parameters in a file: a mapping of names to values.
fn read_params(path: &Path) -> Result<Vec<Override>, Exit> {
    let name = path.display().to_string();
    let refuse = |what: String| pipeline::refuse_file(&format!("cannot read the parameters in `{name}`: {what}"));
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let values: IndexMap<String, Value> = serde_yaml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    Ok(values.iter().map(|(parameter, value)| Override::in_file(&name, parameter, value)).collect())
}
