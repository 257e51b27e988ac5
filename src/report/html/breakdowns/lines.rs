//! Groups that have an order: a line a model from group to group.

use super::super::chart::{Anchor, Drawing, Frame, Scale, Series, name_in_chart, stack, width_of, y_axis};
use super::part::Chart;

const HEIGHT: f64 = 320.0;
const WIDTH: f64 = 430.0;

/// The chart, with the names of the models at the ends of their lines.
pub(super) fn draw(chart: &Chart<'_>) -> Drawing {
    let Chart { breakdown, rows, labels, .. } = *chart;
    let names = rows.iter().map(|(row, _)| width_of(&name_in_chart(&labels[*row]))).fold(0.0, f64::max);
    let frame = Frame { left: 54.0, top: 14.0, right: WIDTH - names - 22.0, bottom: HEIGHT - 46.0 };
    let y =
        Scale::linear(rows.iter().flat_map(|(_, values)| values.iter().flatten().copied()), (frame.bottom, frame.top));
    let n_groups = breakdown.groups.len();
    let step = (frame.right - frame.left - 24.0) / (n_groups.max(2) - 1) as f64;
    let x = |group: usize| frame.left + 12.0 + step * group as f64;

    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    y_axis(&mut drawing, &frame, &y, &y.numbers(5));
    drawing.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    for (place, group) in breakdown.groups.iter().enumerate() {
        // Names that would meet stand in two lines by turns.
        let is_crowded = width_of(&group.name) > step - 6.0;
        let below = if is_crowded && place % 2 == 1 { 32.0 } else { 17.0 };
        drawing.text("tick", (x(place), frame.bottom + below), Anchor::Middle, &group.name);
    }
    for (row, values) in rows {
        let series = Series::of(*row);
        let points: Vec<(f64, f64)> =
            values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (x(place), y.at(value)))).collect();
        let joined = values.iter().take(breakdown.ordered_groups()).flatten().count();
        drawing.titled(&labels[*row], |drawing| {
            drawing.polyline(&format!("curve {}", series.stroke()), &points[..joined]);
            for &point in &points {
                series.draw(drawing, point, 4.0);
            }
        });
    }
    let ends: Vec<(usize, (f64, f64))> = rows
        .iter()
        .filter_map(|(row, values)| {
            let (place, value) =
                values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value))).next_back()?;
            Some((*row, (x(place), y.at(value))))
        })
        .collect();
    let wanted: Vec<f64> = ends.iter().map(|(_, point)| point.1).collect();
    for ((row, point), height) in ends.iter().zip(stack(&wanted, frame.top, frame.bottom)) {
        drawing.line("leader", (point.0 + 6.0, point.1), (frame.right + 4.0, height));
        drawing.text("label", (frame.right + 7.0, height + 4.0), Anchor::Start, &name_in_chart(&labels[*row]));
    }
    drawing
}
