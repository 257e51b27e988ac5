//! Texts in lines of a terminal's width.

pub(super) use crate::report::wrap;

/// Narrower terminals are written to as if they had this width.
const NARROWEST: usize = 40;
/// Lines longer than this are hard to read.
const WIDEST: usize = 100;

/// The width to write prose to: the terminal's within bounds, or the widest where there is none.
pub(super) fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(WIDEST, |(width, _)| usize::from(width.0).clamp(NARROWEST, WIDEST))
}

/// The width to lay tables out in: the terminal's, or one that most windows have where there is none.
pub(super) fn table_width() -> usize {
    terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0).max(NARROWEST))
}
