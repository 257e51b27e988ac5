//! Loops compiled for the vector instructions that the processor has.
//!
//! Nothing here fuses multiplications with additions or sums in an order that depends on the width of vectors, so every
//! processor gives the same bytes.

use pulp::Arch;

use crate::rec::linalg::Real;

/// Sums that [`dot`] keeps beside each other: enough for the widest vectors, fixed so that the order of sums is.
const LANES: usize = 32;

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
    let (x_blocks, x_rest) = x.as_chunks::<LANES>();
    let (y_blocks, y_rest) = y.as_chunks::<LANES>();
    for (x, y) in x_blocks.iter().zip(y_blocks) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let mut rest = F::zero();
    for (&x, &y) in x_rest.iter().zip(y_rest) {
        rest += x * y;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0] + rest
}

#[cfg(test)]
mod tests {
    use super::{add_scaled, dot, vectorised};

    #[test]
    fn whole_blocks_and_rests_are_summed() {
        for length in [0, 1, 31, 32, 33, 100] {
            let x: Vec<f32> = (0..length).map(|i| i as f32).collect();
            let mut y = vec![2.0; length];
            let expected = (0..length).map(|i| 2 * i).sum::<usize>() as f32;
            assert_eq!(vectorised(|| dot(&x, &y)), expected);
            vectorised(|| add_scaled(&mut y, 3.0, &x));
            assert!(y.iter().enumerate().all(|(i, &y)| y == 2.0 + 3.0 * i as f32));
        }
    }
}
