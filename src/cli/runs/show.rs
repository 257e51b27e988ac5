//! `recflow runs show`.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::wording::{figure, run_state, stage_state, went_on};
use crate::cli::colors::Colors;
use crate::cli::progress::{failure_in_lines, kept};
use crate::cli::table::{Cell, Paint, Side, Table};
use crate::cli::wrap::wrap;
use crate::engine::{Figures, RunRecord, RunState, StageRecord, StageState, Store};
use crate::report::units::{bytes, counted, duration};
use crate::report::{bar, sparkline};
use crate::stages::{LearningCurve, learning_curves};

/// Curves are shown in so many characters at most.
const CURVE_WIDTH: usize = 40;
/// Between the name of a stage, or of a figure, and what is drawn beside it.
const GAP: usize = 2;

/// The learning curves of every stage that has some, as long as its result is in the cache.
pub(super) fn curves(run: &RunRecord, store: &Store) -> IndexMap<String, Vec<LearningCurve>> {
    let of = |stage: &StageRecord| Some(learning_curves(&store.action(stage.key?)?, store));
    let all = run.stages.iter().map(|stage| (stage.stage.clone(), of(stage).unwrap_or_default()));
    all.filter(|(_, curves)| !curves.is_empty()).collect()
}

/// All that is known of a run.
pub(super) fn page(
    run: &RunRecord,
    curves: &IndexMap<String, Vec<LearningCurve>>,
    width: usize,
    colors: Colors,
) -> String {
    let sections = [
        header(run, width, colors),
        stages(run, width, colors),
        failures(run, colors),
        timeline(run, width, colors),
        learning(curves, width, colors),
        figures("counts", run, |figures| figures.title.is_none(), width, colors),
        figures("metrics", run, |figures| figures.title.is_some(), width, colors),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn header(run: &RunRecord, width: usize, colors: Colors) -> String {
    let counts = [
        (StageState::Computed, "computed"),
        (StageState::Cached, "cached"),
        (StageState::Frozen, "frozen"),
        (StageState::Failed, "failed"),
        (StageState::Skipped, "skipped"),
        (StageState::Cancelled, "cancelled"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .map(|&(state, word)| (run.count(state), word))
        .filter(|(many, _)| *many > 0)
        .map(|(many, word)| format!("{many} {word}"))
        .collect();
    let stages = counted(run.stages.len() as u64, "stage", "stages");
    let budget = [
        counted(run.jobs as u64, "job", "jobs"),
        counted(run.threads as u64, "thread", "threads"),
        bytes(run.memory_bytes),
    ];
    let versions: Vec<String> = run.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let lines = [
        ("pipeline", format!("{}: {stages}, {}", run.pipeline, counts.join(", "))),
        ("began", humantime::format_rfc3339_seconds(run.started_at).to_string()),
        ("took", duration(run.wall)),
        ("command", run.command.clone()),
        ("machine", run.host.clone()),
        ("allowed", budget.join(", ")),
        ("versions", versions.join("; ")),
    ];
    let margin = "versions".len() + GAP;
    let line = |name: &str, value: &str| format!("{}{}{value}\n", colors.faint(name), " ".repeat(margin - name.len()));
    let mut text = line("run", &colors.strong(&run.run)) + &line("ended", &run_state(run.state).colored(colors));
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        text += &line(name, wrap(value, margin, width.max(40)).join("\n").trim_start());
    }
    text
}

/// One line a stage. What a cached stage cost was paid by the run that computed it.
fn stages(run: &RunRecord, width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    let columns = [("stage", Left), ("ended", Left), ("time", Right), ("CPU", Right), ("memory", Right), ("why", Left)];
    let mut table = Table::new(columns).wrap_last();
    for stage in &run.stages {
        let paint = if stage.state == StageState::Cached { Paint::Faint } else { Paint::Plain };
        let facts = stage.facts.as_ref();
        let cell = |text: Option<String>| text.map_or_else(Cell::nothing, |text| Cell::painted(text, paint));
        let ran = || stage.ended.unwrap_or(run.wall).checked_sub(stage.begun?);
        let why = match (&stage.cause, &stage.failure) {
            (Some(cause), _) => format!("{cause} failed"),
            (None, Some(failure)) => failure.to_string().lines().next().unwrap_or_default().to_owned(),
            (None, None) if stage.state == StageState::Frozen => kept(Some(&stage.reasons)),
            (None, None) => stage.reasons.join("; "),
        };
        let why = match stage.retries {
            0 => why,
            retries => format!("{why} (run again {})", counted(retries.into(), "time", "times")),
        };
        let before = facts.and_then(|facts| facts.before_checkpoint);
        let why = match before.filter(|_| stage.state == StageState::Computed) {
            None => why,
            Some(before) => format!("{why} ({})", went_on(before)),
        };
        table.row([
            stage.stage.as_str().into(),
            stage_state(stage.state, run.state != RunState::Running),
            cell(facts.map(|facts| facts.wall).or_else(ran).map(duration)),
            cell(facts.and_then(|facts| facts.cpu).map(duration)),
            cell(facts.and_then(|facts| facts.peak_memory_bytes).map(bytes)),
            why.into(),
        ]);
    }
    table.render(width, colors)
}

fn failures(run: &RunRecord, colors: Colors) -> String {
    let mut text = String::new();
    for stage in &run.stages {
        if let Some(failure) = &stage.failure {
            let lines = failure_in_lines(failure, stage.log.as_deref()).join("\n    ");
            let _ = writeln!(text, "{} {}\n    {lines}", colors.bad("failed:"), stage.stage);
        }
    }
    text
}

/// When each stage ran.
fn timeline(run: &RunRecord, width: usize, colors: Colors) -> String {
    let ran: Vec<_> = run.stages.iter().filter_map(|stage| Some((stage, stage.begun?))).collect();
    if ran.is_empty() || run.wall.is_zero() {
        return String::new();
    }
    let names = widest(ran.iter().map(|(stage, _)| stage.stage.as_str()).chain(["timeline"]));
    let end = duration(run.wall);
    let room = width.saturating_sub(names + GAP + 1 + end.len()).clamp(10, 100);
    let share = |time: std::time::Duration| time.as_secs_f64() / run.wall.as_secs_f64();
    // What is drawn ends where the run does; its length stands behind it.
    let mut text = format!("{}{}{end}\n", colors.faint("timeline"), " ".repeat(names - 8 + GAP + room + 1));
    for (stage, begun) in ran {
        let drawn = bar(share(begun), share(stage.ended.unwrap_or(run.wall)), room);
        let (blank, drawn) = drawn.split_at(drawn.len() - drawn.trim_start().len());
        let drawn = match stage.state {
            StageState::Failed => colors.bad(drawn),
            StageState::Computed => colors.good(drawn),
            _ => colors.note(drawn),
        };
        let _ = writeln!(text, "{:width$}{blank}{drawn}", stage.stage, width = names + GAP);
    }
    text
}

/// How each figure went while models were trained: its course from its lowest to its highest value, and the values.
fn learning(curves: &IndexMap<String, Vec<LearningCurve>>, width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    if curves.is_empty() {
        return String::new();
    }
    let all = || curves.values().flatten();
    let stages = widest(curves.keys().map(String::as_str).chain(["learning curves"]));
    let figures = widest(all().map(|curve| curve.figure.as_str()));
    let numbers = 4 * (GAP + "1.0000".len());
    let room = width.saturating_sub(stages + GAP + figures + GAP + numbers).clamp(8, CURVE_WIDTH);
    let titles = [("learning curves", Left), ("", Left), ("", Left)];
    let numbers = ["first", "last", "best", "epoch"].map(|title| (title, Right));
    let mut table = Table::new(titles.into_iter().chain(numbers));
    for (stage, curves) in curves {
        for (place, curve) in curves.iter().enumerate() {
            let number = |value: Option<&f64>| value.map_or_else(Cell::nothing, |value| figure(*value).into());
            let best = curve.best.map(|best| (&curve.values[best], curve.epochs[best].to_string()));
            table.row([
                if place == 0 { stage.as_str() } else { "" }.into(),
                curve.figure.as_str().into(),
                Cell::painted(sparkline(&curve.values, room), Paint::Good),
                number(curve.values.first()),
                number(curve.values.last()),
                number(best.as_ref().map(|(value, _)| *value)),
                best.map_or_else(Cell::nothing, |(_, epoch)| epoch.into()),
            ]);
        }
    }
    table.render(width, colors)
}

/// The figures of some stages: a row a stage, as many columns as fit side by side.
fn figures(title: &str, run: &RunRecord, is_meant: impl Fn(&Figures) -> bool, width: usize, colors: Colors) -> String {
    let told = run.stages.iter().filter_map(|stage| Some((stage.stage.as_str(), stage.figures.as_ref()?)));
    let told: Vec<(&str, &Figures)> = told.filter(|(_, figures)| is_meant(figures)).collect();
    let mut names: Vec<&str> = Vec::new();
    for name in told.iter().flat_map(|(_, figures)| figures.values.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let stages = widest(told.iter().map(|(stage, _)| *stage).chain([title]));
    let column = |name: &&str| name.len().max(8) + GAP;
    let mut text = String::new();
    let mut open = &names[..];
    while !open.is_empty() {
        let mut used = stages;
        let fitting = open.iter().take_while(|name| {
            used += column(name);
            used <= width
        });
        let (block, rest) = open.split_at(fitting.count().max(1));
        open = rest;
        let columns = std::iter::once((title, Side::Left)).chain(block.iter().map(|name| (*name, Side::Right)));
        let mut table = Table::new(columns);
        for (stage, figures) in &told {
            let cell = |name: &&str| match figures.values.get(*name) {
                Some(Some(value)) => figure(*value).into(),
                _ => Cell::nothing(),
            };
            table.row(std::iter::once((*stage).into()).chain(block.iter().map(cell)));
        }
        text += &table.render(width, colors);
        text += if open.is_empty() { "" } else { "\n" };
    }
    text
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
}
