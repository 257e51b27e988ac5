//! What the readers of all formats fill: events, ids, and the lines that cannot be used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::OnBadLine;
use super::interner::Interner;
use super::lines::Line;
use crate::rec::data::error::SHOWN_BAD_LINES;
use crate::rec::data::{BadLine, BadLines, DataError, Dataset, DatasetInfo, Events, Items, LineProblem};

/// One event as its file spells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) user: &'a [u8],
    pub(super) item: &'a [u8],
    pub(super) rating: Option<&'a [u8]>,
    pub(super) time: Option<&'a [u8]>,
}

/// Gathers events and bad lines over all files of a data set.
pub(super) struct Collector {
    on_bad_line: OnBadLine,
    users: Interner,
    items: Interner,
    events: Events,
    places: Places,
    bad: Vec<BadLine>,
    n_bad: u64,
    skipped: BTreeMap<String, u64>,
}

/// Where each event stands in its file, kept as runs of consecutive lines.
#[derive(Debug, Default)]
pub(in crate::rec::data) struct Places {
    files: Vec<PathBuf>,
    runs: Vec<Run>,
}

/// Events from `first` on, until the next run: on consecutive lines, or all on one.
#[derive(Debug)]
struct Run {
    first: usize,
    file: usize,
    line: u64,
    is_one_line: bool,
}

impl Places {
    /// The file and line of an event.
    pub(in crate::rec::data) fn of(&self, event: usize) -> (&Path, u64) {
        let run = &self.runs[self.runs.partition_point(|run| run.first <= event) - 1];
        let line = if run.is_one_line { run.line } else { run.line + (event - run.first) as u64 };
        (&self.files[run.file], line)
    }

    fn note(&mut self, event: usize, line: u64) {
        let file = self.files.len() - 1;
        if let Some(run) = self.runs.last_mut().filter(|run| run.file == file) {
            let n_before = event - run.first;
            if run.line == line && (run.is_one_line || n_before == 1) {
                run.is_one_line = true;
                return;
            }
            if !run.is_one_line && run.line + n_before as u64 == line {
                return;
            }
        }
        self.runs.push(Run { first: event, file, line, is_one_line: false });
    }
}

impl Collector {
    pub(super) fn new(on_bad_line: OnBadLine) -> Self {
        Self {
            on_bad_line,
            users: Interner::default(),
            items: Interner::default(),
            events: Events::default(),
            places: Places::default(),
            bad: Vec::new(),
            n_bad: 0,
            skipped: BTreeMap::new(),
        }
    }

    /// The lines that follow are of this file.
    pub(super) fn start_file(&mut self, path: &Path) {
        self.places.files.push(path.to_owned());
    }

    /// Adds the event of one line, or notes what is wrong with it.
    pub(super) fn push(&mut self, line: u64, row: Row<'_>) {
        if let Err(problem) = self.try_push(line, row) {
            self.reject(line, problem);
        }
    }

