//! All metrics together: their names, their schema, what must always hold.

use proptest::prelude::*;
use schemars::schema_for;

use super::{Direction, Measure, MetricSpec, MetricSpecError, RankedList, metrics, self_information};

fn spec(text: &str) -> Result<MetricSpec, MetricSpecError> {
    text.parse()
}

#[test]
fn specs_read_as_they_are_written() {
    for text in ["ndcg@100", "recall-full@5", "gini@1", "rmse", "rmse-user-mean", "mae"] {
        let parsed = spec(text).unwrap();
        assert_eq!(parsed.to_string(), text);
        assert_eq!(serde_json::to_value(parsed).unwrap(), text);
        assert_eq!(serde_json::from_value::<MetricSpec>(text.into()).unwrap(), parsed);
    }
    assert_eq!(spec("ndcg@100").unwrap().title(), "NDCG@100");
    assert_eq!(spec("ndcg@100").unwrap().cutoff(), Some(100));
}

#[test]
fn wrong_specs_say_what_to_write() {
    let texts =
        ["ndgc@10", "NDCG@10", "hit_rate@10", "auc", "ndcg", "rmse@10", "ndcg@0", "ndcg@ten", "ndcg@+3", "map@"];
    let messages: Vec<_> = texts
        .iter()
        .map(|text| {
            let error = spec(text).unwrap_err();
            format!("{error}; {}", error.help())
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    unknown metric `ndgc`; did you mean `ndcg`?
    unknown metric `NDCG`; did you mean `ndcg`?
    unknown metric `hit_rate`; did you mean `hit-rate`?
    unknown metric `auc`; the metrics are rmse, rmse-user-mean, mae, precision, recall, recall-full, ndcg, ndcg-full, hit-rate, map, mrr, novelty, coverage, gini, gini-diversity
    metric `ndcg` needs a cutoff; write the length of the list after an @, as in `ndcg@10`
    metric `rmse` takes no cutoff; write `rmse`
    cutoff `0` of metric `ndcg` is not a positive whole number; write the length of the list after an @, as in `ndcg@10`
    cutoff `ten` of metric `ndcg` is not a positive whole number; write the length of the list after an @, as in `ndcg@10`
    cutoff `+3` of metric `ndcg` is not a positive whole number; write the length of the list after an @, as in `ndcg@10`
    cutoff `` of metric `map` is not a positive whole number; write the length of the list after an @, as in `map@10`
    ");
}

#[test]
fn the_schema_names_every_metric() {
    let schema = schema_for!(Vec<MetricSpec>).to_value();
    let pattern = schema["items"]["pattern"].as_str().unwrap();
    assert!(metrics().iter().all(|metric| pattern.contains(metric.name)));
}

#[test]
fn texts_are_fit_for_a_footer() {
    for metric in metrics() {
        let first = metric.form.definition.chars().next().unwrap();
        assert!(!first.is_uppercase() || metric.form.definition.starts_with("1 "), "{}", metric.name);
        assert!(!metric.form.definition.ends_with('.'), "{}", metric.name);
        assert!(!metric.is_of_ratings() || metric.direction == Direction::Lower, "{}", metric.name);
    }
}

/// The metrics that judge whether targets were found.
fn accuracy() -> impl Iterator<Item = (&'static str, fn(&RankedList<'_>, usize) -> f64)> {
    metrics().iter().filter_map(|metric| match metric.form.measure {
        Measure::List(value) if metric.direction == Direction::Higher => Some((metric.name, value)),
        _ => None,
    })
}

/// A ranking of 30 items, some targets, and a cutoff.
fn ranking() -> impl Strategy<Value = (Vec<u32>, Vec<u32>, usize)> {
    let items = Just((0..30).collect::<Vec<u32>>()).prop_shuffle();
    (items, prop::collection::btree_set(0..40_u32, 1..20), 1..40_usize)
        .prop_map(|(items, targets, k)| (items, targets.into_iter().collect(), k))
}

proptest! {
    #[test]
    fn values_stay_in_range_and_better_lists_are_not_worse((items, targets, k) in ranking()) {
        let list = RankedList::new(&items, &targets, &[]);
        let mut better = items.clone();
        better.sort_by_key(|item| !targets.contains(item));
        let better = RankedList::new(&better, &targets, &[]);
        for (name, value) in accuracy() {
            let (plain, sorted) = (value(&list, k), value(&better, k));
            prop_assert!((0.0..=1.0 + 1e-12).contains(&plain), "{} = {}", name, plain);
            prop_assert!(sorted >= plain - 1e-12, "{}: {} < {}", name, sorted, plain);
        }
    }

    #[test]
    fn a_perfect_list_has_one(n_targets in 1..20_u32, k in 1..40_usize) {
        let items: Vec<u32> = (0..40).collect();
        let targets: Vec<u32> = (0..n_targets).collect();
        let list = RankedList::new(&items, &targets, &[]);
        let enough = k as u32 >= n_targets;
        for (name, value) in accuracy() {
            let perfect = match name {
                "precision" => (k as u32) <= n_targets,
                "recall-full" | "ndcg-full" => enough,
                _ => true,
            };
            let value = value(&list, k);
            prop_assert_eq!((value - 1.0).abs() < 1e-12, perfect, "{} = {}", name, value);
        }
    }

    #[test]
    fn values_follow_from_the_definitions((items, targets, k) in ranking()) {
        let list = RankedList::new(&items, &targets, &[]);
        let hit = |j: usize| j <= items.len() && targets.contains(&items[j - 1]);
        let found = (1..=k).filter(|&j| hit(j)).count() as f64;
        let gain = |ranks: &mut dyn Iterator<Item = usize>| ranks.map(|j| 1.0 / ((j + 1) as f64).log2()).sum::<f64>();
        let dcg = gain(&mut (1..=k).filter(|&j| hit(j)));
        let least = k.min(targets.len());
        let average = (1..=k)
            .filter(|&j| hit(j))
            .map(|j| (1..=j).filter(|&l| hit(l)).count() as f64 / j as f64)
            .sum::<f64>() / least as f64;
        for (name, value) in accuracy() {
            let expected = match name {
                "precision" => found / k as f64,
                "recall" => found / least as f64,
                "recall-full" => found / targets.len() as f64,
                "ndcg" => dcg / gain(&mut (1..=least)),
                "ndcg-full" => dcg / gain(&mut (1..=targets.len())),
                "hit-rate" => f64::from(found > 0.0),
                "map" => average,
                "mrr" => (1..=k).find(|&j| hit(j)).map_or(0.0, |j| 1.0 / j as f64),
                other => panic!("`{other}` is not checked"),
            };
            prop_assert!((value(&list, k) - expected).abs() < 1e-12, "{}", name);
        }
    }

    #[test]
    fn catalogue_metrics_ignore_the_order_of_items(counts in prop::collection::vec(0..50_u64, 1..60)) {
        let mut sorted = counts.clone();
        sorted.sort_unstable();
        let n = counts.len() as f64;
        let total: u64 = counts.iter().sum();
        for metric in metrics() {
            let Measure::Catalogue(value) = metric.form.measure else { continue };
            prop_assert_eq!(value(&counts), value(&sorted));
            prop_assert!((0.0..=1.0).contains(&value(&counts)));
        }
        // The mean absolute difference form of the Gini coefficient.
        let differences: u64 = counts.iter().flat_map(|a| counts.iter().map(move |b| a.abs_diff(*b))).sum();
        let expected = if total == 0 { 0.0 } else { differences as f64 / (2.0 * n * total as f64) };
        prop_assert!((super::gini(&counts) - expected).abs() < 1e-12);
        if total > 0 {
            let weights = (1..).zip(&sorted).map(|(i, &count)| (n + 1.0 - f64::from(i)) / (n + 1.0) * count as f64);
            let diversity = 2.0 * weights.sum::<f64>() / total as f64;
            prop_assert!((super::gini_diversity(&counts) - diversity).abs() < 1e-12);
        }
    }
}

#[test]
fn unseen_items_count_as_seen_once() {
    assert_eq!(self_information(&[0, 1, 2, 4], 4), [2.0, 2.0, 1.0, 0.0]);
}
