//! Reading a ratings file of MovieLens-1M's size: recflow's reader, and beside it the `csv` crate with serde on the
//! same content with commas. With `RECFLOW_DATA` naming a folder that holds `ml-1m` the file is the real one, else it
//! is generated.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use recflow::rec::Silent;
use recflow::rec::data::{ReadOptions, SampleParams, detect, locate, read};

/// The content of `ratings.dat`.
fn ratings() -> (&'static str, String) {
    let dirs: Vec<_> = std::env::var_os("RECFLOW_DATA").map(Into::into).into_iter().collect();
    if let Some(folder) = locate("ml-1m", &dirs) {
        return ("ml-1m", std::fs::read_to_string(folder.join("ratings.dat")).expect("the file can be read"));
    }
    let params = SampleParams { users: 6_040, items: 3_706, interactions: 1_000_209, seed: 1 };
    let events = params.generate(&Silent).expect("nobody interrupts").events;
    let mut text = String::new();
    for event in 0..events.len() {
        let (user, item) = (events.users[event] + 1, events.items[event] + 1);
        writeln!(text, "{user}::{item}::{}::{}", events.ratings[event], events.times[event]).expect("strings grow");
    }
    ("generated", text)
}

/// The usual way: deserialise rows and number the ids through hash maps.
fn with_csv_crate(path: &Path) -> (usize, Vec<(u32, u32, f32, i64)>) {
    let (mut users, mut items) = (HashMap::<String, u32>::new(), HashMap::<String, u32>::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("the file opens");
    let mut events = Vec::new();
    for row in reader.deserialize::<(String, String, f32, i64)>() {
        let (user, item, rating, time) = row.expect("the row is right");
        let next = users.len() as u32;
        let user = *users.entry(user).or_insert(next);
        let next = items.len() as u32;
        let item = *items.entry(item).or_insert(next);
        events.push((user, item, rating, time));
    }
    (users.len() + items.len(), events)
}

fn ingest(criterion: &mut Criterion) {
    let (name, text) = ratings();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ours, theirs) = (folder.path().join("ratings.dat"), folder.path().join("ratings.csv"));
    std::fs::write(&ours, &text).expect("the file is written");
    std::fs::write(&theirs, text.replace("::", ",")).expect("the file is written");
    let layout = detect(&ours).expect("the file is recognised");
    let ids =
        read(&layout, &ReadOptions::default(), &Silent).map(|data| (data.n_users() + data.n_items(), data.n_events()));
    let (n_ids, events) = with_csv_crate(&theirs);
    assert_eq!(ids.ok(), Some((n_ids, events.len())), "both read the same");

    let mut group = criterion.benchmark_group(format!("ingest {name}"));
    group.sample_size(10).throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("recflow", |bencher| bencher.iter(|| read(&layout, &ReadOptions::default(), &Silent)));
    group.bench_function("csv crate with serde", |bencher| bencher.iter(|| with_csv_crate(&theirs)));
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
