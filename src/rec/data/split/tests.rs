//! Every strategy on small and random data.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::Strategy as Generator;

use super::{FoldIn, Holdout, RandomSource, Split, SplitParams, Strategy, UnknownItems};
use crate::rec::Silent;
use crate::rec::data::{Dataset, DatasetInfo, Events, Interactions, Items};

/// A data set of these (user, item, time); ratings tell the events apart.
fn dataset(events: &[(u32, u32, i64)]) -> Dataset {
    let mut columns = Events::default();
    let mut seen = BTreeSet::new();
    for &(user, item, time) in events {
        if seen.insert((user, item)) {
            columns.push(user, item, columns.len() as f32, time);
        }
    }
    let count = |indices: &[u32]| indices.iter().max().map_or(0, |&most| most as usize + 1);
    let ids = |letter: char, n: usize| (0..n).map(|index| format!("{letter}{index}")).collect::<Vec<_>>();
    let items = ids('i', count(&columns.items));
    Dataset {
        about: DatasetInfo { name: "test".into(), has_ratings: true, has_times: true, ..DatasetInfo::default() },
        users: ids('u', count(&columns.users)),
        items: Items { titles: vec![String::new(); items.len()], ids: items },
        events: columns,
    }
}

fn params(strategy: Strategy, validation: f64, test: f64) -> SplitParams {
    SplitParams { validation: Some(validation), test: Some(test), ..SplitParams::new(strategy) }
}

fn any_dataset() -> impl Generator<Value = Dataset> {
    prop::collection::vec((0_u32..12, 0_u32..30, 0_i64..8), 30..200).prop_map(|events| dataset(&events))
}

/// Every (user id, item id, rating) of a matrix whose row `r` is of user `users[r]`.
fn entries(split: &Split, users: &[u32], matrix: &Interactions) -> Vec<(String, String, u32)> {
    let mut all = Vec::new();
    for (row, &user) in users.iter().enumerate() {
        for (&item, &rating) in matrix.items_of(row).iter().zip(matrix.ratings_of(row)) {
            all.push((split.users[user as usize].clone(), split.items.ids[item as usize].clone(), rating as u32));
        }
    }
    all
}

fn all_events(dataset: &Dataset) -> Vec<(String, String, u32)> {
    let events = &dataset.events;
    let name = |event: usize| {
        let user = dataset.users[events.users[event] as usize].clone();
        (user, dataset.items.ids[events.items[event] as usize].clone(), event as u32)
    };
    let mut all: Vec<_> = (0..events.len()).map(name).collect();
    all.sort();
    all
}

/// Rows are chronological with ties in line order; ratings are line numbers here.
fn is_in_order(matrix: &Interactions) -> bool {
    (0..matrix.n_users()).all(|row| {
        let keys: Vec<(i64, u32)> =
            matrix.times_of(row).iter().zip(matrix.ratings_of(row)).map(|(&time, &line)| (time, line as u32)).collect();
        keys.is_sorted()
    })
}

fn training_users(split: &Split) -> Vec<u32> {
    (0..split.train.n_users() as u32).collect()
}

/// What holds of every split of known users: no event is lost or doubled, and what is known grows from part to part.
fn check_weak(dataset: &Dataset, split: &Split) -> Result<(), TestCaseError> {
    let train = entries(split, &training_users(split), &split.train);
    let validation = entries(split, &split.validation.users, &split.validation.targets);
    let test = entries(split, &split.test.users, &split.test.targets);
    let mut all = [train, validation, test].concat();
    all.sort();
    prop_assert_eq!(all, all_events(dataset));
    for (part, others) in [(&split.validation, None), (&split.test, Some(&split.validation))] {
        for (row, &user) in part.users.iter().enumerate() {
            prop_assert!(!part.targets.items_of(row).is_empty());
            let mut known: Vec<u32> = split.train.items_of(user as usize).to_vec();
            if let Some(at) = others.and_then(|others: &Holdout| others.users.binary_search(&user).ok()) {
                known.extend_from_slice(split.validation.targets.items_of(at));
            }
            known.sort_unstable();
            let mut history = part.history.items_of(row).to_vec();
            history.sort_unstable();
            prop_assert_eq!(history, known);
        }
        prop_assert!(is_in_order(&part.history) && is_in_order(&part.targets));
    }
    prop_assert!(is_in_order(&split.train));
    Ok(())
}

