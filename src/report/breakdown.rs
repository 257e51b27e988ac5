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

impl Breakdown {
    /// How many groups, from the first on, stand in an order along which numbers may rise and fall. None do that are mere
    /// categories; those of an attribute do if they begin with numbers, but for users of whom it is not known.
    pub(super) fn ordered_groups(&self) -> usize {
        let BrokenDownBy::UserAttribute(_) = self.by else { return self.groups.len() };
        let has_number = |group: &&Group| group.name.starts_with(|c: char| c.is_ascii_digit());
        let ordered = self.groups.iter().take_while(has_number).count();
        let is_whole = self.groups[ordered..].iter().all(|group| group.name == Group::UNKNOWN);
        if is_whole { ordered } else { 0 }
    }
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

impl Group {
    /// The name of users of whom an attribute is not known.
    pub const UNKNOWN: &str = "unknown";
}

#[cfg(test)]
mod tests {
    use super::{Breakdown, BrokenDownBy, Group};

    fn ordered(by: BrokenDownBy, names: &[&str]) -> usize {
        let group = |name: &&str| Group { name: (*name).into(), users: 1, targets: None, cells: vec![] };
        let (title, about) = (String::new(), String::new());
        Breakdown { by, title, about, columns: vec![], groups: names.iter().map(group).collect() }.ordered_groups()
    }

    #[test]
    fn ages_have_an_order_and_occupations_have_none() {
        let attribute = || BrokenDownBy::UserAttribute("of users".into());
        assert_eq!(ordered(attribute(), &["0 to 17", "18 to 24", "56 and over", "unknown"]), 3);
        assert_eq!(ordered(attribute(), &["F", "M"]), 0);
        assert_eq!(ordered(attribute(), &["1", "2", "none"]), 0);
        assert_eq!(ordered(BrokenDownBy::ItemPopularity, &["head", "middle", "tail"]), 3);
    }
}
