//! What is stored comes back, and damage is an error.

use std::path::Path;

use super::{HeldOutPart, StoreError, StoredHoldout, stored_training_items};
use crate::rec::Silent;
use crate::rec::data::{Dataset, HoldoutRows, SampleParams, Split, SplitParams, Strategy};

fn small() -> Dataset {
    let mut dataset =
        SampleParams { users: 30, items: 80, interactions: 400, seed: 3 }.generate(&Silent).expect("nobody interrupts");
    dataset.items.titles[0] = "A \"quoted\", title\nof two lines".to_owned();
    dataset
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = folder.read_dir().expect("the folder is there").map(|entry| entry.expect("it can be listed"));
    let mut files: Vec<_> = entries
        .map(|entry| {
            (
                entry.file_name().into_string().expect("plain names"),
                std::fs::read(entry.path()).expect("it can be read"),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_data_set_comes_back_and_its_bytes_do_not_vary() {
    let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let dataset = small();
    dataset.save(first.path()).unwrap();
    dataset.save(second.path()).unwrap();
    assert_eq!(Dataset::load(first.path()).unwrap(), dataset);
    assert_eq!(files(first.path()), files(second.path()));
}

/// Damages every file of a folder in many places; loading must give an error or something, but never panic.
fn damage(folder: &Path, load: impl Fn(&Path) -> Result<(), StoreError>) {
    let mut n_refused = 0;
    for (name, bytes) in files(folder) {
        let path = folder.join(&name);
        for at in (0..bytes.len()).step_by(bytes.len() / 60 + 1) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x55;
            std::fs::write(&path, &flipped).unwrap();
            n_refused += u32::from(load(folder).is_err());
            std::fs::write(&path, &bytes[..at]).unwrap();
            let is_harmless = ["users.csv", "items.csv"].contains(&name.as_str()) || bytes[at..] == *b"\n";
            assert!(load(folder).is_err() || is_harmless, "{name} cut at {at}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(load(folder), Err(StoreError::Io { .. })), "{name} missing");
        std::fs::write(&path, &bytes).unwrap();
    }
    assert!(n_refused > 20, "{n_refused}");
    load(folder).unwrap();
}

#[test]
fn damaged_data_sets_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    small().save(folder.path()).unwrap();
    damage(folder.path(), |folder| {
        let loaded = Dataset::load(folder)?;
        assert!(loaded.events.users.iter().all(|&user| (user as usize) < loaded.n_users()));
        assert!(loaded.events.items.iter().all(|&item| (item as usize) < loaded.n_items()));
        Ok(())
    });
}

#[test]
fn damaged_splits_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let split = SplitParams::new(Strategy::PerUserRandom).apply(Some(&small()), &Silent).unwrap();
    split.save(folder.path()).unwrap();
    damage(folder.path(), |folder| {
        let loaded = Split::load(folder)?;
        assert!(loaded.train.n_users() <= loaded.users.len());
        assert!(loaded.test.users.iter().all(|&user| (user as usize) < loaded.users.len()));
        Ok(())
    });
}

#[test]
fn a_split_whose_parts_are_not_apart_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let mut split = SplitParams::new(Strategy::PerUserRandom).apply(Some(&small()), &Silent).unwrap();
    split.test.targets = split.test.history.clone();
    split.save(folder.path()).unwrap();
    let error = Split::load(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Leak { .. }), "{error}");
}

#[test]
fn a_part_read_by_rows_is_the_part() {
    let folder = tempfile::tempdir().unwrap();
    let split = SplitParams::new(Strategy::PerUserRandom).apply(Some(&small()), &Silent).unwrap();
    split.save(folder.path()).unwrap();
    for (part, holdout) in [(HeldOutPart::Validation, &split.validation), (HeldOutPart::Test, &split.test)] {
        let stored = StoredHoldout::open(folder.path(), part, split.train.n_items()).unwrap();
        assert_eq!((stored.n_rows(), stored.n_items()), (holdout.n_rows(), holdout.n_items()));
        for range in [0..stored.n_rows(), 3..7, 5..5] {
            assert_eq!(stored.rows(range.clone()).unwrap(), holdout.rows(range).unwrap());
        }
        assert!(stored.rows(0..stored.n_rows() + 1).is_err());
    }
    let mut items = Vec::new();
    let n_users = stored_training_items(folder.path(), &mut |some| items.extend_from_slice(some)).unwrap();
    assert_eq!((n_users, items.as_slice()), (split.train.n_users(), split.train.items()));
}
