//! Facts of well-known data sets, as read from the user's own copies: `RECFLOW_TEST_DATA` is a folder of them, and
//! `RECFLOW_TEST_REFERENCE` one of published splits with their values.

use std::path::{Path, PathBuf};

use recflow::rec::Silent;
use recflow::rec::data::{
    Dataset, FilterParams, FoldIn, Holdout, RandomSource, ReadOptions, Split, SplitParams, Strategy, detect, read,
};

fn folder(variable: &str, name: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(|root| Path::new(&root).join(name)).filter(|path| path.exists());
    if found.is_none() {
        #[expect(clippy::print_stderr, reason = "the reader of the test's output must know that nothing was tested")]
        {
            eprintln!("skipped: {variable} names no folder that holds `{name}`");
        }
    }
    found
}

fn open(name: &str) -> Option<Dataset> {
    let layout = detect(&folder("RECFLOW_TEST_DATA", name)?).expect("the data set is recognised");
    Some(read(&layout, &ReadOptions::default(), &Silent).expect("the data set is read"))
}

fn histogram(dataset: &Dataset) -> [usize; 5] {
    let mut counts = [0; 5];
    for &rating in &dataset.events.ratings {
        counts[rating as usize - 1] += 1;
    }
    counts
}

fn sizes(dataset: &Dataset) -> (usize, usize, usize) {
    (dataset.n_users(), dataset.n_items(), dataset.n_events())
}

#[test]
fn movielens_1m() {
    let Some(dataset) = open("ml-1m") else { return };
    assert_eq!(sizes(&dataset), (6040, 3706, 1_000_209));
    assert_eq!(histogram(&dataset), [56_174, 107_557, 261_197, 348_971, 226_310]);
    assert_eq!((dataset.users[0].as_str(), dataset.items.ids[0].as_str()), ("1", "1193"));
    assert_eq!(dataset.items.titles[0], "One Flew Over the Cuckoo's Nest (1975)");
    assert!(dataset.items.titles.iter().all(|title| !title.is_empty()));
    assert!(dataset.items.titles.iter().any(|title| title.contains('é')), "latin-1 titles are decoded");
    assert!(dataset.about.has_ratings && dataset.about.has_times);

    let protocol_b = SplitParams { validation: Some(0.0), ..SplitParams::new(Strategy::PerUserRandom) };
    let split = protocol_b.apply(Some(&dataset), &Silent).unwrap();
    assert_eq!((split.train.n_entries(), split.test.targets.n_entries()), (797_758, 202_451));
    assert_eq!((0..6040).map(|user| split.test.targets.items_of(user).len()).min(), Some(4));
}

#[test]
fn movielens_1m_filtered_to_likes() {
    let Some(dataset) = open("ml-1m") else { return };
    let filtered = |params: FilterParams| params.apply(&dataset, &Silent).expect("something is left");
    let likes = FilterParams { min_rating: Some(4.0), ..FilterParams::default() };
    assert_eq!(sizes(&filtered(likes.clone())), (6038, 3533, 575_281));
    let active = FilterParams { min_per_user: Some(5), ..likes };
    let left = filtered(active.clone());
    assert_eq!((left.n_users(), left.n_events()), (6034, 575_272));
    let left = filtered(FilterParams { max_per_user: Some(1000), ..active });
    assert_eq!(left.n_users(), 6031);

    let protocol_d = SplitParams {
        validation_users: Some(750),
        test_users: Some(750),
        fold_in: Some(FoldIn::Temporal),
        ..SplitParams::new(Strategy::HeldOutUsers)
    };
    let split = protocol_d.apply(Some(&left), &Silent).unwrap();
    assert_eq!((split.train.n_users(), split.test.users.len()), (4531, 750));
}

#[test]
fn movielens_100k() {
    let Some(dataset) = open("ml-100k") else { return };
    assert_eq!(sizes(&dataset), (943, 1682, 100_000));
    assert!(dataset.items.titles.iter().all(|title| !title.is_empty()));
}

#[test]
fn movielens_latest_small() {
    let Some(dataset) = open("ml-latest-small") else { return };
    assert_eq!(sizes(&dataset), (610, 9724, 100_836));
    assert_eq!(dataset.events.rating_range(), Some((0.5, 5.0)));
    assert!(dataset.items.titles.contains(&"American President, The (1995)".to_owned()), "quoted titles are read");
}

