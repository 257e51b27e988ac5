//! Small splits for the models' tests.

use std::ops::Range;

use ndarray::Array2;
use rand::seq::SliceRandom;

use super::{Scorer, UserBlock};
use crate::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};
use crate::rec::stream;

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
