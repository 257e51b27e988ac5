//! The same metrics over parts of the test: by user activity, by what is known of users, and by the popularity of what is to
//! be found.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::super::user_groups::UserGroups;
use super::super::user_terms::{UserTerms, third_column};
use super::attribute_groups::AttributeGroups;
use super::scored::Scored;
use super::table_rows::{TableRow, splits};
use super::term_table::{Mask, ReportUsers};
use super::uncertainty::{Confidence, cells_of_part};
use crate::engine::StageError;
use crate::rec::eval::PopularityThirds;
use crate::rec::metric::{Direction, MetricSpec};
use crate::report::{Breakdown, BrokenDownBy, Cell, Group};

/// Parts of equal size that users are cut into.
const ACTIVITY_GROUPS: usize = 4;

/// All breakdowns of a table with these columns that say anything.
pub(super) fn breakdowns(
    rows: &[TableRow<'_>],
    users: &ReportUsers,
    metrics: &[MetricSpec],
    confidence: Confidence,
) -> Result<Vec<Breakdown>, StageError> {
    let parts = Parts { rows, users, metrics, confidence };
    let of_users = parts.by_activity()?.into_iter().chain(parts.by_attribute()?);
    Ok(of_users.chain(parts.by_popularity()?).collect())
}

/// What all breakdowns of a table share.
struct Parts<'a> {
    rows: &'a [TableRow<'a>],
    users: &'a ReportUsers,
    metrics: &'a [MetricSpec],
    confidence: Confidence,
}

impl Parts<'_> {
    /// The columns that judge, and are made of values of users.
    fn columns(&self, is_wanted: impl Fn(&MetricSpec) -> bool) -> (Vec<usize>, Vec<MetricSpec>) {
        let is_chosen = |(_, metric): &(usize, MetricSpec)| {
            let kind = metric.metric();
            kind.direction != Direction::Neither && (kind.is_per_user() || kind.is_of_ratings()) && is_wanted(metric)
        };
        self.metrics.iter().copied().enumerate().filter(is_chosen).unzip()
    }

    /// What a breakdown is, and of what the sizes of its groups are.
    fn about(&self, what: &str) -> String {
        let sizes = if splits(self.rows).len() > 1 { " Sizes are those of the first split." } else { "" };
        format!("{what}{sizes}")
    }

    fn by_activity(&self) -> Result<Option<Breakdown>, StageError> {
        // Those of all splits, so that a group is the same in each of them.
        let mut lengths = Vec::new();
        for one in splits(self.rows) {
            lengths.push(UserTerms::open(&one.dir)?.history_lengths()?);
        }
        let bounds = bounds(&lengths.concat());
        let (columns, metrics) = self.columns(|_| true);
        if bounds.len() < 2 || columns.is_empty() {
            return Ok(None);
        }
        let mut groups = Vec::with_capacity(bounds.len());
        for (low, high) in bounds {
            let is_in = |length: &u32| (low..=high).contains(length);
            let is_kept = |one: &Scored| -> Result<Option<Vec<bool>>, StageError> {
                Ok(Some(UserTerms::open(&one.dir)?.history_lengths()?.iter().map(is_in).collect()))
            };
            groups.push(Group {
                name: if low == high { low.to_string() } else { format!("{low} to {high}") },
                users: lengths[0].iter().filter(|length| is_in(length)).count() as u64,
                targets: None,
                cells: self.cells(&metrics, &|metric| metric.to_string(), &is_kept)?,
            });
        }
        Ok(Some(Breakdown {
            by: BrokenDownBy::UserActivity,
            title: "By user activity".to_owned(),
            about: self.about("Users by the number of items in their histories, in parts of about equal size."),
            columns,
            groups,
        }))
    }

    /// One for each attribute that is known of the users of all splits.
    fn by_attribute(&self) -> Result<Vec<Breakdown>, StageError> {
        let known = known_groups(self.rows)?;
        let digests: Vec<&str> = splits(self.rows).iter().map(|one| one.scores.split.digest.as_str()).collect();
        let (columns, metrics) = self.columns(|_| true);
        let mut breakdowns = Vec::new();
        for (attribute, values) in &known {
            let of_splits: Option<Vec<&Vec<String>>> = digests.iter().map(|digest| values.get(*digest)).collect();
            let Some(of_splits) = of_splits else { continue };
            let groups = AttributeGroups::of(of_splits.iter().copied().flatten().map(String::as_str));
            if groups.names.len() < 2 || columns.is_empty() {
                continue;
            }
            let group = |(place, name): (usize, &String)| -> Result<Group, StageError> {
                let is_in = |value: &String| groups.group_of(value) == Some(place);
                let is_kept = |one: &Scored| -> Result<Option<Vec<bool>>, StageError> {
                    Ok(values.get(&one.scores.split.digest).map(|values| values.iter().map(is_in).collect()))
                };
                Ok(Group {
                    name: name.clone(),
                    users: of_splits[0].iter().filter(|value| is_in(value)).count() as u64,
                    targets: None,
                    cells: self.cells(&metrics, &|metric| metric.to_string(), &is_kept)?,
                })
            };
            breakdowns.push(Breakdown {
                by: BrokenDownBy::UserAttribute(attribute.clone()),
                title: format!("By {attribute}"),
                about: self.about(&format!("Users by what the data set tells of them: `{attribute}`.{}", groups.about)),
                columns: columns.clone(),
                groups: groups.names.iter().enumerate().map(group).collect::<Result<_, _>>()?,
            });
        }
        Ok(breakdowns)
    }

    fn by_popularity(&self) -> Result<Option<Breakdown>, StageError> {
        let (columns, metrics) = self.columns(|metric| !metric.metric().is_of_ratings());
        let mut groups = Vec::new();
        for (third, name) in PopularityThirds::NAMES.into_iter().enumerate() {
            let Some((users, targets)) = self.sizes(&metrics, third)? else { continue };
            let cells = self.cells(&metrics, &|metric| third_column(metric, third), &|_| Ok(None))?;
            groups.push(Group { name: name.to_owned(), users, targets: Some(targets), cells });
        }
        Ok((groups.len() > 1).then(|| Breakdown {
            by: BrokenDownBy::ItemPopularity,
            title: "By item popularity".to_owned(),
            about: self.about(
                "As though only targets of the head, the middle or the tail of the catalogue were to be found; each has a third of all \
                 training interactions. The lists are the same.",
            ),
            columns,
            groups,
        }))
    }

    /// How many users have targets of a third of the catalogue, and how many targets there are, as a model that ranks tells;
    /// they are the same for all.
    fn sizes(&self, metrics: &[MetricSpec], third: usize) -> Result<Option<(u64, u64)>, StageError> {
        for row in self.rows {
            let terms = UserTerms::open(&row.first().dir)?;
            let columns = metrics.iter().map(|&metric| terms.values(&third_column(metric, third)));
            let column = columns.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().next();
            if let Some(column) = column {
                let users = column.iter().filter(|value| !value.is_nan()).count() as u64;
                return Ok(Some((users, terms.targets_by_third()?[third].into())).filter(|(users, _)| *users > 0));
            }
        }
        Ok(None)
    }

    fn cells(
        &self,
        metrics: &[MetricSpec],
        name: &dyn Fn(MetricSpec) -> String,
        mask: &Mask<'_>,
    ) -> Result<Vec<Vec<Cell>>, StageError> {
        cells_of_part(self.rows, self.users, metrics, name, mask, self.confidence)
    }
}

