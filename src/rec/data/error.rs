//! What can be wrong with data.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::rec::Interrupted;
use crate::rec::model::Problem;

/// How many bad lines an error shows; the rest is counted.
pub(super) const SHOWN_BAD_LINES: usize = 10;

/// How many columns of a table an error shows; the rest is counted.
const SHOWN_COLUMNS: usize = 30;

/// Why data could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// There is nothing at the path.
    #[error("`{}` does not exist", path.display())]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The operating system could not read or write it.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// Of which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A gzip file that ends early or is damaged.
    #[error("the gzip file `{}` {what}", path.display())]
    Gzip {
        /// Of which file.
        path: PathBuf,
        /// `ends too early` or `is damaged: ...`.
        what: String,
    },
    /// The file is not text.
    #[error("`{}` is not a text file: {what}", path.display())]
    NotText {
        /// Of which file.
        path: PathBuf,
        /// What shows it.
        what: String,
    },
    /// A line that is too long to be one.
    #[error("`{}` line {line} is longer than {} MiB", path.display(), limit_bytes >> 20)]
    LongLine {
        /// Of which file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What a line may have.
        limit_bytes: usize,
    },
    /// There are no events in it.
    #[error("`{}` holds no events", path.display())]
    Empty {
        /// Of which file.
        path: PathBuf,
    },
    /// Nothing about the path says how to read it.
    #[error("`{}` is no data set that recflow knows: {what}", path.display())]
    Unrecognised {
        /// The file or folder.
        path: PathBuf,
        /// What is missing.
        what: String,
    },
    /// A table lacks a column.
    #[error(transparent)]
    MissingColumn(Box<MissingColumn>),
    /// A file of users whose first line does not name columns that each are an attribute.
    #[error(
        "`{}` does not name attributes of users: its first line names {}",
        path.display(), columns.iter().take(SHOWN_COLUMNS).map(|name| format!("`{}`", shortened(name))).collect::<Vec<_>>().join(", ")
    )]
    UserColumns {
        /// The file.
        path: PathBuf,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// Lines that cannot be used.
    #[error(transparent)]
    BadLines(Box<BadLines>),
}

impl DataError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::NotFound {
            Self::NotFound { path: path.to_owned() }
        } else {
            Self::Io { path: path.to_owned(), source }
        }
    }

    /// An error while decoding the text of a file that could be opened.
    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        let what = match source.kind() {
            io::ErrorKind::UnexpectedEof => "ends too early".to_owned(),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("is damaged: {source}"),
            _ => return Self::io(path, source),
        };
        Self::Gzip { path: path.to_owned(), what }
    }

    /// The remedy, where one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Interrupted(_) => None,
            Self::NotFound { .. } => Some("check the path; a relative one starts at the current directory".to_owned()),
            Self::Io { .. } => Some("check that it is a file and that you may read it".to_owned()),
            Self::Gzip { .. } => Some("get the file again: the copy is incomplete or damaged".to_owned()),
            Self::NotText { .. } => Some("unpack it, or save it as UTF-8 text, plain or gzip".to_owned()),
            Self::LongLine { .. } => Some(
                "end lines with a line feed: a line is one rating, or in LightGCN's form the items of one user"
                    .to_owned(),
            ),
            Self::Empty { .. } => Some("check that it is the right file and was copied whole".to_owned()),
            Self::Unrecognised { .. } => Some(
                "give a MovieLens folder, a folder with LightGCN's `train.txt` and `test.txt`, or one ratings file: \
                 CSV or TSV with a header, `user::item::rating::time`, or `user item item ...`"
                    .to_owned(),
            ),
            Self::MissingColumn(missing) => Some(missing.help()),
            Self::UserColumns { .. } => Some(
                "begin it with a line such as `user,gender,age`: the column of ids, then attributes of different names"
                    .to_owned(),
            ),
            Self::BadLines(bad) => Some(bad.help()),
        }
    }
}

/// A table has no column for something that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// Of which file.
    pub path: PathBuf,
    /// What the column would hold: `user`, `item`, `rating`, `time` or `title`.
    pub role: &'static str,
    /// The name asked for; `None` if the usual names were looked for.
    pub wanted: Option<String>,
    /// The columns that there are.
    pub columns: Vec<String>,
}

impl std::error::Error for MissingColumn {}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.wanted {
            Some(wanted) => write!(f, "`{path}` has no column `{wanted}` (for `{}`)", self.role)?,
            None => write!(f, "`{path}` has no column that is known to hold the {}", self.role)?,
        }
        let shown = self.columns.iter().take(SHOWN_COLUMNS);
        let columns: Vec<String> = shown.map(|column| format!("`{}`", shortened(column))).collect();
        write!(f, "; its first line names {}", columns.join(", "))?;
        match self.columns.len().saturating_sub(SHOWN_COLUMNS) {
            0 => Ok(()),
            rest => write!(f, " and {rest} more"),
        }
    }
}

