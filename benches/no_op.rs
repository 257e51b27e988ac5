//! A second run of `pipelines/all_models.yaml`, which finds everything done, beside `make` over as many up-to-date files
//! with the same dependencies. Both are whole processes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use recflow::engine::{Plan, SourceText};

const PIPELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/all_models.yaml");

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().is_ok_and(|status| status.success()), "{program} {arguments:?}");
}

/// The same stages as files that are made by copying.
fn makefile() -> String {
    let text = fs::read_to_string(PIPELINE).expect("the pipeline is committed");
    let plan = Plan::read(&SourceText::new(PIPELINE, text), &[], &recflow::stages::registry()).expect("it is right");
    let file = |name: &str| name.replace('/', "_");
    let all: Vec<_> = plan.stages().map(|(_, stage)| file(&stage.name)).collect();
    let mut rules = format!("all: {}\n", all.join(" "));
    for (index, stage) in plan.stages() {
        let needs: Vec<_> = plan.dependencies_of(index).into_iter().map(|need| file(&plan[need].name)).collect();
        let _ = writeln!(rules, "{}: {}\n\ttouch $@", file(&stage.name), needs.join(" "));
    }
    rules
}

fn no_op(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("Makefile"), makefile()).expect("it can be written to");
    let recflow = || run(env!("CARGO_BIN_EXE_recflow"), &["run", PIPELINE, "--quiet"], folder.path());
    let make = || run("make", &["--silent"], folder.path());
    recflow();
    make();
    let mut group = criterion.benchmark_group("no_op_run");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group.bench_function("recflow", |bencher| bencher.iter(recflow));
    group.bench_function("make", |bencher| bencher.iter(make));
    group.finish();
}

criterion_group!(benches, no_op);
criterion_main!(benches);
