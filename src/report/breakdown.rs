//! The same metrics over parts of the test: where the difference between models is.

use serde::{Deserialize, Serialize};

use super::estimate::Cell;

/// The table once for each of several groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Breakdown {
    /// What the groups differ in.
    pub by: BrokenDownBy,
    /// The heading: `By user activity`.
    pub title: String,
    /// How the groups were made, in a sentence or two.
    pub about: String,
    /// The columns that are broken down, as positions in the comparison's columns.
    pub columns: Vec<usize>,
    /// The groups in their natural order.
    pub groups: Vec<Group>,
}

/// What the groups of a breakdown differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrokenDownBy {
    /// The length of the users' histories: the same users' values, group by group.
    UserActivity,
    /// The popularity of what is to be found: all users, but only such targets.
    ItemPopularity,
    /// Something else that is known of users, by its name: `gender`.
    UserAttribute(String),
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// Its name in tables: `1–48 items`, `tail`, `F`.
    pub name: String,
    /// Users whose values went into the means.
    pub users: u64,
    /// The targets that were to be found in all, where the group is one of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<u64>,
    /// One cell for each row of the comparison and each of the breakdown's columns. Shape: `[n_rows, n_columns]`.
    pub cells: Vec<Vec<Cell>>,
}
