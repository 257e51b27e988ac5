//! `recflow graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::colors::Colors;
use super::exit::Exit;
use super::pipeline;
use super::sink::Sink;
use crate::engine::{self, Choice, Registry};

/// The arguments of `recflow graph`.
#[derive(Debug, Clone, Args)]
pub struct GraphArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// How to write the graph: text, mermaid (for Markdown pages) or dot (for Graphviz)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: GraphFormat,
}

/// How to write a graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// One stage a line with what it reads
    #[default]
    Text,
    /// Mermaid, which Markdown pages can show
    Mermaid,
    /// DOT, the language of Graphviz
    Dot,
}

/// Shows the graph on standard output.
pub(super) fn execute(args: &GraphArgs, registry: &Registry, colors: Colors) -> Exit {
    match pipeline::read(&args.pipeline, &[], &Choice::default(), registry, colors) {
        Ok(plan) => {
            let text = plan.draw(match args.format {
                GraphFormat::Text => engine::GraphFormat::Text,
                GraphFormat::Mermaid => engine::GraphFormat::Mermaid,
                GraphFormat::Dot => engine::GraphFormat::Dot,
            });
            Sink::new(std::io::stdout()).write(&text);
            Exit::Success
        }
        Err(exit) => exit,
    }
}
