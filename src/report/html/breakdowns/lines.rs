//! Groups that have an order: a line a model from group to group.

use super::super::chart::{Anchor, Drawing, Frame, Scale, Series, name_in_chart, stack, width_of, y_axis};
use super::part::Chart;

const HEIGHT: f64 = 320.0;
const WIDTH: f64 = 430.0;
/// From one line of groups' names to the next.
const LINE: f64 = 15.0;
/// Between two names in one line.
const GAP: f64 = 8.0;
/// More lines of names than this help nobody.
const MOST_LINES: usize = 4;

/// The chart, with the names of the models at the ends of their lines.
pub(super) fn draw(chart: &Chart<'_>) -> Drawing {
    let Chart { breakdown, rows, labels, .. } = *chart;
    let names = rows.iter().map(|(row, _)| width_of(&name_in_chart(&labels[*row]))).fold(0.0, f64::max);
    let (left, right) = (54.0, WIDTH - names - 22.0);
    let n_groups = breakdown.groups.len();
    let step = (right - left - 24.0) / (n_groups.max(2) - 1) as f64;
    let x = |group: usize| left + 12.0 + step * group as f64;
    let widths: Vec<f64> = breakdown.groups.iter().map(|group| width_of(&group.name)).collect();
    let n_lines = lines_of_names(&widths, step);
    let frame = Frame { left, top: 14.0, right, bottom: HEIGHT - 16.0 - LINE * n_lines as f64 };
    let y =
        Scale::linear(rows.iter().flat_map(|(_, values)| values.iter().flatten().copied()), (frame.bottom, frame.top));

    let mut drawing = Drawing::new(WIDTH, HEIGHT);
    y_axis(&mut drawing, &frame, &y, &y.numbers(5));
    drawing.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    for (place, group) in breakdown.groups.iter().enumerate() {
        let below = 17.0 + LINE * (place % n_lines) as f64;
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

/// In how many lines names stand by turns, so that those in one line do not meet. Names are `step` apart.
fn lines_of_names(widths: &[f64], step: f64) -> usize {
    let fits = |lines: &usize| {
        let neighbours = widths.iter().zip(widths.iter().skip(*lines));
        neighbours.into_iter().all(|(one, next)| (one + next) / 2.0 + GAP <= step * *lines as f64)
    };
    (1..MOST_LINES).find(fits).unwrap_or(MOST_LINES)
}

#[cfg(test)]
mod tests {
    use super::lines_of_names;

    #[test]
    fn names_that_would_meet_stand_in_lines_by_turns() {
        assert_eq!(lines_of_names(&[30.0, 30.0, 30.0], 40.0), 1);
        assert_eq!(lines_of_names(&[50.0, 20.0, 50.0], 40.0), 2);
        assert_eq!(lines_of_names(&[50.0, 50.0, 90.0], 40.0), 2);
        assert_eq!(lines_of_names(&[80.0, 80.0, 80.0, 80.0], 40.0), 3);
        assert_eq!(lines_of_names(&[900.0; 7], 40.0), 4);
        assert_eq!(lines_of_names(&[], 40.0), 1);
    }
}
