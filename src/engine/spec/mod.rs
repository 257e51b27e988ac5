//! The pipeline file: from text to a checked description whose every part knows its place.
//!
//! Text becomes a tree of [`Node`]s with byte spans; the tree becomes a [`PipelineSpec`]; `${name}` in values becomes
//! the parameter's value. Each step goes on after a problem, so that one reading finds all of them.

mod diagnostic;
mod expectations;
mod fields;
mod findings;
mod interpolation;
mod matrix;
mod memory;
mod node;
mod overrides;
mod parse;
mod pipeline;
mod render;
mod resources;
mod scalar;
mod schema;
mod source;
mod stage_schema;
mod suggestion;

pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use memory::{MemorySize, MemorySizeError};
pub use overrides::Override;
pub use resources::Resources;
pub use schema::pipeline_schema;
pub use source::{SourceId, SourceText, Span};

pub(super) use expectations::read_expectations;
pub(super) use findings::Findings;
pub(super) use interpolation::{Coordinates, Params, mentioned_axes};
pub(super) use matrix::{ExcludeSpec, MatrixSpec};
pub(super) use node::{Entry, Node, NodeKind};
pub(super) use parse::parse;
pub(super) use pipeline::{PipelineSpec, StageSpec};
pub(super) use scalar::plain_scalar_is_text;
pub(super) use suggestion::closest;
