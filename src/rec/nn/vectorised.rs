//! Loops compiled for the vector instructions that the processor has.
//!
//! Nothing here fuses multiplications with additions or sums in an order that depends on the width of vectors, so every
//! processor gives the same bytes.

use pulp::Arch;

use crate::rec::linalg::Real;

/// Sums that a product keeps beside each other: enough for the widest vectors, fixed so that their order is.
const LANES: usize = 16;

/// Runs `work` compiled for the widest vectors of the processor; loops in it must be inlined to profit.
#[inline(always)]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(work)
}

/// `y += a x`. To be called inside [`vectorised`].
///
/// # Panics
///
/// If the lengths differ.
#[inline(always)]
pub fn add_scaled<F: Real>(y: &mut [F], a: F, x: &[F]) {
    assert_eq!(y.len(), x.len(), "vectors of one length");
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// `xᵀ y`. To be called inside [`vectorised`].
///
/// # Panics
///
/// If the lengths differ.
#[inline(always)]
pub fn dot<F: Real>(x: &[F], y: &[F]) -> F {
    assert_eq!(x.len(), y.len(), "vectors of one length");
    let mut sums = [F::zero(); LANES];
    let ((x_blocks, x_rest), (y_blocks, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    for (x, y) in x_blocks.iter().zip(y_blocks) {
        add_products(&mut sums, x, y);
    }
    total(sums, x_rest, y_rest)
}

/// `xᵀ y` for four `y` at once, each the same as by itself: `x` is read once for all, and four `y` are waited for at a
/// time. To be called inside [`vectorised`].
///
/// # Panics
///
/// If the lengths differ.
#[inline(always)]
pub fn dot_4<F: Real>(x: &[F], ys: [&[F]; 4]) -> [F; 4] {
    assert!(ys.iter().all(|y| y.len() == x.len()), "vectors of one length");
    let (mut a, mut b, mut c, mut d) = ([F::zero(); LANES], [F::zero(); LANES], [F::zero(); LANES], [F::zero(); LANES]);
    let (x_blocks, x_rest) = x.as_chunks::<LANES>();
    let [(a_blocks, a_rest), (b_blocks, b_rest), (c_blocks, c_rest), (d_blocks, d_rest)] =
        ys.map(|y| y.as_chunks::<LANES>());
    for ((((x, y_a), y_b), y_c), y_d) in x_blocks.iter().zip(a_blocks).zip(b_blocks).zip(c_blocks).zip(d_blocks) {
        add_products(&mut a, x, y_a);
        add_products(&mut b, x, y_b);
        add_products(&mut c, x, y_c);
        add_products(&mut d, x, y_d);
    }
    [total(a, x_rest, a_rest), total(b, x_rest, b_rest), total(c, x_rest, c_rest), total(d, x_rest, d_rest)]
}

#[inline(always)]
fn add_products<F: Real>(sums: &mut [F; LANES], x: &[F; LANES], y: &[F; LANES]) {
    for lane in 0..LANES {
        sums[lane] += x[lane] * y[lane];
    }
}

/// The lanes added up in pairs, then the products of what did not fill the lanes.
#[inline(always)]
fn total<F: Real>(mut sums: [F; LANES], x_rest: &[F], y_rest: &[F]) -> F {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    x_rest.iter().zip(y_rest).fold(sums[0], |sum, (&x, &y)| sum + x * y)
}

#[cfg(test)]
mod tests {
    use super::{add_scaled, dot, dot_4, vectorised};

    #[test]
    fn whole_blocks_and_rests_are_summed() {
        for length in [0, 1, 15, 16, 17, 100] {
            let x: Vec<f32> = (0..length).map(|i| i as f32).collect();
            let mut y = vec![2.0; length];
            let expected = (0..length).map(|i| 2 * i).sum::<usize>() as f32;
            assert_eq!(vectorised(|| dot(&x, &y)), expected);
            let square = vectorised(|| dot(&x, &x));
            assert_eq!(vectorised(|| dot_4(&x, [&y, &x, &x, &y])), [expected, square, square, expected]);
            vectorised(|| add_scaled(&mut y, 3.0, &x));
            assert!(y.iter().enumerate().all(|(i, &y)| y == 2.0 + 3.0 * i as f32));
        }
    }
}