#[test]
fn gowalla() {
    let Some(dataset) = open("gowalla") else { return };
    assert_eq!(sizes(&dataset), (29_858, 40_981, 810_128 + 217_242));
    assert!(!dataset.about.has_ratings && !dataset.about.has_times);

    let folder = folder("RECFLOW_TEST_DATA", "gowalla").unwrap();
    let params = SplitParams {
        train_file: Some(folder.join("train_plus_valid.txt")),
        test_file: Some(folder.join("test.txt")),
        ..SplitParams::new(Strategy::Predefined)
    };
    let split = params.apply(Some(&dataset), &Silent).unwrap();
    assert_eq!((split.train.n_users(), split.train.n_items()), (29_858, 40_981));
    assert_eq!((split.train.n_entries(), split.test.targets.n_entries()), (810_128, 217_242));
}

/// The published split of MovieLens-100K, read from its files.
fn published(folder: &Path) -> Split {
    let file = |name: &str| Some(folder.join(name));
    let params = SplitParams {
        train_file: file("train.csv"),
        validation_fold_in_file: file("validation_fold_in.csv"),
        validation_held_out_file: file("validation_held_out.csv"),
        test_fold_in_file: file("test_fold_in.csv"),
        test_held_out_file: file("test_held_out.csv"),
        ..SplitParams::new(Strategy::Predefined)
    };
    params.apply(None, &Silent).unwrap()
}

/// How many events of the users of a part are shown, and how many are to be found.
fn part_sizes(part: &Holdout) -> (usize, usize) {
    (part.history.n_entries(), part.targets.n_entries())
}

#[test]
fn published_split_of_movielens_100k() {
    let Some(folder) = folder("RECFLOW_TEST_REFERENCE", "ml-100k-p1") else { return };
    let split = published(&folder);
    assert_eq!((split.train.n_users(), split.train.n_items(), split.train.n_entries()), (738, 1415, 43_606));
    assert_eq!((part_sizes(&split.validation), part_sizes(&split.test)), ((4839, 1161), (4612, 1105)));
    assert_eq!(split.test.users.len(), 100);
    assert_eq!(split.users.len(), 938);
    let order = std::fs::read_to_string(folder.join("items.csv")).unwrap();
    assert!(order.lines().skip(1).eq(split.items.ids.iter().map(String::as_str)), "items stand in the published order");
}

/// As the programs of the Mult-VAE and SVAE papers split: likes of users with five of them, unseen users held out.
fn as_published(dataset: &Dataset, n_users: usize, seed: u64, max_per_user: Option<u32>, fold_in: FoldIn) -> Split {
    let likes = FilterParams { min_rating: Some(4.0), min_per_user: Some(5), max_per_user, ..FilterParams::default() };
    let params = SplitParams {
        validation_users: Some(n_users),
        test_users: Some(n_users),
        fold_in: Some(fold_in),
        seed: Some(seed),
        random_source: Some(RandomSource::NumpyLegacy),
        ..SplitParams::new(Strategy::HeldOutUsers)
    };
    params.apply(Some(&likes.apply(dataset, &Silent).unwrap()), &Silent).unwrap()
}

#[test]
fn the_published_split_of_movielens_100k_is_drawn_again_bit_for_bit() {
    let (Some(folder), Some(dataset)) = (folder("RECFLOW_TEST_REFERENCE", "ml-100k-p1"), open("ml-100k")) else {
        return;
    };
    let (published, drawn) = (published(&folder), as_published(&dataset, 100, 98765, None, FoldIn::Random));
    assert_eq!((&drawn.users, &drawn.items.ids), (&published.users, &published.items.ids));
    assert_eq!(drawn.train, published.train);
    assert_eq!((&drawn.validation, &drawn.test), (&published.validation, &published.test));
    assert_eq!(drawn.digest(), published.digest());
}

#[test]
fn published_splits_of_movielens_1m_are_drawn_again() {
    let Some(dataset) = open("ml-1m") else { return };
    let events = |part: &Holdout| part.history.n_entries() + part.targets.n_entries();
    // Mult-VAE's: the sizes that SVAE's authors print.
    let split = as_published(&dataset, 750, 98765, None, FoldIn::Random);
    assert_eq!((split.train.n_users(), split.train.n_items(), split.train.n_entries()), (4534, 3483, 435_180));
    assert_eq!((events(&split.validation), events(&split.test)), (71_078, 68_956));
    // SVAE's, without users of more than a thousand likes, and with a fold-in by time.
    let split = as_published(&dataset, 750, 12345, Some(1000), FoldIn::Random);
    assert_eq!((split.train.n_users(), split.train.n_items(), split.train.n_entries()), (4531, 3472, 429_925));
    assert_eq!((events(&split.validation), events(&split.test)), (72_090, 69_452));
    let split = as_published(&dataset, 750, 12345, Some(1000), FoldIn::Temporal);
    assert_eq!((part_sizes(&split.validation), part_sizes(&split.test)), ((57_369, 14_721), (55_270, 14_182)));
}
