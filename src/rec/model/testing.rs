//! Small splits for the models' tests.

use std::ops::Range;

use ndarray::Array2;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::{Recommender, Scorer, UserBlock};
use crate::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};
use crate::rec::eval::{EvaluationOptions, evaluate};
use crate::rec::{Silent, stream};

/// A matrix of all-one ratings with these histories.
pub(crate) fn interactions_of(n_items: usize, histories: &[&[u32]]) -> Interactions {
    let mut offsets = vec![0];
    for history in histories {
        offsets.push(offsets[offsets.len() - 1] + history.len());
    }
    let items = histories.concat();
    let n = items.len();
    Interactions::from_parts(n_items, offsets, items, vec![1.0; n], vec![0; n])
}

/// A split with these training histories and nothing held out.
pub(crate) fn split_of(n_items: usize, histories: &[&[u32]]) -> Split {
    split_from(interactions_of(n_items, histories))
}

/// A split with this training part and nothing held out.
pub(crate) fn split_from(train: Interactions) -> Split {
    let n_items = train.n_items();
    let nothing = Holdout {
        users: Vec::new(),
        history: Interactions::empty(0, n_items),
        targets: Interactions::empty(0, n_items),
    };
    Split {
        about: SplitInfo { rating_range: (1.0, 5.0), ..SplitInfo::default() },
        users: (0..train.n_users()).map(|user| user.to_string()).collect(),
        items: Items { ids: (0..n_items).map(|item| item.to_string()).collect(), titles: vec![String::new(); n_items] },
        train,
        validation: nothing.clone(),
        test: nothing,
    }
}

/// A split of so many users on 20 items: those with an even index have 5 or 6 of the first 10 items, the others of the
/// last 10. One more item of each is held out for validation.
pub(crate) fn two_tastes(n_users: usize) -> Split {
    let (mut histories, mut targets) = (Vec::new(), Vec::new());
    for user in 0..n_users as u32 {
        let mut items: Vec<u32> = (0..10).map(|item| item + 10 * (user % 2)).collect();
        items.shuffle(&mut stream(1, "two-tastes", &[u64::from(user)]));
        targets.push(vec![items[9]]);
        items.truncate(5 + user as usize % 3 / 2);
        histories.push(items);
    }
    let matrix = |rows: &[Vec<u32>]| interactions_of(20, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let train = matrix(&histories);
    let users = (0..n_users as u32).collect();
    let validation = Holdout { users, history: train.clone(), targets: matrix(&targets) };
    Split { validation, ..split_from(train) }
}

/// The lowest score of these items and the highest of the others.
pub(crate) fn extremes(scores: &[f32], items: &Range<usize>) -> (f32, f32) {
    let (mut lowest, mut highest) = (f32::INFINITY, f32::NEG_INFINITY);
    for (item, &score) in scores.iter().enumerate() {
        if items.contains(&item) { lowest = lowest.min(score) } else { highest = highest.max(score) }
    }
    (lowest, highest)
}

/// The scores of all rows of `histories`, which are the training rows, in blocks of two users.
pub(crate) fn scores_of(scorer: &dyn Scorer, histories: &Interactions) -> Array2<f32> {
    scores_in_blocks(scorer, histories, 2)
}

/// The scores of all rows of `histories`, which are the training rows, in blocks of that many users.
pub(crate) fn scores_in_blocks(scorer: &dyn Scorer, histories: &Interactions, block: usize) -> Array2<f32> {
    let rows: Vec<_> = (0..histories.n_users() as u32).map(Some).collect();
    let mut scores = Array2::from_elem((rows.len(), histories.n_items()), f32::NAN);
    for (index, part) in scores.axis_chunks_iter_mut(ndarray::Axis(0), block).enumerate() {
        let users = UserBlock::new(histories, &rows, index * block, part.nrows());
        scorer.score_into(&users, part);
    }
    scores
}

/// Fails unless a user's scores are the same bits whoever stands in the block beside and after the user. Where in a block a
/// user stands may cost the last bits: BLAS has other instructions for other rows.
pub(crate) fn assert_blocks_change_nothing(scorer: &dyn Scorer, histories: &Interactions) {
    let n_users = histories.n_users();
    let rows: Vec<_> = (0..n_users as u32).map(Some).collect();
    let whole = scores_in_blocks(scorer, histories, n_users);
    for len in [1, 5, 37] {
        let mut first = Array2::from_elem((len, histories.n_items()), f32::NAN);
        scorer.score_into(&UserBlock::new(histories, &rows, 0, len), first.view_mut());
        assert_eq!(first, whole.slice(ndarray::s![..len, ..]), "the first {len} alone");
        let moved = scores_in_blocks(scorer, histories, len);
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * (1.0 + b.abs());
        assert!(moved.iter().zip(&whole).all(close), "blocks of {len}");
    }
}

/// Ratings of 60 items by 120 users, of biases and two tastes with a little noise: two thirds for training, the rest halved.
pub(crate) fn low_rank() -> Split {
    const N_USERS: usize = 120;
    const N_ITEMS: usize = 60;
    let mut random = stream(3, "low-rank", &[]);
    let mut normal = |shape: (usize, usize)| -> Array2<f64> {
        Array2::from_shape_simple_fn(shape, || StandardNormal.sample(&mut random))
    };
    let (users, items) = (normal((N_USERS, 3)), normal((N_ITEMS, 3)));
    let noise = normal((N_USERS, N_ITEMS));
    let rating = |user: usize, item: usize| {
        let taste = users[[user, 1]] * items[[item, 1]] + users[[user, 2]] * items[[item, 2]];
        (3.0 + 0.3 * users[[user, 0]] + 0.3 * items[[item, 0]] + 0.6 * taste + 0.1 * noise[[user, item]]) as f32
    };
    let mut draw = stream(3, "low-rank-parts", &[]);
    let part_of = Array2::from_shape_simple_fn((N_USERS, N_ITEMS), || draw.random_range(0..6_u8));
    let part = |range: Range<u8>| {
        let (mut offsets, mut entries, mut ratings) = (vec![0], Vec::new(), Vec::new());
        for user in 0..N_USERS {
            for item in (0..N_ITEMS).filter(|&item| range.contains(&part_of[[user, item]])) {
                entries.push(item as u32);
                ratings.push(rating(user, item));
            }
            offsets.push(entries.len());
        }
        let n = entries.len();
        Interactions::from_parts(N_ITEMS, offsets, entries, ratings, vec![0; n])
    };
    let train = part(0..4);
    let holdout = |targets| Holdout { users: (0..N_USERS as u32).collect(), history: train.clone(), targets };
    let (validation, test) = (holdout(part(4..5)), holdout(part(5..6)));
    let mut split = Split { validation, test, ..split_from(train.clone()) };
    split.about.rating_range = (-10.0, 10.0);
    split
}

/// RMSE on the test part.
pub(crate) fn test_rmse(model: &dyn Recommender, split: &Split) -> f64 {
    let metrics = ["rmse".parse().unwrap()];
    let evaluation =
        evaluate(model, &split.test, &split.train, &metrics, &EvaluationOptions::default(), &Silent).unwrap();
    evaluation.values[0].value.unwrap()
}
