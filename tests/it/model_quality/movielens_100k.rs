//! The table of reference values on MovieLens-100K with held-out users.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use ndarray::ArrayViewMut2;
use recflow::rec::Silent;
use recflow::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};
use recflow::rec::eval::{Evaluation, EvaluationOptions, evaluate};
use recflow::rec::metric::MetricSpec;
use recflow::rec::model::{Recommender, Scorer, UserBlock, Weights, find};
use serde_json::{Value, json};

use super::folder;

/// A line of the files: the raw ids of user and item.
type Line = (String, u32);

fn lines(path: &Path, items: &HashMap<String, u32>) -> Vec<Line> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|record| record.map(|r| (r[0].to_owned(), items[&r[1]])).unwrap()).collect()
}

/// The lines by user, the users in the order given.
fn matrix(n_items: usize, users: &[String], lines: &[Line]) -> Interactions {
    let mut by_user: HashMap<&str, Vec<u32>> = HashMap::new();
    for (user, item) in lines {
        by_user.entry(user).or_default().push(*item);
    }
    let mut offsets = vec![0];
    let mut entries = Vec::new();
    for user in users {
        entries.extend(by_user.get(user.as_str()).into_iter().flatten());
        offsets.push(entries.len());
    }
    let n = entries.len();
    Interactions::from_parts(n_items, offsets, entries, vec![1.0; n], vec![0; n])
}

fn users_of(lines: &[Line]) -> Vec<String> {
    let mut users = Vec::new();
    for (user, _) in lines {
        if !users.contains(user) {
            users.push(user.clone());
        }
    }
    users
}

fn split(folder: &Path) -> Split {
    let mut reader = csv::Reader::from_path(folder.join("items.csv")).unwrap();
    let ids: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    let items: HashMap<String, u32> = ids.iter().cloned().zip(0..).collect();
    let train = lines(&folder.join("train.csv"), &items);
    let mut users = users_of(&train);
    let train = matrix(ids.len(), &users, &train);
    let mut holdout = |part: &str| {
        let history = lines(&folder.join(format!("{part}_fold_in.csv")), &items);
        let targets = lines(&folder.join(format!("{part}_held_out.csv")), &items);
        let rows = users_of(&history);
        let first = users.len() as u32;
        users.extend(rows.iter().cloned());
        Holdout {
            users: (first..users.len() as u32).collect(),
            history: matrix(ids.len(), &rows, &history),
            targets: matrix(ids.len(), &rows, &targets),
        }
    };
    let (validation, test) = (holdout("validation"), holdout("test"));
    let titles = vec![String::new(); ids.len()];
    Split { about: SplitInfo::default(), users, items: Items { ids, titles }, train, validation, test }
}

/// The metric that a name of the reference table stands for.
fn metric(name: &str) -> MetricSpec {
    let (name, variant) = name.split_once(" (").unwrap_or((name, ""));
    let full = matches!(variant, "/n)" | "ideal over all n)");
    match name.split_once('@') {
        Some((stem, cutoff)) if full => format!("{stem}-full@{cutoff}").parse().unwrap(),
        _ => name.parse().unwrap(),
    }
}

fn fitted(split: &Split, model: &str, params: &Value) -> Box<dyn Recommender> {
    let configured = find(model).unwrap().configure(params).unwrap();
    let fitted = configured.fit(split, &Silent).unwrap();
    // Through the stored arrays, as the pipeline's stages do.
    configured.restore(&fitted.model.weights()).unwrap()
}

fn evaluation(model: &dyn Recommender, holdout: &Holdout, split: &Split, metrics: &[MetricSpec]) -> Evaluation {
    evaluate(model, holdout, &split.train, metrics, &EvaluationOptions::default(), &Silent).unwrap()
}

/// A model that reads histories which the evaluation is not told of, so that nothing is masked: a common error, made on
/// purpose.
struct Unmasked<'a> {
    model: Box<dyn Recommender>,
    holdout: &'a Holdout,
}

impl Recommender for Unmasked<'_> {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        self.model.weights()
    }
}

