//! Drawing with SVG: elements, axes, the marks of models, labels that keep clear of each other.

mod axis;
mod label;
mod scale;
mod series;
mod svg;

pub(super) use axis::{Frame, x_axis, y_axis};
pub(super) use label::{Label, name_in_chart, place, stack, width_of};
pub(super) use scale::{Scale, Tick};
pub(super) use series::Series;
pub(super) use svg::{Anchor, Drawing, escape, number};
