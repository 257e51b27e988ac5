//! A terminal in memory, as far as progress lines need one.

use std::io;
use std::sync::{Arc, Mutex};

use indicatif::TermLike;

const WIDTH: u16 = 100;

#[derive(Debug, Default)]
struct Screen {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    fn line(&mut self) -> &mut Vec<char> {
        if self.lines.len() <= self.row {
            self.lines.resize(self.row + 1, Vec::new());
        }
        &mut self.lines[self.row]
    }

    fn write(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '\n' => {
                    self.line();
                    (self.row, self.column) = (self.row + 1, 0);
                }
                '\r' => self.column = 0,
                _ => {
                    if self.column == usize::from(WIDTH) {
                        (self.row, self.column) = (self.row + 1, 0);
                    }
                    let column = self.column;
                    let line = self.line();
                    line.resize(line.len().max(column + 1), ' ');
                    line[column] = character;
                    self.column += 1;
                }
            }
        }
    }
}

/// Shares one screen among its clones. It is endlessly high, [`WIDTH`] wide, and wraps.
#[derive(Debug, Clone, Default)]
pub(super) struct Terminal(Arc<Mutex<Screen>>);

impl Terminal {
    /// What can be read on it.
    pub(super) fn text(&self) -> String {
        let screen = self.0.lock().unwrap();
        let lines = screen.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
    }

    #[expect(clippy::unnecessary_wraps, reason = "every method of the trait returns such a result")]
    fn change(&self, change: impl FnOnce(&mut Screen)) -> io::Result<()> {
        change(&mut self.0.lock().unwrap());
        Ok(())
    }
}

impl io::Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.change(|screen| screen.write(&String::from_utf8_lossy(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        WIDTH
    }

    fn height(&self) -> u16 {
        1000
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.change(|screen| screen.row = screen.row.saturating_sub(n))
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.change(|screen| screen.row += n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.change(|screen| screen.column += n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.change(|screen| screen.column = screen.column.saturating_sub(n))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.change(|screen| {
            screen.write(text);
            screen.write("\n");
        })
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.change(|screen| screen.write(text))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.change(|screen| {
            screen.line().clear();
            screen.column = 0;
        })
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
