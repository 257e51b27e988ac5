//! Dropout: a network that must do without some of its inputs learns not to rely on single ones.
//!
//! N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15, 2014; on inputs it is
//! the corruption of P. Vincent et al., *Extracting and composing robust features with denoising autoencoders*, ICML 2008.

use ndarray::Array2;
use rand::Rng;

use super::SparseRows;
use crate::rec::linalg::Real;
use crate::rec::stream;

/// Drops each number with one probability and divides the others by that of being kept, so that sums stay the same in
/// the mean. Every row of every epoch has a random stream of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// The probability, from 0 to 1; with 1 nothing is kept.
    pub probability: f64,
    /// Seed of the random streams.
    pub seed: u64,
    /// Name of the random streams; another one for each place where something is dropped.
    pub purpose: &'static str,
}

impl Dropout {
    /// The entries of `input` that are kept, with their new values. `rows` are the rows' addresses. A zero that is dropped
    /// is still a zero, so stored entries are all that needs a draw.
    ///
    /// # Panics
    ///
    /// If there is not one address for each row.
    pub fn entries<F: Real>(&self, input: &SparseRows<F>, rows: &[u32], epoch: u32) -> SparseRows<F> {
        assert_eq!(rows.len(), input.n_rows(), "an address for each row");
        let (limit, factor) = (self.limit(), self.factor::<F>());
        let mut kept = SparseRows::new(input.n_columns());
        for (index, &row) in rows.iter().enumerate() {
            let mut random = stream(self.seed, self.purpose, &[u64::from(epoch), u64::from(row)]);
            let (columns, values) = input.row(index);
            let entries = columns.iter().zip(values).filter(|_| u64::from(random.next_u32()) >= limit);
            kept.push_row(entries.map(|(&column, &value)| (column, value * factor)));
        }
        kept
    }

    /// What the units of a layer are to be multiplied by: 0 or the inverse of the probability of being kept. Shapes: `rows`
    /// `[n_rows]`, the rows' addresses; the result `[n_rows, width]`.
    pub fn mask<F: Real>(&self, rows: &[u32], epoch: u32, width: usize) -> Array2<F> {
        let (limit, factor) = (self.limit(), self.factor::<F>());
        let mut mask = Array2::zeros((rows.len(), width));
        for (&row, mut mask) in rows.iter().zip(mask.rows_mut()) {
            let mut random = stream(self.seed, self.purpose, &[u64::from(epoch), u64::from(row)]);
            for value in &mut mask {
                if u64::from(random.next_u32()) >= limit {
                    *value = factor;
                }
            }
        }
        mask
    }

    /// Draws of 32 bits below this one drop.
    fn limit(&self) -> u64 {
        (self.probability * 2.0_f64.powi(32)).round() as u64
    }

    fn factor<F: Real>(&self) -> F {
        F::rounded(1.0 / (1.0 - self.probability))
    }
}

#[cfg(test)]
mod tests {
    use super::Dropout;
    use crate::rec::nn::SparseRows;

    fn dropout(probability: f64) -> Dropout {
        Dropout { probability, seed: 1, purpose: "test" }
    }

    fn ones(rows: usize, columns: u32) -> SparseRows<f64> {
        let mut input = SparseRows::new(columns as usize);
        (0..rows).for_each(|_| input.push_row((0..columns).map(|column| (column, 1.0))));
        input
    }

    #[test]
    fn the_mean_stays_and_the_ends_are_exact() {
        let (input, rows) = (ones(50, 400), (0..50).collect::<Vec<u32>>());
        for probability in [0.2, 0.5, 0.8] {
            let kept = dropout(probability).entries(&input, &rows, 1);
            assert!(kept.values().iter().all(|&value| value == 1.0 / (1.0 - probability)));
            let mean = kept.values().iter().sum::<f64>() / input.n_entries() as f64;
            assert!((mean - 1.0).abs() < 0.05, "{probability}: {mean}");
            let mask = dropout(probability).mask::<f64>(&rows, 1, 400);
            assert_eq!(mask.iter().filter(|&&value| value > 0.0).count(), kept.n_entries());
        }
        assert_eq!(dropout(0.0).entries(&input, &rows, 1), input);
        assert_eq!(dropout(1.0).entries(&input, &rows, 1).n_entries(), 0);
        assert!(dropout(1.0).mask::<f32>(&rows, 1, 400).iter().all(|&value| value == 0.0));
    }

    #[test]
    fn draws_belong_to_a_row_in_an_epoch() {
        let input = ones(1, 64);
        let draw = |epoch, row| dropout(0.5).entries(&input, &[row], epoch);
        assert_eq!(draw(1, 7), draw(1, 7));
        assert!(draw(1, 7) != draw(2, 7) && draw(1, 7) != draw(1, 8));
        let both = dropout(0.5).entries(&ones(2, 64), &[8, 7], 1);
        assert_eq!(both.row(1), draw(1, 7).row(0));
    }
}
