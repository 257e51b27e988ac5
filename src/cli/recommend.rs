//! `recflow recommend`.

use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::capacity::positive;
use super::choice::ChoiceArgs;
use super::colors::Colors;
use super::command_line::{Global, OutputFormat};
use super::exit::Exit;
use super::run::quoted;
use super::sink::Sink;
use super::table::{Cell, Paint, Side, Table};
use super::values::ValueArgs;
use super::wrap::{table_width, wrap};
use super::{failure, pipeline};
use crate::engine::{NotDone, Plan, Registry, StageIndex, Status, Store, stored_stage};
use crate::report::units::counted;
use crate::stages::recommend::{Person, RecommendError, Recommendations, recommend, training_stages, trains_a_model};

const EXAMPLES: &str = "\
Examples:
  recflow recommend pipelines/all_models.yaml train-ease --user 42
  recflow recommend pipelines/all_models.yaml train-ease --items 260,1196 --items 'Heat (1995)' --top 20
  recflow recommend pipelines/all_models.yaml train-biased-mf --items 260=5,1196=2
  recflow recommend sweep.yaml train-ease/lambda=200 --user 42 --format json";

/// The arguments of `recflow recommend`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("person").required(true).args(["user", "items"])))]
pub struct RecommendArgs {
    /// The pipeline file
    pub pipeline: PathBuf,

    /// The stage that trained the model
    pub stage: String,

    /// To this user of the data, by the data's own id
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,

    /// To somebody who has these items, by ids or whole titles, with ratings or without; may be repeated
    #[arg(long, value_name = "ITEM[=RATING],…")]
    pub items: Vec<String>,

    /// How many items
    #[arg(long, value_name = "N", default_value = "10", value_parser = positive)]
    pub top: NonZeroUsize,

    /// Values of the pipeline's parameters.
    #[command(flatten)]
    pub values: ValueArgs,

    /// For people (human) or for programs (json)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OutputFormat,
}

/// Shows what a trained model recommends, on standard output. Runs nothing.
pub(super) fn execute(global: &Global, args: &RecommendArgs, registry: &Registry, colors: Colors) -> Exit {
    let choice = ChoiceArgs { pipeline: args.pipeline.clone(), values: args.values.clone(), ..ChoiceArgs::default() };
    let plan = match choice.read(registry, colors) {
        Ok((plan, _)) => plan,
        Err(exit) => return exit,
    };
    let stage = match model_stage(&plan, &args.stage, colors) {
        Ok(stage) => stage,
        Err(exit) => return exit,
    };
    let store = match Store::open(&global.cache_dir) {
        Ok(store) => store,
        Err(error) => return failure::tell(&error, colors),
    };
    let name = &plan[stage].name;
    let stored = match stored_stage(&plan, registry, &store, &pipeline::workspace(global), stage) {
        Ok(stored) => stored,
        Err(why) => {
            let words = ChoiceArgs { stages: vec![name.clone()], ..choice }.words();
            let command = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
            tell(&not_done(name, &why), Some(&format!("run it: recflow run {command}")), colors);
            return Exit::Io;
        }
    };
    let person = args.user.clone().map_or_else(|| Person::WithItems(args.items.clone()), Person::User);
    let told = match recommend(name, &stored, &store, &person, args.top.get()) {
        Ok(told) => told,
        Err(error) => {
            tell(&error.to_string(), error.help().as_deref(), colors);
            return exit_of(&error);
        }
    };
    let colors = global.color.colors(io::stdout().is_terminal());
    let text = match args.format {
        OutputFormat::Json => serde_json::to_string(&told).unwrap_or_default() + "\n",
        OutputFormat::Human => page(&told, table_width(), colors),
    };
    Sink::new(io::stdout()).write(&text);
    Exit::Success
}

