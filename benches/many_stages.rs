//! Many tiny stages: a run that finds everything done, a plan, and reading the pipeline file; beside ninja (if it is
//! installed) and make over as many up-to-date files with the same dependencies, which are whole processes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use recflow::engine::{
    Arity, Capacity, Event, Executor, InProcess, Observer, Options, Outcome, Plan, PortType, Registry, SourceText,
    Stage, StageCtx, StageError, StageKind, Store, Workspace, status,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const SIZES: [usize; 2] = [1_000, 10_000];
/// Each stage is read by so many others.
const BRANCHES: usize = 10;
const TEXT: PortType = PortType("text");

/// Writes a number.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Leaf {
    number: usize,
}

/// Writes a number behind a text.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Branch {
    number: usize,
}

impl Stage for Leaf {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        Ok(fs::write(ctx.output("text").join("text"), self.number.to_string())?)
    }
}

impl Stage for Branch {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let text = fs::read_to_string(ctx.input("text")?.join("text"))?;
        Ok(fs::write(ctx.output("text").join("text"), format!("{text} {}", self.number))?)
    }
}

struct Deaf;

impl Observer for Deaf {
    fn observe(&mut self, _: SystemTime, _: &Event) {}
}

fn registry() -> Registry {
    Registry::new([
        StageKind::of::<Leaf>("leaf", 1, "Writes a number.").writes("text", TEXT),
        StageKind::of::<Branch>("branch", 1, "Adds a number.").reads("text", TEXT, Arity::One).writes("text", TEXT),
    ])
}

fn pipeline(size: usize) -> String {
    let mut text = String::from("name: many\nstages:\n  s0: { uses: leaf, with: { number: 0 } }\n");
    for number in 1..size {
        let need = (number - 1) / BRANCHES;
        let _ = writeln!(text, "  s{number}: {{ uses: branch, needs: s{need}, with: {{ number: {number} }} }}");
    }
    text
}

fn makefile(size: usize) -> String {
    let all: Vec<_> = (0..size).map(|number| format!("s{number}")).collect();
    let mut rules = format!("all: {}\ns0:\n\ttouch $@\n", all.join(" "));
    for number in 1..size {
        let _ = writeln!(rules, "s{number}: s{}\n\ttouch $@", (number - 1) / BRANCHES);
    }
    rules
}

fn ninja_file(size: usize) -> String {
    let mut rules = String::from("rule touch\n  command = touch $out\nbuild n0: touch\n");
    for number in 1..size {
        let _ = writeln!(rules, "build n{number}: touch n{}", (number - 1) / BRANCHES);
    }
    rules
}

/// Whether the program is there and does what it should.
fn runs(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn many_stages(criterion: &mut Criterion) {
    for size in SIZES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let registry = Arc::new(registry());
        let source = SourceText::new("many.yaml", pipeline(size));
        let read = || Plan::read(&source, &[], &registry).expect("it is right");
        let plan = read();
        let store = Store::open(&folder.path().join("cache")).expect("it can be written to");
        let options = Options {
            capacity: Capacity::of_this_machine(),
            keep_going: false,
            retry_delay: Duration::from_secs(1),
            forced: [].into(),
            command: String::new(),
            versions: [].into(),
            display_width: 100,
        };
        let runner = Box::new(InProcess::new(Arc::clone(&registry), store.clone()));
        let workspace = Workspace::default();
        let executor = Executor::new(Arc::clone(&registry), store.clone(), runner, workspace.clone(), options);
        let run = || {
            let summary = executor.run(&plan, &mut Deaf).expect("the store can be used");
            assert_eq!(summary.outcome, Outcome::Done);
            summary
        };
        assert_eq!(run().computed, size);

        let mut group = criterion.benchmark_group("many_stages");
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
        group.bench_function(BenchmarkId::new("run that finds all done", size), |bencher| bencher.iter(run));
        group.bench_function(BenchmarkId::new("plan", size), |bencher| {
            bencher.iter(|| status(&plan, &registry, &store, &workspace, &[].into()));
        });
        group.bench_function(BenchmarkId::new("reading the pipeline", size), |bencher| bencher.iter(read));
        fs::write(folder.path().join("Makefile"), makefile(size)).expect("it can be written to");
        fs::write(folder.path().join("build.ninja"), ninja_file(size)).expect("it can be written to");
        for (program, arguments) in [("make", &["--silent", "-j2"][..]), ("ninja", &["--quiet"][..])] {
            if runs(program, arguments, folder.path()) {
                group.bench_function(BenchmarkId::new(program, size), |bencher| {
                    bencher.iter(|| runs(program, arguments, folder.path()));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, many_stages);
criterion_main!(benches);
