//! Reading ratings files.
//!
//! [`detect()`] finds out what a path holds and names exactly the files that will be read; [`read`] reads them. In
//! between a caller can hash the files, so that equal content under another name is the same input.

mod collector;
mod detect;
mod double_colon;
mod interner;
mod lightgcn;
mod lines;
mod ml_100k;
mod side_file;
mod table;
mod titles;
mod users;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::collector::Collector;
pub(super) use self::collector::Places;
pub use self::detect::detect;
pub use self::table::{Columns, Delimiter};
pub use self::users::read_user_attributes;
use super::{DataError, Dataset};
use crate::rec::Monitor;

/// How a ratings file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// MovieLens 100K: user, item, rating, time separated by tabs, no header.
    Ml100k,
    /// MovieLens 1M and 10M: `user::item::rating::time`, no header.
    DoubleColon,
    /// CSV or TSV with a header and named columns; MovieLens 20M and later.
    Table,
    /// LightGCN: a line for each user, `user item item ...`; no ratings, no times.
    LightGcn,
}

/// The files of one data set and how to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What to call the data set: the name of the folder, or of the file without its extension.
    pub name: String,
    /// How the events are laid out.
    pub format: Format,
    /// Every file that will be read, in the order of reading, by its role: `ratings` (of LightGCN files
    /// `interactions-1`, `interactions-2`, ...), `titles` and `users`. A role says what the content is to the data set, whatever
    /// the file is called; no role occurs twice.
    pub files: Vec<(String, PathBuf)>,
}

/// The role of a file of titles.
pub(super) const TITLES: &str = "titles";
/// The role of a file of what is known of users.
pub(super) const USERS: &str = "users";

impl Layout {
    /// The same data with titles from this file: CSV or TSV with named columns, `id::title::...` or `id|title|...`.
    #[must_use]
    pub fn with_titles(mut self, path: &Path) -> Self {
        self.files.retain(|(role, _)| role != TITLES);
        self.files.push((TITLES.to_owned(), path.to_owned()));
        self
    }

    /// The same data with what is known of its users from this file: CSV or TSV whose first column holds their ids, or
    /// `users.dat`, or `u.user`.
    #[must_use]
    pub fn with_users(mut self, path: &Path) -> Self {
        self.files.retain(|(role, _)| role != USERS);
        self.files.push((USERS.to_owned(), path.to_owned()));
        self
    }

    fn titles(&self) -> Option<&Path> {
        self.file(TITLES)
    }

    fn users(&self) -> Option<&Path> {
        self.file(USERS)
    }

    fn file(&self, wanted: &str) -> Option<&Path> {
        self.files.iter().find(|(role, _)| role == wanted).map(|(_, path)| path.as_path())
    }
}

/// What to do with a line that cannot be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnBadLine {
    /// Stop, and show the first ten.
    #[default]
    Error,
    /// Leave it out and count it; of duplicates the first is kept.
    Skip,
}

/// How to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The columns of a CSV or TSV file; those not named are looked for under their usual names.
    pub columns: Columns,
    /// What separates the fields of a CSV or TSV file.
    pub delimiter: Delimiter,
    /// What to do with a line that cannot be used: malformed, or the same user and item a second time.
    pub on_bad_line: OnBadLine,
}

/// Reads a data set. Users and items are indexed by first appearance; titles are attached where there are any.
pub fn read(layout: &Layout, options: &ReadOptions, monitor: &dyn Monitor) -> Result<Dataset, DataError> {
    read_with_places(layout, options, monitor).map(|(dataset, _)| dataset)
}

/// Reads a data set and tells where each event stands; the places are those of before lines were skipped, so that they
/// fit only when none were.
pub(super) fn read_with_places(
    layout: &Layout,
    options: &ReadOptions,
    monitor: &dyn Monitor,
) -> Result<(Dataset, Places), DataError> {
    let mut collector = Collector::new(options.on_bad_line);
    let (mut has_ratings, mut has_times) = (true, true);
    for (_, path) in layout.files.iter().filter(|(role, _)| ![TITLES, USERS].contains(&role.as_str())) {
        collector.start_file(path);
        match layout.format {
            Format::Ml100k => ml_100k::read(path, &mut collector, monitor)?,
            Format::DoubleColon => double_colon::read(path, &mut collector, monitor)?,
            Format::LightGcn => {
                (has_ratings, has_times) = (false, false);
                lightgcn::read(path, &mut collector, monitor)?;
            }
            Format::Table => {
                let found = table::read(path, options, &mut collector, monitor)?;
                has_ratings &= found.has_ratings;
                has_times &= found.has_times;
            }
        }
    }
    let (mut dataset, places) = collector.finish(has_ratings, has_times)?;
    dataset.about.name.clone_from(&layout.name);
    if let Some(path) = layout.titles() {
        let n_skipped = titles::attach(path, &mut dataset.items, options, monitor)?;
        if n_skipped > 0 {
            dataset.about.skipped_lines += n_skipped;
            dataset.about.skipped_by_reason.insert("title without its fields".to_owned(), n_skipped);
        }
    }
    Ok((dataset, places))
}
