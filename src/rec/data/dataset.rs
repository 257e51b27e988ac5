//! A data set as it was read: events in file order, and what the indices stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Events in the order of the file, as columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// Index into the data set's users.
    pub users: Vec<u32>,
    /// Index into the data set's items.
    pub items: Vec<u32>,
    /// The rating; 1 where the data has none.
    pub ratings: Vec<f32>,
    /// Unix seconds; 0 where the data has none.
    pub times: Vec<i64>,
}

impl Events {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Appends one event.
    pub fn push(&mut self, user: u32, item: u32, rating: f32, time: i64) {
        self.users.push(user);
        self.items.push(item);
        self.ratings.push(rating);
        self.times.push(time);
    }

    /// Keeps the events for which `keep` (by position) holds, in their order.
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for event in 0..self.len() {
            if keep(event) {
                self.users[kept] = self.users[event];
                self.items[kept] = self.items[event];
                self.ratings[kept] = self.ratings[event];
                self.times[kept] = self.times[event];
                kept += 1;
            }
        }
        self.users.truncate(kept);
        self.items.truncate(kept);
        self.ratings.truncate(kept);
        self.times.truncate(kept);
    }

    /// The lowest and the highest rating; `None` without events.
    pub fn rating_range(&self) -> Option<(f32, f32)> {
        self.ratings.iter().fold(None, |range, &rating| {
            let (low, high) = range.unwrap_or((rating, rating));
            Some((rating.min(low), rating.max(high)))
        })
    }
}

/// The items by index: the data's own id, and the title where one is known (else empty).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// The data's own ids.
    pub ids: Vec<String>,
    /// Titles beside the ids; empty strings where unknown.
    pub titles: Vec<String>,
}

/// A data set: events and what their indices stand for. Users and items are indexed by first appearance in the file.
///
/// A user and an item stand together in at most one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What is known of its origin.
    pub about: DatasetInfo,
    /// The users' own ids by index.
    pub users: Vec<String>,
    /// The items by index.
    pub items: Items,
    /// The events in file order.
    pub events: Events,
}

impl Dataset {
    /// Number of users.
    pub fn n_users(&self) -> usize {
        self.users.len()
    }

    /// Number of items.
    pub fn n_items(&self) -> usize {
        self.items.ids.len()
    }

    /// Number of events.
    pub fn n_events(&self) -> usize {
        self.events.len()
    }
}

/// Where a data set comes from and what was done to it; travels with splits and scores into the report's footer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// What to call it, for example `ml-1m`.
    pub name: String,
    /// Whether the ratings are the users' own (else they are all 1).
    pub has_ratings: bool,
    /// Whether the times are the data's own (else they are all 0 and order means line order).
    pub has_times: bool,
    /// Lines (of LightGCN files: entries) that were left out because `on-bad-line: skip` was asked for.
    pub skipped_lines: u64,
    /// The same by reason, for example `duplicate` → 3.
    #[serde(default)]
    pub skipped_by_reason: BTreeMap<String, u64>,
    /// What was filtered away since it was read, in words, oldest first.
    pub filters: Vec<String>,
}
