//! Leaving events out before splitting.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::listed;
use super::{Dataset, Events, Items};
use crate::rec::model::Problem;
use crate::rec::{Interrupted, Monitor};

/// What to leave out. The filters that are given are applied once each, in this order: `min-rating`, `max-per-user`,
/// `min-per-item`, `min-per-user`, `core`.
///
/// Users and items are numbered anew by their first appearance in what is left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FilterParams {
    /// Events with a lower rating are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_rating: Option<f32>,
    /// Users with more events than this are left out whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_per_user: Option<u32>,
    /// Items with fewer events than this are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub min_per_item: Option<u32>,
    /// Users with fewer events than this are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub min_per_user: Option<u32>,
    /// Users and items with fewer events than this are left out again and again until every one left has as many
    /// (k-core).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub core: Option<u32>,
}

/// Why a filter gives no data set.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// Parameters that cannot be used.
    #[error("{}", listed(.0))]
    Parameters(Vec<Problem>),
    /// A filter leaves nothing.
    #[error("the filter `{filter}` leaves none of {events} events")]
    Empty {
        /// The filter as it was given.
        filter: String,
        /// How many events there were before it.
        events: usize,
    },
}

impl FilterError {
    /// The remedy, where one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Interrupted(_) => None,
            Self::Parameters(problems) => problems.iter().find_map(|problem| problem.help.clone()),
            Self::Empty { filter, .. } => {
                let name = filter.split(':').next().unwrap_or_default();
                Some(format!("lower `{name}` or leave it out").replace("lower `max-per-user`", "raise `max-per-user`"))
            }
        }
    }
}

impl FilterParams {
    /// Every problem of these parameters.
    pub fn check(&self) -> Vec<Problem> {
        let is_finite = self.min_rating.is_none_or(f32::is_finite);
        let problem = |message: String| Problem {
            parameter: "min-rating".to_owned(),
            message,
            help: Some("give a rating such as `4`".to_owned()),
        };
        let problems = self.min_rating.filter(|_| !is_finite).map(|rating| problem(format!("`{rating}` is no rating")));
        problems.into_iter().collect()
    }

    /// What is left of a data set. What each filter did is added to the data set's `filters`.
    pub fn apply(&self, dataset: &Dataset, monitor: &dyn Monitor) -> Result<Dataset, FilterError> {
        let problems = self.check();
        if !problems.is_empty() {
            return Err(FilterError::Parameters(problems));
        }
        let mut left = Left { events: dataset.events.clone(), filters: dataset.about.filters.clone() };
        let (n_users, n_items) = (dataset.n_users(), dataset.n_items());
        if let Some(least) = self.min_rating {
            monitor.check()?;
            left.apply("min-rating", least, |events| {
                let kept: Vec<bool> = events.ratings.iter().map(|&rating| rating >= least).collect();
                events.retain(|event| kept[event]);
            })?;
        }
        if let Some(most) = self.max_per_user {
            monitor.check()?;
            left.apply("max-per-user", most, |events| {
                keep(events, n_users, |events| &events.users, |count| count <= most);
            })?;
        }
        if let Some(least) = self.min_per_item {
            monitor.check()?;
            left.apply("min-per-item", least, |events| {
                keep(events, n_items, |events| &events.items, |count| count >= least);
            })?;
        }
        if let Some(least) = self.min_per_user {
            monitor.check()?;
            left.apply("min-per-user", least, |events| {
                keep(events, n_users, |events| &events.users, |count| count >= least);
            })?;
        }
        if let Some(least) = self.core {
            monitor.check()?;
            left.apply("core", least, |events| {
                loop {
                    let before = events.len();
                    keep(events, n_users, |events| &events.users, |count| count >= least);
                    keep(events, n_items, |events| &events.items, |count| count >= least);
                    if events.len() == before {
                        break;
                    }
                }
            })?;
        }
        Ok(renumbered(dataset, left))
    }
}

/// What is left so far, and how that came about.
struct Left {
    events: Events,
    filters: Vec<String>,
}

impl Left {
    fn apply(
        &mut self,
        name: &str,
        value: impl std::fmt::Display,
        filter: impl FnOnce(&mut Events),
    ) -> Result<(), FilterError> {
        let before = self.events.len();
        filter(&mut self.events);
        let after = self.events.len();
        let words = format!("{name}: {value}");
        if after == 0 {
            return Err(FilterError::Empty { filter: words, events: before });
        }
        self.filters.push(format!("{words} (kept {after} of {before} events)"));
        Ok(())
    }
}

/// Keeps the events whose user (or item) occurs as often as `is_kept` wants.
fn keep(events: &mut Events, n: usize, column: fn(&Events) -> &Vec<u32>, is_kept: impl Fn(u32) -> bool) {
    let mut counts = vec![0_u32; n];
    for &index in column(events) {
        counts[index as usize] += 1;
    }
    let kept: Vec<bool> = column(events).iter().map(|&index| is_kept(counts[index as usize])).collect();
    events.retain(|event| kept[event]);
}

