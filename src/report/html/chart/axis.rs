//! The frame of a chart: ticks, faint lines across, and what is measured.

use super::scale::{Scale, Tick};
use super::svg::{Anchor, Drawing};

/// The rectangle in which values are drawn, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report::html) struct Frame {
    pub(in crate::report::html) left: f64,
    pub(in crate::report::html) top: f64,
    pub(in crate::report::html) right: f64,
    pub(in crate::report::html) bottom: f64,
}

/// Ticks below the frame and a line at its bottom.
pub(in crate::report::html) fn x_axis(drawing: &mut Drawing, frame: &Frame, scale: &Scale, ticks: &[Tick]) {
    drawing.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    for tick in ticks {
        let x = scale.at(tick.value);
        drawing.line("axis", (x, frame.bottom), (x, frame.bottom + 4.0));
        drawing.text("tick", (x, frame.bottom + 17.0), Anchor::Middle, &tick.label);
    }
}

/// Ticks left of the frame and faint lines across it.
pub(in crate::report::html) fn y_axis(drawing: &mut Drawing, frame: &Frame, scale: &Scale, ticks: &[Tick]) {
    for tick in ticks {
        let y = scale.at(tick.value);
        drawing.line("grid", (frame.left, y), (frame.right, y));
        drawing.text("tick", (frame.left - 6.0, y + 4.0), Anchor::End, &tick.label);
    }
}
