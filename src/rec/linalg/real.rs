//! The two precisions, and the BLAS kernels in each.

use cblas_sys::{CBLAS_LAYOUT, CBLAS_TRANSPOSE, CBLAS_UPLO, cblas_dgemm, cblas_dsyrk, cblas_sgemm, cblas_ssyrk};
use ndarray::{LinalgScalar, ScalarOperand};
use ndarray_linalg::Lapack;

use super::blas::pin_blas;
use super::blocks::{Block, Columns};
use super::exponential;
use super::lanes::Lanes;

/// `f32` or `f64`.
pub trait Real:
    Lapack + LinalgScalar + ScalarOperand + Kernels + Lanes + PartialOrd + bytemuck::Pod + Send + Sync
{
    /// A count in this precision; exact up to 2²⁴ in `f32`.
    fn from_count(count: u32) -> Self;

    /// Rounded from double precision.
    fn rounded(value: f64) -> Self;

    /// Rounded to single precision.
    fn to_single(self) -> f32;

    /// In double precision.
    fn to_double(self) -> f64;

    /// `e^self`; in single precision without branches or calls, so that a loop over it becomes vector code, and right to
    /// 2 units in the last place (0 below -87.3, the largest finite number above 88.3).
    #[must_use]
    fn exponential(self) -> Self;
}

/// BLAS on row-major arrays. Sealed: only `f32` and `f64` have it.
pub trait Kernels: Sized {
    /// `C += alpha Aᵀ B`. Shapes: `a` `[k, m]`, `b` `[k, n]`, `c` `[m, n]`.
    fn gemm_tn(alpha: Self, a: Columns<'_, Self>, b: Columns<'_, Self>, c: &mut Block<'_, Self>);

    /// The upper triangle of `C += alpha AᵀA`. Shapes: `a` `[k, n]`, `c` `[n, n]`.
    fn syrk_t(alpha: Self, a: Columns<'_, Self>, c: &mut Block<'_, Self>);
}

macro_rules! impl_real {
    ($real:ty, $gemm:path, $syrk:path, $exponential:path) => {
        impl Real for $real {
            #[inline]
            fn from_count(count: u32) -> Self {
                #[allow(clippy::cast_lossless, reason = "lossless in one of the two precisions only")]
                {
                    count as Self
                }
            }

            #[inline]
            fn rounded(value: f64) -> Self {
                #[allow(clippy::unnecessary_cast, reason = "needed in one of the two precisions only")]
                {
                    value as Self
                }
            }

            #[inline]
            fn to_single(self) -> f32 {
                #[allow(clippy::unnecessary_cast, reason = "needed in one of the two precisions only")]
                {
                    self as f32
                }
            }

            #[inline]
            fn to_double(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn exponential(self) -> Self {
                $exponential(self)
            }
        }

        impl Kernels for $real {
            #[expect(unsafe_code, reason = "BLAS")]
            fn gemm_tn(alpha: Self, a: Columns<'_, Self>, b: Columns<'_, Self>, c: &mut Block<'_, Self>) {
                let ((m, n), k) = (c.shape(), a.shape().0);
                assert!(a.shape() == (k, m) && b.shape() == (k, n), "shapes of a product do not match");
                pin_blas();
                // SAFETY: `a` and `b` are matrices of these shapes and strides inside borrowed slices; `c` is exclusively
                // borrowed, with these rows and columns at this stride.
                unsafe {
                    $gemm(
                        CBLAS_LAYOUT::CblasRowMajor,
                        CBLAS_TRANSPOSE::CblasTrans,
                        CBLAS_TRANSPOSE::CblasNoTrans,
                        m as i32,
                        n as i32,
                        k as i32,
                        alpha,
                        a.as_ptr(),
                        a.stride() as i32,
                        b.as_ptr(),
                        b.stride() as i32,
                        1.0,
                        c.as_mut_ptr(),
                        c.stride() as i32,
                    );
                }
            }

            #[expect(unsafe_code, reason = "BLAS")]
            fn syrk_t(alpha: Self, a: Columns<'_, Self>, c: &mut Block<'_, Self>) {
                let (k, n) = a.shape();
                assert!(c.shape() == (n, n), "shapes of a product do not match");
                pin_blas();
                // SAFETY: as for `gemm_tn`.
                unsafe {
                    $syrk(
                        CBLAS_LAYOUT::CblasRowMajor,
                        CBLAS_UPLO::CblasUpper,
                        CBLAS_TRANSPOSE::CblasTrans,
                        n as i32,
                        k as i32,
                        alpha,
                        a.as_ptr(),
                        a.stride() as i32,
                        1.0,
                        c.as_mut_ptr(),
                        c.stride() as i32,
                    );
                }
            }
        }
    };
}
impl_real!(f32, cblas_sgemm, cblas_ssyrk, exponential::single);
impl_real!(f64, cblas_dgemm, cblas_dsyrk, f64::exp);
