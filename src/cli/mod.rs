//! The `recflow` program: its command line, and what it shows. One file a subcommand.

mod cache;
mod colors;
mod command_line;
pub mod completions;
mod dispatch;
mod exec_stage;
mod exit;
mod failure;
mod graph;
pub mod kinds;
pub mod logging;
mod pipeline;
mod plan;
pub mod progress;
mod run;
mod runs;
mod schema;
mod sink;
mod table;
mod validate;
mod wrap;

pub use cache::{CacheArgs, CacheCommand, CollectArgs, ListArgs, VerifyArgs};
pub use colors::{ColorChoice, Colors};
pub use command_line::{Command, CommandLine, Global, OutputFormat};
pub use completions::CompletionsArgs;
pub use dispatch::main;
pub use exec_stage::ExecStageArgs;
pub use exit::Exit;
pub use graph::{GraphArgs, GraphFormat};
pub use kinds::KindsArgs;
pub use plan::PlanArgs;
pub use run::RunArgs;
pub use runs::{CompareRunsArgs, ListRunsArgs, RunsArgs, RunsCommand, ShowRunArgs};
pub use schema::SchemaArgs;
pub use validate::ValidateArgs;
