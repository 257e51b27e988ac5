//! Sums over users under random weights, many times over.

use ndarray::{Array2, ArrayRef2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use crate::rec::linalg::product_into;

/// Draws whose weights are held at a time by one thread.
const DRAWS_PER_BLOCK: usize = 32;
/// Users whose weights are multiplied at a time: they fit into the second cache with the draws of a block.
const USERS_PER_CHUNK: usize = 2048;

/// `sums[d, c] = Σ_u weight[d, u] · terms[u, c]`, where `draw(d, weights)` fills in the weights of draw `d`, which are zeros
/// before. Shapes: `terms` `[n_users, n_columns]`, result `[n_draws, n_columns]`.
///
/// The weights are whole numbers, held for some draws at a time: two bytes a user and draw.
pub(super) fn weighted_sums(
    terms: &ArrayRef2<f64>,
    n_draws: usize,
    draw: &(dyn Fn(u64, &mut [i16]) + Sync),
) -> Array2<f64> {
    let mut sums = Array2::zeros((n_draws, terms.ncols()));
    sums.axis_chunks_iter_mut(Axis(0), DRAWS_PER_BLOCK)
        .into_par_iter()
        .enumerate()
        .for_each(|(block, sums)| add_block(terms, block * DRAWS_PER_BLOCK, sums, draw));
    sums
}

fn add_block(
    terms: &ArrayRef2<f64>,
    first_draw: usize,
    mut sums: ArrayViewMut2<'_, f64>,
    draw: &(dyn Fn(u64, &mut [i16]) + Sync),
) {
    let n_users = terms.nrows();
    let mut weights = vec![0_i16; sums.nrows() * n_users];
    for (index, weights) in weights.chunks_exact_mut(n_users.max(1)).enumerate() {
        draw((first_draw + index) as u64, weights);
    }
    let weights = Array2::from_shape_vec((sums.nrows(), n_users), weights).expect("the lengths are those of the shape");
    for start in (0..n_users).step_by(USERS_PER_CHUNK) {
        let users = start..n_users.min(start + USERS_PER_CHUNK);
        let weights = weights.slice(s![.., users.clone()]).mapv(f64::from);
        product_into(1.0, &weights, &terms.slice(s![users, ..]), 1.0, &mut sums);
    }
}
