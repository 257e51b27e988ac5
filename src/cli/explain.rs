//! `recflow explain`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::capacity::CapacityArgs;
use super::choice::ChoiceArgs;
use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::progress::kept;
use super::sink::Sink;
use super::table::{Cell, Paint, Side, Table};
use super::values::ValueArgs;
use super::wrap::{table_width, wrap};
use super::{failure, pipeline};
use crate::engine::{Explanation, Part, Registry, StageIndex, Status, Store, explain};
use crate::report::units::{about, counted, duration};

/// The arguments of `recflow explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// The stages, names or patterns such as 'train-*'; without any, all that would or may run
    #[arg(value_name = "STAGE")]
    pub stages: Vec<String>,

    /// Values of the pipeline's parameters.
    #[command(flatten)]
    pub values: ValueArgs,

    /// What a run may take
    #[command(flatten)]
    pub capacity: CapacityArgs,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Takes the keys of stages apart, on standard output.
pub(super) fn execute(global: &Global, args: &ExplainArgs, registry: &Registry, colors: Colors) -> Exit {
    let choice = ChoiceArgs { pipeline: args.pipeline.clone(), values: args.values.clone(), ..ChoiceArgs::default() };
    let plan = match choice.read(registry, colors) {
        Ok((plan, _)) => plan,
        Err(exit) => return exit,
    };
    let store = match Store::open(&global.cache_dir) {
        Ok(store) => store,
        Err(error) => return failure::tell(&error, colors),
    };
    let stages: Vec<StageIndex> = if args.stages.is_empty() {
        plan.stages().map(|(stage, _)| stage).collect()
    } else {
        match plan.select(&args.stages) {
            Ok(stages) => stages.into_iter().collect(),
            Err(diagnostics) => return pipeline::refuse(&diagnostics, colors),
        }
    };
    let mut told = explain(&plan, registry, &store, &pipeline::workspace(global), &stages, args.capacity.capacity());
    if args.stages.is_empty() {
        told.retain(|told| !matches!(told.status.status, Status::Cached));
    }
    let colors = global.color.colors(io::stdout().is_terminal());
    let text = match args.format {
        OutputFormat::Json => told
            .iter()
            .filter_map(|told| serde_json::to_string(told).ok())
            .fold(String::new(), |text, line| text + &line + "\n"),
        OutputFormat::Human => pages(&told, table_width(), colors),
    };
    Sink::new(io::stdout()).write(&text);
    Exit::Success
}

/// Every stage by itself, and what all together come to.
fn pages(told: &[Explanation], width: usize, colors: Colors) -> String {
    if told.is_empty() {
        return "all stages are cached: nothing would run\n".to_owned();
    }
    let mut pages: Vec<String> = told.iter().map(|told| page(told, width, colors)).collect();
    let runs = told.iter().filter(|told| matches!(told.status.status, Status::Run { .. }));
    let may = told.iter().filter(|told| matches!(told.status.status, Status::Maybe { .. }));
    let (n_runs, n_may) = (runs.clone().count() as u64, may.clone().count() as u64);
    if n_runs + n_may > 1 {
        let walls: Duration = runs.chain(may).filter_map(|told| told.status.last_wall).sum();
        let told =
            format!("of these, {} would run and {n_may} may; {}", counted(n_runs, "stage", "stages"), cost(walls));
        pages.push(wrap(&told, 0, width).join("\n") + "\n");
    }
    pages.join("\n")
}

/// What running takes, by what it took.
fn cost(walls: Duration) -> String {
    if walls.is_zero() {
        "what that takes is not known".to_owned()
    } else {
        format!("together {} at most, by past runs", about(walls))
    }
}

fn page(told: &Explanation, width: usize, colors: Colors) -> String {
    let stage = colors.strong(&told.status.stage);
    let verdict = match &told.status.status {
        Status::Cached => format!("{stage} is {}: its result is there", colors.good("cached")),
        Status::Frozen { differs } => {
            format!("{stage} is {}: {}", colors.note("frozen"), kept(differs.as_deref()))
        }
        Status::Run { reasons } => format!("{stage} would {}: {}", colors.note("run"), reasons.join("; ")),
        Status::Maybe { waits_on } => {
            format!("{stage} {} run: that depends on {}", colors.note("may"), waits_on.join(", "))
        }
        Status::Fail { message, .. } => format!("{stage} would {}: {message}", colors.bad("fail")),
    };
    let mut text = wrap(&verdict, 0, width).join("\n") + "\n";
    if let (Some(key), Some(facts)) = (told.last_key, &told.last_facts) {
        let finished = std::time::UNIX_EPOCH + Duration::from_secs(facts.finished_at);
        let same = if told.key == told.last_key { "the same".to_owned() } else { key.0.short() };
        let last = format!(
            "last time: key {same}, computed {} in {} by recflow {}",
            humantime::format_rfc3339_seconds(finished),
            duration(facts.wall),
            facts.version
        );
        text += &(wrap(&last, 0, width).join("\n") + "\n");
    }
    let key = told.key.map_or_else(|| "not known yet".to_owned(), |key| key.0.short());
    let mut table =
        Table::new([(format!("key {key}"), Side::Left), ("now".into(), Side::Left), ("last time".into(), Side::Left)])
            .wrap_last();
    for part in &told.parts {
        let Part { name, now, last } = part;
        // Of a stage that waits, inputs are not gone, but yet to come.
        let is_to_come = told.key.is_none() && now.is_none() && name.starts_with("input ");
        let is_same = now == last;
        let paint = if is_same || is_to_come { Paint::Plain } else { Paint::Note };
        let cell = |value: &Option<String>| match value {
            Some(value) if is_same => Cell::painted(shortened(value), paint),
            Some(value) => Cell::painted(value.clone(), paint),
            None => Cell::nothing(),
        };
        let now = if is_to_come { Cell::painted("not known yet", Paint::Faint) } else { cell(now) };
        let last = if is_same { Cell::painted("the same", Paint::Faint) } else { cell(last) };
        table.row([Cell::painted(name.clone(), paint), now, last]);
    }
    text += "\n";
    text += &table.render(width, colors);
    let behind = match told.behind.len() as u64 {
        0 => "no stage is behind it".to_owned(),
        many => format!("{} may run again behind it: {}", counted(many, "stage", "stages"), told.behind.join(", ")),
    };
    text + "\n" + &wrap(&format!("{behind}; {}", cost(told.cost)), 0, width).join("\n") + "\n"
}

/// A value that is the same as before, of which the beginning is enough.
fn shortened(value: &str) -> String {
    const MOST: usize = 40;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{Digest, Facts, StageKey, StageStatus};

    #[test]
    fn a_result_of_another_version_stays_and_says_so() {
        let key = StageKey(Digest::of(b"a stage"));
        let told = Explanation {
            status: StageStatus { stage: "split".to_owned(), status: Status::Cached, last_wall: None },
            key: Some(key),
            last_key: Some(key),
            last_facts: Some(Facts { version: "0.0.9".to_owned(), wall: Duration::from_secs(2), ..Facts::default() }),
            parts: Vec::new(),
            behind: vec!["report".to_owned()],
            cost: Duration::from_secs(250),
        };
        insta::assert_snapshot!(page(&told, 100, Colors::Off));
    }
}
