//! What an evaluation leaves of single users, in files: a table of values for people, lists and terms for other stages.

use std::fs::File;
use std::io;
use std::path::Path;

use super::evaluate::{LISTS_FILE, USERS_FILE};
use super::user_terms::{TermSources, UserTermsWriter};
use crate::engine::StageError;
use crate::rec::eval::{ListsWriter, PopularityFacts, ScoredUsers, UserLayout, UserSink};
use crate::rec::metric::MetricSpec;

/// Writes the files of one evaluation.
pub(super) struct ScoredUsersWriter<'a> {
    values: csv::Writer<File>,
    lists: ListsWriter,
    terms: UserTermsWriter<'a>,
    ids: &'a [String],
    metrics: Vec<MetricSpec>,
    /// The line under way, kept for its memory.
    line: csv::StringRecord,
}

impl<'a> ScoredUsersWriter<'a> {
    /// Will write into a folder; `ids` are the users' own.
    pub(super) fn new(folder: &Path, ids: &'a [String], sources: TermSources<'a>) -> Result<Self, StageError> {
        Ok(Self {
            values: csv::Writer::from_writer(File::create(folder.join(USERS_FILE))?),
            lists: ListsWriter::new(folder.join(LISTS_FILE)),
            terms: UserTermsWriter::new(folder, sources),
            ids,
            metrics: Vec::new(),
            line: csv::StringRecord::new(),
        })
    }

    /// All users are there. The popularity of what was recommended to them; `None` if nothing was.
    pub(super) fn finish(mut self) -> Result<Option<PopularityFacts>, StageError> {
        self.values.flush()?;
        self.terms.finish()
    }
}

impl UserSink for ScoredUsersWriter<'_> {
    fn begin(&mut self, layout: &UserLayout<'_>) -> io::Result<()> {
        self.metrics = layout.metrics.to_vec();
        let metrics = self.metrics.iter().map(ToString::to_string);
        self.values.write_record(std::iter::once("user".to_owned()).chain(metrics))?;
        self.lists.begin(layout)?;
        self.terms.begin(layout)
    }

    /// One line a user, empty where the user takes no part.
    fn add(&mut self, users: &ScoredUsers) -> io::Result<()> {
        for (row, &user) in users.users.iter().enumerate() {
            self.line.clear();
            self.line.push_field(&self.ids[user as usize]);
            for (metric, value) in self.metrics.iter().zip(users.values.row(row)) {
                let takes_part = if metric.metric().is_of_ratings() { users.rated[row] } else { users.ranked[row] };
                self.line.push_field(&if takes_part { value.to_string() } else { String::new() });
            }
            self.values.write_record(&self.line)?;
        }
        self.lists.add(users)?;
        self.terms.add(users)
    }
}
