//! All breakdowns of a comparison.

use serde::Serialize;

use super::part::Part;
use crate::report::breakdown::Breakdown;
use crate::report::comparison::Comparison;

#[derive(Debug, Serialize)]
pub(in super::super) struct BreakdownView {
    title: String,
    about: String,
    parts: Vec<Part>,
}

pub(in super::super) fn views(comparison: &Comparison) -> Vec<BreakdownView> {
    let labels = comparison.labels();
    let view = |(place, breakdown): (usize, &Breakdown)| {
        let parts = breakdown.columns.iter().enumerate().filter_map(|(position, &column)| {
            let column = comparison.columns.get(column)?;
            Part::of(&format!("part-{place}-{position}"), breakdown, position, column, &labels)
        });
        BreakdownView { title: breakdown.title.clone(), about: breakdown.about.clone(), parts: parts.collect() }
    };
    comparison.breakdowns.iter().enumerate().map(view).filter(|view| !view.parts.is_empty()).collect()
}
