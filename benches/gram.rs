//! The Gram matrix of a million entries beside the dense product and the scatter by user.
#![allow(missing_docs, reason = "criterion's macros write public functions")]

mod ml_1m;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array2, ArrayViewMut2};
use recflow::rec::data::Interactions;
use recflow::rec::linalg::{gram, pin_blas};

fn dense(interactions: &Interactions) -> Array2<f32> {
    let mut x = Array2::<f32>::zeros((interactions.n_users(), interactions.n_items()));
    for user in 0..interactions.n_users() {
        interactions.items_of(user).iter().for_each(|&item| x[[user, item as usize]] = 1.0);
    }
    x.t().dot(&x)
}

fn scatter(interactions: &Interactions, mut matrix: ArrayViewMut2<'_, f32>) {
    for user in 0..interactions.n_users() {
        let items = interactions.items_of(user);
        for &i in items {
            items.iter().filter(|&&j| j >= i).for_each(|&j| matrix[[i as usize, j as usize]] += 1.0);
        }
    }
}

fn benches(criterion: &mut Criterion) {
    let interactions = ml_1m::interactions();
    let n = interactions.n_items();
    pin_blas();
    let mut group = criterion.benchmark_group("gram");
    let mut matrix = Array2::<f32>::zeros((n, n));
    for threads in [1, 2] {
        let pool = ml_1m::pool(threads);
        group.bench_function(format!("sparse rows, {threads} threads"), |bencher| {
            bencher.iter(|| pool.install(|| gram(&interactions, matrix.view_mut())));
        });
    }
    group.bench_function("dense product, 1 thread", |bencher| bencher.iter(|| dense(&interactions)));
    group.bench_function("scatter by user, 1 thread", |bencher| {
        bencher.iter(|| scatter(&interactions, matrix.view_mut()));
    });
}

criterion_group!(name = all; config = Criterion::default().sample_size(10); targets = benches);
criterion_main!(all);
