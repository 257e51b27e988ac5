//! Many tiny stages: a run that finds everything done, a plan, and reading the pipeline file; beside ninja (if it is
//! installed) and make over as many up-to-date files with the same dependencies, which are whole processes. Then a thousand
//! from nothing: inside the process, and a process each, beside make with as many processes of this very program that end at
//! once, and of `true`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, measurement::WallTime};
use recflow::engine::{
    Arity, Capacity, Event, Executor, InProcess, Observer, Options, Outcome, Plan, PortType, Registry, Runner,
    SourceText, Stage, StageCtx, StageError, StageKind, Store, Subprocess, Workspace, run_stage_process, status,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        let (workspace, capacity) = (Workspace::default(), Capacity::of_this_machine());
        let executor = executor(&registry, &store, in_process(&registry, &store));
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
            bencher.iter(|| status(&plan, &registry, &store, &workspace, &[].into(), capacity));
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
        if size == SIZES[0] {
            cold(&mut group, folder.path(), &plan, &registry);
        }
        group.finish();
        tell_memory();
    }
}

fn in_process(registry: &Arc<Registry>, store: &Store) -> Box<dyn Runner> {
    Box::new(InProcess::new(Arc::clone(registry), store.clone()))
}

fn executor(registry: &Arc<Registry>, store: &Store, runner: Box<dyn Runner>) -> Executor {
    let options = Options {
        capacity: Capacity::of_this_machine(),
        keep_going: false,
        retry_delay: Duration::from_secs(1),
        forced: [].into(),
        command: String::new(),
        versions: [].into(),
        display_width: 100,
    };
    Executor::new(Arc::clone(registry), store.clone(), runner, Workspace::default(), options)
}

/// Everything is computed.
fn cold(group: &mut BenchmarkGroup<'_, WallTime>, folder: &Path, plan: &Plan, registry: &Arc<Registry>) {
    let program = std::env::current_exe().expect("it has a path");
    let mut bench = |name: &str, runner: &dyn Fn(&Store) -> Box<dyn Runner>| {
        let new = || {
            // Removed with the folder, at the end: some file systems are slow for seconds after many files were removed.
            let cache = tempfile::tempdir_in(folder).expect("it can be written to").keep();
            let store = Store::open(&cache).expect("it can be written to");
            executor(registry, &store, runner(&store))
        };
        group.bench_function(BenchmarkId::new(name, plan.len()), |bencher| {
            bencher.iter_batched(
                new,
                |executor| {
                    let summary = executor.run(plan, &mut Deaf).expect("the store can be used");
                    assert_eq!(summary.computed, plan.len());
                    // Its scratch goes outside of the time.
                    executor
                },
                BatchSize::PerIteration,
            );
        });
    };
    bench("cold run in one process", &|store| in_process(registry, store));
    bench("cold run, a process each", &|store| Box::new(Subprocess::new(program.clone(), store.clone())));
    let commands =
        [("make, a process of this program each", format!("{} end", program.display())), ("make, true", "true".into())];
    for (name, command) in commands {
        fs::write(folder.join("cold.mk"), makefile(plan.len()).replace("touch $@", &command))
            .expect("it can be written to");
        let arguments = ["--silent", "-j2", "-B", "-f", "cold.mk"];
        group.bench_function(BenchmarkId::new(name, plan.len()), |bencher| {
            bencher.iter(|| runs("make", &arguments, folder));
        });
    }
}

#[expect(clippy::print_stdout, reason = "a bench shows what it measures")]
fn tell_memory() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    println!("at most {} held so far", held.trim());
}

/// The bench is its own stage process.
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "exec-stage", folder] => {
            run_stage_process(Path::new(folder), &registry(), std::io::stdout()).expect("the job can be carried out");
        }
        [_, "end"] => {}
        _ => {
            let mut criterion = Criterion::default().configure_from_args();
            many_stages(&mut criterion);
            criterion.final_summary();
        }
    }
}
