//! `recflow explain`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;

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
use crate::engine::{Explanation, Registry, Status, Store, explain};
use crate::report::units::{counted, duration};

/// The arguments of `recflow explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// The stages; names or patterns such as 'train-*'
    #[arg(value_name = "STAGE", required = true)]
    pub stages: Vec<String>,

    /// Values of the pipeline's parameters.
    #[command(flatten)]
    pub values: ValueArgs,

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
    let stages = match plan.select(&args.stages) {
        Ok(stages) => stages,
        Err(diagnostics) => return pipeline::refuse(&diagnostics, colors),
    };
    let store = match Store::open(&global.cache_dir) {
        Ok(store) => store,
        Err(error) => return failure::tell(&error, colors),
    };
    let workspace = pipeline::workspace(global);
    let told = stages.iter().filter_map(|&stage| explain(&plan, registry, &store, &workspace, &plan[stage].name));
    let colors = global.color.colors(io::stdout().is_terminal());
    let text = match args.format {
        OutputFormat::Json => told
            .filter_map(|told| serde_json::to_string(&told).ok())
            .fold(String::new(), |text, line| text + &line + "\n"),
        OutputFormat::Human => told.map(|told| page(&told, table_width(), colors)).collect::<Vec<_>>().join("\n"),
    };
    Sink::new(io::stdout()).write(&text);
    Exit::Success
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
        let finished = std::time::UNIX_EPOCH + std::time::Duration::from_secs(facts.finished_at);
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
        let differs = part.now != part.last;
        let paint = if differs { Paint::Note } else { Paint::Plain };
        let cell = |value: &Option<String>| {
            value.as_ref().map_or_else(Cell::nothing, |value| Cell::painted(value.clone(), paint))
        };
        let last = if differs { cell(&part.last) } else { Cell::painted("the same", Paint::Faint) };
        table.row([Cell::painted(part.name.clone(), paint), cell(&part.now), last]);
    }
    text += "\n";
    text += &table.render(width, colors);
    let behind = match told.behind.len() as u64 {
        0 => "no stage is behind it".to_owned(),
        many => format!("{} may run again behind it: {}", counted(many, "stage", "stages"), told.behind.join(", ")),
    };
    let cost = if told.cost.is_zero() {
        "what that takes is not known".to_owned()
    } else {
        format!("together at most about {}, by past runs", duration(told.cost))
    };
    text + "\n" + &wrap(&format!("{behind}; {cost}"), 0, width).join("\n") + "\n"
}
