//! What the models' lists say: their overlap, their popularity, and what they hold for a few users.

use super::super::bridge::read_json;
use super::super::evaluate::LISTS_FILE;
use super::super::examples::{self, Example, ExampleItem};
use super::table_rows::TableRow;
use crate::engine::StageError;
use crate::rec::eval::{ItemList, PopularityFacts, StoredLists};
use crate::rec::metric::{Direction, MetricSpec};
use crate::report::{ExampleUser, Item, Overlap, PopularityBias, Recommendation};

/// Users whose lists are held at a time.
const USERS_AT_A_TIME: usize = 512;

/// The popularity of a row's recommendations, the mean over its replicates; `None` if one of them ranks nothing.
pub(super) fn popularity_bias(row: &TableRow<'_>) -> Option<PopularityBias> {
    let facts: Vec<&PopularityFacts> =
        row.members.iter().map(|one| one.scores.popularity.as_ref()).collect::<Option<_>>()?;
    let mean =
        |of: &dyn Fn(&PopularityFacts) -> f64| facts.iter().map(|facts| of(facts)).sum::<f64>() / facts.len() as f64;
    let (recommended, history) = (mean(&|facts| facts.recommended), mean(&|facts| facts.history));
    Some(PopularityBias {
        cutoff: facts.first()?.cutoff as u32,
        recommended,
        history,
        lift: mean(&PopularityFacts::lift),
        shares: std::array::from_fn(|third| mean(&|facts| facts.shares[third])),
        history_shares: std::array::from_fn(|third| mean(&|facts| facts.history_shares[third])),
    })
}

/// How much the lists of each pair of rows have in common, down to the cutoff of the first judged metric of rankings; of
/// replicates the first. `None` if fewer than two rank.
pub(super) fn overlap(rows: &[TableRow<'_>], metrics: &[MetricSpec]) -> Result<Option<Overlap>, StageError> {
    let is_judged = |metric: &&MetricSpec| metric.metric().direction != Direction::Neither;
    let Some(wanted) = metrics.iter().filter(is_judged).find_map(MetricSpec::cutoff) else { return Ok(None) };
    let mut stored: Vec<Option<StoredLists>> = Vec::with_capacity(rows.len());
    for row in rows {
        let path = row.first().dir.join(LISTS_FILE);
        stored.push(path.exists().then(|| StoredLists::open(&path)).transpose()?);
    }
    let known = || stored.iter().flatten();
    let cutoff = known().map(StoredLists::length).min().unwrap_or(0).min(wanted);
    let n_users = known().map(StoredLists::n_users).min().unwrap_or(0);
    if known().count() < 2 || cutoff == 0 {
        return Ok(None);
    }
    let n = rows.len();
    let (mut sums, mut counts) = (vec![vec![0.0; n]; n], vec![vec![0_u32; n]; n]);
    for start in (0..n_users).step_by(USERS_AT_A_TIME) {
        let users = start..n_users.min(start + USERS_AT_A_TIME);
        let mut lists: Vec<Option<Vec<ItemList>>> = Vec::with_capacity(n);
        for stored in &stored {
            let read = stored.as_ref().map(|stored| stored.read(users.clone())).transpose()?;
            lists.push(read.map(|lists| lists.items.rows().into_iter().map(|row| ItemList::of(row, cutoff)).collect()));
        }
        for a in 0..n {
            for b in a..n {
                let (Some(of_a), Some(of_b)) = (&lists[a], &lists[b]) else { continue };
                for share in of_a.iter().zip(of_b).filter_map(|(a, b)| a.overlap(b)) {
                    sums[a][b] += share;
                    counts[a][b] += 1;
                }
            }
        }
    }
    let share = |a: usize, b: usize| (counts[a][b] > 0).then(|| sums[a][b] / f64::from(counts[a][b]));
    let shares = (0..n).map(|a| (0..n).map(|b| share(a.min(b), a.max(b))).collect()).collect();
    Ok(Some(Overlap { cutoff: cutoff as u32, shares }))
}

/// What each row recommends to the users that were chosen as examples; of replicates the first.
pub(super) fn example_users(rows: &[TableRow<'_>]) -> Result<Vec<ExampleUser>, StageError> {
    let of_rows: Vec<Vec<Example>> =
        rows.iter().map(|row| read_json(&row.first().dir.join(examples::FILE))).collect::<Result<_, _>>()?;
    let Some(first) = of_rows.first() else { return Ok(Vec::new()) };
    let example = |example: &Example| ExampleUser {
        user: example.user.clone(),
        why: example.why.clone(),
        history: example.history.iter().map(item).collect(),
        history_length: example.history_length,
        targets: example.targets,
        lists: of_rows.iter().map(|examples| list_of(examples, &example.user)).collect(),
    };
    let users = first.iter().map(example);
    Ok(users.filter(|user| user.lists.iter().any(Option::is_some)).collect())
}

fn list_of(examples: &[Example], user: &str) -> Option<Vec<Recommendation>> {
    let list = examples.iter().find(|example| example.user == user)?.list.as_ref()?;
    Some(list.iter().map(|one| Recommendation { item: item(&one.item), hit: one.hit }).collect())
}

fn item(item: &ExampleItem) -> Item {
    Item { id: item.id.clone(), title: Some(item.title.clone()).filter(|title| !title.is_empty()) }
}
