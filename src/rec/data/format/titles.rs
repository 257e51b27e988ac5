//! Titles of items: `u.item` (`id|title|...`), `movies.dat` (`id::title::...`) or a table with named columns.
//!
//! The text is taken as UTF-8 if all of it is, else as latin-1: MovieLens up to 1M is latin-1, later ones are UTF-8.

use std::collections::HashMap;
use std::path::Path;

use super::collector::lossy;
use super::double_colon::Fields;
use super::lines::{Lines, RECORD_LIMIT_BYTES};
use super::table::Header;
use super::{OnBadLine, ReadOptions};
use crate::rec::Monitor;
use crate::rec::data::{BadLine, BadLines, DataError, Items, LineProblem};

/// Reads titles and puts them beside the ids they belong to; ids that the items do not have are passed over. Gives the
/// number of lines that were skipped.
pub(super) fn attach(
    path: &Path,
    items: &mut Items,
    options: &ReadOptions,
    monitor: &dyn Monitor,
) -> Result<u64, DataError> {
    let text = read_text(path, monitor)?;
    let first = text.lines().next().unwrap_or_default();
    let mut found = Found { path, on_bad_line: options.on_bad_line, titles: HashMap::new(), n_skipped: 0 };
    if first.contains("::") {
        found.by_lines(&text, |line| {
            let fields: Vec<&[u8]> = Fields(Some(line.as_bytes())).take(2).collect();
            let [id, title] = fields.try_into().ok()?;
            Some((lossy(id), lossy(title)))
        })?;
    } else if first.contains('|') && first.split('|').next().is_some_and(|id| id.trim().parse::<u64>().is_ok()) {
        found.by_lines(&text, |line| {
            let mut fields = line.split('|');
            Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
        })?;
    } else {
        found.by_columns(&text, options)?;
    }
    for (id, title) in items.ids.iter().zip(&mut items.titles) {
        if let Some(known) = found.titles.get(id) {
            title.clone_from(known);
        }
    }
    Ok(found.n_skipped)
}

/// The whole file, decoded; blank lines are kept as line ends, so that line numbers stay right.
pub(super) fn read_text(path: &Path, monitor: &dyn Monitor) -> Result<String, DataError> {
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

/// The titles found so far, by item id.
struct Found<'a> {
    path: &'a Path,
    on_bad_line: OnBadLine,
    titles: HashMap<String, String>,
    n_skipped: u64,
}

impl Found<'_> {
    fn by_lines(&mut self, text: &str, parse: impl Fn(&str) -> Option<(String, String)>) -> Result<(), DataError> {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            if let Some((id, title)) = parse(line) {
                self.add(&id, &title);
            } else {
                let problem = LineProblem::Fields { found: 1, expected: 2, text: line.to_owned() };
                self.reject(index as u64 + 1, problem)?;
            }
        }
        Ok(())
    }

    fn by_columns(&mut self, text: &str, options: &ReadOptions) -> Result<(), DataError> {
        let delimiter = options.delimiter.byte(text.lines().next().unwrap_or_default().as_bytes());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(delimiter != b'\t')
            .flexible(true)
            .from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| DataError::io(self.path, error.into());
        let names = reader.headers().map_err(unreadable)?;
        let expected = names.len();
        let header = Header::new(names.iter().map(|name| name.trim().to_owned()).collect());
        let item = header.item(self.path, &options.columns)?;
        let title = header.title(self.path, &options.columns)?;
        for record in reader.records() {
            let record = record.map_err(|error| DataError::io(self.path, error.into()))?;
            if record.len() == expected {
                self.add(&record[item], &record[title]);
            } else {
                let fields: Vec<&str> = record.iter().collect();
                let problem = LineProblem::Fields { found: record.len(), expected, text: fields.join(", ") };
                self.reject(record.position().map_or(0, csv::Position::line), problem)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, id: &str, title: &str) {
        self.titles.insert(id.trim().to_owned(), title.trim().to_owned());
    }

    fn reject(&mut self, line: u64, problem: LineProblem) -> Result<(), DataError> {
        if self.on_bad_line == OnBadLine::Skip {
            self.n_skipped += 1;
            return Ok(());
        }
        let shown = vec![BadLine { path: self.path.to_owned(), line, problem }];
        Err(DataError::BadLines(Box::new(BadLines { shown, total: 1 })))
    }
}