impl Scorer for Unmasked<'_> {
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>) {
        assert_eq!(users.len(), self.holdout.users.len(), "all users are in one block");
        let rows = vec![None; users.len()];
        self.model.ranking().unwrap().score_into(&UserBlock::new(&self.holdout.history, &rows, 0, rows.len()), scores);
    }
}

/// What a row of the reference table is the value of: a model, its parameters, and whether histories are masked.
fn model_of(row: &str) -> (&'static str, Value, bool) {
    let masked = !row.contains("unmasked");
    let number = |name: &str| -> Option<f64> {
        let value = row.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.map(|value| value.parse().unwrap())
    };
    if row == "popularity" {
        return ("popularity", json!({}), masked);
    }
    let dropout = number("p").unwrap_or(0.0);
    let non_negative = row.contains("non-negative");
    ("ease", json!({ "lambda": number("lambda").unwrap(), "dropout": dropout, "non-negative": non_negative }), masked)
}

#[test]
fn every_value_of_the_reference_table_is_reached() {
    let Some(folder) = folder("RECFLOW_TEST_REFERENCE").map(|folder| folder.join("ml-100k-p1")) else { return };
    let split = split(&folder);
    let table: BTreeMap<String, BTreeMap<String, f64>> =
        serde_json::from_slice(&std::fs::read(folder.join("values.json")).unwrap()).unwrap();
    let facts = &table["facts"];
    assert_eq!(facts["train_users"], split.train.n_users() as f64);
    assert_eq!(facts["items"], split.items.ids.len() as f64);
    assert_eq!(facts["train_events"], split.train.n_entries() as f64);
    assert_eq!(facts["test_fold_in"], split.test.history.n_entries() as f64);
    assert_eq!(facts["test_held_out"], split.test.targets.n_entries() as f64);

    let mut n_values = 0;
    let mut misses = Vec::new();
    for (row, values) in table.iter().filter(|(row, _)| *row != "facts" && !row.ends_with(" B")) {
        let (metrics, expected): (Vec<_>, Vec<_>) = values.iter().map(|(name, &value)| (metric(name), value)).unzip();
        let (model, params, masked) = model_of(row);
        let model = fitted(&split, model, &params);
        let evaluation = if masked {
            evaluation(model.as_ref(), &split.test, &split, &metrics)
        } else {
            let blind = Holdout { history: Interactions::empty(100, split.items.ids.len()), ..split.test.clone() };
            evaluation(&Unmasked { model, holdout: &split.test }, &blind, &split, &metrics)
        };
        assert_eq!(evaluation.users.n_ranked(), 100);
        for (value, expected) in evaluation.values.iter().zip(expected) {
            let found = value.value.unwrap();
            if (found - expected).abs() >= 1e-6 {
                misses.push(format!("{row}, {}: {found} instead of {expected}", value.metric));
            }
            n_values += 1;
        }
    }
    assert!(misses.is_empty(), "{} of {n_values} values are missed:\n{}", misses.len(), misses.join("\n"));
    assert_eq!(n_values, 9 * 44);
}

#[test]
fn the_weights_of_ease_are_those_of_the_reference() {
    let Some(folder) = folder("RECFLOW_TEST_REFERENCE").map(|folder| folder.join("ml-100k-p1")) else { return };
    let split = split(&folder);
    let table: Value = serde_json::from_slice(&std::fs::read(folder.join("values.json")).unwrap()).unwrap();
    let expected = &table["ease lambda=200 B"];
    let configured = find("ease").unwrap().configure(&json!({ "lambda": 200.0 })).unwrap();
    let weights = configured.fit(&split, &Silent).unwrap().model.weights();
    let b = weights.f64::<ndarray::Ix2>("item-item").unwrap();
    let negative = b.iter().filter(|&&weight| weight < 0.0).count() as f64 / b.len() as f64;
    assert!((b.sum() - expected["sum"].as_f64().unwrap()).abs() < 1e-8);
    assert!((b.iter().fold(0.0_f64, |max, w| max.max(w.abs())) - expected["max_abs"].as_f64().unwrap()).abs() < 1e-12);
    assert!((negative - expected["share_negative"].as_f64().unwrap()).abs() < 1e-5);
}
