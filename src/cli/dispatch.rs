//! From arguments to an exit code.

use std::io::{self, IsTerminal};

use clap::Parser;
use indicatif::MultiProgress;

use super::command_line::{Command, CommandLine};
use super::exit::Exit;
use super::{
    cache, completions, exec_stage, explain, graph, kinds, logging, metrics, plan, recommend, run, runs, schema,
    validate,
};
use crate::stages;

/// The whole program. A wrong command line is told by the parser, which then ends the process with code 2.
pub fn main() -> Exit {
    let CommandLine { global, command } = CommandLine::parse();
    let colors = global.color.colors(io::stderr().is_terminal());
    let bars = MultiProgress::new();
    logging::start(global.verbose, global.quiet, colors, &bars);
    let registry = stages::registry();
    match command {
        Command::Run(args) => run::execute(&global, &args, registry, colors, &bars),
        Command::Plan(args) => plan::execute(&global, &args, &registry, colors),
        Command::Explain(args) => explain::execute(&global, &args, &registry, colors),
        Command::Validate(args) => validate::execute(&args, &registry, colors),
        Command::Graph(args) => graph::execute(&args, &registry, colors),
        Command::Kinds(args) => kinds::execute(&args, &registry),
        Command::Metrics(args) => metrics::execute(&args),
        Command::Schema(_) => schema::execute(&registry),
        Command::Runs(args) => runs::execute(&global, &args),
        Command::Recommend(args) => recommend::execute(&global, &args, &registry, colors),
        Command::Cache(args) => cache::execute(&global, &args, &registry, colors),
        Command::Completions(args) => completions::execute(&args),
        Command::ExecStage(args) => exec_stage::execute(&args, &registry),
    }
}
