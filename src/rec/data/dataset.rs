//! A data set as it was read: events in file order, and what the indices stand for.

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

/// The items by index: the data's own id, and the title where one is known (else empty).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// The data's own ids.
    pub ids: Vec<String>,
    /// Titles beside the ids; empty strings where unknown.
    pub titles: Vec<String>,
}

/// A data set: events and what their indices stand for. Users and items are indexed by first appearance in the file.
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

/// Where a data set comes from and what was done to it; travels with splits and scores into the report's footer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DatasetInfo {
    /// What to call it, for example `ml-1m`.
    pub name: String,
    /// Whether the ratings are the users' own (else they are all 1).
    pub has_ratings: bool,
    /// Whether the times are the data's own (else they are all 0 and order means line order).
    pub has_times: bool,
    /// Lines that were left out because `on-bad-line: skip` was asked for.
    pub skipped_lines: u64,
    /// What was filtered away since it was read, in words, oldest first.
    pub filters: Vec<String>,
}
