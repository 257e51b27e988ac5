//! A gated recurrent unit over packed sequences.
//!
//! K. Cho et al., *Learning phrase representations using RNN encoder-decoder for statistical machine translation*, EMNLP
//! 2014, <https://doi.org/10.3115/v1/D14-1179>, with the candidate's reset gate after the product, as cuDNN and PyTorch
//! have it, so that the three products of a step are one.

use ndarray::{Array2, ArrayRef2, s};
use rayon::prelude::*;

use super::sparse_product::add_transposed_sparse_dense;
use super::{Dense, add_row_sums};
use crate::rec::linalg::{PackedMatrix, Real, product_into};
use crate::rec::nn::{PackedSequences, Parameter, SparseRows, vectorised};

/// `r = σ(a_r + c_r)`, `u = σ(a_u + c_u)`, `n = tanh(a_n + r ⊙ c_n)`, `h' = (1 − u) ⊙ n + u ⊙ h`, where `a = x W + b` is the
/// input half and `c = h U + d` the recurrent half; `h` begins at 0.
///
/// The input half depends on the item alone and is computed once for each different item of a batch.
#[derive(Debug, Clone)]
pub struct Gru<F> {
    /// `W` and `b`. Shapes: `[n_inputs, 3 width]`, `[1, 3 width]`, in the order reset, update, candidate.
    pub input: Dense<F>,
    /// `U` and `d`. Shapes: `[width, 3 width]`, `[1, 3 width]`, in the same order.
    pub recurrent: Dense<F>,
}

/// Sequences that one task takes through all their steps: it waits for no other, and its products are of so many rows.
const GROUP: usize = 8;

/// What the backward pass needs of a forward pass.
#[derive(Debug, Clone)]
pub struct GruTrace<F> {
    /// `h'` after each token. Shape: `[n_tokens, width]`.
    pub hidden: Array2<F>,
    /// `r`, `u` and `n` of each token. Shape: `[n_tokens, 3 width]`.
    gates: Array2<F>,
    /// `c_n` of each token. Shape: `[n_tokens, width]`.
    candidates: Array2<F>,
}

impl<F: Real> Gru<F> {
    /// A unit of these two halves.
    ///
    /// # Panics
    ///
    /// If their shapes do not fit together.
    pub fn new(input: Dense<F>, recurrent: Dense<F>) -> Self {
        let (width, three_widths) = recurrent.weight.value.dim();
        assert!(three_widths == 3 * width && input.weight.value.ncols() == three_widths, "three gates of one width");
        Self { input, recurrent }
    }

    /// Number of hidden units.
    pub fn width(&self) -> usize {
        self.recurrent.weight.value.nrows()
    }

    /// The hidden states after all tokens. Shape of `inputs`, the vectors of the batch's different items: `[n_items,
    /// n_inputs]`.
    pub fn forward(&self, inputs: &Array2<F>, batch: &PackedSequences) -> GruTrace<F> {
        let (width, halves) = (self.width(), self.input.forward(inputs));
        let mut trace = GruTrace {
            hidden: Array2::zeros((batch.n_tokens(), width)),
            gates: Array2::zeros((batch.n_tokens(), 3 * width)),
            candidates: Array2::zeros((batch.n_tokens(), width)),
        };
        let weight = PackedMatrix::new(&self.recurrent.weight.value);
        let groups = by_group(&mut trace.hidden, batch)
            .into_iter()
            .zip(by_group(&mut trace.gates, batch))
            .zip(by_group(&mut trace.candidates, batch));
        groups.enumerate().par_bridge().for_each(|(group, ((mut hidden, mut gates), mut candidates))| {
            let mut recurrent = vec![F::zero(); GROUP * 3 * width];
            for step in 0..hidden.len() {
                let (before, now) = hidden.split_at_mut(step);
                let (before, now) = (before.last().map(|before| &**before), &mut *now[0]);
                let n_active = now.len() / width;
                let recurrent = &mut recurrent[..n_active * 3 * width];
                self.recurrent_half(&weight, before.map(|before| &before[..n_active * width]), recurrent);
                let tokens = &batch.tokens()[batch.step(step).start + group * GROUP..][..n_active];
                for (sequence, &item) in tokens.iter().enumerate() {
                    advance(
                        row(&halves, item as usize),
                        part(recurrent, sequence, 3 * width),
                        before.map(|before| part(before, sequence, width)),
                        part_mut(gates[step], sequence, 3 * width),
                        part_mut(candidates[step], sequence, width),
                        part_mut(now, sequence, width),
                    );
                }
            }
        });
        trace
    }

