//! CSV and TSV with a header: any delimiter, columns by name, quotes after RFC 4180.
//!
//! In files separated by tabs a quote is an ordinary character, as such files are usually written.

use std::path::Path;

use memchr::{memchr, memchr_iter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ReadOptions;
use super::collector::{Collector, Row, lossy};
use super::lines::{Lines, RECORD_LIMIT_BYTES};
use crate::rec::Monitor;
use crate::rec::data::{DataError, LineProblem, MissingColumn};

/// The names of the columns of a CSV or TSV file. Case does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Columns {
    /// The user's id. Usual names: `user`, `user_id`, `userId`, `uid`, `reviewerID`, `customer_id`, ...
    pub user: Option<String>,
    /// The item's id. Usual names: `item`, `item_id`, `movieId`, `product_id`, `asin`, `isbn`, ...
    pub item: Option<String>,
    /// The rating; a file without one has likes only, each counted as 1. Usual names: `rating`, `score`, `stars`, ...
    pub rating: Option<String>,
    /// The time in whole seconds; without one, line order is the order of time. Usual names: `time`, `timestamp`, ...
    pub time: Option<String>,
    /// The title, in the file of titles. Usual names: `title`, `name`, ...
    pub title: Option<String>,
}

/// What separates the fields of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// The one of the four that stands most often in the header.
    #[default]
    Auto,
    /// `,`
    Comma,
    /// A tab.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// The byte, for a file with this header.
    pub(super) fn byte(self, header: &[u8]) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Pipe => b'|',
            Self::Auto => {
                let count = |byte: &u8| memchr_iter(*byte, header).count();
                // Of equally frequent ones the last wins, so that a header of one column counts as CSV.
                *b"|;\t,".iter().max_by_key(|byte| count(byte)).unwrap_or(&b',')
            }
        }
    }
}

const USER_NAMES: &[&str] = &["user", "userid", "uid", "reviewerid", "customer", "customerid", "member", "memberid"];
const ITEM_NAMES: &[&str] = &[
    "item",
    "itemid",
    "iid",
    "movie",
    "movieid",
    "product",
    "productid",
    "asin",
    "book",
    "bookid",
    "isbn",
    "track",
    "trackid",
    "song",
    "songid",
    "artist",
    "artistid",
    "business",
    "businessid",
    "parentasin",
];
const RATING_NAMES: &[&str] = &["rating", "score", "stars", "overall", "bookrating", "starrating"];
const TIME_NAMES: &[&str] = &["time", "timestamp", "ts", "unixtime", "unixreviewtime", "unixtimestamp"];
const TITLE_NAMES: &[&str] = &["title", "name", "itemtitle", "itemname", "movietitle", "booktitle", "producttitle"];

/// The header of a table.
pub(super) struct Header {
    names: Vec<String>,
}

impl Header {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { names }
    }

    /// The position of the column asked for, or else of one of the usual name; `None` if neither is there.
    fn find(&self, wanted: Option<&String>, usual: &[&str]) -> Option<usize> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' ', '.'], "");
        match wanted {
            Some(wanted) => {
                let exact = self.names.iter().position(|name| name == wanted);
                exact.or_else(|| self.names.iter().position(|name| name.to_lowercase() == wanted.to_lowercase()))
            }
            // RecBole's atomic files write `user_id:token`.
            None => usual.iter().find_map(|usual| {
                let is_usual = |name: &String| plain(name.split(':').next().unwrap_or_default()) == *usual;
                self.names.iter().position(is_usual)
            }),
        }
    }

    fn missing(&self, path: &Path, role: &'static str, wanted: Option<&String>) -> DataError {
        DataError::MissingColumn(Box::new(MissingColumn {
            path: path.to_owned(),
            role,
            wanted: wanted.cloned(),
            columns: self.names.clone(),
        }))
    }

    pub(super) fn user(&self, path: &Path, columns: &Columns) -> Result<usize, DataError> {
        self.required(path, "user", columns.user.as_ref(), USER_NAMES)
    }

    pub(super) fn item(&self, path: &Path, columns: &Columns) -> Result<usize, DataError> {
        self.required(path, "item", columns.item.as_ref(), ITEM_NAMES)
    }

    pub(super) fn title(&self, path: &Path, columns: &Columns) -> Result<usize, DataError> {
        self.required(path, "title", columns.title.as_ref(), TITLE_NAMES)
    }

    fn required(
        &self,
        path: &Path,
        role: &'static str,
        wanted: Option<&String>,
        usual: &[&str],
    ) -> Result<usize, DataError> {
        self.find(wanted, usual).ok_or_else(|| self.missing(path, role, wanted))
    }

    /// A column that may be missing unless it was asked for.
    fn optional(
        &self,
        path: &Path,
        role: &'static str,
        wanted: Option<&String>,
        usual: &[&str],
    ) -> Result<Option<usize>, DataError> {
        match self.find(wanted, usual) {
            None if wanted.is_some() => Err(self.missing(path, role, wanted)),
            found => Ok(found),
        }
    }
}

