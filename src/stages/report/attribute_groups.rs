//! From what users are to groups of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::breakdowns::bounds;
use crate::report::Group;

/// More groups are not read.
const MOST_GROUPS: usize = 12;

/// Groups of users by one attribute; each user is in exactly one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AttributeGroups {
    /// What the groups are called, in the order in which they stand.
    pub names: Vec<String>,
    /// What was done to have no more of them, in a sentence; empty if each value is a group.
    pub about: String,
    group_of: BTreeMap<String, usize>,
}

impl AttributeGroups {
    /// Of the values of all users; empty ones are unknown.
    ///
    /// Each value is a group. If they are many, numbers are cut into parts of about equal size, and of others the rarest are
    /// one group.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        values.for_each(|value| *counts.entry(value).or_insert(0) += 1);
        let unknown = counts.remove("");
        let mut distinct: Vec<&str> = counts.keys().copied().collect();
        distinct.sort_by(|a, b| by_number_then_text(a, b));
        let mut groups = Self { names: Vec::new(), about: String::new(), group_of: BTreeMap::new() };
        if distinct.len() <= MOST_GROUPS {
            for &value in &distinct {
                groups.push(value.to_owned(), [value]);
            }
        } else if distinct.iter().all(|value| is_number(value)) {
            " Numbers are cut into parts of about equal size.".clone_into(&mut groups.about);
            let ranks: Vec<u32> =
                (0..).zip(&distinct).flat_map(|(rank, value)| std::iter::repeat_n(rank, counts[value])).collect();
            for (low, high) in bounds(&ranks) {
                let part = &distinct[low as usize..=high as usize];
                let (first, last) = (part[0], part[part.len() - 1]);
                let name = if low == high { first.to_owned() } else { format!("{first} to {last}") };
                groups.push(name, part.iter().copied());
            }
        } else {
            let mut by_count = distinct.clone();
            by_count.sort_by_key(|value| std::cmp::Reverse(counts[value]));
            let (frequent, rare) = by_count.split_at(MOST_GROUPS - 1);
            groups.about = format!(" The {} rarest values are one group.", rare.len());
            distinct
                .iter()
                .filter(|value| frequent.contains(value))
                .for_each(|value| groups.push((*value).to_owned(), [*value]));
            groups.push("all others".to_owned(), rare.iter().copied());
        }
        if unknown.is_some() && groups.group_of(Group::UNKNOWN).is_none() {
            groups.push(Group::UNKNOWN.to_owned(), [""]);
        }
        if let Some(group) = unknown.and(groups.group_of(Group::UNKNOWN)) {
            groups.group_of.insert(String::new(), group);
        }
        groups
    }

    fn push<'a>(&mut self, name: String, values: impl IntoIterator<Item = &'a str>) {
        let group = self.names.len();
        self.names.push(name);
        self.group_of.extend(values.into_iter().map(|value| (value.to_owned(), group)));
    }

    /// The group of users with this value.
    pub(super) fn group_of(&self, value: &str) -> Option<usize> {
        self.group_of.get(value).copied()
    }
}

fn is_number(value: &str) -> bool {
    value.parse().is_ok_and(f64::is_finite)
}

/// The number with which a value begins: 18 of `18 to 24`.
fn leading_number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(value.len());
    value[..end].parse().ok()
}

fn by_number_then_text(a: &str, b: &str) -> Ordering {
    match (leading_number(a), leading_number(b)) {
        (Some(one), Some(other)) => one.total_cmp(&other).then_with(|| a.cmp(b)),
        (one, other) => other.is_some().cmp(&one.is_some()).then_with(|| a.cmp(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributeGroups, MOST_GROUPS};
    use proptest::prelude::*;

    fn names(values: &[&str]) -> String {
        AttributeGroups::of(values.iter().copied()).names.join(", ")
    }

    #[test]
    fn groups_stand_in_their_natural_order() {
        assert_eq!(names(&["M", "F", "", "F"]), "F, M, unknown");
        assert_eq!(
            names(&["56 and over", "0 to 17", "18 to 24", "nobody knows"]),
            "0 to 17, 18 to 24, 56 and over, nobody knows"
        );
        let ages: Vec<String> = (0..40).map(|age| (age + 10).to_string()).collect();
        let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
        assert_eq!(names(&ages), "10 to 19, 20 to 29, 30 to 39, 40 to 49");
        let words: Vec<String> = ('a'..='z').chain('a'..='k').map(String::from).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(names(&words), "a, b, c, d, e, f, g, h, i, j, k, all others");
    }

    proptest! {
        #[test]
        fn each_user_is_in_exactly_one_group(values in prop::collection::vec("[a-c]{0,3}|[0-9]{1,2}(\\.5)?", 0..300)) {
            let groups = AttributeGroups::of(values.iter().map(String::as_str));
            prop_assert!(groups.names.len() <= MOST_GROUPS + 1);
            let mut sizes = vec![0_usize; groups.names.len()];
            for value in &values {
                let group = groups.group_of(value);
                prop_assert!(group.is_some_and(|group| group < sizes.len()));
                sizes[group.unwrap()] += 1;
                prop_assert_eq!(value.is_empty(), groups.names[group.unwrap()] == "unknown");
            }
            prop_assert_eq!(sizes.iter().sum::<usize>(), values.len());
            prop_assert!(sizes.iter().all(|&size| size > 0), "no group is empty");
        }
    }
}