    /// Adds the event of a line of four fields: user, item, rating, time.
    pub(super) fn push_four<'a>(&mut self, line: Line<'a>, fields: impl Iterator<Item = &'a [u8]> + Clone) {
        let mut rest = fields.clone();
        let row = (|| Some([rest.next()?, rest.next()?, rest.next()?, rest.next()?]))();
        if let (Some([user, item, rating, time]), None) = (row, rest.next()) {
            self.push(line.number, Row { user, item, rating: Some(rating), time: Some(time) });
        } else {
            let problem = LineProblem::Fields { found: fields.count(), expected: 4, text: lossy(line.bytes) };
            self.reject(line.number, problem);
        }
    }

    /// Notes a line that cannot be used.
    pub(super) fn reject(&mut self, line: u64, problem: LineProblem) {
        let path = self.places.files.last().cloned().unwrap_or_default();
        self.note_bad(BadLine { path, line, problem });
    }

    fn note_bad(&mut self, bad: BadLine) {
        match self.on_bad_line {
            OnBadLine::Skip => *self.skipped.entry(bad.problem.reason().to_owned()).or_default() += 1,
            OnBadLine::Error => {
                self.n_bad += 1;
                // Duplicates are found after all else, so that a few more are kept here and sorted at the end.
                if self.bad.len() < 2 * SHOWN_BAD_LINES {
                    self.bad.push(bad);
                }
            }
        }
    }

    fn try_push(&mut self, line: u64, row: Row<'_>) -> Result<(), LineProblem> {
        let (user, item) = (row.user.trim_ascii(), row.item.trim_ascii());
        for (role, id) in [("user", user), ("item", item)] {
            if id.is_empty() {
                let fields = [Some(row.user), Some(row.item), row.rating, row.time];
                let texts: Vec<String> = fields.into_iter().flatten().map(lossy).collect();
                return Err(LineProblem::EmptyId { role, text: texts.join(", ") });
            }
        }
        let rating = row.rating.map_or(Ok(1.0), |text| parse_rating(text.trim_ascii()))?;
        let time = row.time.map_or(Ok(0), |text| parse_time(text.trim_ascii()))?;
        // Both ids are checked before either is counted: a line left out must not leave a user behind.
        if std::str::from_utf8(item).is_err() {
            return Err(LineProblem::Encoding { role: "item id", text: lossy(item) });
        }
        let user =
            self.users.intern(user).ok_or_else(|| LineProblem::Encoding { role: "user id", text: lossy(user) })?;
        let item =
            self.items.intern(item).ok_or_else(|| LineProblem::Encoding { role: "item id", text: lossy(item) })?;
        self.places.note(self.events.len(), line);
        self.events.push(user, item, rating, time);
        Ok(())
    }

    /// The data set, without titles and name; an error if lines are bad and are not to be skipped.
    pub(super) fn finish(mut self, has_ratings: bool, has_times: bool) -> Result<(Dataset, Places), DataError> {
        let user_ids = std::mem::take(&mut self.users).into_ids();
        let item_ids = std::mem::take(&mut self.items).into_ids();
        let duplicates = self.reject_duplicates(&user_ids, &item_ids);
        if self.n_bad > 0 {
            let order = |path: &PathBuf| self.places.files.iter().position(|file| file == path);
            self.bad.sort_by_key(|bad| (order(&bad.path), bad.line));
            self.bad.truncate(SHOWN_BAD_LINES);
            return Err(DataError::BadLines(Box::new(BadLines { shown: self.bad, total: self.n_bad })));
        }
        if self.events.is_empty() {
            return Err(DataError::Empty { path: self.places.files.first().cloned().unwrap_or_default() });
        }
        if !duplicates.is_empty() {
            self.events.retain(|event| duplicates.binary_search(&event).is_err());
        }
        let about = DatasetInfo {
            has_ratings,
            has_times,
            skipped_lines: self.skipped.values().sum(),
            skipped_by_reason: self.skipped,
            ..DatasetInfo::default()
        };
        let titles = vec![String::new(); item_ids.len()];
        let items = Items { ids: item_ids, titles };
        Ok((Dataset { about, users: user_ids, items, events: self.events }, self.places))
    }

    /// Finds every event whose user and item stood together before; in rising order.
    fn reject_duplicates(&mut self, user_ids: &[String], item_ids: &[String]) -> Vec<usize> {
        let pairs = repeated_pairs(&self.events, user_ids.len(), item_ids.len());
        for &(first, again) in &pairs {
            let (first_path, first_line) = self.places.of(first);
            let (path, line) = self.places.of(again);
            let problem = LineProblem::Duplicate {
                user: user_ids[self.events.users[again] as usize].clone(),
                item: item_ids[self.events.items[again] as usize].clone(),
                first_path: first_path.to_owned(),
                first_line,
            };
            self.note_bad(BadLine { path: path.to_owned(), line, problem });
        }
        pairs.into_iter().map(|(_, again)| again).collect()
    }
}

/// Pairs of events of the same user and item: the first such event, and each later one; in the order of the later ones.
fn repeated_pairs(events: &Events, n_users: usize, n_items: usize) -> Vec<(usize, usize)> {
    let rows = crate::rec::data::chronology::by_user(&events.users, n_users);
    // The event that had the item last, with its user implied: an entry of another user is from before this row.
    let mut first_with = vec![usize::MAX; n_items];
    let mut pairs = Vec::new();
    for user in 0..n_users {
        let row = rows.of(user);
        for &event in row {
            let first = &mut first_with[events.items[event as usize] as usize];
            if *first != usize::MAX && events.users[*first] as usize == user {
                pairs.push((*first, event as usize));
            } else {
                *first = event as usize;
            }
        }
    }
    pairs.sort_unstable_by_key(|&(_, again)| again);
    pairs
}

fn parse_rating(text: &[u8]) -> Result<f32, LineProblem> {
    if let [digit @ b'0'..=b'9'] = text {
        return Ok(f32::from(digit - b'0'));
    }
    match std::str::from_utf8(text).ok().and_then(|text| text.parse::<f32>().ok()) {
        Some(rating) if rating.is_finite() => Ok(rating),
        Some(_) => Err(LineProblem::RatingNotFinite(lossy(text))),
        None => Err(LineProblem::Rating(lossy(text))),
    }
}

fn parse_time(text: &[u8]) -> Result<i64, LineProblem> {
    let is_short = (1..=18).contains(&text.len());
    if is_short
        && let Some(time) =
            text.iter().try_fold(0, |time, &byte| byte.is_ascii_digit().then(|| time * 10 + i64::from(byte - b'0')))
    {
        return Ok(time);
    }
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| LineProblem::Time(lossy(text)))
}

pub(super) fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
