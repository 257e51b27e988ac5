//! The items over which a mini-batch's softmax runs when it does not run over all.
//!
//! All targets of the mini-batch are among them; of the other items, some are drawn, each as likely as any other, and each
//! stands for as many as were not drawn: with `ln(n_others / n_drawn)` added to their logits, the expectation of the
//! softmax's denominator is that over all items.
//!
//! Y. Bengio, J.-S. Senécal, *Adaptive importance sampling to accelerate training of a neural probabilistic language model*,
//! IEEE Transactions on Neural Networks 2008, <https://doi.org/10.1109/TNN.2007.912312>.

use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use crate::rec::linalg::Real;
use crate::rec::nn::SparseRows;
use crate::rec::nn::layer::EntryOutput;

/// The items of a mini-batch's softmax, rising.
#[derive(Debug, Clone)]
pub(super) struct SampledItems {
    items: Vec<u32>,
    /// How many items each stands for: 1 for the targets.
    stands_for: Vec<f64>,
}

impl SampledItems {
    /// The targets and `n_sampled` of the other items, or all of these if they are fewer.
    pub(super) fn draw<F: Real>(targets: &SparseRows<F>, n_sampled: usize, random: &mut ChaCha8Rng) -> Self {
        let mut stands_for = vec![0.0; targets.n_columns()];
        targets.columns().iter().for_each(|&item| stands_for[item as usize] = 1.0);
        let others: Vec<usize> = (0..stands_for.len()).filter(|&item| stands_for[item] == 0.0).collect();
        let n_drawn = n_sampled.min(others.len());
        for place in index::sample(random, others.len(), n_drawn) {
            stands_for[others[place]] = others.len() as f64 / n_drawn as f64;
        }
        let items: Vec<u32> = (0..stands_for.len() as u32).filter(|&item| stands_for[item as usize] > 0.0).collect();
        stands_for.retain(|&count| count > 0.0);
        Self { items, stands_for }
    }

    /// The targets, in columns of these items alone.
    pub(super) fn targets<F: Real>(&self, targets: &SparseRows<F>) -> SparseRows<F> {
        let column = |item: &u32| self.items.binary_search(item).expect("targets are among the items") as u32;
        let mut own = SparseRows::new(self.items.len());
        for row in 0..targets.n_rows() {
            let (items, values) = targets.row(row);
            own.push_row(items.iter().map(column).zip(values.iter().copied()));
        }
        own
    }

    /// The layer of these items alone, with each one's logit raised by the logarithm of what it stands for.
    pub(super) fn layer<F: Real>(&self, whole: &EntryOutput<F>) -> EntryOutput<F> {
        let mut part = whole.part(&self.items);
        for (bias, count) in part.bias.value.iter_mut().zip(&self.stands_for) {
            *bias += F::rounded(count.ln());
        }
        part
    }

    /// Adds what that layer has learnt to the whole.
    pub(super) fn give_back<F: Real>(&self, part: &EntryOutput<F>, whole: &mut EntryOutput<F>) {
        whole.add_gradients_of_part(&self.items, part);
    }
}

#[cfg(test)]
mod tests {
    use super::SampledItems;
    use crate::rec::nn::SparseRows;
    use crate::rec::stream;

    fn targets() -> SparseRows<f64> {
        let mut targets = SparseRows::new(20);
        targets.push_row([(7, 0.5), (3, 0.5)].into_iter());
        targets.push_row(std::iter::empty());
        targets.push_row([(3, 1.0)].into_iter());
        targets
    }

    fn draw(n_sampled: usize, batch: u64) -> SampledItems {
        SampledItems::draw(&targets(), n_sampled, &mut stream(1, "test", &[batch]))
    }

    #[test]
    fn targets_stand_for_themselves_and_the_drawn_for_all_others() {
        for n_sampled in [1, 5, 17, 18, 100] {
            let sampled = draw(n_sampled, 0);
            assert_eq!(sampled.items.len(), 2 + n_sampled.min(18));
            assert!(sampled.items.is_sorted());
            for (item, &count) in sampled.items.iter().zip(&sampled.stands_for) {
                assert_eq!(count == 1.0, [3, 7].contains(item) || n_sampled >= 18, "{item} stands for {count}");
            }
            assert!((sampled.stands_for.iter().sum::<f64>() - 20.0).abs() < 1e-9);
        }
        let own = draw(5, 0).targets(&targets());
        assert_eq!((own.n_rows(), own.n_columns(), own.values()), (3, 7, targets().values()));
        assert!(own.row(1).0.is_empty());
    }

    #[test]
    fn every_other_item_is_drawn_as_often() {
        let mut counts = [0; 20];
        for batch in 0..3600 {
            draw(5, batch).items.iter().for_each(|&item| counts[item as usize] += 1);
        }
        assert_eq!((counts[3], counts[7]), (3600, 3600));
        // Of 18 others each is drawn 1,000 times in the mean, with a standard deviation of 27.
        let others = counts.iter().filter(|&&count| count != 3600);
        assert!(others.clone().count() == 18 && others.clone().all(|count| (880..1120).contains(count)), "{counts:?}");
    }
}
