//! Putting the files of a predefined split together under one numbering of users and items.

use std::collections::{HashMap, HashSet};

use super::source::Source;
use crate::rec::data::Interactions;
use crate::rec::data::split::params::UnknownItems;
use crate::rec::data::split::{Holdout, SplitError};

/// The numbering so far: that of the training file, and held-out users behind it.
pub(super) struct Parts<'a> {
    train: &'a Source,
    users: Vec<String>,
    user_indices: HashMap<String, u32>,
    item_indices: HashMap<&'a str, u32>,
    unknown_items: UnknownItems,
    n_dropped: u64,
}

/// One event of a user: its item in the split's numbering, and its position in its file.
#[derive(Clone, Copy)]
struct Entry<'a> {
    item: u32,
    source: &'a Source,
    event: usize,
}

impl<'a> Parts<'a> {
    pub(super) fn new(train: &'a Source, unknown_items: UnknownItems) -> Self {
        let users = train.data.users.clone();
        let user_indices = users.iter().cloned().zip(0..).collect();
        let item_indices = train.data.items.ids.iter().map(String::as_str).zip(0..).collect();
        Self { train, users, user_indices, item_indices, unknown_items, n_dropped: 0 }
    }

    /// How many held-out events were left out for their items.
    pub(super) fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    /// The users of all parts, by index.
    pub(super) fn into_users(self) -> Vec<String> {
        self.users
    }

    /// A part without users.
    pub(super) fn none(&self) -> Holdout {
        let none = Interactions::empty(0, self.item_indices.len());
        Holdout { users: Vec::new(), history: none.clone(), targets: none }
    }

    /// The training part.
    pub(super) fn training(&self) -> Interactions {
        self.matrix(self.rows(self.train, self.train.data.n_users()))
    }

    /// The part of a file of held-out events of training users, of whom the files `known` are known by then.
    pub(super) fn of_training_users(&mut self, known: &[&Source], held_out: &Source) -> Result<Holdout, SplitError> {
        if let Some(event) = (0..held_out.len()).find(|&event| !self.user_indices.contains_key(held_out.user(event))) {
            return Err(SplitError::unfit(
                format!("{}: user `{}` is not in the training file", held_out.place(event), held_out.shown_user(event)),
                "for users unseen in training give `test-fold-in-file` and `test-held-out-file`",
            ));
        }
        self.check_items(held_out)?;
        let n_users = self.users.len();
        let mut history = vec![Vec::new(); n_users];
        for &source in known {
            for (row, more) in history.iter_mut().zip(self.rows(source, n_users)) {
                row.extend(more);
            }
        }
        self.holdout(0, history, self.rows(held_out, n_users))
    }

    /// The part of users that training has not seen.
    pub(super) fn of_new_users(&mut self, fold_in: &Source, held_out: &Source) -> Result<Holdout, SplitError> {
        let n_before = self.users.len();
        for (source, other, which) in [(fold_in, held_out, "held-out"), (held_out, fold_in, "fold-in")] {
            let others: HashSet<&str> = other.data.users.iter().map(String::as_str).collect();
            for event in 0..source.len() {
                let fail = |what: &str, help: &str| {
                    let message = format!("{}: user `{}` {what}", source.place(event), source.shown_user(event));
                    Err(SplitError::unfit(message, help))
                };
                match self.user_indices.get(source.user(event)) {
                    Some(&user) if (user as usize) < self.train.data.n_users() => {
                        return fail("is also a training user", "held-out users must be in no other part");
                    }
                    Some(&user) if (user as usize) < n_before => {
                        return fail("is also a validation user", "held-out users must be in no other part");
                    }
                    _ if !others.contains(source.user(event)) => {
                        return fail(
                            &format!("is not in the {which} file"),
                            "a held-out user needs events in both files",
                        );
                    }
                    _ => {}
                }
            }
        }
        self.check_items(fold_in)?;
        self.check_items(held_out)?;
        for id in &fold_in.data.users {
            self.user_indices.insert(id.clone(), self.users.len() as u32);
            self.users.push(id.clone());
        }
        let n_users = self.users.len();
        self.holdout(n_before, self.rows(fold_in, n_users), self.rows(held_out, n_users))
    }

    /// Refuses or counts the events of items that training does not have.
    fn check_items(&mut self, source: &Source) -> Result<(), SplitError> {
        let mut unknown = (0..source.len()).filter(|&event| !self.item_indices.contains_key(source.item(event)));
        if self.unknown_items == UnknownItems::Drop {
            self.n_dropped += unknown.count() as u64;
        } else if let Some(event) = unknown.next() {
            return Err(SplitError::unfit(
                format!("{}: item `{}` is not in the training file", source.place(event), source.shown_item(event)),
                "no model can recommend it; set `unknown-items: drop` to leave such events out",
            ));
        }
        Ok(())
    }

    /// The events of one file by user, oldest first and ties in file order, without those of unknown items.
    fn rows<'s>(&self, source: &'s Source, n_users: usize) -> Vec<Vec<Entry<'s>>> {
        let mut rows = vec![Vec::new(); n_users];
        for event in 0..source.len() {
            let user = self.user_indices.get(source.user(event));
            let item = self.item_indices.get(source.item(event));
            if let (Some(&user), Some(&item)) = (user, item) {
                rows[user as usize].push(Entry { item, source, event });
            }
        }
        rows
    }

    /// The part made of these rows, which start at user `first`; nothing may be both known and to be found.
    fn holdout(
        &self,
        first: usize,
        history: Vec<Vec<Entry<'_>>>,
        targets: Vec<Vec<Entry<'_>>>,
    ) -> Result<Holdout, SplitError> {
        let (mut users, mut shown, mut held_out) = (Vec::new(), Vec::new(), Vec::new());
        for (user, (history, targets)) in history.into_iter().zip(targets).enumerate().skip(first) {
            let known: HashMap<u32, Entry<'_>> = history.iter().map(|entry| (entry.item, *entry)).collect();
            if let Some((target, first)) = targets.iter().find_map(|target| Some((target, known.get(&target.item)?))) {
                let message = format!(
                    "{} and {}: user `{}` has item `{}` in both parts",
                    target.source.place(target.event),
                    first.source.place(first.event),
                    target.source.shown_user(target.event),
                    target.source.shown_item(target.event),
                );
                return Err(SplitError::unfit(message, "what is to be found must not be known already"));
            }
            if !history.is_empty() && !targets.is_empty() {
                users.push(user as u32);
                shown.push(history);
                held_out.push(targets);
            }
        }
        Ok(Holdout { users, history: self.matrix(shown), targets: self.matrix(held_out) })
    }

    fn matrix(&self, rows: Vec<Vec<Entry<'_>>>) -> Interactions {
        let mut offsets = vec![0];
        let (mut items, mut ratings, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for mut row in rows {
            row.sort_by_key(|entry| entry.source.data.events.times[entry.event]);
            for Entry { item, source, event } in row {
                items.push(item);
                ratings.push(source.data.events.ratings[event]);
                times.push(source.data.events.times[event]);
            }
            offsets.push(items.len());
        }
        Interactions::from_parts(self.item_indices.len(), offsets, items, ratings, times)
    }
}