proptest! {
    #[test]
    fn strategies_of_known_users_partition_the_events(data in any_dataset(), shares in (0_u32..30, 20_u32..50), seed: u32, is_numpy: bool) {
        let (validation, test) = (f64::from(shares.0) / 100.0, f64::from(shares.1) / 100.0);
        for strategy in [Strategy::RandomEntries, Strategy::PerUserRandom, Strategy::PerUserTemporal] {
            let mut params = params(strategy, validation, test);
            if strategy != Strategy::PerUserTemporal {
                params.seed = Some(u64::from(seed));
                params.random_source = is_numpy.then_some(RandomSource::NumpyLegacy);
            }
            let split = params.apply(Some(&data), &Silent).unwrap();
            check_weak(&data, &split)?;
            prop_assert_eq!(split.digest(), params.apply(Some(&data), &Silent).unwrap().digest());
            if shares.0 == 0 {
                prop_assert!(split.validation.users.is_empty());
            }
            // The test part does not depend on how much goes to validation.
            params.validation = Some(0.05);
            prop_assert_eq!(params.apply(Some(&data), &Silent).unwrap().test.targets, split.test.targets);
        }
        check_weak(&data, &SplitParams::new(Strategy::LeaveOneOut).apply(Some(&data), &Silent).unwrap())?;
    }

    #[test]
    fn later_parts_are_later_in_time(data in any_dataset()) {
        for params in [params(Strategy::PerUserTemporal, 0.2, 0.3), SplitParams::new(Strategy::LeaveOneOut)] {
            let split = params.apply(Some(&data), &Silent).unwrap();
            for part in [&split.validation, &split.test] {
                for row in 0..part.users.len() {
                    let last = |m: &Interactions| m.times_of(row).last().copied().zip(m.ratings_of(row).last().map(|&l| l as u32));
                    let first = (part.targets.times_of(row)[0], part.targets.ratings_of(row)[0] as u32);
                    prop_assert!(last(&part.history).is_some_and(|known| known < first));
                }
            }
        }
    }

    #[test]
    fn held_out_users_are_unseen_and_folded_whole(data in any_dataset(), seed: u32, is_temporal: bool, is_numpy: bool) {
        let fold_in = if is_temporal { FoldIn::Temporal } else { FoldIn::Random };
        let params = SplitParams {
            validation_users: Some(2), test_users: Some(3), fold_in: Some(fold_in), fold_out: Some(0.4), seed: Some(u64::from(seed)),
            random_source: is_numpy.then_some(RandomSource::NumpyLegacy), ..SplitParams::new(Strategy::HeldOutUsers)
        };
        let Ok(split) = params.apply(Some(&data), &Silent) else { return Ok(()) };
        let n_train = data.users.len() - 5;
        prop_assert_eq!(split.train.n_users(), n_train);
        let train = entries(&split, &training_users(&split), &split.train);
        let known_items: BTreeSet<&String> = train.iter().map(|(_, item, _)| item).collect();
        prop_assert_eq!(known_items.len(), split.items.ids.len(), "the vocabulary is that of the training users");
        let ids: BTreeSet<&String> = split.users.iter().collect();
        prop_assert_eq!(ids.len(), data.users.len());
        for (part, range) in [(&split.validation, n_train..n_train + 2), (&split.test, n_train + 2..n_train + 5)] {
            let mut folded = entries(&split, &part.users, &part.history);
            let shown = folded.len();
            folded.extend(entries(&split, &part.users, &part.targets));
            prop_assert!(part.users.iter().all(|&user| range.contains(&(user as usize))));
            let mut expected: Vec<_> = all_events(&data).into_iter().filter(|(user, item, _)| {
                part.users.iter().any(|&row| split.users[row as usize] == *user) && known_items.contains(item)
            }).collect();
            folded.sort();
            expected.sort();
            prop_assert_eq!(&folded, &expected);
            prop_assert!(shown < folded.len() || folded.is_empty());
            prop_assert!(is_numpy || part.users.len() == range.len(), "as many as were asked for, or none at all");
            for row in 0..part.users.len() {
                let (shown, held_out) = (part.history.items_of(row).len(), part.targets.items_of(row).len());
                let n = shown + held_out;
                prop_assert_eq!(held_out, if is_temporal { n - n * 6 / 10 } else { n * 4 / 10 });
                prop_assert!(shown > 0 && held_out > 0);
                if is_temporal {
                    prop_assert!(part.history.times_of(row).last() <= part.targets.times_of(row).first());
                }
            }
            prop_assert!(is_in_order(&part.history) && is_in_order(&part.targets));
        }
        prop_assert!(is_in_order(&split.train));
    }

    #[test]
    fn a_saved_split_comes_back(data in any_dataset()) {
        let split = params(Strategy::PerUserRandom, 0.2, 0.3).apply(Some(&data), &Silent).unwrap();
        let folder = tempfile::tempdir().unwrap();
        split.save(folder.path()).unwrap();
        let loaded = Split::load(folder.path()).unwrap();
        prop_assert_eq!(loaded.digest(), split.digest());
        prop_assert_eq!(loaded, split);
    }
}

