//! Tables as lines of text: columns of one width, coloured cells, a last column that is wrapped.

use unicode_width::UnicodeWidthStr;

use super::colors::Colors;
use super::wrap::wrap;

/// Space between columns.
const GUTTER: &str = "  ";
/// A last column that would be narrower goes below the others.
const NARROWEST_LAST: usize = 24;

/// On which side of a column its texts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// How a cell is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Paint {
    #[default]
    Plain,
    Good,
    Bad,
    Note,
    Faint,
}

/// A text and its colour.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    text: String,
    paint: Paint,
}

impl Cell {
    pub(super) fn painted(text: impl Into<String>, paint: Paint) -> Self {
        Self { text: text.into(), paint }
    }

    /// The text in its colour.
    pub(super) fn colored(&self, colors: Colors) -> String {
        paint(self.paint, &self.text, colors)
    }

    /// What stands where there is nothing.
    pub(super) fn nothing() -> Self {
        Self::painted("–", Paint::Faint)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, paint: Paint::Plain }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A table that grows by rows.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<(String, Side)>,
    rows: Vec<Vec<Cell>>,
    wraps: bool,
}

impl Table {
    /// A table with these columns.
    pub(super) fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, Side)>) -> Self {
        Self {
            columns: columns.into_iter().map(|(title, side)| (title.into(), side)).collect(),
            rows: Vec::new(),
            wraps: false,
        }
    }

    /// Lets the last column, which must stand left, have as many lines as it needs.
    pub(super) fn wrap_last(mut self) -> Self {
        self.wraps = true;
        self
    }

    /// Adds a row with one cell for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.into_iter().collect();
        debug_assert_eq!(cells.len(), self.columns.len(), "one cell for each column");
        self.rows.push(cells);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in lines that end in newlines. Only a column that is wrapped keeps within `width`.
    pub(super) fn render(&self, width: usize, colors: Colors) -> String {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| row[column].text.width());
                cells.chain([self.columns[column].0.width()]).max().unwrap_or(0)
            })
            .collect();
        let header: Vec<Cell> =
            self.columns.iter().map(|(title, _)| Cell::painted(title.clone(), Paint::Faint)).collect();
        std::iter::once(&header).chain(&self.rows).map(|row| self.line(row, &widths, width, colors)).collect()
    }

    fn line(&self, row: &[Cell], widths: &[usize], width: usize, colors: Colors) -> String {
        let fixed = row.len() - usize::from(self.wraps);
        let mut line = String::new();
        for (place, (cell, (_, side))) in row[..fixed].iter().zip(&self.columns).enumerate() {
            let padding = " ".repeat(widths[place] - cell.text.width());
            let is_last = place + 1 == row.len();
            let text = cell.colored(colors);
            line += if place == 0 { "" } else { GUTTER };
            match side {
                Side::Right => line += &(padding + &text),
                Side::Left if is_last => line += &text,
                Side::Left => line += &(text + &padding),
            }
        }
        let Some(last) = row.get(fixed) else { return line.trim_end().to_owned() + "\n" };
        let before = widths[..fixed].iter().map(|width| width + GUTTER.len()).sum::<usize>();
        if before + NARROWEST_LAST <= width || last.text.width() + before <= width {
            let lines = wrap(&last.text, before, width.max(before + NARROWEST_LAST));
            let lines: Vec<String> = lines.iter().map(|text| paint(last.paint, text.trim_start(), colors)).collect();
            line += GUTTER;
            line += &lines.join(&format!("\n{}", " ".repeat(before)));
            return line.trim_end().to_owned() + "\n";
        }
        let below = wrap(&last.text, 0, width.saturating_sub(4)).into_iter();
        let below = below.fold(String::new(), |lines, text| lines + "    " + &paint(last.paint, &text, colors) + "\n");
        line.trim_end().to_owned() + "\n" + &below
    }
}

fn paint(paint: Paint, text: &str, colors: Colors) -> String {
    match paint {
        Paint::Plain => text.to_owned(),
        _ if text.is_empty() => String::new(),
        Paint::Good => colors.good(text),
        Paint::Bad => colors.bad(text),
        Paint::Note => colors.note(text),
        Paint::Faint => colors.faint(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [("stage", Side::Left), ("time", Side::Right), ("why", Side::Left)];
        let mut table = Table::new(columns).wrap_last();
        table.row(["ingest".into(), "12 ms".into(), Cell::default()]);
        table.row(["映画".into(), Cell::nothing(), "because of one thing and of another".into()]);
        table
    }

    #[test]
    fn the_last_column_is_wrapped_or_goes_below() {
        insta::assert_snapshot!(
            [60, 40, 24].map(|width| format!("{width}\n{}", table().render(width, Colors::Off))).join("\n")
        );
    }

    #[test]
    fn colours_do_not_move_columns() {
        let plain = table().render(60, Colors::Off);
        let coloured = table().render(60, Colors::On);
        let without: String = coloured
            .split('\u{1b}')
            .enumerate()
            .map(|(n, part)| if n == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) })
            .collect();
        assert_ne!(coloured, plain);
        assert_eq!(without, plain);
    }
}