    /// The hidden states after each whole sequence, 0 for empty ones; in memory of a step. Shapes: `halves` `[n_items, 3 width]`, the
    /// input half of every item ([`Self::input`]'s output); the result `[n_sequences, width]`.
    ///
    /// A sequence's state does not depend on the others.
    pub fn last(&self, halves: &Array2<F>, sequences: &[&[u32]]) -> Array2<F> {
        let width = self.width();
        let mut order: Vec<usize> = (0..sequences.len()).collect();
        order.sort_by_key(|&sequence| std::cmp::Reverse(sequences[sequence].len()));
        let weight = PackedMatrix::new(&self.recurrent.weight.value);
        let of_group = |group: &[usize]| {
            let mut hidden = vec![F::zero(); group.len() * width];
            let mut recurrent = vec![F::zero(); group.len() * 3 * width];
            let (mut gates, mut candidate, mut next) =
                (vec![F::zero(); 3 * width], vec![F::zero(); width], vec![F::zero(); width]);
            for step in 0..sequences[group[0]].len() {
                let n_active = group.iter().take_while(|&&sequence| sequences[sequence].len() > step).count();
                let recurrent = &mut recurrent[..n_active * 3 * width];
                self.recurrent_half(&weight, Some(&hidden[..n_active * width]), recurrent);
                for (index, &sequence) in group[..n_active].iter().enumerate() {
                    let hidden = part_mut(&mut hidden, index, width);
                    let half = row(halves, sequences[sequence][step] as usize);
                    let recurrent = part(recurrent, index, 3 * width);
                    advance(half, recurrent, Some(hidden), &mut gates, &mut candidate, &mut next);
                    hidden.copy_from_slice(&next);
                }
            }
            hidden
        };
        let states: Vec<Vec<F>> = order.par_chunks(GROUP).map(of_group).collect();
        let mut last = Array2::zeros((sequences.len(), width));
        for (&sequence, state) in order.iter().zip(states.iter().flat_map(|states| states.chunks_exact(width))) {
            row_mut(&mut last, sequence).copy_from_slice(state);
        }
        last
    }

    /// Adds the gradients of both halves, and gives the gradient by `inputs`. Shapes: `upstream` `[n_tokens, width]`, the
    /// result `[n_items, n_inputs]`.
    ///
    /// With `truncation`, no gradient crosses from a step that is a multiple of it to the step before.
    pub fn backward(
        &mut self,
        inputs: &Array2<F>,
        batch: &PackedSequences,
        trace: GruTrace<F>,
        upstream: &Array2<F>,
        truncation: Option<usize>,
    ) -> Array2<F> {
        let width = self.width();
        let GruTrace { hidden, mut gates, mut candidates } = trace;
        let weight = PackedMatrix::new(&self.recurrent.weight.value.t());
        let zeros = vec![F::zero(); width];
        let groups = by_group(&mut gates, batch).into_iter().zip(by_group(&mut candidates, batch));
        groups.enumerate().par_bridge().for_each(|(group, (mut gates, mut candidates))| {
            let mut carry = vec![F::zero(); GROUP * width];
            let mut of_recurrent = vec![F::zero(); GROUP * 3 * width];
            for step in (0..gates.len()).rev() {
                let n_active = gates[step].len() / (3 * width);
                let token = batch.step(step).start + group * GROUP;
                let before = step.checked_sub(1).map(|before| batch.step(before).start + group * GROUP);
                for sequence in 0..n_active {
                    retreat(
                        row(upstream, token + sequence),
                        before.map_or(&zeros, |before| row(&hidden, before + sequence)),
                        part_mut(&mut carry, sequence, width),
                        part_mut(gates[step], sequence, 3 * width),
                        part_mut(candidates[step], sequence, width),
                        part_mut(&mut of_recurrent, sequence, 3 * width),
                    );
                }
                let carry = &mut carry[..n_active * width];
                if truncation.is_some_and(|every| step.is_multiple_of(every)) {
                    carry.fill(F::zero());
                } else if step > 0 {
                    weight.add_product(&of_recurrent[..n_active * 3 * width], carry);
                }
            }
        });
        // `gates` now holds the gradients by `a`, and `candidates` those by `c_n`; those by `c_r` and `c_u` are the same as by
        // `a_r` and `a_u`.
        self.recurrent_gradients(batch, &hidden, &gates, &candidates);
        let by_item = sum_by_item(batch, &gates);
        self.input.backward(inputs, &by_item);
        self.input.input_gradient(&by_item)
    }

