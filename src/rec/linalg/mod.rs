//! The only seam to BLAS and LAPACK, and the only `unsafe` code.
