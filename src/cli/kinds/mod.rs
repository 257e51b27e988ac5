//! `recflow kinds`: what stages there are and what each takes, generated from the registry.

mod listing;
mod page;
mod parameter;

use std::io;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{InputPort, OutputPort, Registry, StageKind};

use super::command_line::OutputFormat;
use super::exit::Exit;
use super::sink::Sink;
use super::wrap::terminal_width;

const EXAMPLES: &str = "\
Examples:
  recflow kinds
  recflow kinds train-ease
  recflow kinds --format json";

/// The arguments of `recflow kinds`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct KindsArgs {
    /// Show this kind in full, with its parameters
    pub kind: Option<String>,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Prints the kinds to standard output; a name that is none is told to standard error.
pub(super) fn execute(args: &KindsArgs, registry: &Registry) -> Exit {
    let width = terminal_width();
    let text = match (&args.kind, args.format) {
        (None, OutputFormat::Human) => listing::render(registry, width),
        (None, OutputFormat::Json) => json(&registry.kinds().map(Facts::of).collect::<Vec<_>>()),
        (Some(name), format) => match (registry.find(name), format) {
            (Some(kind), OutputFormat::Human) => page::render(kind, width),
            (Some(kind), OutputFormat::Json) => json(&Facts::of(kind)),
            (None, _) => {
                Sink::new(io::stderr()).write(&unknown(name, registry));
                return Exit::Usage;
            }
        },
    };
    Sink::new(io::stdout()).write(&text);
    Exit::Success
}

fn unknown(name: &str, registry: &Registry) -> String {
    let help = match registry.closest(name) {
        Some(closest) => format!("did you mean `{closest}`?"),
        None => "`recflow kinds` lists all kinds".to_owned(),
    };
    format!("error: there is no kind `{name}`\n  help: {help}\n")
}

/// A kind as JSON shows it.
#[derive(Serialize)]
struct Facts<'a> {
    name: &'a str,
    revision: u32,
    about: &'a str,
    paper: Option<&'a str>,
    inputs: &'a [InputPort],
    outputs: &'a [OutputPort],
    parameters: &'a Value,
}

impl<'a> Facts<'a> {
    fn of(kind: &'a StageKind) -> Self {
        Self {
            name: &kind.name,
            revision: kind.revision,
            about: &kind.about,
            paper: kind.paper.as_deref(),
            inputs: &kind.inputs,
            outputs: &kind.outputs,
            parameters: kind.parameters.as_json(),
        }
    }
}

fn json(facts: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(facts).expect("names and schemas are JSON already");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use crate::engine::{Arity, PortType, Registry, Stage, StageCtx, StageError, StageKind};

    /// Parameters of every shape that kinds use.
    #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Everything {
        /// The file to read, relative to the pipeline's workspace; whatever is not known by name is taken for a path.
        dataset: String,
        /// Strength of the penalty.
        #[schemars(range(min = 0.0))]
        #[serde(default = "lambda")]
        lambda: f64,
        /// Widths of the hidden layers.
        #[serde(default)]
        #[schemars(inner(range(min = 1, max = 4096)))]
        hidden: Vec<u32>,
        /// Gives up after so many epochs without progress.
        #[serde(default)]
        patience: Option<u32>,
        #[serde(default)]
        strategy: Strategy,
        /// What to do with lines that cannot be read.
        #[serde(default)]
        on_bad_line: OnBadLine,
        /// Names of columns.
        #[serde(default)]
        columns: BTreeMap<String, u32>,
        /// Whether to keep the negative entries.
        #[serde(default)]
        signed: bool,
        /// Where fold-in items come from.
        #[serde(default)]
        fold_in: FoldIn,
    }

    fn lambda() -> f64 {
        500.0
    }

    /// How interactions are parted.
    #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Strategy {
        /// Each user's interactions by chance.
        #[default]
        PerUserRandom,
        /// Each user's latest interactions into the test part, the ones before into validation, the rest into training.
        PerUserTemporal,
    }

    #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum OnBadLine {
        #[default]
        Fail,
        Skip,
    }

    #[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum FoldIn {
        #[default]
        Random,
        Share(f64),
    }

    impl Stage for Everything {
        fn run(&self, _: &StageCtx<'_>) -> Result<(), StageError> {
            Ok(())
        }
    }

    pub(super) fn registry() -> Registry {
        let (dataset, split, model) = (PortType("dataset"), PortType("split"), PortType("model"));
        Registry::new([
            StageKind::of::<Everything>("ingest", 1, "Reads a data set.").writes("dataset", dataset),
            StageKind::of::<Everything>("split", 2, "Cuts a data set into training, validation and test parts.")
                .reads("dataset", dataset, Arity::One)
                .writes("split", split),
            StageKind::of::<Everything>(
                "train-ease",
                3,
                "A linear model of items by items with a zero diagonal, fitted in closed form: shallow, fast and hard to beat.",
            )
            .paper("Somebody: A paper with a title that is long enough for two lines on a narrow terminal. Venue 2019")
            .reads("split", split, Arity::One)
            .reads("prior", model, Arity::Optional)
            .writes("model", model),
            StageKind::of::<Everything>("train-mf", 1, "Factors.").reads("split", split, Arity::One).writes("model", model),
            StageKind::of::<Everything>("report", 1, "Lays the table out.").reads("scores", PortType("scores"), Arity::Many),
        ])
    }

    #[test]
    fn listing() {
        insta::assert_snapshot!(super::listing::render(&registry(), 72));
    }

    #[test]
    fn one_kind() {
        insta::assert_snapshot!(super::page::render(registry().find("train-ease").unwrap(), 80));
    }

    #[test]
    fn json_holds_the_schema() {
        let registry = registry();
        let text = super::json(&super::Facts::of(registry.find("split").unwrap()));
        let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(facts["inputs"][0]["port_type"], "dataset");
        assert_eq!(facts["parameters"]["properties"]["lambda"]["default"], 500.0);
    }

    #[test]
    fn an_unknown_kind_gets_a_suggestion() {
        insta::assert_snapshot!(super::unknown("train-eas", &registry()), @"
        error: there is no kind `train-eas`
          help: did you mean `train-ease`?
        ");
        assert!(super::unknown("zzz", &registry()).contains("`recflow kinds` lists all kinds"));
    }
}
