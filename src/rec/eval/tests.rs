//! Evaluation by hand-made models.

use ndarray::{Array2, ArrayViewMut2};
use rand::RngExt;
use rayon::ThreadPoolBuilder;

use super::{
    Evaluation, EvaluationError, EvaluationOptions, ListsWriter, NO_ITEM, Side, StoredLists, TrainingCounts, evaluate,
    evaluate_into,
};
use crate::rec::data::{Holdout, Interactions};
use crate::rec::metric::{MetricSpec, metrics};
use crate::rec::model::testing::interactions_of;
use crate::rec::model::{Recommender, Scorer, UserBlock, Weights};
use crate::rec::{Monitor, Silent, stream};

/// A model that gives each user, by training row, the scores of a table.
struct Table {
    scores: Array2<f32>,
    ranks: bool,
    rates: bool,
}

impl Recommender for Table {
    fn ranking(&self) -> Option<&dyn Scorer> {
        self.ranks.then_some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        self.rates.then_some(self)
    }

    fn weights(&self) -> Weights {
        Weights::new()
    }
}

impl Scorer for Table {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        for (row, mut scores) in scores.rows_mut().into_iter().enumerate() {
            scores.assign(&self.scores.row(users.training_row(row).expect("all users are training users")));
        }
    }
}

fn specs(names: &[&str]) -> Vec<MetricSpec> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// Three users and five items; the last user has nothing to find.
fn example() -> (Table, Holdout, Interactions) {
    let train = interactions_of(5, &[&[0], &[1, 2], &[4]]);
    let targets = Interactions::from_parts(5, vec![0, 2, 3, 3], vec![1, 3, 4], vec![4.0, 2.0, 5.0], vec![0; 3]);
    let scores = ndarray::array![
        [9.0, 4.0, 4.0, 1.0, 7.0], // without item 0: 4, 1, 2, 3
        [1.0, 9.0, 9.0, 3.0, 2.0], // without items 1 and 2: 3, 4, 0
        [5.0, 4.0, 3.0, 2.0, 1.0],
    ];
    let holdout = Holdout { users: vec![0, 1, 2], history: train.clone(), targets };
    (Table { scores, ranks: true, rates: true }, holdout, train)
}

fn values(evaluation: &Evaluation) -> Vec<Option<f64>> {
    evaluation.values.iter().map(|value| value.value).collect()
}

#[test]
fn an_example_by_hand() {
    let (model, holdout, train) = example();
    let metrics =
        specs(&["precision@2", "recall@4", "mrr@4", "coverage@1", "novelty@1", "rmse", "mae", "rmse-user-mean"]);
    let options = EvaluationOptions { rating_range: Some((1.0, 5.0)), ..EvaluationOptions::default() };
    let evaluation = evaluate(&model, &holdout, &train, &metrics, &options, &Silent).unwrap();
    let (first, second) = (1.0_f64, 9.0_f64);
    let expected = [
        0.5, // one of (4, 1), one of (3, 4)
        1.0,
        0.5,                                   // both first hits are second
        2.0 / 5.0,                             // items 4 and 3
        3.0_f64.log2(),                        // item 4 has one user of three, item 3 none, which counts as one
        ((0.0 + first + second) / 3.0).sqrt(), // 4 → 4, 1 → 2, 2 → 5
        4.0 / 3.0,
        f64::midpoint(0.5_f64.sqrt(), 3.0),
    ];
    for (value, expected) in evaluation.values.iter().zip(expected) {
        assert!((value.value.unwrap() - expected).abs() < 1e-12, "{value:?}, not {expected}");
    }
    assert_eq!(evaluation.users.ranked, [true, true, false]);
    assert_eq!(evaluation.users.n_without_target(), 1);
    assert_eq!(evaluation.users.metrics, specs(&["precision@2", "recall@4", "mrr@4", "novelty@1", "rmse-user-mean"]));
    assert_eq!(evaluation.users.values.row(2).to_vec(), [0.0; 5]);
    assert_eq!(evaluation.values[0].standard_error, Some(0.0));
    let error = evaluation.values[7].standard_error.unwrap();
    assert!((error - (3.0 - 0.5_f64.sqrt()) / 2.0).abs() < 1e-12);
}

