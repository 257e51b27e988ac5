//! The inverse of a matrix of MovieLens-1M's size beside LAPACK's `potrf` + `potri`.
#![allow(missing_docs, reason = "criterion's macros write public functions")]

mod ml_1m;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ndarray::Array2;
use ndarray_linalg::{MatrixLayout, UPLO};
use recflow::rec::Silent;
use recflow::rec::linalg::{Real, cholesky_inverse, gram, pin_blas};

fn precision<F: Real>(criterion: &mut Criterion, name: &str) {
    pin_blas();
    let interactions = ml_1m::interactions();
    let n = interactions.n_items();
    let mut matrix = Array2::from_elem((n, n), F::from_count(0));
    gram(&interactions, matrix.view_mut());
    matrix.diag_mut().iter_mut().for_each(|value| *value += F::from_count(500));

    let mut group = criterion.benchmark_group(format!("inverse of {n} × {n}, {name}"));
    for threads in [1, 2] {
        let pool = ml_1m::pool(threads);
        group.bench_function(format!("block sweep, {threads} threads"), |bencher| {
            bencher.iter_batched_ref(
                || matrix.clone(),
                |matrix| pool.install(|| cholesky_inverse(matrix.view_mut(), &Silent)),
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function("LAPACK potrf + potri, 1 thread", |bencher| {
        let layout = MatrixLayout::F { col: n as i32, lda: n as i32 };
        bencher.iter_batched_ref(
            || matrix.clone(),
            |matrix| {
                let elements = matrix.as_slice_mut().expect("row-major");
                F::cholesky(layout, UPLO::Lower, elements).expect("positive definite");
                F::inv_cholesky(layout, UPLO::Lower, elements).expect("positive definite");
            },
            BatchSize::PerIteration,
        );
    });
}

fn benches(criterion: &mut Criterion) {
    precision::<f64>(criterion, "f64");
    precision::<f32>(criterion, "f32");
}

criterion_group!(name = all; config = Criterion::default().sample_size(10); targets = benches);
criterion_main!(all);
