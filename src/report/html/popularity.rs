//! Whether models recommend what is popular anyway.

use serde::Serialize;

use super::chart::{Drawing, Series};
use crate::report::comparison::Comparison;

const BAR: (f64, f64) = (180.0, 14.0);

#[derive(Debug, Serialize)]
pub(super) struct PopularityView {
    cutoff: u32,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    icon: String,
    label: String,
    is_history: bool,
    bar: String,
    shares: Vec<String>,
    popularity: String,
    lift: String,
}

/// One line a model that ranks, and before them what users chose themselves.
pub(super) fn view(comparison: &Comparison) -> Option<PopularityView> {
    let labels = comparison.labels();
    let biases = comparison.rows.iter().enumerate().filter_map(|(row, of)| Some((row, of.popularity_bias?)));
    let biases: Vec<_> = biases.collect();
    let (_, first) = biases.first()?;
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut rows = vec![Line {
        icon: String::new(),
        label: "What users had before".to_owned(),
        is_history: true,
        bar: bar(first.history_shares),
        shares: first.history_shares.map(percent).to_vec(),
        popularity: percent(first.history),
        lift: "–".to_owned(),
    }];
    rows.extend(biases.iter().map(|(row, bias)| Line {
        icon: Series::of(*row).icon(),
        label: labels[*row].clone(),
        is_history: false,
        bar: bar(bias.shares),
        shares: bias.shares.map(percent).to_vec(),
        popularity: percent(bias.recommended),
        lift: format!("{}{:.0} %", if bias.lift < 0.0 { "−" } else { "+" }, (bias.lift * 100.0).abs()),
    }));
    Some(PopularityView { cutoff: first.cutoff, rows })
}

/// Head, middle and tail, beside each other; told apart by their order and by darkness.
fn bar(shares: [f64; 3]) -> String {
    let mut drawing = Drawing::new(BAR.0, BAR.1);
    let mut left = 0.0;
    for (share, class) in shares.into_iter().zip(["head", "middle", "tail"]) {
        let width = share.clamp(0.0, 1.0) * BAR.0;
        drawing.rect(class, (left, 0.0), (width, BAR.1), 0.0);
        left += width;
    }
    drawing.decoration("shares")
}