#[test]
fn only_targets_rated_high_enough_are_to_be_found() {
    let (model, holdout, train) = example();
    let options = EvaluationOptions { relevant_from: Some(4.0), ..EvaluationOptions::default() };
    let metrics = specs(&["recall-full@4", "ndcg@4"]);
    let evaluation = evaluate(&model, &holdout, &train, &metrics, &options, &Silent).unwrap();
    let second = 1.0 / 3.0_f64.log2();
    assert_eq!(values(&evaluation), [Some(1.0), Some(second)]);
    let options = EvaluationOptions { relevant_from: Some(5.0), ..options };
    let evaluation = evaluate(&model, &holdout, &train, &metrics, &options, &Silent).unwrap();
    assert_eq!(evaluation.users.ranked, [false, true, false]);
}

#[test]
fn values_that_are_not_defined_have_a_reason() {
    let (mut model, holdout, train) = example();
    let metrics = specs(&["ndcg@2", "rmse"]);
    let reasons = |model: &Table, holdout: &Holdout| -> Vec<Option<String>> {
        let evaluation = evaluate(model, holdout, &train, &metrics, &EvaluationOptions::default(), &Silent).unwrap();
        assert!(evaluation.values.iter().all(|value| value.value.is_none() == value.reason.is_some()));
        evaluation.values.into_iter().map(|value| value.reason).collect()
    };
    model.ranks = false;
    assert_eq!(reasons(&model, &holdout), [Some("the model ranks no items".to_owned()), None]);
    (model.ranks, model.rates) = (true, false);
    assert_eq!(reasons(&model, &holdout), [None, Some("the model predicts no ratings".to_owned())]);
    model.rates = true;
    let nothing = Holdout { targets: Interactions::empty(3, 5), ..holdout };
    let expected = ["no user has a target", "no rating was held out"].map(|reason| Some(reason.to_owned()));
    assert_eq!(reasons(&model, &nothing), expected);
}

#[test]
fn scores_that_are_not_numbers_are_errors() {
    let (mut model, holdout, train) = example();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        model.scores[[1, 3]] = value;
        for (name, side) in [("ndcg@2", Side::Ranking), ("rmse", Side::Rating)] {
            let options = EvaluationOptions { model: "ease".to_owned(), ..EvaluationOptions::default() };
            let error = evaluate(&model, &holdout, &train, &specs(&[name]), &options, &Silent).unwrap_err();
            let EvaluationError::NotFinite { model, user: 1, item: 3, side: found, .. } = &error else {
                panic!("{error}");
            };
            assert_eq!((model.as_str(), *found), ("ease", side));
        }
    }
    let options = EvaluationOptions { model: "ease".to_owned(), ..EvaluationOptions::default() };
    let error = evaluate(&model, &holdout, &train, &specs(&["ndcg@2"]), &options, &Silent).unwrap_err();
    insta::assert_snapshot!(error, @"model `ease` gives user `1` (by index) the score `-inf` for item `3` (by index)");
}

/// Hundreds of users, so that there are several blocks; scores with many ties.
fn large() -> (Table, Holdout, Interactions) {
    let (n_users, n_items) = (700, 90);
    let mut random = stream(5, "evaluation", &[]);
    let mut histories = vec![Vec::new(); n_users];
    let mut targets = vec![Vec::new(); n_users];
    for user in 0..n_users {
        for item in 0..n_items as u32 {
            match random.random_range(0..20_u8) {
                0..4 => histories[user].push(item),
                4 => targets[user].push(item),
                _ => {}
            }
        }
    }
    let matrix = |rows: &[Vec<u32>]| interactions_of(n_items, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let scores = Array2::from_shape_simple_fn((n_users, n_items), || f32::from(random.random_range(0..12_u8)));
    let train = matrix(&histories);
    let holdout = Holdout { users: (0..n_users as u32).collect(), history: train.clone(), targets: matrix(&targets) };
    (Table { scores, ranks: true, rates: true }, holdout, train)
}

fn every_metric() -> Vec<MetricSpec> {
    let names = metrics().iter().flat_map(|metric| {
        let cutoffs = if metric.has_cutoff() { vec!["@1", "@7", "@200"] } else { vec![""] };
        cutoffs.into_iter().map(move |cutoff| format!("{}{cutoff}", metric.name))
    });
    names.map(|name| name.parse().unwrap()).collect()
}

#[test]
fn threads_change_nothing() {
    let (model, holdout, train) = large();
    let with_threads = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            evaluate(&model, &holdout, &train, &every_metric(), &EvaluationOptions::default(), &Silent).unwrap()
        })
    };
    let one = with_threads(1);
    assert!(one == with_threads(2) && one == with_threads(3));
    assert!(one.values.iter().all(|value| value.value.is_some_and(f64::is_finite)));
}

