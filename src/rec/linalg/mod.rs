//! The only seam to BLAS and LAPACK, and the only `unsafe` code.
//!
//! Every function here gives the same bytes for any number of threads: OpenBLAS is held to one thread (its own
//! two-thread results differ from its one-thread results in the last bits), and the parallelism is rayon's, over blocks
//! whose size depends on the matrix alone. The number of threads is that of the rayon pool a function is called in.

mod blas;
mod blocks;
mod cholesky_inverse;
mod exponential;
mod gram;
mod lanes;
mod packed_matrix;
mod product;
mod real;
mod small_cholesky;

pub use blas::{blas_description, pin_blas};
pub use blocks::expand_symmetric;
pub use cholesky_inverse::{InverseError, cholesky_inverse, cholesky_inverse_bytes};
pub use gram::{CoOccurrences, gram};
pub use packed_matrix::PackedMatrix;
pub use product::{product, product_into};
pub use real::Real;
pub use small_cholesky::solve_positive_definite;
