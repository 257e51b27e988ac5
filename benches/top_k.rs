//! Evaluation of all users of MovieLens-1M's size, and its selection beside the usual ways.
#![allow(missing_docs, reason = "criterion's macros write public functions")]

mod ml_1m;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::RngExt;
use recflow::rec::eval::{EvaluationOptions, TopK, evaluate};
use recflow::rec::metric::{MetricSpec, metrics};
use recflow::rec::model::{EaseParams, Fit, PopularityParams, Recommender};
use recflow::rec::{Silent, stream};

fn whole_evaluation(criterion: &mut Criterion) {
    let split = ml_1m::split();
    let specs: Vec<MetricSpec> = [10, 20, 50, 100]
        .iter()
        .flat_map(|k| metrics().iter().filter(|metric| metric.has_cutoff()).map(move |metric| (metric.name, k)))
        .map(|(name, k)| format!("{name}@{k}").parse().expect("a metric"))
        .collect();
    let ease = EaseParams::default().fit(&split, &Silent).expect("it fits").model;
    let popularity = PopularityParams::default().fit(&split, &Silent).expect("it fits").model;
    let models: [(&str, &dyn Recommender); 2] = [("EASE", &ease), ("popularity", &popularity)];
    let options = EvaluationOptions::default();
    let mut group = criterion.benchmark_group(format!("evaluation, {} metrics", specs.len()));
    for (name, model) in models {
        for threads in [1, 2] {
            let pool = ml_1m::pool(threads);
            group.bench_function(format!("{name}, {threads} threads"), |bencher| {
                bencher.iter(|| pool.install(|| evaluate(model, &split.test, &split.train, &specs, &options, &Silent)));
            });
        }
    }
}

fn selection(criterion: &mut Criterion) {
    let mut random = stream(1, "scores", &[]);
    let rows: Vec<Vec<f32>> = (0..512).map(|_| (0..3706).map(|_| random.random::<f32>()).collect()).collect();
    let mut group = criterion.benchmark_group("top 100 of 3706, 512 rows");
    group.bench_function("threshold scan", |bencher| {
        let (mut top, mut items) = (TopK::new(100), Vec::new());
        bencher.iter(|| rows.iter().for_each(|row| top.select(black_box(row), &mut items)));
    });
    let order = |row: &[f32], a: u32, b: u32| row[b as usize].total_cmp(&row[a as usize]).then(a.cmp(&b));
    group.bench_function("select_nth, then sort", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                let mut items: Vec<u32> = (0..row.len() as u32).collect();
                items.select_nth_unstable_by(99, |&a, &b| order(row, a, b));
                items.truncate(100);
                items.sort_unstable_by(|&a, &b| order(row, a, b));
                black_box(items);
            }
        });
    });
    group.bench_function("sort everything", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                let mut items: Vec<u32> = (0..row.len() as u32).collect();
                items.sort_unstable_by(|&a, &b| order(row, a, b));
                black_box(items);
            }
        });
    });
}

criterion_group!(name = all; config = Criterion::default().sample_size(10); targets = whole_evaluation, selection);
criterion_main!(all);
