//! A file beside the interactions, which tells of items or of users: read whole, decoded, taken line by line.
//!
//! The text is taken as UTF-8 if all of it is, else as latin-1: MovieLens up to 1M is latin-1, later ones are UTF-8.

use std::path::Path;

use super::lines::{Lines, RECORD_LIMIT_BYTES};
use super::table::Delimiter;
use super::{OnBadLine, ReadOptions};
use crate::rec::Monitor;
use crate::rec::data::{BadLine, BadLines, DataError, LineProblem};

/// The file, and what becomes of lines that cannot be taken.
pub(super) struct SideFile<'a> {
    pub path: &'a Path,
    text: String,
    delimiter: Delimiter,
    on_bad_line: OnBadLine,
    /// Lines that were passed over.
    pub n_skipped: u64,
}

impl<'a> SideFile<'a> {
    pub(super) fn read(path: &'a Path, options: &ReadOptions, monitor: &dyn Monitor) -> Result<Self, DataError> {
        let text = decoded(path, monitor)?;
        Ok(Self { path, text, delimiter: options.delimiter, on_bad_line: options.on_bad_line, n_skipped: 0 })
    }

    /// The first line, by which the format is known.
    pub(super) fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// Takes every line that is not blank.
    pub(super) fn each_line(&mut self, mut take: impl FnMut(&str) -> Result<(), LineProblem>) -> Result<(), DataError> {
        let Self { path, text, on_bad_line, n_skipped, .. } = self;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            take(line).or_else(|problem| reject(path, index as u64 + 1, problem, *on_bad_line, n_skipped))?;
        }
        Ok(())
    }

    /// Takes every record of a table, with what `columns` makes of the names in its header.
    pub(super) fn each_record<C>(
        &mut self,
        columns: impl FnOnce(Vec<String>) -> Result<C, DataError>,
        mut take: impl FnMut(&C, &csv::StringRecord) -> Result<(), LineProblem>,
    ) -> Result<C, DataError> {
        let delimiter = self.delimiter.byte(self.first_line().as_bytes());
        let Self { path, text, on_bad_line, n_skipped, .. } = self;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(delimiter != b'\t')
            .flexible(true)
            .from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| DataError::io(path, error.into());
        let names: Vec<String> =
            reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().to_owned()).collect();
        let expected = names.len();
        let columns = columns(names)?;
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            let line = record.position().map_or(0, csv::Position::line);
            let taken = if record.len() == expected {
                take(&columns, &record)
            } else {
                let text = record.iter().collect::<Vec<_>>().join(", ");
                Err(LineProblem::Fields { found: record.len(), expected, text })
            };
            taken.or_else(|problem| reject(path, line, problem, *on_bad_line, n_skipped))?;
        }
        Ok(columns)
    }
}

fn reject(
    path: &Path,
    line: u64,
    problem: LineProblem,
    on_bad_line: OnBadLine,
    n_skipped: &mut u64,
) -> Result<(), DataError> {
    if on_bad_line == OnBadLine::Skip {
        *n_skipped += 1;
        return Ok(());
    }
    let shown = vec![BadLine { path: path.to_owned(), line, problem }];
    Err(DataError::BadLines(Box::new(BadLines { shown, total: 1 })))
}

/// The whole file, decoded; blank lines are kept as line ends, so that line numbers stay right.
fn decoded(path: &Path, monitor: &dyn Monitor) -> Result<String, DataError> {
    let mut lines = Lines::open(path, RECORD_LIMIT_BYTES, monitor)?;
    let mut bytes = Vec::new();
    let mut number = 1;
    while let Some(line) = lines.next()? {
        bytes.resize(bytes.len() + (line.number - number) as usize, b'\n');
        number = line.number;
        bytes.extend_from_slice(line.bytes);
    }
    if bytes.is_empty() {
        return Err(DataError::Empty { path: path.to_owned() });
    }
    // In latin-1 a byte is its code point.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect()))
}
