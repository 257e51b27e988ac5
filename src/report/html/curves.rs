//! How the models learnt: a panel a model, a curve a figure, epoch by epoch.

use serde::Serialize;

use super::chart::{Anchor, Drawing, Frame, Scale, Series, escape, y_axis};
use crate::report::comparison::{Comparison, Row};
use crate::report::learning_curve::LearningCurve;

const WIDTH: f64 = 290.0;
const PANEL: f64 = 92.0;

#[derive(Debug, Serialize)]
pub(super) struct CurveView {
    icon: String,
    label: String,
    svg: String,
    caption: String,
}

pub(super) fn views(comparison: &Comparison) -> Vec<CurveView> {
    let labels = comparison.labels();
    let is_learnt = |(_, row): &(usize, &Row)| row.trainings().iter().any(|(_, curves)| !curves.is_empty());
    let learnt = comparison.rows.iter().enumerate().filter(is_learnt);
    learnt
        .map(|(place, row)| CurveView {
            icon: Series::of(place).icon(),
            label: labels[place].clone(),
            svg: panel(&format!("curve-{place}"), &labels[place], place, row),
            caption: escape(&caption(row)),
        })
        .collect()
}

fn caption(row: &Row) -> String {
    if !row.replicates.is_empty() {
        let n = row.replicates.len();
        let epochs = row.epochs_in_words().map(|epochs| format!(", {epochs} epochs")).unwrap_or_default();
        let best = row.best_epoch_in_words().map(|best| format!(", best after {best}")).unwrap_or_default();
        return format!("{n} trainings{epochs}{best}. Thin: all but the first.");
    }
    match (row.epochs, row.best_epoch) {
        (Some(epochs), Some(best)) if best < epochs => {
            format!("Best after epoch {best} of {epochs}; those weights were kept.")
        }
        (Some(epochs), Some(_)) => format!("Best after the last of {epochs} epochs: it might have gone on learning."),
        (Some(epochs), None) => format!("{epochs} epochs."),
        _ => String::new(),
    }
}

fn panel(id: &str, label: &str, place: usize, row: &Row) -> String {
    let trainings = row.trainings();
    let Some((_, curves)) = trainings.iter().find(|(_, curves)| !curves.is_empty()) else { return String::new() };
    let height = PANEL * curves.len() as f64 + 24.0;
    let all = || trainings.iter().flat_map(|(_, curves)| curves.iter());
    let last = all().filter_map(|curve| curve.epochs.last()).max().copied().unwrap_or(1);
    let mut drawing = Drawing::new(WIDTH, height);
    for (index, curve) in curves.iter().enumerate() {
        let top = PANEL * index as f64 + 18.0;
        let frame = Frame { left: 52.0, top, right: WIDTH - 8.0, bottom: top + PANEL - 24.0 };
        let of_figure: Vec<(Option<u32>, &LearningCurve)> = trainings
            .iter()
            .filter_map(|(kept, curves)| Some((*kept, curves.iter().find(|other| other.figure == curve.figure)?)))
            .collect();
        draw(&mut drawing, &frame, &of_figure, Series::of(place), last);
    }
    drawing.text("tick", (52.0, height - 8.0), Anchor::Start, "epoch 1");
    drawing.text("tick", (WIDTH - 8.0, height - 8.0), Anchor::End, &last.to_string());
    let title = format!("Learning curves of {label}");
    let said = curves.iter().filter_map(|curve| {
        let (first, end) = (curve.values.first()?, curve.values.last()?);
        let best = curve.best.and_then(|best| Some((curve.epochs.get(best)?, curve.values.get(best)?)));
        let best = best.map(|(epoch, value)| format!(", best {value:.4} after epoch {epoch}")).unwrap_or_default();
        Some(format!("{} from {first:.4} to {end:.4}{best}", curve.figure))
    });
    let said = said.collect::<Vec<_>>().join("; ");
    drawing.finish(id, &title, &format!("{title}: {said}."), true)
}

/// One figure of all trainings, each with the epoch whose weights were kept; the first one is drawn strongest and last.
fn draw(drawing: &mut Drawing, frame: &Frame, trainings: &[(Option<u32>, &LearningCurve)], series: Series, last: u32) {
    let Some(((kept, curve), others)) = trainings.split_first() else { return };
    let values = trainings.iter().flat_map(|(_, curve)| curve.values.iter().copied());
    let y = Scale::linear(values, (frame.bottom, frame.top));
    let x = Scale::exact(1.0, f64::from(last.max(2)), (frame.left, frame.right));
    y_axis(drawing, frame, &y, &y.numbers(3));
    drawing.text("figure", (frame.left, frame.top - 5.0), Anchor::Start, &curve.figure);
    let points = |curve: &LearningCurve| -> Vec<(f64, f64)> {
        let points = curve.epochs.iter().zip(&curve.values);
        points.map(|(&epoch, &value)| (x.at(f64::from(epoch)), y.at(value))).collect()
    };
    for (_, other) in others {
        drawing.polyline(&format!("curve thin {}", series.stroke()), &points(other));
    }
    if let Some(kept) = kept {
        let x = x.at(f64::from(*kept));
        drawing.line("kept", (x, frame.top), (x, frame.bottom));
    }
    let points = points(curve);
    drawing.polyline(&format!("curve {}", series.stroke()), &points);
    let marked = curve.best.and_then(|best| points.get(best)).or(if points.len() == 1 { points.first() } else { None });
    if let Some(&point) = marked {
        series.draw(drawing, point, 3.6);
    }
}
