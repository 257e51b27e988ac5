//! An output layer with its softmax, taken through the loss and both gradients a block of rows at a time.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::layer::EntryOutput;
use super::loss::biased_softmax_row;
use super::{SparseRows, add_scaled, vectorised};
use crate::rec::linalg::{Real, pin_blas, product_into};

/// Rows that one task takes, at most: enough for BLAS not to spend its time on copying the weights.
const BLOCK: usize = 256;

/// Memory for the logits of some rows, to be used again.
#[derive(Debug, Default)]
pub struct Logits<F>(Vec<F>);

impl<F: Real> Logits<F> {
    /// An array of this shape, of whatever was there before.
    fn array(&mut self, rows: usize, columns: usize) -> ArrayViewMut2<'_, F> {
        if self.0.len() < rows * columns {
            self.0.resize(rows * columns, F::zero());
        }
        ArrayViewMut2::from_shape((rows, columns), &mut self.0[..rows * columns]).expect("as long as it is large")
    }
}

/// What [`softmax_cross_entropy`](super::loss::softmax_cross_entropy) makes of all outputs of `hidden`: the loss, and `scale`
/// times its gradient by `hidden`; `scale` times the gradients by the layer's parameters are added. Shapes: `hidden` and the
/// gradient `[n_rows, width]`, `targets` `[n_rows, n_outputs]`.
///
/// A task takes its rows from the hidden vectors to the gradient by these without waiting for any other.
///
/// # Panics
///
/// If the shapes do not fit together.
pub fn softmax_output<F: Real>(
    output: &mut EntryOutput<F>,
    hidden: &Array2<F>,
    targets: &SparseRows<F>,
    scale: F,
    logits: &mut Logits<F>,
) -> (f64, Array2<F>) {
    let ((n_rows, _), n_outputs) = (hidden.dim(), output.weight.value.nrows());
    assert_eq!((n_rows, n_outputs), (targets.n_rows(), targets.n_columns()), "a target for each output");
    let mut logits = logits.array(n_rows, n_outputs);
    let mut by_hidden = Array2::zeros(hidden.dim());
    pin_blas();
    // An even number of blocks of about the same length, so that two or more threads have as much to do.
    let n_blocks = (2 * n_rows.div_ceil(2 * BLOCK)).max(1);
    let block = n_rows.div_ceil(n_blocks).next_multiple_of(8).max(1);
    let (weight, bias) = (&output.weight.value, output.bias.value.as_slice().expect("one column"));
    let of_blocks: Vec<(f64, Vec<F>)> = logits
        .axis_chunks_iter_mut(Axis(0), block)
        .into_par_iter()
        .zip(hidden.axis_chunks_iter(Axis(0), block))
        .zip(by_hidden.axis_chunks_iter_mut(Axis(0), block))
        .enumerate()
        .map(|(index, ((mut logits, hidden), mut by_hidden))| {
            general_mat_mul(F::one(), &hidden, &weight.t(), F::zero(), &mut logits);
            let (mut loss, mut by_bias) = (0.0, vec![F::zero(); n_outputs]);
            for (offset, mut row) in logits.rows_mut().into_iter().enumerate() {
                let (columns, values) = targets.row(index * block + offset);
                let row = row.as_slice_mut().expect("a row of a row-major matrix");
                loss += biased_softmax_row(row, bias, columns, values, scale);
                vectorised(
                    #[inline(always)]
                    || add_scaled(&mut by_bias, F::one(), row),
                );
            }
            general_mat_mul(F::one(), &logits, weight, F::zero(), &mut by_hidden);
            (loss, by_bias)
        })
        .collect();

    let (gradient, old) = output.weight.whole_gradient();
    product_into(F::one(), &logits.t(), hidden, old, gradient);
    let (gradient, old) = output.bias.whole_gradient();
    let gradient = gradient.as_slice_mut().expect("one column");
    if old == F::zero() {
        gradient.fill(F::zero());
    }
    for (_, by_bias) in &of_blocks {
        vectorised(
            #[inline(always)]
            || add_scaled(gradient, F::one(), by_bias),
        );
    }
    (of_blocks.iter().map(|(loss, _)| loss).sum(), by_hidden)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::{BLOCK, Logits, softmax_output};
    use crate::rec::nn::SparseRows;
    use crate::rec::nn::layer::EntryOutput;
    use crate::rec::nn::loss::softmax_cross_entropy;

    fn matrix(rows: usize, columns: usize, salt: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 31 + j * 17 + salt * 7) % 23) as f64 / 11.0 - 1.0)
    }

    fn output(width: usize) -> EntryOutput<f64> {
        EntryOutput::new(matrix(9, width, 1), matrix(9, 1, 2))
    }

    fn targets(n_rows: usize) -> SparseRows<f64> {
        let mut targets = SparseRows::new(9);
        for row in 0..n_rows {
            targets.push_row((0..row % 4).map(|index| ((row + 2 * index) as u32 % 9, 0.25)));
        }
        targets
    }

    fn assert_near(left: &Array2<f64>, right: &Array2<f64>) {
        assert!((left - right).iter().all(|difference| difference.abs() < 1e-9), "{left} is not {right}");
    }

    #[test]
    fn blocks_give_what_the_whole_gives() {
        let mut logits = Logits::default();
        for n_rows in [0, 1, 7, BLOCK, 2 * BLOCK + 1, 3 * BLOCK + 5] {
            let (hidden, targets) = (matrix(n_rows, 4, 3), targets(n_rows));
            let (mut whole, mut blocks) = (output(4), output(4));
            // Twice, so that the second adds to what the first has left, in gradients and in memory.
            for scale in [0.5, 2.0] {
                let mut outputs = whole.dense(&hidden);
                let loss = softmax_cross_entropy(&mut outputs, &targets, scale);
                whole.dense_backward(&hidden, &outputs);
                let by_hidden = whole.dense_hidden_gradient(&outputs);
                let of_blocks = softmax_output(&mut blocks, &hidden, &targets, scale, &mut logits);
                assert!((loss - of_blocks.0).abs() < 1e-9 * (1.0 + loss.abs()), "{loss} is not {}", of_blocks.0);
                assert_near(&by_hidden, &of_blocks.1);
            }
            assert_near(&whole.weight.dense_gradient(), &blocks.weight.dense_gradient());
            assert_near(&whole.bias.dense_gradient(), &blocks.bias.dense_gradient());
        }
    }
}
