//! `recflow schema`.

use std::io;

use clap::Args;

use super::exit::Exit;
use super::sink::Sink;
use crate::engine::{Registry, pipeline_schema};

const EXAMPLES: &str = "\
Example:
  recflow schema > pipeline.schema.json

  and as the first line of a pipeline file:
  # yaml-language-server: $schema=../pipeline.schema.json";

/// The arguments of `recflow schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemaArgs {}

/// Prints the schema.
pub(super) fn execute(registry: &Registry) -> Exit {
    let schema = pipeline_schema(registry);
    Sink::new(io::stdout()).line(&format!("{schema:#}"));
    Exit::Success
}
