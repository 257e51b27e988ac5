//! `recflow schema`.

use clap::Args;

const EXAMPLES: &str = "\
Example:
  recflow schema > pipeline.schema.json

  and as the first line of a pipeline file:
  # yaml-language-server: $schema=../pipeline.schema.json";

/// The arguments of `recflow schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemaArgs {}