/// The one stage of that name that trains a model.
fn model_stage(plan: &Plan, name: &str, colors: Colors) -> Result<StageIndex, Exit> {
    let found = plan.select(&[name]).map_err(|diagnostics| pipeline::refuse(&diagnostics, colors))?;
    let models: Vec<StageIndex> = found.iter().copied().filter(|&stage| trains_a_model(&plan[stage])).collect();
    let list = |stages: &[StageIndex]| {
        let names: Vec<String> = stages.iter().take(20).map(|&stage| format!("`{}`", plan[stage].name)).collect();
        names.join(", ")
    };
    match models[..] {
        [only] => return Ok(only),
        [] => {
            let all = training_stages(plan);
            let help = match all.len() {
                0 => "no stage of this pipeline does".to_owned(),
                _ => format!("these do: {}", list(&all)),
            };
            tell(&format!("the stage `{name}` trains no model"), Some(&help), colors);
        }
        _ => tell(
            &format!("`{name}` names {} stages that train a model", models.len()),
            Some(&format!("choose one: {}", list(&models))),
            colors,
        ),
    }
    Err(Exit::Usage)
}

fn not_done(stage: &str, why: &NotDone) -> String {
    let because = match &why.status {
        Status::Run { reasons } if !reasons.is_empty() => format!(" ({})", reasons.join("; ")),
        Status::Maybe { waits_on } => format!(", nor are those of stages that it waits on: {}", waits_on.join(", ")),
        Status::Fail { message, .. } => format!(", and cannot be computed: {message}"),
        Status::Frozen { .. } => " as it would be now: it is frozen, and something before it has changed".to_owned(),
        Status::Run { .. } | Status::Cached => String::new(),
    };
    format!("the result of `{stage}` is not in the cache{because}")
}

fn exit_of(error: &RecommendError) -> Exit {
    if error.is_usage() { Exit::Usage } else { Exit::Io }
}

fn tell(message: &str, help: Option<&str>, colors: Colors) {
    let mut stderr = Sink::new(io::stderr());
    stderr.line(&format!("{}: {message}", colors.bad("error")));
    if let Some(help) = help {
        stderr.line(&format!("  help: {help}"));
    }
}

fn page(told: &Recommendations, width: usize, colors: Colors) -> String {
    let has = counted(told.history.len() as u64, "item", "items");
    let whom = match &told.user {
        Some(user) => format!("user {} of {}, of whom it knows {has}", colors.strong(user), told.dataset),
        None => format!("somebody who has {has} of {}", told.dataset),
    };
    let heading = format!("{} ({}) recommends to {whom}", colors.strong(&told.model), told.stage);
    let mut text = wrap(&heading, 0, width).join("\n") + "\n\n";

    let ratings = told.recommended.iter().any(|suggestion| suggestion.predicted_rating.is_some());
    let scores = told.recommended.iter().any(|suggestion| suggestion.score.is_some());
    // Counts need no digits behind the point, logarithms of chances do.
    let are_whole = told.recommended.iter().filter_map(|suggestion| suggestion.score).all(|score| score.fract() == 0.0);
    let score_decimals = if are_whole { 0 } else { 4 };
    let mut columns = vec![("rank", Side::Right)];
    columns.extend(scores.then_some(("score", Side::Right)));
    columns.extend(ratings.then_some(("rating", Side::Right)));
    columns.extend([("item", Side::Left), ("title", Side::Left)]);
    let mut table = Table::new(columns).wrap_last();
    for suggestion in &told.recommended {
        let paint = if suggestion.in_test { Paint::Good } else { Paint::Plain };
        let number = |value: Option<f32>, decimals: usize| {
            value.map_or_else(Cell::nothing, |value| format!("{value:.decimals$}").into())
        };
        let mut row = vec![suggestion.rank.to_string().into()];
        row.extend(scores.then(|| number(suggestion.score, score_decimals)));
        row.extend(ratings.then(|| number(suggestion.predicted_rating, 2)));
        let mark = if suggestion.in_test { "  ✓" } else { "" };
        row.push(suggestion.item.id.clone().into());
        let title = suggestion.item.title.clone().unwrap_or_else(|| "–".to_owned());
        row.push(Cell::painted(title + mark, paint));
        table.row(row);
    }
    text += &table.render(width, colors);
    let found = told.recommended.iter().filter(|suggestion| suggestion.in_test).count();
    let mut notes = Vec::new();
    if told.in_test > 0 {
        notes.push(format!(
            "✓ held out for the test, unknown to the model: {found} of the user's {}",
            counted(told.in_test as u64, "item there", "items there")
        ));
    }
    notes.extend(told.notes.iter().cloned());
    for note in notes {
        text += "\n";
        text += &(wrap(&note, 0, width).join("\n") + "\n");
    }
    text
}
