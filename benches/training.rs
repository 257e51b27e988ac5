//! One epoch of training of each network on data of MovieLens-1M's size, beside the bare `sgemm` of the same machine.
//!
//! The throughput is in multiplications and additions that the model must do (criterion's Gelem/s are GFLOP/s): what
//! sparse layers leave out does not count, nor do random numbers, exponentials and the optimiser.
#![allow(missing_docs, reason = "criterion's macros write public functions")]

mod ml_1m;

use std::hint::black_box;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use ndarray::Array2;
use recflow::rec::Monitor;
use recflow::rec::data::{Interactions, Split, SplitInfo};
use recflow::rec::linalg::{PackedMatrix, product};
use recflow::rec::model::autorec::BasedOn;
use recflow::rec::model::{AutoRecParams, CdaeParams, DeepRecParams, Fit, MultVaeParams, PairLoss, SvaeParams};
use recflow::rec::nn::OptimiserKind;

/// Notes when mini-batches end.
#[derive(Default)]
struct Clock(Mutex<Vec<(u64, u64, Instant)>>);

impl Monitor for Clock {
    fn progress(&self, done: u64, total: u64, _detail: &str) {
        self.0.lock().expect("nobody panicked").push((done, total, Instant::now()));
    }
}

impl Clock {
    /// From the end of the first epoch to the end of the last; what comes before and after is not training.
    fn after_first(self, epochs: u64) -> Duration {
        let ends = self.0.into_inner().expect("nobody panicked");
        let at = |epoch: u64| ends.iter().find(|(done, total, _)| done * epochs == total * epoch).map(|end| end.2);
        at(epochs).zip(at(1)).map(|(last, first)| last - first).expect("every epoch ends")
    }
}