/// The data set of the events left, users and items numbered by first appearance.
fn renumbered(dataset: &Dataset, left: Left) -> Dataset {
    let Left { mut events, filters } = left;
    let users = renumber(&mut events.users, dataset.n_users());
    let items = renumber(&mut events.items, dataset.n_items());
    let pick = |from: &[String], kept: &[u32]| kept.iter().map(|&index| from[index as usize].clone()).collect();
    let mut about = dataset.about.clone();
    about.filters = filters;
    Dataset {
        about,
        users: pick(&dataset.users, &users),
        items: Items { ids: pick(&dataset.items.ids, &items), titles: pick(&dataset.items.titles, &items) },
        events,
    }
}

/// Numbers indices anew by first appearance; gives the old index of each new one.
fn renumber(indices: &mut [u32], n: usize) -> Vec<u32> {
    let mut new = vec![u32::MAX; n];
    let mut old = Vec::new();
    for index in indices {
        let slot = &mut new[*index as usize];
        if *slot == u32::MAX {
            *slot = old.len() as u32;
            old.push(*index);
        }
        *index = *slot;
    }
    old
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::FilterParams;
    use crate::rec::Silent;
    use crate::rec::data::{Dataset, DatasetInfo, Events, Items};

    fn dataset(pairs: &std::collections::BTreeSet<(u32, u32)>) -> Dataset {
        let mut events = Events::default();
        for &(user, item) in pairs {
            events.push(user, item, ((user * 7 + item * 3) % 5 + 1) as f32, i64::from(item));
        }
        let ids = |letter: char| (0..20).map(|index| format!("{letter}{index}")).collect::<Vec<_>>();
        Dataset {
            about: DatasetInfo::default(),
            users: ids('u'),
            items: Items { ids: ids('i'), titles: ids('t') },
            events,
        }
    }

    fn counts(indices: &[u32], n: usize) -> Vec<usize> {
        let mut counts = vec![0; n];
        for &index in indices {
            counts[index as usize] += 1;
        }
        counts
    }

    /// The largest subset in which all counts reach `k`, found by removing one event at a time.
    fn naive_core(pairs: &std::collections::BTreeSet<(u32, u32)>, k: usize) -> usize {
        let mut left = pairs.clone();
        loop {
            let count_user = |user| left.iter().filter(|pair| pair.0 == user).count();
            let count_item = |item| left.iter().filter(|pair| pair.1 == item).count();
            let Some(&bad) = left.iter().find(|pair| count_user(pair.0) < k || count_item(pair.1) < k) else {
                return left.len();
            };
            left.remove(&bad);
        }
    }

    proptest! {
        #[test]
        fn a_core_is_the_largest_one(pairs in prop::collection::btree_set((0_u32..20, 0_u32..20), 1..150), k in 1_u32..6) {
            let core = FilterParams { core: Some(k), ..FilterParams::default() }.apply(&dataset(&pairs), &Silent);
            let expected = naive_core(&pairs, k as usize);
            let Ok(core) = core else {
                prop_assert_eq!(expected, 0);
                return Ok(());
            };
            prop_assert_eq!(core.n_events(), expected);
            prop_assert!(counts(&core.events.users, core.n_users()).iter().all(|&n| n >= k as usize));
            prop_assert!(counts(&core.events.items, core.n_items()).iter().all(|&n| n >= k as usize));
            // Numbered by first appearance.
            let firsts: Vec<usize> = (0..core.n_items() as u32)
                .map(|item| core.events.items.iter().position(|&other| other == item).unwrap()).collect();
            prop_assert!(firsts.is_sorted());
        }
    }

    #[test]
    fn filters_go_in_the_documented_order_and_say_what_they_did() {
        let pairs = (0..4).flat_map(|user| (0..=user * 3).map(move |item| (user, item))).collect();
        let params = FilterParams {
            min_rating: Some(2.0),
            max_per_user: Some(7),
            min_per_item: Some(2),
            min_per_user: Some(2),
            core: Some(2),
        };
        let left = params.apply(&dataset(&pairs), &Silent).unwrap();
        insta::assert_snapshot!(left.about.filters.join("\n"), @r#"
        min-rating: 2 (kept 17 of 22 events)
        max-per-user: 7 (kept 9 of 17 events)
        min-per-item: 2 (kept 4 of 9 events)
        min-per-user: 2 (kept 4 of 4 events)
        core: 2 (kept 4 of 4 events)
        "#);
        let title =
            |id: &String| left.items.titles[left.items.ids.iter().position(|other| other == id).unwrap()].clone();
        assert!(left.items.ids.iter().all(|id| title(id)[1..] == id[1..]), "titles stay with their ids");
    }

    #[test]
    fn a_filter_that_leaves_nothing_is_named() {
        let pairs = [(0, 0), (1, 0)].into_iter().collect();
        let error = FilterParams { min_per_user: Some(5), ..FilterParams::default() }.apply(&dataset(&pairs), &Silent);
        let error = error.unwrap_err();
        insta::assert_snapshot!(format!("{error}\nhelp: {}", error.help().unwrap()), @r#"
        the filter `min-per-user: 5` leaves none of 2 events
        help: lower `min-per-user` or leave it out
        "#);
    }
}