impl MissingColumn {
    /// The remedy: the closest column, a header, or naming the column.
    pub fn help(&self) -> String {
        if self.columns.iter().all(|column| column.trim().parse::<f64>().is_ok()) {
            return "the file seems to have no header: add a first line such as `user,item,rating,time`".to_owned();
        }
        let close = self.wanted.as_ref().and_then(|wanted| {
            let likeness = |column: &str| strsim::jaro_winkler(&column.to_lowercase(), &wanted.to_lowercase());
            let likely = self.columns.iter().map(|column| (likeness(column), column));
            likely.filter(|(likeness, _)| *likeness > 0.75).max_by(|a, b| a.0.total_cmp(&b.0))
        });
        match close {
            Some((_, column)) => format!("did you mean `{column}`?"),
            None => format!("name the column in the parameter `columns: {{ {}: ... }}`", self.role),
        }
    }
}

/// Lines that cannot be used: the first few, and how many in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLines {
    /// The first of them in the order of the files; never empty.
    pub shown: Vec<BadLine>,
    /// How many there are in all.
    pub total: u64,
}

impl std::error::Error for BadLines {}

impl fmt::Display for BadLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([only], 1) = (self.shown.as_slice(), self.total) {
            return only.fmt(f);
        }
        write!(f, "{} bad lines:", self.total)?;
        for bad in &self.shown {
            write!(f, "\n  {bad}")?;
        }
        match self.total - self.shown.len() as u64 {
            0 => Ok(()),
            rest => write!(f, "\n  and {rest} more"),
        }
    }
}

impl BadLines {
    /// The remedy.
    pub fn help(&self) -> String {
        let all_duplicates = self.shown.iter().all(|bad| matches!(bad.problem, LineProblem::Duplicate { .. }));
        if all_duplicates {
            "a user rates an item once; remove the duplicates, or set `on-bad-line: skip` to keep the first of each"
        } else {
            "correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted"
        }
        .to_owned()
    }
}

/// One line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Of which file.
    pub path: PathBuf,
    /// The line's number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: LineProblem,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` line {}: {}", self.path.display(), self.line, self.problem)
    }
}

/// What is wrong with a line; texts are the offending ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// Too many or too few fields.
    #[error("{found} fields where {expected} are expected: `{}`", shortened(.text))]
    Fields {
        /// As many as there are.
        found: usize,
        /// As many as there should be.
        expected: usize,
        /// The line.
        text: String,
    },
    /// Not a number.
    #[error("the rating `{}` is not a number", shortened(.0))]
    Rating(String),
    /// NaN, infinite, or beyond single precision.
    #[error("the rating `{}` is not a finite number", shortened(.0))]
    RatingNotFinite(String),
    /// Not an integer.
    #[error("the time `{}` is not a whole number of seconds", shortened(.0))]
    Time(String),
    /// The user or item id is empty.
    #[error("the {role} id is empty: `{}`", shortened(.text))]
    EmptyId {
        /// `user` or `item`.
        role: &'static str,
        /// The fields.
        text: String,
    },
    /// An id or title is not UTF-8.
    #[error("the {role} `{}` is not UTF-8 text", shortened(.text))]
    Encoding {
        /// `user id`, `item id` or `title`.
        role: &'static str,
        /// The text, as far as it can be shown.
        text: String,
    },
    /// A quote that no other closes.
    #[error("a quote is opened and not closed: `{}`", shortened(.0))]
    Quote(String),
    /// What is known of a user stands there a second time.
    #[error("user `{}` has a line already", shortened(.0))]
    UserTwice(String),
    /// The same user and item again.
    #[error(
        "user `{}` has item `{}` a second time, after `{}` line {first_line}",
        shortened(.user), shortened(.item), first_path.display()
    )]
    Duplicate {
        /// The user's id.
        user: String,
        /// The item's id.
        item: String,
        /// The file of the first time.
        first_path: PathBuf,
        /// The line of the first time.
        first_line: u64,
    },
}

impl LineProblem {
    /// The reason under which a skipped line is counted.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Fields { .. } => "wrong number of fields",
            Self::Rating(_) => "rating is not a number",
            Self::RatingNotFinite(_) => "rating is not finite",
            Self::Time(_) => "time is not a whole number",
            Self::EmptyId { .. } => "empty id",
            Self::Encoding { .. } => "not UTF-8",
            Self::Quote(_) => "unclosed quote",
            Self::UserTwice(_) => "user a second time",
            Self::Duplicate { .. } => "duplicate",
        }
    }
}

/// Problems of parameters as one message.
pub(super) fn listed(problems: &[Problem]) -> String {
    let listed: Vec<String> =
        problems.iter().map(|problem| format!("`{}`: {}", problem.parameter, problem.message)).collect();
    listed.join("; ")
}

/// A text fit for a message: control characters escaped, at most 60 characters.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(60)
        .flat_map(|c| {
            let escaped: Vec<char> = if c.is_control() { c.escape_default().collect() } else { vec![c] };
            escaped
        })
        .collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
