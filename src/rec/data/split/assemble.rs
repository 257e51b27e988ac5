//! From a part for each event to a split.

use super::{Holdout, Split, SplitInfo};
use crate::rec::data::chronology::Rows;
use crate::rec::data::{Dataset, Events, Interactions};
use crate::rec::{Interrupted, Monitor};

/// Where an event goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Validation,
    Test,
}

/// A matrix in the making, row after row.
pub(super) struct RowBuilder<'a> {
    events: &'a Events,
    offsets: Vec<usize>,
    items: Vec<u32>,
    ratings: Vec<f32>,
    times: Vec<i64>,
}

impl<'a> RowBuilder<'a> {
    /// No rows; they will be made of these events.
    pub(super) fn new(events: &'a Events) -> Self {
        Self { events, offsets: vec![0], items: Vec::new(), ratings: Vec::new(), times: Vec::new() }
    }

    /// Adds one event to the row under way, its item renamed to `item`.
    pub(super) fn push(&mut self, event: u32, item: u32) {
        self.items.push(item);
        self.ratings.push(self.events.ratings[event as usize]);
        self.times.push(self.events.times[event as usize]);
    }

    /// Adds a row of these events.
    pub(super) fn add_row(&mut self, events: impl Iterator<Item = u32>) {
        for event in events {
            self.push(event, self.events.items[event as usize]);
        }
        self.end_row();
    }

    /// Ends the row under way.
    pub(super) fn end_row(&mut self) {
        self.offsets.push(self.items.len());
    }

    /// The matrix.
    pub(super) fn finish(self, n_items: usize) -> Interactions {
        Interactions::from_parts(n_items, self.offsets, self.items, self.ratings, self.times)
    }
}

/// A split in which every user is a training user and every item keeps its index. `parts` says where each event goes;
/// `rows` are the users' events, oldest first.
pub(super) fn assemble(
    dataset: &Dataset,
    rows: &Rows,
    parts: &[Part],
    monitor: &dyn Monitor,
    about: SplitInfo,
) -> Result<Split, Interrupted> {
    let n_items = dataset.n_items();
    let part = |event: &u32| parts[*event as usize];
    let mut train = RowBuilder::new(&dataset.events);
    for user in 0..rows.n_users() {
        report(monitor, user, rows.n_users())?;
        train.add_row(rows.of(user).iter().copied().filter(|event| part(event) == Part::Train));
    }
    let holdout = |held_out: Part, is_known: fn(Part) -> bool| {
        let mut users = Vec::new();
        let mut history = RowBuilder::new(&dataset.events);
        let mut targets = RowBuilder::new(&dataset.events);
        for user in 0..rows.n_users() {
            report(monitor, user, rows.n_users())?;
            let row = rows.of(user);
            if row.iter().any(|event| part(event) == held_out) {
                users.push(user as u32);
                history.add_row(row.iter().copied().filter(|event| is_known(part(event))));
                targets.add_row(row.iter().copied().filter(|event| part(event) == held_out));
            }
        }
        Ok(Holdout { users, history: history.finish(n_items), targets: targets.finish(n_items) })
    };
    Ok(Split {
        about,
        users: dataset.users.clone(),
        items: dataset.items.clone(),
        train: train.finish(n_items),
        validation: holdout(Part::Validation, |part| part == Part::Train)?,
        test: holdout(Part::Test, |part| part != Part::Test)?,
    })
}

/// Tells of progress every so many users, and ends if the caller asks for it.
pub(super) fn report(monitor: &dyn Monitor, user: usize, n_users: usize) -> Result<(), Interrupted> {
    if user.is_multiple_of(4096) {
        monitor.check()?;
        monitor.progress(user as u64, n_users as u64, "users");
    }
    Ok(())
}

/// What is known of a split that cuts a data set.
pub(super) fn about(dataset: &Dataset, strategy: &str, description: String, seed: Option<u64>) -> SplitInfo {
    SplitInfo {
        dataset: dataset.about.clone(),
        strategy: strategy.to_owned(),
        description,
        seed,
        rating_range: dataset.events.rating_range().unwrap_or_default(),
    }
}

/// A share in words: `20 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}
