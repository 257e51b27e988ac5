//! That the sample is what it says, and that there is something to learn in it.

use super::SampleParams;
use crate::rec::Silent;
use crate::rec::data::{Dataset, Interactions, SplitParams, Strategy};

fn sample() -> Dataset {
    SampleParams::default().generate(&Silent).expect("nobody interrupts")
}

fn counts(indices: &[u32], n: usize) -> Vec<usize> {
    let mut counts = vec![0; n];
    for &index in indices {
        counts[index as usize] += 1;
    }
    counts.sort_unstable();
    counts
}

#[test]
fn its_shape_is_that_of_real_data() {
    let data = sample();
    assert_eq!((data.n_users(), data.n_events()), (950, 100_000));
    assert!((1_600..=1_750).contains(&data.n_items()), "{}", data.n_items());
    let (users, items) = (counts(&data.events.users, data.n_users()), counts(&data.events.items, data.n_items()));
    assert!(users[0] >= 20 && users[475] < 90 && users[949] > 400, "{:?}", (users[0], users[475], users[949]));
    let top: usize = items[items.len() * 9 / 10..].iter().sum();
    assert!((30_000..60_000).contains(&top), "a tenth of the items has {top} events");
    let mut stars = [0; 6];
    for &rating in &data.events.ratings {
        stars[rating as usize] += 1;
    }
    assert!(stars[0] == 0 && stars[1..].iter().all(|&n| n > 2_000) && stars[4] > stars[2], "{stars:?}");
    assert!(data.events.times.is_sorted());
    let titles: std::collections::BTreeSet<&String> = data.items.titles.iter().collect();
    assert_eq!(titles.len(), data.n_items());
    assert!(data.users.contains(&"u0001".to_owned()));
}

