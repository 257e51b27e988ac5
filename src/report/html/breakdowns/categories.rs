//! Groups without an order: a row a group, with the mark of each model where its number is.
//!
//! Nothing joins the groups, since nothing is between them. A bar goes from the lowest to the highest model of each group.

use super::super::chart::{Anchor, Drawing, Frame, Scale, Series, name_in_chart, width_of};
use super::part::Chart;

const WIDTH: f64 = 430.0;
const ROW: f64 = 26.0;
/// A line of the key.
const LINE: f64 = 18.0;
/// Names of groups that are wider are cut; the table below has them whole.
const WIDEST: f64 = 170.0;

/// The chart, with a key of the models above it.
pub(super) fn draw(chart: &Chart<'_>) -> Drawing {
    let Chart { breakdown, rows, labels, .. } = *chart;
    let names: Vec<String> = breakdown.groups.iter().map(|group| name_in_chart(&group.name).into_owned()).collect();
    let widest = names.iter().map(|name| width_of(name)).fold(0.0, f64::max).min(WIDEST);
    let key = key(rows.iter().map(|(row, _)| *row), labels);
    let top = key.iter().map(|(_, at)| at.1).fold(0.0, f64::max) + LINE;
    let bottom = top + ROW * names.len() as f64;
    let frame = Frame { left: widest + 14.0, top, right: WIDTH - 14.0, bottom };
    let values = rows.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let x = Scale::linear(values, (frame.left, frame.right));

    let mut drawing = Drawing::new(WIDTH, bottom + 26.0);
    for (row, (left, middle)) in key {
        Series::of(row).draw(&mut drawing, (left + 5.0, middle - 4.0), 4.0);
        drawing.text("label", (left + 14.0, middle), Anchor::Start, &name_in_chart(&labels[row]));
    }
    for tick in x.numbers(5) {
        let at = x.at(tick.value);
        drawing.line("grid", (at, frame.top), (at, frame.bottom));
        drawing.text("tick", (at, frame.bottom + 17.0), Anchor::Middle, &tick.label);
    }
    for (place, name) in names.iter().enumerate() {
        let y = frame.top + ROW * (place as f64 + 0.5);
        drawing.text("tick", (frame.left - 10.0, y + 4.0), Anchor::End, name);
        let of_group: Vec<f64> = rows.iter().filter_map(|(_, values)| values[place]).map(|value| x.at(value)).collect();
        let (low, high) = (of_group.iter().copied().reduce(f64::min), of_group.iter().copied().reduce(f64::max));
        if let (Some(low), Some(high)) = (low, high) {
            drawing.rect("between", (low, y - 3.0), (high - low, 6.0), 3.0);
        }
    }
    for (row, values) in rows {
        drawing.titled(&labels[*row], |drawing| {
            for (place, value) in values.iter().enumerate() {
                let Some(value) = value else { continue };
                let y = frame.top + ROW * (place as f64 + 0.5);
                Series::of(*row).draw(drawing, (x.at(*value), y), 4.6);
            }
        });
    }
    drawing
}

/// Where the mark of each row stands in the key, and the foot of its name: in as many lines as it takes.
fn key(rows: impl Iterator<Item = usize>, labels: &[String]) -> Vec<(usize, (f64, f64))> {
    let (mut left, mut foot) = (0.0, 12.0);
    let mut places = Vec::new();
    for row in rows {
        let width = width_of(&name_in_chart(&labels[row])) + 26.0;
        if left > 0.0 && left + width > WIDTH {
            (left, foot) = (0.0, foot + LINE);
        }
        places.push((row, (left, foot)));
        left += width;
    }
    places
}
