//! Accuracy on MovieLens-1M.

use std::collections::BTreeMap;
use std::path::Path;

use rand::seq::SliceRandom;
use recflow::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};
use recflow::rec::eval::{EvaluationOptions, evaluate};
use recflow::rec::model::{Recommender, find};
use recflow::rec::{Silent, stream};
use serde_json::json;

use super::folder;

const N_USERS: usize = 6040;
const N_ITEMS: usize = 3706;

/// User, item, rating.
type Rating = (usize, u32, f32);

fn ratings(data: &Path) -> Vec<Rating> {
    let text = std::fs::read_to_string(data.join("ml-1m/ratings.dat")).unwrap();
    let mut items = BTreeMap::new();
    let mut ratings = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split("::").collect();
        let next = items.len() as u32;
        let item = *items.entry(fields[1]).or_insert(next);
        ratings.push((fields[0].parse::<usize>().unwrap() - 1, item, fields[2].parse().unwrap()));
    }
    assert_eq!((ratings.len(), items.len()), (1_000_209, N_ITEMS));
    ratings
}

fn matrix(ratings: &[Rating]) -> Interactions {
    let mut rows = vec![Vec::new(); N_USERS];
    for &(user, item, rating) in ratings {
        rows[user].push((item, rating));
    }
    let mut offsets = vec![0];
    for row in &rows {
        offsets.push(offsets[offsets.len() - 1] + row.len());
    }
    let (items, values): (Vec<_>, Vec<_>) = rows.into_iter().flatten().unzip();
    let n = items.len();
    Interactions::from_parts(N_ITEMS, offsets, items, values, vec![0; n])
}

fn split(train: &[Rating], validation: &[Rating], test: &[Rating]) -> Split {
    let train = matrix(train);
    let holdout =
        |ratings| Holdout { users: (0..N_USERS as u32).collect(), history: train.clone(), targets: matrix(ratings) };
    Split {
        about: SplitInfo { rating_range: (1.0, 5.0), ..SplitInfo::default() },
        users: (0..N_USERS).map(|user| user.to_string()).collect(),
        items: Items { ids: vec![String::new(); N_ITEMS], titles: vec![String::new(); N_ITEMS] },
        validation: holdout(validation),
        test: holdout(test),
        train,
    }
}

fn score(model: &dyn Recommender, split: &Split, metrics: &[&str]) -> Vec<f64> {
    let metrics: Vec<_> = metrics.iter().map(|metric| metric.parse().unwrap()).collect();
    let options = EvaluationOptions { rating_range: Some((1.0, 5.0)), ..EvaluationOptions::default() };
    let evaluation = evaluate(model, &split.test, &split.train, &metrics, &options, &Silent).unwrap();
    evaluation.values.iter().map(|value| value.value.unwrap()).collect()
}

/// All ratings as positives; a fifth of every user's, drawn at random, to be found.
#[test]
fn rankings_are_as_good_as_those_of_independent_programs() {
    let Some(data) = folder("RECFLOW_TEST_DATA") else { return };
    let mut by_user = vec![Vec::new(); N_USERS];
    for rating in ratings(&data) {
        by_user[rating.0].push(rating);
    }
    for seed in [1, 2, 3] {
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (user, ratings) in by_user.iter().enumerate() {
            let mut ratings = ratings.clone();
            ratings.shuffle(&mut stream(seed, "test-split", &[user as u64]));
            let (kept, held_out) = ratings.split_at(ratings.len() * 8 / 10);
            train.extend(kept);
            test.extend(held_out);
        }
        let split = split(&train, &[], &test);
        for (model, params, expected) in [
            ("ease", json!({ "lambda": 1000.0 }), [0.1635, 0.5866, 0.4787]),
            ("ease", json!({ "lambda": 1000.0, "precision": "f32" }), [0.1635, 0.5866, 0.4787]),
            ("popularity", json!({}), [0.0889, 0.3014, 0.2284]),
        ] {
            let fitted = find(model).unwrap().configure(&params).unwrap().fit(&split, &Silent).unwrap();
            let metrics = ["precision@100", "recall@100", "ndcg@100"];
            let found = score(fitted.model.as_ref(), &split, &metrics);
            for ((metric, found), expected) in metrics.iter().zip(found).zip(expected) {
                assert!((found - expected).abs() < 0.004, "{model}, seed {seed}, {metric}: {found}");
            }
        }
        let item_knn = find("item-knn").unwrap().configure(&json!({})).unwrap().fit(&split, &Silent).unwrap();
        let ndcg = score(item_knn.model.as_ref(), &split, &["ndcg@100"])[0];
        assert!(ndcg > 0.40, "ItemKNN lies far above popularity: {ndcg}");
    }
}

/// A tenth of all ratings held out at random, a tenth of the rest for choosing the epoch.
#[test]
fn the_rating_error_is_that_of_a_good_factorisation() {
    let Some(data) = folder("RECFLOW_TEST_DATA") else { return };
    let mut ratings = ratings(&data);
    ratings.shuffle(&mut stream(1, "test-split", &[]));
    let (test, rest) = ratings.split_at(ratings.len() / 10);
    let (validation, train) = rest.split_at(rest.len() / 10);
    let split = split(train, validation, test);
    let fitted = find("biased-mf").unwrap().configure(&json!({})).unwrap().fit(&split, &Silent).unwrap();
    let rmse = score(fitted.model.as_ref(), &split, &["rmse"])[0];
    println!("RMSE {rmse}, {:?}", fitted.training);
    assert!((0.84..0.86).contains(&rmse), "{rmse}");
    assert!(fitted.training.best_epoch.is_some());
}
