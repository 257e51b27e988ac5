//! Names beside points, such that none covers another.

use std::borrow::Cow;

use super::axis::Frame;
use super::svg::Anchor;

/// The width of a character of the labels' size, on the safe side for the fonts of all systems.
const CHARACTER: f64 = 6.9;
/// The width that the name of a model may take of a chart, whose mark and tooltip tell it in any case.
const WIDEST_NAME: f64 = 170.0;
/// The height of a line of labels.
const LINE: f64 = 14.0;

/// A name that wants to stand beside a point.
#[derive(Debug, Clone)]
pub(in crate::report::html) struct Label<'a> {
    pub(in crate::report::html) text: &'a str,
    pub(in crate::report::html) point: (f64, f64),
}

/// Where a name stands, and whether so far from its point that a line must lead there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report::html) struct Placement {
    pub(in crate::report::html) at: (f64, f64),
    pub(in crate::report::html) anchor: Anchor,
    pub(in crate::report::html) leader: Option<(f64, f64)>,
}

#[derive(Debug, Clone, Copy)]
struct Rectangle {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Rectangle {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn around((x, y): (f64, f64), radius: f64) -> Self {
        Self { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    }
}

/// A place for each label within the frame, clear of all points and of the labels before it; `None` where there is none.
///
/// Places are tried by rising distance, so that a label stands as near to its point as the others let it.
pub(in crate::report::html) fn place(labels: &[Label<'_>], frame: &Frame) -> Vec<Option<Placement>> {
    let points: Vec<Rectangle> = labels.iter().map(|label| Rectangle::around(label.point, 6.0)).collect();
    let mut taken: Vec<Rectangle> = Vec::new();
    let mut placements = Vec::with_capacity(labels.len());
    for label in labels {
        let width = width_of(label.text);
        let found = candidates().find_map(|(dx, dy, anchor)| {
            let (x, y) = (label.point.0 + dx, label.point.1 + dy);
            let left = match anchor {
                Anchor::Start => x,
                Anchor::Middle => x - width / 2.0,
                Anchor::End => x - width,
            };
            let covered = Rectangle { left, top: y - LINE / 2.0, right: left + width, bottom: y + LINE / 2.0 };
            let is_inside = covered.left >= frame.left
                && covered.right <= frame.right
                && covered.top >= frame.top
                && covered.bottom <= frame.bottom;
            let is_free = points.iter().chain(&taken).all(|other| !covered.meets(other));
            (is_inside && is_free).then_some((covered, (x, y), anchor, dx.hypot(dy)))
        });
        placements.push(found.map(|(covered, at, anchor, distance)| {
            taken.push(covered);
            Placement { at: (at.0, at.1 + 4.0), anchor, leader: (distance > 20.0).then_some(at) }
        }));
    }
    placements
}

/// Offsets from a point, nearest first: beside, above, below, then in wider and wider rings.
fn candidates() -> impl Iterator<Item = (f64, f64, Anchor)> {
    let near = [
        (9.0, 0.0, Anchor::Start),
        (-9.0, 0.0, Anchor::End),
        (0.0, -14.0, Anchor::Middle),
        (0.0, 14.0, Anchor::Middle),
        (8.0, -10.0, Anchor::Start),
        (8.0, 10.0, Anchor::Start),
        (-8.0, -10.0, Anchor::End),
        (-8.0, 10.0, Anchor::End),
    ];
    let rings = (1..8).flat_map(|ring| {
        let reach = 14.0 + 13.0 * f64::from(ring);
        [-1.0, 1.0, -0.5, 0.5].into_iter().flat_map(move |slope| {
            let dy = reach * slope;
            [(16.0, dy, Anchor::Start), (-16.0, dy, Anchor::End), (40.0, dy, Anchor::Start), (-40.0, dy, Anchor::End)]
        })
    });
    near.into_iter().chain(rings)
}

/// The estimated width of a label.
pub(in crate::report::html) fn width_of(text: &str) -> f64 {
    unicode_width::UnicodeWidthStr::width(text) as f64 * CHARACTER
}

/// The name of a model for a chart. Where it is wider than [`WIDEST_NAME`] its middle is left out: forms of one model differ at
/// the end.
pub(in crate::report::html) fn name_in_chart(text: &str) -> Cow<'_, str> {
    if width_of(text) <= WIDEST_NAME {
        return Cow::Borrowed(text);
    }
    let room = WIDEST_NAME - CHARACTER;
    let mut ends = text.char_indices().map(|(start, _)| &text[start..]);
    let end = ends.find(|end| width_of(end) <= room / 2.0).unwrap_or_default();
    let mut beginnings = text.char_indices().rev().map(|(end, _)| &text[..end]);
    let beginning = beginnings.find(|beginning| width_of(beginning) <= room - width_of(end)).unwrap_or_default();
    Cow::Owned(format!("{}…{}", beginning.trim_end_matches([' ', ',', '(']), end.trim_start()))
}

/// Heights for labels in one column, each as near to the one it wants as an even distance between them lets it.
pub(in crate::report::html) fn stack(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let line = LINE.min((bottom - top) / wanted.len().max(1) as f64);
    let mut heights = vec![0.0; wanted.len()];
    let mut free = top;
    for &place in &order {
        heights[place] = wanted[place].max(free);
        free = heights[place] + line;
    }
    // What was pushed beyond the bottom goes back up.
    let mut limit = bottom;
    for &place in order.iter().rev() {
        heights[place] = heights[place].min(limit);
        limit = heights[place] - line;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, right: 300.0, bottom: 200.0 };

    #[test]
    fn labels_of_a_crowd_do_not_cover_each_other() {
        let labels: Vec<Label<'_>> = (0..8)
            .map(|n| Label { text: "Mult-VAE", point: (150.0 + f64::from(n), 100.0 + f64::from(n % 3)) })
            .collect();
        let placed: Vec<Placement> = place(&labels, &FRAME).into_iter().flatten().collect();
        assert_eq!(placed.len(), 8);
        for (index, a) in placed.iter().enumerate() {
            for b in &placed[..index] {
                let apart = (a.at.1 - b.at.1).abs() >= LINE - 1e-6 || (a.at.0 - b.at.0).abs() >= 9.0;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn a_single_label_stands_right_of_its_point_or_left_at_the_edge() {
        let at = |x: f64| place(&[Label { text: "EASE", point: (x, 50.0) }], &FRAME)[0].unwrap().anchor;
        assert_eq!((at(10.0), at(290.0)), (Anchor::Start, Anchor::End));
        assert_eq!(place(&[Label { text: &"long ".repeat(30), point: (10.0, 10.0) }], &FRAME), [None]);
    }

    #[test]
    fn a_long_name_is_cut_to_what_a_chart_has_room_for() {
        assert_eq!(name_in_chart("Mult-VAE (latent 200)"), "Mult-VAE (latent 200)");
        let cut = name_in_chart("Mult-VAE (hidden [600], patience 15)");
        assert_eq!(cut, "Mult-VAE (hi…atience 15)");
        let forms = [true, false].map(|form| format!("SVAE (upstream-evaluation {form})"));
        assert_ne!(name_in_chart(&forms[0]), name_in_chart(&forms[1]));
        for text in ["矩阵分解的一种很长很长的名字而且没有空格", &"long ".repeat(30)] {
            assert!(width_of(&name_in_chart(text)) <= WIDEST_NAME, "{text}");
        }
    }

    #[test]
    fn stacked_labels_keep_their_order_and_distance() {
        let heights = stack(&[50.0, 51.0, 52.0, 199.0, 199.0], 0.0, 200.0);
        assert_eq!(heights[0], 50.0);
        assert!(heights[1] - heights[0] >= LINE - 1e-9 && heights[2] - heights[1] >= LINE - 1e-9);
        assert!(heights[4] <= 200.0 && heights[4] - heights[3] >= LINE - 1e-9);
    }
}
