//! The whole fit of EASE beside the bare LAPACK calls on a matrix of that size.
#![allow(missing_docs, reason = "criterion's macros write public functions")]

mod ml_1m;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ndarray::Array2;
use ndarray_linalg::{MatrixLayout, UPLO};
use recflow::rec::Silent;
use recflow::rec::linalg::{gram, pin_blas};
use recflow::rec::model::{EaseParams, Fit, Precision};

fn benches(criterion: &mut Criterion) {
    pin_blas();
    let split = ml_1m::split();
    let n = split.train.n_items();
    let mut group = criterion.benchmark_group("EASE on MovieLens-1M's size");
    for (precision, name) in [(Precision::F64, "f64"), (Precision::F32, "f32")] {
        let params = EaseParams { precision, ..EaseParams::default() };
        for threads in [1, 2] {
            let pool = ml_1m::pool(threads);
            group.bench_function(format!("whole fit, {name}, {threads} threads"), |bencher| {
                bencher.iter_with_large_drop(|| pool.install(|| params.fit(&split, &Silent)));
            });
        }
    }
    let mut matrix = Array2::<f64>::zeros((n, n));
    gram(&split.train, matrix.view_mut());
    matrix.diag_mut().iter_mut().for_each(|value| *value += 500.0);
    group.bench_function("LAPACK potrf + potri alone, f64, 1 thread", |bencher| {
        let layout = MatrixLayout::F { col: n as i32, lda: n as i32 };
        bencher.iter_batched_ref(
            || matrix.clone(),
            |matrix| {
                let elements = matrix.as_slice_mut().expect("row-major");
                lax::cholesky::CholeskyImpl::cholesky(layout, UPLO::Lower, elements).expect("positive definite");
                lax::cholesky::InvCholeskyImpl::inv_cholesky(layout, UPLO::Lower, elements).expect("positive definite");
            },
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(name = all; config = Criterion::default().sample_size(10); targets = benches);
criterion_main!(all);