/// Which of the optional columns were there.
pub(super) struct Found {
    pub(super) has_ratings: bool,
    pub(super) has_times: bool,
}

pub(super) fn read(
    path: &Path,
    options: &ReadOptions,
    collector: &mut Collector,
    monitor: &dyn Monitor,
) -> Result<Found, DataError> {
    let mut lines = Lines::open(path, RECORD_LIMIT_BYTES, monitor)?;
    let Some(first) = lines.next()? else { return Err(DataError::Empty { path: path.to_owned() }) };
    let delimiter = options.delimiter.byte(first.bytes);
    let mut record = Record::default();
    if delimiter == b'\t' {
        record.split(first.bytes, delimiter);
    } else {
        record.split_quoted(first.bytes, delimiter);
    }
    let header = Header::new(record.iter().map(|name| lossy(name.trim_ascii())).collect());
    let columns = &options.columns;
    let user = header.user(path, columns)?;
    let item = header.item(path, columns)?;
    let rating = header.optional(path, "rating", columns.rating.as_ref(), RATING_NAMES)?;
    let time = header.optional(path, "time", columns.time.as_ref(), TIME_NAMES)?;
    let expected = header.names.len();

    let mut joined = Vec::new();
    while let Some(line) = lines.next()? {
        let number = line.number;
        let has_quotes = delimiter != b'\t' && memchr(b'"', line.bytes).is_some();
        if !has_quotes {
            record.split(line.bytes, delimiter);
        } else if quotes_close(line.bytes) {
            record.split_quoted(line.bytes, delimiter);
        } else {
            // A quoted field goes on in the next line.
            joined.clear();
            joined.extend_from_slice(line.bytes);
            // One that never closes was not meant to open a field.
            while !quotes_close(&joined) && joined.len() < RECORD_LIMIT_BYTES {
                let Some(next) = lines.next()? else { break };
                joined.push(b'\n');
                joined.extend_from_slice(next.bytes);
            }
            if !quotes_close(&joined) {
                collector
                    .reject(number, LineProblem::Quote(lossy(joined.split(|&b| b == b'\n').next().unwrap_or(&[]))));
                continue;
            }
            record.split_quoted(&joined, delimiter);
        }
        if record.len() == expected {
            let [user, item] = [user, item].map(|column| record.field(column));
            let [rating, time] = [rating, time].map(|column| column.map(|column| record.field(column)));
            collector.push(number, Row { user, item, rating, time });
        } else {
            let problem = LineProblem::Fields { found: record.len(), expected, text: lossy(&record.text) };
            collector.reject(number, problem);
        }
    }
    Ok(Found { has_ratings: rating.is_some(), has_times: time.is_some() })
}

fn quotes_close(text: &[u8]) -> bool {
    memchr_iter(b'"', text).count().is_multiple_of(2)
}

/// The fields of one record; the buffers are reused from record to record.
#[derive(Default)]
struct Record {
    text: Vec<u8>,
    /// Where each field begins and ends in the text.
    fields: Vec<(usize, usize)>,
}

impl Record {
    fn len(&self) -> usize {
        self.fields.len()
    }

    fn field(&self, index: usize) -> &[u8] {
        let (start, end) = self.fields[index];
        &self.text[start..end]
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.field(index))
    }

    /// Splits a line without quotes.
    fn split(&mut self, line: &[u8], delimiter: u8) {
        self.text.clear();
        self.text.extend_from_slice(line);
        self.fields.clear();
        let mut start = 0;
        for (at, &byte) in line.iter().enumerate() {
            if byte == delimiter {
                self.fields.push((start, at));
                start = at + 1;
            }
        }
        self.fields.push((start, line.len()));
    }

    /// Splits a record whose fields may be in quotes: `"a, ""b"""` is `a, "b"`.
    fn split_quoted(&mut self, record: &[u8], delimiter: u8) {
        self.text.clear();
        self.fields.clear();
        let mut start = 0;
        let mut is_quoted = false;
        let mut bytes = record.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' if is_quoted && bytes.peek() == Some(&b'"') => {
                    bytes.next();
                    self.text.push(b'"');
                }
                b'"' => is_quoted = !is_quoted,
                _ if byte == delimiter && !is_quoted => {
                    self.fields.push((start, self.text.len()));
                    start = self.text.len();
                }
                _ => self.text.push(byte),
            }
        }
        self.fields.push((start, self.text.len()));
    }
}