    /// `h U + d`; without `hidden`, `h` is 0. Shapes: `weight` that of `U`, `hidden` `[n, width]`, `out` `[n, 3 width]`.
    fn recurrent_half(&self, weight: &PackedMatrix<F>, hidden: Option<&[F]>, out: &mut [F]) {
        let bias = row(&self.recurrent.bias.value, 0);
        out.chunks_exact_mut(bias.len()).for_each(|out| out.copy_from_slice(bias));
        if let Some(hidden) = hidden {
            weight.add_product(hidden, out);
        }
    }

    /// Adds the gradients of the recurrent half: one product over all tokens that have one before them.
    fn recurrent_gradients(
        &mut self,
        batch: &PackedSequences,
        hidden: &Array2<F>,
        gates: &Array2<F>,
        candidates: &Array2<F>,
    ) {
        let width = self.width();
        let n_first = if batch.n_steps() == 0 { 0 } else { batch.step(0).len() };
        let mut before = Array2::zeros((batch.n_tokens() - n_first, width));
        for step in 1..batch.n_steps() {
            let (tokens, first) = (batch.step(step), batch.step(step - 1).start);
            before
                .slice_mut(s![tokens.start - n_first..tokens.end - n_first, ..])
                .assign(&hidden.slice(s![first..first + tokens.len(), ..]));
        }
        let (gradient, old) = self.recurrent.weight.whole_gradient();
        let (mut of_gates, mut of_candidate) = gradient.multi_slice_mut((s![.., ..2 * width], s![.., 2 * width..]));
        let one = F::one();
        product_into(one, &before.t(), &gates.slice(s![n_first.., ..2 * width]), old, &mut of_gates);
        product_into(one, &before.t(), &candidates.slice(s![n_first.., ..]), old, &mut of_candidate);

        let mut of_candidate = Parameter::new(Array2::zeros((1, width)));
        let mut of_all = Parameter::new(Array2::zeros((1, 3 * width)));
        add_row_sums(&mut of_candidate, candidates);
        add_row_sums(&mut of_all, gates);
        let gradient = self.recurrent.bias.gradient_rows(&[0]);
        let (mut of_gates, mut rest) = gradient.multi_slice_mut((s![.., ..2 * width], s![.., 2 * width..]));
        of_gates += &of_all.gradient().slice(s![.., ..2 * width]);
        rest += of_candidate.gradient();
    }
}

/// The rows of each step that belong to each group of [`GROUP`] sequences; a group has as many steps as its longest sequence. Shape of
/// `rows`: `[n_tokens, n]`.
fn by_group<'a, F>(rows: &'a mut Array2<F>, batch: &PackedSequences) -> Vec<Vec<&'a mut [F]>> {
    let width = rows.ncols();
    let mut rest = rows.as_slice_mut().expect("whole rows of a row-major matrix");
    let mut groups: Vec<Vec<&mut [F]>> = (0..batch.n_sequences().div_ceil(GROUP)).map(|_| Vec::new()).collect();
    for step in 0..batch.n_steps() {
        let n_active = batch.step(step).len();
        for (group, first) in groups.iter_mut().zip((0..n_active).step_by(GROUP)) {
            group.push(rest.split_off_mut(..GROUP.min(n_active - first) * width).expect("a row for each token"));
        }
    }
    groups
}

/// The sums of the tokens' rows by item. Shapes: `by_token` `[n_tokens, n]`, the result `[n_items, n]`.
fn sum_by_item<F: Real>(batch: &PackedSequences, by_token: &Array2<F>) -> Array2<F> {
    let mut tokens = SparseRows::new(batch.items().len());
    batch.tokens().iter().for_each(|&item| tokens.push_row([(item, F::one())].into_iter()));
    let mut sums = Array2::zeros((batch.items().len(), by_token.ncols()));
    add_transposed_sparse_dense(&tokens.by_column(), tokens.values(), by_token, &mut sums);
    sums
}