#[test]
fn means_are_those_of_a_plain_program() {
    let (model, holdout, train) = large();
    let metrics = specs(&["precision@7", "ndcg@7", "coverage@7"]);
    let evaluation = evaluate(&model, &holdout, &train, &metrics, &EvaluationOptions::default(), &Silent).unwrap();
    let (mut precision, mut ndcg, mut n) = (0.0, 0.0, 0.0);
    let mut recommended = std::collections::BTreeSet::<u32>::new();
    for user in 0..train.n_users() {
        let targets = holdout.targets.items_of(user);
        if targets.is_empty() {
            continue;
        }
        let mut ranked: Vec<u32> = (0..90).filter(|item| !train.items_of(user).contains(item)).collect();
        ranked.sort_by_key(|&item| -(model.scores[[user, item as usize]] as i64));
        let hits: Vec<usize> = (0..7).filter(|&rank| targets.contains(&ranked[rank])).collect();
        let gain = |ranks: &[usize]| ranks.iter().map(|&rank| 1.0 / (rank as f64 + 2.0).log2()).sum::<f64>();
        precision += hits.len() as f64 / 7.0;
        ndcg += gain(&hits) / gain(&(0..targets.len().min(7)).collect::<Vec<_>>());
        n += 1.0;
        recommended.extend(&ranked[..7]);
    }
    let expected = [precision / n, ndcg / n, recommended.len() as f64 / 90.0];
    for (value, expected) in values(&evaluation).into_iter().zip(expected) {
        assert!((value.unwrap() - expected).abs() < 1e-12, "{value:?}, not {expected}");
    }
}

#[test]
fn cancelling_ends_the_evaluation() {
    struct Cancelled;
    impl Monitor for Cancelled {
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let (model, holdout, train) = example();
    for name in ["ndcg@2", "rmse"] {
        let result = evaluate(&model, &holdout, &train, &specs(&[name]), &EvaluationOptions::default(), &Cancelled);
        assert!(matches!(result, Err(EvaluationError::Interrupted(_))));
    }
}

#[test]
fn lists_come_back_from_their_file() {
    let (model, holdout, train) = large();
    let folder = tempfile::tempdir().unwrap();
    let store = |name: &str, metrics: &[&str]| {
        let path = folder.path().join(name);
        let mut writer = ListsWriter::new(path.clone());
        let (training, options) = (TrainingCounts::of(&train), EvaluationOptions::default());
        evaluate_into(&model, &holdout, &training, &specs(metrics), &options, &Silent, &mut writer).unwrap();
        path
    };
    let lists = StoredLists::open(&store("lists", &["ndcg@3", "recall@7", "rmse"])).unwrap();
    assert_eq!((lists.n_users(), lists.length()), (700, 7));
    let some = lists.read(130..400).unwrap();
    assert_eq!(some.users, (130..400).collect::<Vec<u32>>());
    for (row, &user) in some.users.iter().enumerate() {
        let user = user as usize;
        if holdout.targets.items_of(user).is_empty() {
            assert!(some.items.row(row).iter().all(|&item| item == NO_ITEM));
            continue;
        }
        let scores = model.scores.row(user);
        let mut expected: Vec<u32> = (0..90).filter(|item| !train.items_of(user).contains(item)).collect();
        expected.sort_by_key(|&item| -(scores[item as usize] as i64));
        assert_eq!(some.items.row(row).to_vec(), expected[..7]);
        let of_list: Vec<f32> = expected[..7].iter().map(|&item| scores[item as usize]).collect();
        assert_eq!(some.scores.row(row).to_vec(), of_list);
    }
    // Lists are as long as there are items at most, and end where nothing is left to recommend.
    let lists = StoredLists::open(&store("long", &["ndcg@200"])).unwrap();
    let first = lists.read(0..1).unwrap();
    let n_left = 90 - train.items_of(0).len();
    assert_eq!(lists.length(), 90);
    assert!(first.items.iter().enumerate().all(|(rank, &item)| (item == NO_ITEM) == (rank >= n_left)));
    assert!(lists.read(699..701).is_err());
    assert!(!store("ratings only", &["rmse"]).exists());
}

#[test]
fn what_is_known_already_cannot_be_found() {
    let (model, mut holdout, train) = example();
    holdout.targets = Interactions::from_parts(5, vec![0, 1, 2, 3], vec![1, 2, 3], vec![4.0, 2.0, 5.0], vec![0; 3]);
    for metric in ["ndcg@2", "rmse"] {
        let options = EvaluationOptions::default();
        let error = evaluate(&model, &holdout, &train, &specs(&[metric]), &options, &Silent).unwrap_err();
        assert_eq!(error, EvaluationError::Known { user: 1, item: 2 });
        assert!(error.help().is_some());
    }
}
