//! The whole command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::cache::CacheArgs;
use super::colors::ColorChoice;
use super::completions::CompletionsArgs;
use super::exec_stage::ExecStageArgs;
use super::explain::ExplainArgs;
use super::graph::GraphArgs;
use super::kinds::KindsArgs;
use super::metrics::MetricsArgs;
use super::plan::PlanArgs;
use super::recommend::RecommendArgs;
use super::run::RunArgs;
use super::runs::RunsArgs;
use super::schema::SchemaArgs;
use super::validate::ValidateArgs;

const EXAMPLES: &str = "\
Examples:
  recflow run pipelines/all_models.yaml                      compare models on the built-in sample
  recflow run pipelines/all_models.yaml --set dataset=ml-1m  the same on MovieLens-1M
  recflow plan pipelines/all_models.yaml                     what a run would do, and why
  recflow runs show                                          what the last run did, and what came of it
  recflow kinds                                              what stages there are

Exit codes:
  0  all done
  1  a stage failed
  2  the pipeline or the command line is wrong
  3  the cache or another file cannot be read or written
  130  interrupted";

/// Honest, reproducible comparisons of recommenders: one YAML file, one ratings file, one table.
#[derive(Debug, Parser)]
#[command(name = "recflow", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct CommandLine {
    /// Options that every subcommand takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every subcommand takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Where results are kept and found again
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "RECFLOW_CACHE_DIR",
        hide_env_values = true,
        default_value = "cache"
    )]
    pub cache_dir: PathBuf,

    /// Where data sets are looked for before `data`; may be repeated, or a list as in PATH. Downloads go into the first
    #[arg(long = "data-dir", global = true, value_name = "DIR", env = "RECFLOW_DATA", hide_env_values = true)]
    data_dir: Vec<PathBuf>,

    /// Show failures and the final table only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Log what happens inside; -vv logs more. The variable RUST_LOG says it in detail and wins
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// When to use colours: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t, hide_possible_values = true)]
    pub color: ColorChoice,
}

impl Global {
    /// The folders in which data sets are looked for, first to last: those that were named, then `data`.
    pub fn data_dirs(&self) -> Vec<PathBuf> {
        let named = self.data_dir.iter().flat_map(std::env::split_paths).filter(|dir| !dir.as_os_str().is_empty());
        let mut dirs: Vec<PathBuf> = Vec::new();
        for dir in named.chain([PathBuf::from("data")]) {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        dirs
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a pipeline: what is not in the cache, in parallel
    Run(RunArgs),
    /// Show what a run would do, stage by stage, and why
    Plan(PlanArgs),
    /// Show what a stage's result depends on, what of it has changed, and what running it costs
    Explain(ExplainArgs),
    /// Check pipeline files and run nothing
    Validate(ValidateArgs),
    /// Show a pipeline's stages and what each reads
    Graph(GraphArgs),
    /// Show the kinds of stages and their parameters
    Kinds(KindsArgs),
    /// Show the definitions of the metrics, as recflow or another program has them
    Metrics(MetricsArgs),
    /// Print the JSON Schema of pipeline files, for editors
    Schema(SchemaArgs),
    /// Show past runs: what ran and why, times, learning curves, metrics
    Runs(RunsArgs),
    /// Show what a trained model recommends, to a user or to somebody who has some items
    Recommend(RecommendArgs),
    /// Look into the cache, check it, make room in it
    Cache(CacheArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Run one stage; recflow calls this itself
    #[command(hide = true)]
    ExecStage(ExecStageArgs),
}

/// For whom to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::{CommandFactory, FromArgMatches};

    use super::{Command, CommandLine};

    fn parse(arguments: &[&str]) -> Result<CommandLine, clap::Error> {
        // A fixed width, whatever terminal the tests run in.
        let command = CommandLine::command().term_width(100);
        let matches = command.try_get_matches_from([&["recflow"], arguments].concat())?;
        CommandLine::from_arg_matches(&matches)
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_run_with_everything() {
        let line = parse(&[
            "run",
            "p.yaml",
            "report",
            "--set",
            "seed=7",
            "--set",
            "dataset=ml-1m",
            "--jobs",
            "2",
            "--threads",
            "4",
            "--memory",
            "8GiB",
            "--keep-going",
            "--data-dir",
            "a:b",
            "--data-dir",
            "a",
            "-vv",
        ])
        .unwrap();
        assert_eq!(line.global.data_dirs(), ["a", "b", "data"].map(PathBuf::from));
        assert_eq!(line.global.verbose, 2);
        let Command::Run(run) = line.command else { panic!("not a run") };
        let choice = run.choice;
        assert_eq!((choice.pipeline, choice.stages), (PathBuf::from("p.yaml"), vec!["report".to_owned()]));
        assert_eq!(
            choice.values.settings.iter().map(|setting| setting.argument.as_str()).collect::<Vec<_>>(),
            ["seed=7", "dataset=ml-1m"]
        );
        assert_eq!((run.jobs.map(Into::into), run.capacity.threads.map(Into::into)), (Some(2), Some(4)));
        assert_eq!(run.capacity.memory.map(|memory| memory.bytes), Some(8 << 30));
        assert!(run.keep_going && !run.dry_run);
    }

    #[test]
    fn wrong_command_lines_say_what_is_right() {
        let wrong: [&[&str]; 6] = [
            &["run"],
            &["run", "p.yaml", "--jobs", "0"],
            &["run", "p.yaml", "--memory", "lots"],
            &["run", "p.yaml", "-q", "-v"],
            &["rnu", "p.yaml"],
            &["graph", "p.yaml", "--format", "png"],
        ];
        let messages: Vec<String> = wrong
            .iter()
            .map(|arguments| format!("$ recflow {}\n{}", arguments.join(" "), parse(arguments).unwrap_err()))
            .collect();
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn help() {
        let mut texts = Vec::new();
        for arguments in
            [&["--help"][..], &["run", "--help"], &["cache", "--help"], &["cache", "gc", "--help"], &["kinds", "-h"]]
        {
            texts.push(format!("$ recflow {}\n{}", arguments.join(" "), parse(arguments).unwrap_err()));
        }
        insta::assert_snapshot!(texts.join("\n"));
    }
}
