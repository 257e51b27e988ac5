//! `recflow metrics`: what the metrics are, and whose definitions there are.

use std::io;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::command_line::OutputFormat;
use super::exit::Exit;
use super::sink::Sink;
use super::wrap::{terminal_width, wrap};
use crate::rec::metric::{Dialect, Direction, Metric, Users, dialect, dialects, metrics};

const EXAMPLES: &str = "\
Examples:
  recflow metrics
  recflow metrics recbole
  recflow metrics --format json";

/// The arguments of `recflow metrics`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct MetricsArgs {
    /// Whose definitions to show
    #[arg(default_value = dialects()[0].name, value_parser = PossibleValuesParser::new(dialects().iter().map(|one| one.name)))]
    pub dialect: String,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Prints the definitions to standard output.
pub(super) fn execute(args: &MetricsArgs) -> Exit {
    let Some(dialect) = dialect(&args.dialect) else { return Exit::Usage };
    let text = match args.format {
        OutputFormat::Human => page(dialect, terminal_width()),
        OutputFormat::Json => format!("{:#}\n", facts(dialect)),
    };
    Sink::new(io::stdout()).write(&text);
    Exit::Success
}

/// A metric's name as users write it: `ndcg@k`.
fn written(metric: &Metric) -> String {
    format!("{}{}", metric.name, if metric.has_cutoff() { "@k" } else { "" })
}

/// The definitions of one dialect, and the names of the others, in lines of at most `width` columns.
fn page(dialect: &Dialect, width: usize) -> String {
    let mut lines = vec![format!("Metrics of the dialect `{}`", dialect.name), String::new()];
    lines.extend(wrap(&format!("{} Source: {}.", dialect.about, dialect.source), 0, width));
    lines.push(String::new());
    lines.extend(wrap(&rules(dialect), 0, width));
    for (metric, form) in dialect.defined() {
        let better = match metric.direction {
            Direction::Higher => ", higher is better",
            Direction::Lower => ", lower is better",
            Direction::Neither => "",
        };
        lines.extend([String::new(), format!("{} ({}{better})", written(metric), metric.title)]);
        lines.extend(wrap(&format!("{}.", form.definition), 4, width));
    }
    let undefined: Vec<String> =
        metrics().iter().filter(|metric| dialect.form(metric).is_none()).map(written).collect();
    if !undefined.is_empty() {
        lines.push(String::new());
        lines.extend(wrap(&format!("Not defined: {}.", undefined.join(", ")), 0, width));
    }
    let others: Vec<&str> = dialects().iter().map(|other| other.name).filter(|name| *name != dialect.name).collect();
    lines.push(String::new());
    lines.extend(wrap(&format!("Other dialects: {}. `recflow metrics NAME` shows them.", others.join(", ")), 0, width));
    lines.push(String::new());
    lines.join("\n")
}

/// What holds for all metrics of a dialect.
fn rules(dialect: &Dialect) -> String {
    let users = match dialect.means {
        Users::WithTarget => "Means are over users with a target.",
        Users::WithHeldOut => "Means are over all users; those without a target count with 0.",
    };
    format!(
        "Rankings are over all items without those the user has; of equal scores {} stands first. {users} A list that is \
         shorter than k is filled up with misses.",
        dialect.ties_in_words()
    )
}

fn facts(dialect: &Dialect) -> Value {
    let metric = |(metric, form): (&Metric, crate::rec::metric::Form)| json!({ "name": written(metric), "title": metric.title, "definition": form.definition });
    json!({
        "dialect": dialect.name,
        "about": dialect.about,
        "source": dialect.source,
        "rules": rules(dialect),
        "metrics": dialect.defined().map(metric).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::{facts, page};
    use crate::rec::metric::{dialect, dialects};

    #[test]
    fn a_dialect_in_full() {
        insta::assert_snapshot!(page(dialect("trec-eval").unwrap(), 80));
    }

    #[test]
    fn every_dialect_is_told() {
        for dialect in dialects() {
            assert!(page(dialect, 60).lines().all(|line| line.chars().count() <= 60), "{}", dialect.name);
            assert_eq!(facts(dialect)["metrics"].as_array().unwrap().len(), dialect.defined().count());
        }
    }
}