fn bench<P: Fit>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    split: &Split,
    flops: u64,
    params: impl Fn(u32) -> P,
) {
    group.throughput(Throughput::Elements(flops));
    for threads in [1, 2] {
        let pool = ml_1m::pool(threads);
        group.bench_function(format!("{name}, {threads} threads"), |bencher| {
            bencher.iter_custom(|epochs| {
                let epochs = epochs as u32 + 1;
                let clock = Clock::default();
                let params = params(epochs);
                pool.install(|| params.fit(split, &clock)).expect("it trains");
                clock.after_first(u64::from(epochs))
            });
        });
    }
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an epoch on MovieLens-1M's size");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_millis(1));

    let n = 2000;
    let square = Array2::from_elem((n, n), 0.5_f32);
    group.throughput(Throughput::Elements(2 * (n as u64).pow(3)));
    for threads in [1, 2] {
        let pool = ml_1m::pool(threads);
        group.bench_function(format!("bare sgemm, {n} x {n}, {threads} threads"), |bencher| {
            bencher.iter(|| pool.install(|| black_box(product(&square, &square))));
        });
    }

    // A step of a recurrent layer.
    let (rows, depth, columns) = (16, 200, 600);
    let (a, b) = (Array2::from_elem((rows, depth), 0.5_f32), Array2::from_elem((depth, columns), 0.5_f32));
    group.throughput(Throughput::Elements(2 * (rows * depth * columns) as u64));
    let pool = ml_1m::pool(1);
    let shape = format!("{rows} x {depth} x {columns}, 1 threads");
    group.bench_function(format!("bare sgemm, {shape}"), |bencher| {
        bencher.iter(|| pool.install(|| black_box(product(&a, &b))));
    });
    let packed = PackedMatrix::new(&b);
    let mut sums = vec![0.0; rows * columns];
    group.bench_function(format!("packed once, {shape}"), |bencher| {
        bencher.iter(|| packed.add_product(black_box(a.as_slice().expect("row-major")), &mut sums));
    });

    let split = unvalidated(ml_1m::split());
    let (users, items) = (split.train.n_users() as u64, split.train.n_items() as u64);
    let entries = split.train.n_entries() as u64;

    // Three dense products a layer (forward, both gradients); two sparse ones where the input is sparse.
    let vae = 6 * users * (600 * items + 200 * 600 + 600 * 400) + 4 * entries * 600 / 2;
    bench(&mut group, "Mult-VAE 600-200-600", &split, vae, |epochs| MultVaeParams {
        hidden: vec![600],
        latent: 200,
        epochs,
        ..MultVaeParams::default()
    });
    let split = rated(&split);
    // Five sparse products an entry and unit: input, output, and their gradients but that by the input.
    bench(&mut group, "AutoRec, items, 500 units", &split, 10 * entries * 500, |epochs| AutoRecParams {
        epochs,
        ..AutoRecParams::default()
    });
    bench(&mut group, "AutoRec, users, 500 units", &split, 10 * entries * 500, |epochs| AutoRecParams {
        based_on: BasedOn::Users,
        epochs,
        ..AutoRecParams::default()
    });
    let hidden = 6 * users * (512 * 512 + 512 * 1024 + 1024 * 512 + 512 * 512);
    let sparse = hidden + 10 * entries * 512;
    let refed = hidden + 6 * users * 512 * items + 4 * users * 512 * items;
    for (refeeding, flops) in [(0, sparse), (1, sparse + refed)] {
        let name = format!("DeepRec 512-512-1024, re-fed {refeeding} times");
        bench(&mut group, &name, &split, flops, |epochs| DeepRecParams {
            hidden: vec![512, 512, 1024],
            refeeding,
            epochs,
            ..DeepRecParams::default()
        });
    }
    bench(&mut group, "CDAE, all items, 50 units", &split, 6 * users * items * 50 + 4 * entries * 50, |epochs| {
        CdaeParams {
            latent: 50,
            loss: PairLoss::Logistic,
            negatives: 0,
            optimiser: OptimiserKind::Adam,
            // With the paper's rate for AdaGrad the code saturates, and time goes into numbers too small to be normal.
            learning_rate: 0.005,
            batch: 256,
            epochs,
            ..CdaeParams::default()
        }
    });

    let sequences = unvalidated(sequences(&split));
    let tokens = (sequences.train.n_entries() - sequences.train.n_users()) as u64;
    let gru = 6 * tokens * 3 * 200 * (256 + 200);
    let heads = 6 * tokens * (200 * 150 + 150 * 128 + 64 * 150);
    bench(&mut group, "SVAE, the paper's sizes", &sequences, gru + heads + 6 * tokens * 150 * items, |epochs| {
        SvaeParams { epochs, ..SvaeParams::default() }
    });
}

/// The split with ratings from 1 to 5.
fn rated(split: &Split) -> Split {
    let train = &split.train;
    let n = train.n_entries();
    let ratings = (0..n).map(|entry| (entry * 7 % 5 + 1) as f32).collect();
    let train = Interactions::from_parts(
        train.n_items(),
        train.offsets().to_vec(),
        train.items().to_vec(),
        ratings,
        vec![0; n],
    );
    Split { train, about: SplitInfo { rating_range: (1.0, 5.0), ..split.about.clone() }, ..split.clone() }
}

/// The split with nothing held out, so that all time goes into training.
fn unvalidated(mut split: Split) -> Split {
    let n_items = split.train.n_items();
    for part in [&mut split.validation, &mut split.test] {
        part.users.clear();
        (part.history, part.targets) = (Interactions::empty(0, n_items), Interactions::empty(0, n_items));
    }
    split
}

/// The split with every second entry of every eighth user: histories as long as those of ratings of 4 and 5.
fn sequences(split: &Split) -> Split {
    let train = &split.train;
    let (mut offsets, mut items) = (vec![0], Vec::new());
    for user in (0..train.n_users()).step_by(8) {
        items.extend(train.items_of(user).iter().step_by(2).take(1000));
        offsets.push(items.len());
    }
    let n = items.len();
    let train = Interactions::from_parts(train.n_items(), offsets, items, vec![1.0; n], vec![0; n]);
    Split { train, ..split.clone() }
}

criterion_group!(all, benches);
criterion_main!(all);
