//! One pass of a rule over all numbers of a parameter: vectorised, on all threads.
//!
//! Such a pass does little arithmetic for what it reads and writes, so that memory bounds it; hence everything happens in
//! one pass, in place.

use ndarray::Array2;
use rayon::prelude::*;

use crate::rec::linalg::Real;
use crate::rec::nn::{Filled, Parameter, vectorised};

/// Numbers that are one task, about: small enough for the second cache with all that stands beside them.
const CHUNK: usize = 1 << 14;

/// Numbers that move at once.
const LANES: usize = 16;

/// How one number moves, given its gradient and the `N` numbers that are remembered beside it.
pub(super) trait Rule<F, const N: usize>: Copy + Sync {
    /// The value and the memory after the step.
    fn step(self, value: F, gradient: F, memory: [F; N]) -> (F, [F; N]);
}

/// Moves all numbers; the gradient is zero in rows that are not filled. Shapes: `memory` those of the parameter.
pub(super) fn sweep<F: Real, const N: usize>(
    parameter: &mut Parameter<F>,
    memory: [&mut Array2<F>; N],
    rule: impl Rule<F, N>,
) {
    let width = parameter.value.ncols();
    let l2 = parameter.l2;
    let (value, gradient, filled) = parameter.parts_mut();
    let gradient = match filled {
        Filled::Rows(rows) if rows.is_empty() => &[],
        _ => gradient.as_slice().expect("a row-major matrix"),
    };
    let rows_per_task = (CHUNK / width.max(1)).max(1);
    tasks(value, memory, rows_per_task).into_par_iter().enumerate().for_each(|(task, (value, memory))| {
        let first = task * rows_per_task;
        let n_rows = value.len() / width;
        let elements = first * width..first * width + value.len();
        let rows = match filled {
            Filled::All => return run(value, Some(&gradient[elements]), memory, l2, rule),
            Filled::Rows(rows) => {
                let start = rows.partition_point(|&row| (row as usize) < first);
                let end = rows.partition_point(|&row| (row as usize) < first + n_rows);
                &rows[start..end]
            }
        };
        // Runs of rows that are all filled, or all not.
        let (mut value, mut memory, mut next) = (value, memory, first);
        let mut advance = |until: usize, is_filled: bool| {
            let count = (until - next) * width;
            let now = std::mem::take(&mut value).split_at_mut(count);
            value = now.1;
            let remembered = memory.each_mut().map(|memory| {
                let (now, later) = std::mem::take(memory).split_at_mut(count);
                *memory = later;
                now
            });
            let gradient = is_filled.then(|| &gradient[next * width..until * width]);
            run(now.0, gradient, remembered, l2, rule);
            next = until;
        };
        for run in rows.chunk_by(|row, after| row + 1 == *after) {
            advance(run[0] as usize, false);
            advance(run[0] as usize + run.len(), true);
        }
        advance(first + n_rows, false);
    });
}

/// Moves the filled rows only, as if the parameter had no others. Shapes: `memory` those of the parameter.
pub(super) fn sweep_filled<F: Real, const N: usize>(
    parameter: &mut Parameter<F>,
    memory: [&mut Array2<F>; N],
    rule: impl Rule<F, N>,
) {
    let width = parameter.value.ncols();
    if *parameter.filled() == Filled::All {
        return sweep(parameter, memory, rule);
    }
    let l2 = parameter.l2;
    let (value, gradient, Filled::Rows(rows)) = parameter.parts_mut() else { return };
    if rows.is_empty() {
        return;
    }
    let gradient = gradient.as_slice().expect("a row-major matrix");
    let rows_per_task = (CHUNK / width.max(1)).max(1);
    tasks(value, memory, rows_per_task).into_par_iter().enumerate().for_each(|(task, (value, mut memory))| {
        let first = task * rows_per_task;
        let start = rows.partition_point(|&row| (row as usize) < first);
        let end = rows.partition_point(|&row| (row as usize) < first + value.len() / width);
        for row in rows[start..end].iter().map(|&row| row as usize) {
            let here = (row - first) * width..(row - first + 1) * width;
            let remembered = memory.each_mut().map(|memory| &mut memory[here.clone()]);
            let gradient = &gradient[row * width..(row + 1) * width];
            run(&mut value[here], Some(gradient), remembered, l2, rule);
        }
    });
}

/// Value and memory cut into tasks of so many rows.
fn tasks<'a, F: Real, const N: usize>(
    value: &'a mut Array2<F>,
    memory: [&'a mut Array2<F>; N],
    rows: usize,
) -> Vec<(&'a mut [F], [&'a mut [F]; N])> {
    let chunk = (rows * value.ncols()).max(1);
    let mut memory = memory.map(|memory| {
        assert_eq!(memory.dim(), value.dim(), "the optimiser was made for other parameters");
        memory.as_slice_mut().expect("a row-major matrix").chunks_mut(chunk)
    });
    let value = value.as_slice_mut().expect("a row-major matrix").chunks_mut(chunk);
    value.map(|value| (value, memory.each_mut().map(|memory| memory.next().expect("the same length")))).collect()
}

/// Moves consecutive numbers; no gradient is one of zeros.
fn run<F: Real, const N: usize>(
    value: &mut [F],
    gradient: Option<&[F]>,
    mut memory: [&mut [F]; N],
    l2: F,
    rule: impl Rule<F, N>,
) {
    vectorised(
        #[inline(always)]
        || {
            let (values, last_values) = value.as_chunks_mut::<LANES>();
            let nothing = [F::zero(); LANES];
            let gradients = gradient.map(|gradient| gradient.as_chunks::<LANES>());
            for (block, value) in values.iter_mut().enumerate() {
                let gradient = gradients.map_or(&nothing, |(gradients, _)| &gradients[block]);
                let memory = memory.each_mut().map(|memory| &mut memory.as_chunks_mut().0[block]);
                move_block(rule, value, gradient, l2, memory);
            }
            for (i, value) in last_values.iter_mut().enumerate() {
                let gradient = gradients.map_or(F::zero(), |(_, gradients)| gradients[i]);
                let mut last = memory.each_mut().map(|memory| &mut memory.as_chunks_mut::<LANES>().1[i]);
                let (moved, now) = rule.step(*value, gradient + l2 * *value, last.each_ref().map(|last| **last));
                *value = moved;
                for (last, now) in last.iter_mut().zip(now) {
                    **last = now;
                }
            }
        },
    );
}

/// Moves a block of numbers.
#[inline(always)]
fn move_block<F: Real, const N: usize>(
    rule: impl Rule<F, N>,
    value: &mut [F; LANES],
    gradient: &[F; LANES],
    l2: F,
    memory: [&mut [F; LANES]; N],
) {
    // Copies, which the compiler knows to lie apart from each other.
    let mut values = *value;
    let mut remembered = memory.each_ref().map(|memory| **memory);
    for lane in 0..LANES {
        let gradient = gradient[lane] + l2 * values[lane];
        let (moved, now) = rule.step(values[lane], gradient, std::array::from_fn(|which| remembered[which][lane]));
        values[lane] = moved;
        for (remembered, now) in remembered.iter_mut().zip(now) {
            remembered[lane] = now;
        }
    }
    *value = values;
    for (memory, remembered) in memory.into_iter().zip(remembered) {
        *memory = remembered;
    }
}
