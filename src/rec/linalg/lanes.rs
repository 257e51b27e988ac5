//! Vectors of numbers as the processor has them, in either precision.

use bytemuck::Pod;
use pulp::Simd;

/// A number that fills vectors. Sealed: only `f32` and `f64` are.
pub trait Lanes: Pod {
    /// As many numbers as a register holds.
    type Vector<S: Simd>: Pod;

    /// The number in every lane.
    fn splat<S: Simd>(self, simd: S) -> Self::Vector<S>;

    /// `a b + c` in every lane, rounded once.
    fn multiply_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
}

macro_rules! impl_lanes {
    ($real:ty, $vector:ident, $splat:ident, $multiply_add:ident) => {
        impl Lanes for $real {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn splat<S: Simd>(self, simd: S) -> S::$vector {
                simd.$splat(self)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$multiply_add(a, b, c)
            }
        }
    };
}
impl_lanes!(f32, f32s, splat_f32s, mul_add_f32s);
impl_lanes!(f64, f64s, splat_f64s, mul_add_f64s);
