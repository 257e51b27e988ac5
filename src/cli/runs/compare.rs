//! `recflow runs compare`.

use std::time::Duration;

use serde_json::Value;

use super::differences::{Differences, MetricPair, Pair};
use super::wording::{figure, run_state};
use crate::cli::colors::Colors;
use crate::cli::table::{Cell, Paint, Side, Table};
use crate::cli::wrap::wrap;
use crate::engine::RunRecord;
use crate::report::units::duration;

/// Two runs side by side: `A` is the first, `B` the second.
pub(super) fn page(
    first: &RunRecord,
    second: &RunRecord,
    differences: &Differences,
    width: usize,
    colors: Colors,
) -> String {
    let sections = [
        runs(first, second, width, colors),
        metrics(&differences.metrics, width, colors),
        pairs("parameter", &differences.parameters, width, colors),
        only("A", &differences.only_first, width),
        only("B", &differences.only_second, width),
        times(differences, width, colors),
        pairs("surroundings", &differences.surroundings, width, colors),
    ];
    let text = sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n");
    let same = differences.parameters.is_empty()
        && differences.only_first.is_empty()
        && differences.only_second.is_empty()
        && differences.metrics.iter().all(|pair| pair.first == pair.second);
    if same { text + "\nstages, parameters and metrics are the same\n" } else { text }
}

fn runs(first: &RunRecord, second: &RunRecord, width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    let columns = [("", Left), ("run", Left), ("pipeline", Left), ("ended", Left), ("time", Right)];
    let mut table = Table::new(columns);
    for (name, run) in [("A", first), ("B", second)] {
        table.row([
            name.into(),
            run.run.as_str().into(),
            run.pipeline.as_str().into(),
            run_state(run.state),
            duration(run.wall).into(),
        ]);
    }
    table.render(width, colors)
}

fn metrics(pairs: &[MetricPair], width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    if pairs.is_empty() {
        return String::new();
    }
    let columns = [("metrics", Left), ("", Left), ("A", Right), ("B", Right), ("B − A", Right), ("", Left)];
    let mut table = Table::new(columns);
    let mut above = "";
    for pair in pairs {
        let cell = |value: Option<f64>| value.map_or_else(Cell::nothing, |value| figure(value).into());
        let (paint, verdict) = match pair.improvement {
            Some(true) => (Paint::Good, "better"),
            Some(false) => (Paint::Bad, "worse"),
            None => (Paint::Plain, ""),
        };
        let difference = match pair.difference {
            None => Cell::nothing(),
            Some(0.0) => Cell::painted("same", Paint::Faint),
            Some(difference) => {
                let sign = if difference > 0.0 { "+" } else { "−" };
                Cell::painted(format!("{sign}{}", figure(difference.abs())), paint)
            }
        };
        table.row([
            if pair.stage == above { "" } else { &pair.stage }.into(),
            pair.metric.as_str().into(),
            cell(pair.first),
            cell(pair.second),
            difference,
            Cell::painted(verdict, paint),
        ]);
        above = &pair.stage;
    }
    table.render(width, colors)
}

fn pairs(title: &str, pairs: &[Pair], width: usize, colors: Colors) -> String {
    let of_stages = pairs.iter().any(|pair| !pair.stage.is_empty());
    let mut table = if of_stages {
        Table::new([("stage", Side::Left), (title, Side::Left), ("A → B", Side::Left)]).wrap_last()
    } else {
        Table::new([(title, Side::Left), ("A → B", Side::Left)]).wrap_last()
    };
    for pair in pairs {
        let change = format!("{} → {}", text(&pair.first), text(&pair.second));
        let stage = of_stages.then(|| pair.stage.as_str().into());
        table.row(stage.into_iter().chain([pair.what.as_str().into(), change.into()]));
    }
    if table.is_empty() { String::new() } else { table.render(width, colors) }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
        }
        other => other.to_string(),
    }
}

fn only(run: &str, stages: &[String], width: usize) -> String {
    if stages.is_empty() {
        return String::new();
    }
    let text = format!("only in {run}: {}", stages.join(", "));
    wrap(&text, 0, width.max(40)).join("\n") + "\n"
}

fn times(differences: &Differences, width: usize, colors: Colors) -> String {
    use Side::{Left, Right};
    let mut table = Table::new([("time", Left), ("A", Right), ("B", Right), ("B / A", Right)]);
    for pair in &differences.times {
        let time = |seconds: f64| duration(Duration::try_from_secs_f64(seconds).unwrap_or_default());
        // Of what takes no time, the ratio is noise.
        let ratio = (pair.first >= 0.1).then(|| format!("{:.2}", pair.second / pair.first));
        table.row([
            pair.stage.as_str().into(),
            time(pair.first).into(),
            time(pair.second).into(),
            ratio.map_or_else(Cell::nothing, Cell::from),
        ]);
    }
    if table.is_empty() { String::new() } else { table.render(width, colors) }
}