/// One step of one sequence. `halves` is `a`, `recurrent` is `c`; without `before`, `h` is 0.
fn advance<F: Real>(
    halves: &[F],
    recurrent: &[F],
    before: Option<&[F]>,
    gates: &mut [F],
    candidate: &mut [F],
    hidden: &mut [F],
) {
    let (width, one) = (hidden.len(), F::one());
    let sigmoid = |a: F| one / (one + (-a).exponential());
    vectorised(
        #[inline(always)]
        || {
            let (reset_update, candidates) = gates.split_at_mut(2 * width);
            for ((gate, &a), &c) in reset_update.iter_mut().zip(&halves[..2 * width]).zip(&recurrent[..2 * width]) {
                *gate = sigmoid(a + c);
            }
            let (reset, update) = reset_update.split_at(width);
            candidate.copy_from_slice(&recurrent[2 * width..]);
            let (halves, candidate, candidates) = (&halves[2 * width..], &candidate[..width], &mut candidates[..width]);
            for j in 0..width {
                // tanh a = 2 σ(2a) − 1; the exponential is bounded, so it cannot overflow to an infinity of both.
                let a = halves[j] + reset[j] * candidate[j];
                candidates[j] = sigmoid(a + a) * (one + one) - one;
            }
            let candidates = &candidates[..width];
            match before {
                Some(before) => {
                    let before = &before[..width];
                    for j in 0..width {
                        hidden[j] = (one - update[j]) * candidates[j] + update[j] * before[j];
                    }
                }
                None => {
                    for j in 0..width {
                        hidden[j] = (one - update[j]) * candidates[j];
                    }
                }
            }
        },
    );
}

/// The gradients of one step of one sequence, in place of what the forward pass left: `gates` becomes those by `a`,
/// `candidate` that by `c_n`, `recurrent` those by `c`. `carry` holds the gradient by `h'` from the steps after, and is left
/// with the part of that by `h` that does not go through `c`.
fn retreat<F: Real>(
    upstream: &[F],
    before: &[F],
    carry: &mut [F],
    gates: &mut [F],
    candidate: &mut [F],
    recurrent: &mut [F],
) {
    let (width, one) = (carry.len(), F::one());
    vectorised(
        #[inline(always)]
        || {
            let (resets, rest) = gates.split_at_mut(width);
            let (updates, candidates) = rest.split_at_mut(width);
            let (of_reset, rest) = recurrent.split_at_mut(width);
            let (of_update, of_candidate) = rest.split_at_mut(width);
            let (upstream, before, candidate) = (&upstream[..width], &before[..width], &mut candidate[..width]);
            let (candidates, of_candidate) = (&mut candidates[..width], &mut of_candidate[..width]);
            for j in 0..width {
                let (reset, update, new) = (resets[j], updates[j], candidates[j]);
                let by_hidden = upstream[j] + carry[j];
                let by_new = by_hidden * (one - update) * (one - new * new);
                let by_update = by_hidden * (before[j] - new) * update * (one - update);
                let by_reset = by_new * candidate[j] * reset * (one - reset);
                carry[j] = by_hidden * update;
                candidate[j] = by_new * reset;
                resets[j] = by_reset;
                updates[j] = by_update;
                candidates[j] = by_new;
                of_reset[j] = by_reset;
                of_update[j] = by_update;
                of_candidate[j] = candidate[j];
            }
        },
    );
}

fn row<F>(matrix: &ArrayRef2<F>, row: usize) -> &[F] {
    part(matrix.as_slice().expect("whole rows of a row-major matrix"), row, matrix.ncols())
}

fn row_mut<F>(matrix: &mut ArrayRef2<F>, row: usize) -> &mut [F] {
    let width = matrix.ncols();
    part_mut(matrix.as_slice_mut().expect("whole rows of a row-major matrix"), row, width)
}

/// One row of some that follow each other.
fn part<F>(rows: &[F], row: usize, width: usize) -> &[F] {
    &rows[row * width..(row + 1) * width]
}

fn part_mut<F>(rows: &mut [F], row: usize, width: usize) -> &mut [F] {
    &mut rows[row * width..(row + 1) * width]
}

#[cfg(test)]
mod tests;
