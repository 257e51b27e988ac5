//! The mark by which a model is known all over the page: a colour and a shape, so that neither has to be seen.

use super::svg::{Drawing, number};

/// Colours that the page's style defines as `--s0`, `--s1`, …
const COLOURS: usize = 10;
/// Shapes; with the colours, forty marks that are all different.
const SHAPES: usize = 8;

/// The mark of one row of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report::html) struct Series {
    colour: usize,
    shape: usize,
}

impl Series {
    /// The mark of the row at this place.
    pub(in crate::report::html) fn of(row: usize) -> Self {
        Self { colour: row % COLOURS, shape: row % SHAPES }
    }

    /// The class that fills with the colour.
    pub(in crate::report::html) fn fill(self) -> String {
        format!("f{}", self.colour)
    }

    /// The class that draws lines in the colour.
    pub(in crate::report::html) fn stroke(self) -> String {
        format!("k{}", self.colour)
    }

    /// Draws the mark around a place.
    pub(in crate::report::html) fn draw(self, drawing: &mut Drawing, (x, y): (f64, f64), radius: f64) {
        let r = radius;
        let polygon = |points: &[(f64, f64)]| {
            let points: Vec<String> =
                points.iter().map(|(dx, dy)| format!("{},{}", number(x + dx * r), number(y + dy * r))).collect();
            format!("M{}Z", points.join("L"))
        };
        let path = match self.shape {
            0 => {
                let [left, y, r, d] = [x - r, y, r, 2.0 * r].map(number);
                format!("M{left},{y}a{r},{r} 0 1 0 {d},0a{r},{r} 0 1 0 -{d},0Z")
            }
            1 => polygon(&[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]),
            2 => polygon(&[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)]),
            3 => polygon(&[(0.0, -1.25), (1.1, 0.0), (0.0, 1.25), (-1.1, 0.0)]),
            4 => polygon(&[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)]),
            5 => polygon(&PLUS),
            6 => polygon(&[(0.0, -1.15), (1.1, -0.35), (0.68, 0.95), (-0.68, 0.95), (-1.1, -0.35)]),
            _ => polygon(&PLUS.map(|(dx, dy)| ((dx - dy) * 0.75, (dx + dy) * 0.75))),
        };
        drawing.path(&format!("mark {}", self.fill()), &path);
    }

    /// The mark alone, to stand before a name.
    pub(in crate::report::html) fn icon(self) -> String {
        let mut drawing = Drawing::new(12.0, 12.0);
        self.draw(&mut drawing, (6.0, 6.0), 4.2);
        drawing.decoration("key")
    }
}

const PLUS: [(f64, f64); 12] = [
    (-0.42, -1.15),
    (0.42, -1.15),
    (0.42, -0.42),
    (1.15, -0.42),
    (1.15, 0.42),
    (0.42, 0.42),
    (0.42, 1.15),
    (-0.42, 1.15),
    (-0.42, 0.42),
    (-1.15, 0.42),
    (-1.15, -0.42),
    (-0.42, -0.42),
];