/// What is known of the users of each split, by its digest: attribute by attribute, in the order in which they were asked for.
/// Evaluations on one split that tell of its users differently are refused.
fn known_groups(rows: &[TableRow<'_>]) -> Result<IndexMap<String, BTreeMap<String, Vec<String>>>, StageError> {
    let mut known: IndexMap<String, BTreeMap<String, Vec<String>>> = IndexMap::new();
    for one in rows.iter().flat_map(|row| &row.members) {
        for (attribute, values) in UserGroups::read(&one.dir)?.columns {
            let of_splits = known.entry(attribute.clone()).or_default();
            let first = of_splits.entry(one.scores.split.digest.clone()).or_insert_with(|| values.clone());
            if *first != values {
                let message = format!("`{}` and another stage tell of the same users another `{attribute}`", one.stage);
                return Err(StageError::new(message).help("let all evaluations need the same data set"));
            }
        }
    }
    Ok(known)
}

/// The least and the greatest value of each part, if values are cut into parts of about equal size; equal values stay together.
pub(super) fn bounds(values: &[u32]) -> Vec<(u32, u32)> {
    let mut rising = values.to_vec();
    rising.sort_unstable();
    let mut bounds: Vec<(u32, u32)> = Vec::new();
    let mut begin = 0;
    for part in 1..=ACTIVITY_GROUPS {
        let end = part * rising.len() / ACTIVITY_GROUPS;
        let Some(&high) = end.checked_sub(1).and_then(|last| rising.get(last)) else { continue };
        if begin < rising.len() && rising[begin] <= high {
            bounds.push((rising[begin], high));
            begin = rising.partition_point(|&value| value <= high);
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn equal_values_stay_together() {
        assert_eq!(bounds(&[1, 2, 3, 4, 5, 6, 7, 8]), [(1, 2), (3, 4), (5, 6), (7, 8)]);
        assert_eq!(bounds(&[1, 1, 1, 1, 1, 1, 7, 8]), [(1, 1), (7, 8)]);
        assert_eq!(bounds(&[5, 5, 5]), [(5, 5)]);
        assert!(bounds(&[]).is_empty());
    }
}
