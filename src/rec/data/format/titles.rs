//! Titles of items: `u.item` (`id|title|...`), `movies.dat` (`id::title::...`) or a table with named columns.
//!
//! The text is taken as UTF-8 if all of it is, else as latin-1: MovieLens up to 1M is latin-1, later ones are UTF-8.

use std::collections::HashMap;
use std::path::Path;

use super::ReadOptions;
use super::collector::lossy;
use super::double_colon::Fields;
use super::lines::Lines;
use super::table::Header;
use crate::rec::Monitor;
use crate::rec::data::{BadLine, BadLines, DataError, Items, LineProblem};

/// Reads titles and puts them beside the ids they belong to; ids that the items do not have are passed over.
pub(super) fn attach(
    path: &Path,
    items: &mut Items,
    options: &ReadOptions,
    monitor: &dyn Monitor,
) -> Result<(), DataError> {
    let text = read_text(path, monitor)?;
    let first = text.lines().next().unwrap_or_default();
    let titles = if first.contains("::") {
        by_lines(path, &text, |line| {
            let fields: Vec<&[u8]> = Fields(Some(line.as_bytes())).take(2).collect();
            let [id, title] = fields.try_into().ok()?;
            Some((lossy(id), lossy(title)))
        })?
    } else if first.contains('|') && first.split('|').next().is_some_and(|id| id.trim().parse::<u64>().is_ok()) {
        by_lines(path, &text, |line| {
            let mut fields = line.split('|');
            Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
        })?
    } else {
        by_columns(path, &text, options)?
    };
    for (id, title) in items.ids.iter().zip(&mut items.titles) {
        if let Some(known) = titles.get(id) {
            title.clone_from(known);
        }
    }
    Ok(())
}

/// The whole file, decoded; blank lines are kept as line ends, so that line numbers stay right.
fn read_text(path: &Path, monitor: &dyn Monitor) -> Result<String, DataError> {
    let mut lines = Lines::open(path, monitor)?;
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

fn by_lines(
    path: &Path,
    text: &str,
    parse: impl Fn(&str) -> Option<(String, String)>,
) -> Result<HashMap<String, String>, DataError> {
    let mut titles = HashMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let Some((id, title)) = parse(line) else {
            let problem = LineProblem::Fields { found: 1, expected: 2, text: line.to_owned() };
            return Err(bad_line(path, index as u64 + 1, problem));
        };
        titles.insert(id.trim().to_owned(), title.trim().to_owned());
    }
    Ok(titles)
}

fn by_columns(path: &Path, text: &str, options: &ReadOptions) -> Result<HashMap<String, String>, DataError> {
    let delimiter = options.delimiter.byte(text.lines().next().unwrap_or_default().as_bytes());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).quoting(delimiter != b'\t').from_reader(text.as_bytes());
    let line_of = |error: &csv::Error| error.position().map_or(1, csv::Position::line);
    let problem_of = |error: &csv::Error| match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            LineProblem::Fields { found: *len as usize, expected: *expected_len as usize, text: String::new() }
        }
        _ => LineProblem::Encoding { role: "title", text: error.to_string() },
    };
    let names = reader.headers().map_err(|error| bad_line(path, line_of(&error), problem_of(&error)))?;
    let header = Header::new(names.iter().map(|name| name.trim().to_owned()).collect());
    let item = header.item(path, &options.columns)?;
    let title = header.title(path, &options.columns)?;
    let mut titles = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = line_of(&error);
            let mut problem = problem_of(&error);
            if let LineProblem::Fields { text: offending, .. } = &mut problem {
                text.lines().nth(line as usize - 1).unwrap_or_default().clone_into(offending);
            }
            bad_line(path, line, problem)
        })?;
        titles.insert(record[item].trim().to_owned(), record[title].trim().to_owned());
    }
    Ok(titles)
}

fn bad_line(path: &Path, line: u64, problem: LineProblem) -> DataError {
    let shown = vec![BadLine { path: path.to_owned(), line, problem }];
    DataError::BadLines(Box::new(BadLines { shown, total: 1 }))
}
