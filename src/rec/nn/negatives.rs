//! Items that users do not have, drawn to stand against those they have.

use rand::RngExt;
use rayon::prelude::*;

use super::SparseRows;
use crate::rec::data::Interactions;
use crate::rec::linalg::Real;
use crate::rec::stream;

/// Users whose draws are one task.
const USERS_PER_TASK: usize = 16;

/// Draws items uniformly from those that a user does not have, with replacement and anew in each epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NegativeSampler {
    /// Draws for each item that the user has.
    pub per_positive: u32,
    /// Seed of the random streams: one for each user in each epoch.
    pub seed: u64,
}

/// Entries of some rows with what they should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled<F> {
    /// The entries; their values are how often they count.
    pub entries: SparseRows<F>,
    /// 1 for items that the user has, 0 for drawn ones. Shape: `[n_entries]`.
    pub labels: Vec<F>,
}

impl NegativeSampler {
    /// The items of each of `users`, each counting once, and behind them the drawn ones, each counting as often as it was
    /// drawn. A user who has all items gets none.
    pub fn draw<F: Real>(&self, interactions: &Interactions, users: &[u32], epoch: u32) -> Labelled<F> {
        let n_items = interactions.n_items();
        let draw = |draws: &mut Draws, user: &u32| {
            draws.of_user(self, interactions.items_of(*user as usize), &[u64::from(epoch), u64::from(*user)])
        };
        let drawn: Vec<Vec<Vec<(u32, u32)>>> = users
            .par_chunks(USERS_PER_TASK)
            .map_init(|| Draws::new(n_items), |draws, users| users.iter().map(|user| draw(draws, user)).collect())
            .collect();
        let mut labelled = Labelled { entries: SparseRows::new(n_items), labels: Vec::new() };
        for (&user, drawn) in users.iter().zip(drawn.iter().flatten()) {
            let items = interactions.items_of(user as usize);
            let negatives = drawn.iter().map(|&(item, count)| (item, F::from_count(count)));
            labelled.entries.push_row(items.iter().map(|&item| (item, F::one())).chain(negatives));
            labelled.labels.extend(std::iter::repeat_n(F::one(), items.len()));
            labelled.labels.extend(std::iter::repeat_n(F::zero(), drawn.len()));
        }
        labelled
    }
}

/// What one thread needs to draw; all clear between users.
struct Draws {
    /// Whether the user has the item. Shape: `[n_items]`.
    is_positive: Vec<bool>,
    /// How often the item was drawn. Shape: `[n_items]`.
    counts: Vec<u32>,
}

impl Draws {
    fn new(n_items: usize) -> Self {
        Self { is_positive: vec![false; n_items], counts: vec![0; n_items] }
    }

    /// The drawn items in the order of their first draw, each with its number of draws.
    fn of_user(&mut self, sampler: &NegativeSampler, positives: &[u32], address: &[u64]) -> Vec<(u32, u32)> {
        let n_items = self.counts.len();
        if positives.len() >= n_items {
            return Vec::new();
        }
        for &item in positives {
            self.is_positive[item as usize] = true;
        }
        let mut random = stream(sampler.seed, "negatives", address);
        let mut drawn: Vec<(u32, u32)> = Vec::new();
        for _ in 0..positives.len() * sampler.per_positive as usize {
            let item = loop {
                let item = random.random_range(0..n_items as u32);
                if !self.is_positive[item as usize] {
                    break item;
                }
            };
            let count = &mut self.counts[item as usize];
            *count += 1;
            if *count == 1 {
                drawn.push((item, 0));
            }
        }
        for (item, count) in &mut drawn {
            *count = std::mem::take(&mut self.counts[*item as usize]);
        }
        for &item in positives {
            self.is_positive[item as usize] = false;
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::NegativeSampler;
    use crate::rec::data::Interactions;
    use crate::rec::model::testing::interactions_of;
    use std::collections::BTreeSet;

    const SAMPLER: NegativeSampler = NegativeSampler { per_positive: 3, seed: 1 };

    fn histories() -> Interactions {
        interactions_of(6, &[&[5, 0], &[], &[0, 1, 2, 3, 4, 5], &[2, 4, 1]])
    }

    #[test]
    fn each_positive_has_its_draws_among_the_other_items() {
        for epoch in 1..50 {
            let drawn = SAMPLER.draw::<f64>(&histories(), &[3, 0, 1, 2], epoch);
            for (row, (positives, n_draws)) in
                [(vec![2, 4, 1], 9.0), (vec![5, 0], 6.0), (vec![], 0.0), (vec![0, 1, 2, 3, 4, 5], 0.0)]
                    .iter()
                    .enumerate()
            {
                let (items, counts) = drawn.entries.row(row);
                assert_eq!(&items[..positives.len()], positives);
                assert_eq!(counts[positives.len()..].iter().sum::<f64>(), *n_draws);
                assert_eq!(BTreeSet::from_iter(items).len(), items.len(), "an item stands once in a row");
                let labels = &drawn.labels[drawn.entries.offsets()[row]..drawn.entries.offsets()[row + 1]];
                assert!(labels.iter().enumerate().all(|(place, &label)| (label == 1.0) == (place < positives.len())));
            }
        }
    }

    #[test]
    fn all_other_items_are_drawn_equally_often() {
        let mut counts = [0.0; 6];
        for epoch in 0..2000 {
            let drawn = SAMPLER.draw::<f64>(&histories(), &[0], epoch);
            let (items, draws) = drawn.entries.row(0);
            items.iter().zip(draws).skip(2).for_each(|(&item, &count)| counts[item as usize] += count);
        }
        assert_eq!((counts[5], counts[0]), (0.0, 0.0));
        assert!(counts[1..5].iter().all(|&count| (count - 3000.0_f64).abs() < 200.0), "{counts:?}");
    }

    #[test]
    fn draws_belong_to_a_user_in_an_epoch() {
        let many = interactions_of(500, &[[1, 2, 3].as_slice(); 100]);
        let users: Vec<u32> = (0..100).collect();
        let all = SAMPLER.draw::<f32>(&many, &users, 4);
        assert_eq!(all.entries.row(77), SAMPLER.draw(&many, &[77], 4).entries.row(0));
        assert!(all.entries.row(77) != all.entries.row(78));
        assert!(all != SAMPLER.draw(&many, &users, 5));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(|| SAMPLER.draw(&many, &users, 4)), all);
    }
}