#[test]
fn its_bytes_are_fixed_by_the_seed() {
    let digest = |params: SampleParams| {
        let data = params.generate(&Silent).unwrap();
        let split = SplitParams::new(Strategy::PerUserTemporal).apply(Some(&data), &Silent).unwrap();
        (split.digest(), blake3::hash(data.items.titles.join("\n").as_bytes()).to_hex().to_string())
    };
    // Another value here means that caches and published tables no longer fit: raise the revision of the stage.
    let (events, titles) = digest(SampleParams::default());
    insta::assert_snapshot!(format!("{events}\n{titles}"), @r#"
    aceb9fd6ac05a0bf261b4b63dc36071d2476596f62bf1a84a9905252d1ad5f7a
    d4b9cfd7ce611460cca8703ebb05ad8817e1dede19ae79fc1373a7104e934dd6
    "#);
    assert_ne!(digest(SampleParams { seed: 43, ..SampleParams::default() }).0, events);
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let problems = SampleParams { users: 10, items: 40, interactions: 5_000, seed: 0 }.check();
    assert_eq!(problems[0].parameter, "interactions");
    for (users, items, interactions) in [(1, 20, 5), (10, 40, 100), (3, 1_000, 3), (2_000, 50, 24_000)] {
        let params = SampleParams { users, items, interactions, seed: 1 };
        assert_eq!(params.check(), []);
        let data = params.generate(&Silent).unwrap();
        assert_eq!((data.n_users(), data.n_events()), (users as usize, interactions as usize));
    }
}

/// Mean recall at 20 of the scores that `score_row` writes for each user of the test part.
fn recall(train: &Interactions, test: &crate::rec::data::Holdout, score_row: impl Fn(usize, &mut [f64])) -> f64 {
    let mut scores = vec![0.0; train.n_items()];
    let mut sum = 0.0;
    for (row, &user) in test.users.iter().enumerate() {
        score_row(user as usize, &mut scores);
        for &item in test.history.items_of(row) {
            scores[item as usize] = f64::NEG_INFINITY;
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        let targets = test.targets.items_of(row);
        let hits = order[..20].iter().filter(|&&item| targets.contains(&(item as u32))).count();
        sum += hits as f64 / targets.len().min(20) as f64;
    }
    sum / test.users.len() as f64
}

#[test]
fn neighbours_beat_popularity() {
    let params = SplitParams { validation: Some(0.0), ..SplitParams::new(Strategy::PerUserRandom) };
    let split = params.apply(Some(&sample()), &Silent).unwrap();
    let (train, n) = (&split.train, split.train.n_items());
    let mut gram = vec![0.0; n * n];
    for user in 0..train.n_users() {
        for &a in train.items_of(user) {
            for &b in train.items_of(user) {
                gram[a as usize * n + b as usize] += 1.0;
            }
        }
    }
    let popularity: Vec<f64> = (0..n).map(|item| gram[item * n + item]).collect();
    let by_popularity = recall(train, &split.test, |_, scores| scores.copy_from_slice(&popularity));
    let by_neighbours = recall(train, &split.test, |user, scores| {
        scores.fill(0.0);
        for &seen in train.items_of(user) {
            let seen = seen as usize;
            for (item, score) in scores.iter_mut().enumerate() {
                let norm: f64 = popularity[seen] * popularity[item];
                *score += gram[seen * n + item] / (norm.sqrt() + 10.0);
            }
        }
    });
    assert!(by_neighbours > 1.5 * by_popularity, "{by_neighbours} against {by_popularity}");
}

/// Test RMSE of biases with `rank` factors, fitted by gradient descent.
fn rmse(split: &crate::rec::data::Split, rank: usize) -> f64 {
    let train = &split.train;
    let mean = f64::from(train.ratings().iter().sum::<f32>()) / train.n_entries() as f64;
    let width = rank + 1;
    let start = |n: usize, salt: usize| -> Vec<f64> {
        (0..n * width)
            .map(|i| if i % width == 0 { 0.0 } else { ((i * 7919 + salt) % 101) as f64 / 500.0 - 0.1 })
            .collect()
    };
    let (mut of_users, mut of_items) = (start(train.n_users(), 3), start(train.n_items(), 5));
    let predict = |user: &[f64], item: &[f64]| {
        mean + user[0] + item[0] + user[1..].iter().zip(&item[1..]).map(|(a, b)| a * b).sum::<f64>()
    };
    for _ in 0..60 {
        for user in 0..train.n_users() {
            for (&item, &rating) in train.items_of(user).iter().zip(train.ratings_of(user)) {
                let user = &mut of_users[user * width..(user + 1) * width];
                let item = &mut of_items[item as usize * width..(item as usize + 1) * width];
                let error = f64::from(rating) - predict(user, item);
                user[0] += 0.01 * (error - 0.05 * user[0]);
                item[0] += 0.01 * (error - 0.05 * item[0]);
                for (a, b) in user[1..].iter_mut().zip(&mut item[1..]) {
                    (*a, *b) = (*a + 0.01 * (error * *b - 0.08 * *a), *b + 0.01 * (error * *a - 0.08 * *b));
                }
            }
        }
    }
    let mut sum = 0.0;
    for (row, &user) in split.test.users.iter().enumerate() {
        let targets = split.test.targets.items_of(row).iter().zip(split.test.targets.ratings_of(row));
        for (&item, &rating) in targets {
            let (user, item) = (user as usize * width, item as usize * width);
            let error = f64::from(rating) - predict(&of_users[user..user + width], &of_items[item..item + width]);
            sum += error * error;
        }
    }
    (sum / split.test.targets.n_entries() as f64).sqrt()
}

#[test]
fn factors_beat_biases() {
    let split = SplitParams::new(Strategy::RandomEntries).apply(Some(&sample()), &Silent).unwrap();
    let (biases, factors) = (rmse(&split, 0), rmse(&split, 10));
    assert!(factors < 0.97 * biases, "{factors} against {biases}");
    assert!(biases < 0.95, "{biases}");
}