#[test]
fn ties_in_time_stay_in_line_order() {
    let data = dataset(&[(0, 4, 5), (0, 3, 5), (0, 2, 1), (0, 1, 5), (0, 0, 5)]);
    let split = SplitParams::new(Strategy::LeaveOneOut).apply(Some(&data), &Silent).unwrap();
    assert_eq!(split.train.items_of(0), [2, 4, 3]);
    assert_eq!((split.validation.targets.items_of(0), split.test.targets.items_of(0)), (&[1][..], &[0][..]));
    assert_eq!(split.test.history.items_of(0), [2, 4, 3, 1]);
}

#[test]
fn leave_one_out_of_few_events() {
    let data = dataset(&[(0, 0, 1), (1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 2), (2, 2, 3)]);
    let split = SplitParams::new(Strategy::LeaveOneOut).apply(Some(&data), &Silent).unwrap();
    assert_eq!((split.validation.users, split.test.users), (vec![2], vec![1, 2]));
}

#[test]
fn every_foreign_or_impossible_parameter_is_named() {
    let text = |params: SplitParams| {
        let problems = params.check();
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("{}: {}", problem.parameter, problem.message)).collect();
        lines.join("\n")
    };
    let all = SplitParams {
        validation: Some(0.1),
        seed: Some(1),
        fold_in: Some(FoldIn::Random),
        train_file: Some("x".into()),
        unknown_items: Some(UnknownItems::Drop),
        ..SplitParams::new(Strategy::LeaveOneOut)
    };
    insta::assert_snapshot!(text(all), @r#"
    validation: the strategy `leave-one-out` has no parameter `validation`
    seed: the strategy `leave-one-out` has no parameter `seed`
    fold-in: the strategy `leave-one-out` has no parameter `fold-in`
    unknown-items: the strategy `leave-one-out` has no parameter `unknown-items`
    train-file: the strategy `leave-one-out` has no parameter `train-file`
    "#);
    insta::assert_snapshot!(text(params(Strategy::PerUserRandom, 0.5, 0.5)), @"validation: validation `0.5` and test `0.5` leave nothing for training");
    insta::assert_snapshot!(text(params(Strategy::PerUserRandom, -0.1, 0.0)), @r#"
    validation: `-0.1` is not a share
    test: `0` leaves nothing to be found
    "#);
    insta::assert_snapshot!(text(params(Strategy::PerUserTemporal, f64::NAN, 1.5)), @r#"
    validation: `NaN` is not a share
    test: `1.5` is not a share
    "#);
    insta::assert_snapshot!(text(SplitParams::new(Strategy::Predefined)), @r#"
    train-file: a predefined split needs a training file
    test-file: a predefined split needs a test file
    "#);
    let users = SplitParams { test: Some(0.1), test_users: Some(5), ..SplitParams::new(Strategy::HeldOutUsers) };
    insta::assert_snapshot!(text(users), @"test-users: it says the same as `test`");
    let files = SplitParams {
        train_file: Some("a".into()),
        test_file: Some("b".into()),
        test_fold_in_file: Some("c".into()),
        ..SplitParams::new(Strategy::Predefined)
    };
    insta::assert_snapshot!(text(files), @r#"
    test-file: the test part is given twice, as held-out events and as held-out users
    test-held-out-file: held-out users need `test-held-out-file` too
    "#);
    assert_eq!(text(SplitParams::new(Strategy::PerUserRandom)), "");
}

#[test]
fn parameters_are_written_as_in_a_pipeline() {
    let text = r#"{"strategy": "per-user-random", "validation": 0.1, "test": 0.2, "seed": 7}"#;
    let params: SplitParams = serde_json::from_str(text).unwrap();
    assert_eq!(params, SplitParams { seed: Some(7), ..params_default() });
    assert!(serde_json::from_str::<SplitParams>(r#"{"strategy": "per-user-random", "sed": 7}"#).is_err());
    let resolved = SplitParams::new(Strategy::PerUserRandom).resolved();
    let expected = SplitParams { seed: Some(42), random_source: Some(RandomSource::Addressed), ..params_default() };
    assert_eq!(resolved, expected);
}

fn params_default() -> SplitParams {
    params(Strategy::PerUserRandom, 0.1, 0.2)
}

#[test]
fn the_digest_is_of_content_only() {
    let mut data = dataset(&[(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 2)]);
    let split =
        |data: &Dataset| params(Strategy::PerUserTemporal, 0.0, 0.5).apply(Some(data), &Silent).unwrap().digest();
    let before = split(&data);
    data.about.name = "another".into();
    data.items.titles[0] = "A Title".into();
    assert_eq!(split(&data), before);
    data.events.ratings[0] = 9.0;
    assert_ne!(split(&data), before);
}

/// Writes files and applies a predefined split over them; the result or the error without the folder.
fn predefined(files: &[(&str, &str)], edit: impl Fn(&mut SplitParams)) -> Result<Split, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut params = SplitParams::new(Strategy::Predefined);
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let slot = match *name {
            "train" => &mut params.train_file,
            "validation" => &mut params.validation_file,
            "test" => &mut params.test_file,
            "fold-in" => &mut params.test_fold_in_file,
            "held-out" => &mut params.test_held_out_file,
            other => panic!("no such part: {other}"),
        };
        *slot = Some(path);
    }
    edit(&mut params);
    params.apply(None, &Silent).map_err(|error| {
        let text = format!("{error}\nhelp: {}", error.help().unwrap_or_default());
        text.replace(&format!("{}/", folder.path().display()), "")
    })
}

const TRAIN: &str = "user,item,rating,time\na,x,5,3\na,y,4,1\nb,z,3,1\n";

#[test]
fn predefined_parts_of_known_users() {
    let split = predefined(
        &[
            ("train", TRAIN),
            ("validation", "user,item,rating,time\nb,x,2,9\n"),
            ("test", "user,item,rating,time\nb,y,1,10\na,z,2,5\n"),
        ],
        |_| {},
    )
    .unwrap();
    assert_eq!(
        (split.users, split.items.ids),
        (vec!["a".to_owned(), "b".into()], vec!["x".to_owned(), "y".into(), "z".into()])
    );
    assert_eq!(split.train.items_of(0), [1, 0], "oldest first");
    assert_eq!(split.test.users, [0, 1]);
    assert_eq!(split.test.history.items_of(1), [2, 0], "the validation item is known by then");
    assert_eq!(split.about.rating_range, (1.0, 5.0));
}

#[test]
fn predefined_parts_of_new_users() {
    let files = [("train", TRAIN), ("fold-in", "user,item\nc,y\nc,new\n"), ("held-out", "user,item\nc,x\n")];
    insta::assert_snapshot!(predefined(&files, |_| {}).unwrap_err(), @r#"
    `fold-in` line 3: item `new` is not in the training file
    help: no model can recommend it; set `unknown-items: drop` to leave such events out
    "#);
    let split = predefined(&files, |params| params.unknown_items = Some(UnknownItems::Drop)).unwrap();
    assert_eq!(
        (split.test.users.as_slice(), split.test.history.items_of(0), split.test.targets.items_of(0)),
        (&[2][..], &[1][..], &[0][..])
    );
    assert!(split.about.description.contains("1 events"), "{}", split.about.description);
}

#[test]
fn predefined_parts_that_do_not_fit() {
    insta::assert_snapshot!(predefined(&[("train", TRAIN), ("test", "user,item\nb,x\na,y\n")], |_| {}).unwrap_err(), @r#"
    `test` line 3 and `train` line 3: user `a` has item `y` in both parts
    help: what is to be found must not be known already
    "#);
    insta::assert_snapshot!(predefined(&[("train", TRAIN), ("test", "user,item\nstranger,x\n")], |_| {}).unwrap_err(), @r#"
    `test` line 2: user `stranger` is not in the training file
    help: for users unseen in training give `test-fold-in-file` and `test-held-out-file`
    "#);
    let known = [("train", TRAIN), ("fold-in", "user,item\nb,x\n"), ("held-out", "user,item\nb,y\n")];
    insta::assert_snapshot!(predefined(&known, |_| {}).unwrap_err(), @r#"
    `fold-in` line 2: user `b` is also a training user
    help: held-out users must be in no other part
    "#);
    let one_sided = [("train", TRAIN), ("fold-in", "user,item\nc,x\n"), ("held-out", "user,item\nc,y\nd,y\n")];
    insta::assert_snapshot!(predefined(&one_sided, |_| {}).unwrap_err(), @r#"
    `held-out` line 3: user `d` is not in the fold-in file
    help: a held-out user needs events in both files
    "#);
    let overlapping = [("train", TRAIN), ("fold-in", "user,item\nc,x\n"), ("held-out", "user,item\nc,x\n")];
    insta::assert_snapshot!(predefined(&overlapping, |_| {}).unwrap_err(), @r#"
    `held-out` line 2 and `fold-in` line 2: user `c` has item `x` in both parts
    help: what is to be found must not be known already
    "#);
}

#[test]
fn too_few_users_to_hold_out() {
    let data = dataset(&[(0, 0, 1), (1, 0, 1)]);
    let params =
        SplitParams { validation_users: Some(1), test_users: Some(1), ..SplitParams::new(Strategy::HeldOutUsers) };
    insta::assert_snapshot!(params.apply(Some(&data), &Silent).unwrap_err(), @"1 users for validation and 1 for the test leave none of 2 for training");
}
