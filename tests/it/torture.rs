//! Random kills, and many processes over one cache. What runs in CI is short; `make torture` takes its time.
//!
//! `RECFLOW_TORTURE_SEED` plays the same again, as far as the machine lets it: instants are measured by the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use recflow::engine::{Event, StageKey, Store};
use recflow::rec::stream;

use super::outcome::parse;
use super::process::{parent, stage_processes};
use super::project::Project;
use super::promise::Undisturbed;

/// 41 stages over a data set that is quickly made up.
fn pipeline() -> String {
    let mut text = "\
name: many
params: { round: 0 }
stages:
  sample: { uses: sample, with: { users: 40, items: 30, interactions: 200, seed: \"${round}\" } }
  split: { uses: split, needs: sample, with: { strategy: per-user-random } }
  evaluate: { each: train-*, uses: evaluate, needs: split, with: { metrics: [ndcg@5] } }
  report: { uses: report, needs: evaluate, with: { title: Many, output: many.md } }
"
    .to_owned();
    for number in 0..19 {
        let model = match number {
            0..3 => format!("mult-dae, needs: split, with: {{ hidden: [], latent: {}, epochs: 3 }}", number + 2),
            3..6 => format!("item-knn, needs: split, with: {{ neighbours: {number} }}"),
            _ => format!("ease, needs: split, with: {{ lambda: {number} }}"),
        };
        let _ = writeln!(text, "  train-{number}: {{ uses: train-{model} }}");
    }
    text
}

pub fn is_long() -> bool {
    std::env::var_os("RECFLOW_TORTURE").is_some()
}

pub fn seed() -> u64 {
    let given = std::env::var("RECFLOW_TORTURE_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("RECFLOW_TORTURE_SEED={seed}");
    seed
}

/// Tells how much a test that passes has tried, also where the harness keeps what passing tests print to itself.
pub fn tell(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
}

/// Kills the run, one of its stages, or all of them.
fn kill_somebody(random: &mut ChaCha8Rng, run: &mut Child, project: &Project) {
    use super::process::try_signal;
    use rustix::process::Signal;
    let whom = random.random_range(0..3);
    let stages = || stage_processes(&project.path("")).into_iter().filter(|stage| parent(*stage) == Some(run.id()));
    match whom {
        0 => try_signal(run.id(), Signal::KILL),
        1 => {
            let stages: Vec<u32> = stages().collect();
            if !stages.is_empty() {
                try_signal(stages[random.random_range(0..stages.len())], Signal::KILL);
            }
        }
        _ => {
            let stages: Vec<u32> = stages().collect();
            try_signal(run.id(), Signal::KILL);
            for stage in stages {
                try_signal(stage, Signal::KILL);
            }
        }
    }
}

fn start(project: &Project, arguments: &str, events: &str) -> Child {
    let out = File::create(project.path(events)).unwrap();
    let mut command = project.command(&arguments.split_whitespace().collect::<Vec<_>>());
    command.stdout(out).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn after_a_kill_at_a_random_instant_nothing_is_lost_and_nothing_is_wrong() {
    let seed = seed();
    let n_kills = if is_long() { 200 } else { 12 };
    let project = Project::new();
    project.write("many.yaml", pipeline());
    let begun = Instant::now();
    project.recflow("run many.yaml --cache-dir elsewhere").expect(0);
    let undisturbed = Undisturbed::of(&project, "elsewhere");
    assert_eq!(undisturbed.keys.len(), 41);
    let whole = begun.elapsed();
    let mut n_cut_off = 0;
    for number in 0..n_kills {
        let mut random = stream(seed, "kill", &[number]);
        let cache = format!("cache-{number}");
        let mut run = start(&project, &format!("run many.yaml --format json --cache-dir {cache}"), "events");
        std::thread::sleep(whole.mul_f64(random.random_range(0.0..1.0)));
        kill_somebody(&mut random, &mut run, &project);
        n_cut_off += u32::from(!run.wait().unwrap().success());
        let held = undisturbed.demand(&project, "many.yaml", &cache);
        held.unwrap_or_else(|what| panic!("seed {seed}, kill {number}: {what}"));
        std::fs::remove_dir_all(project.path(&cache)).unwrap();
    }
    tell(&format!("{n_kills} kills, {n_cut_off} of them cut a run off: no failed rerun, no wrong byte"));
}

#[test]
fn processes_that_race_over_one_cache_compute_each_stage_once() {
    let seed = seed();
    let length = Duration::from_secs(if is_long() { 60 } else { 6 });
    let project = Project::new();
    project.write("many.yaml", pipeline());
    // All processes run the same round; there is a next one once somebody has finished it.
    let round = AtomicU64::new(0);
    let (n_runs, n_kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    let race = |racer: u64| -> Vec<Event> {
        let mut random = stream(seed, "race", &[racer]);
        let mut events = Vec::new();
        while begun.elapsed() < length {
            let mine = round.load(Ordering::SeqCst);
            let file = format!("events-{racer}");
            let arguments = format!("run many.yaml --format json --set round={mine} --jobs 2");
            let mut run = start(&project, &arguments, &file);
            let is_to_die = random.random_range(0..4) == 0;
            if is_to_die {
                std::thread::sleep(Duration::from_millis(random.random_range(0..800)));
                kill_somebody(&mut random, &mut run, &project);
                n_kills.fetch_add(1, Ordering::SeqCst);
            }
            let status = run.wait().unwrap();
            n_runs.fetch_add(1, Ordering::SeqCst);
            let told = project.read(&file);
            // A process that was killed may have left half a line.
            let whole = told.rfind('\n').map_or("", |end| &told[..end]);
            events.extend(whole.lines().map(parse));
            assert!(is_to_die || status.success(), "seed {seed}: a run that nobody has killed failed: {events:?}");
            if status.success() {
                let _ = round.compare_exchange(mine, mine + 1, Ordering::SeqCst, Ordering::SeqCst);
            }
        }
        events
    };
    let events: Vec<Event> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8).map(|racer| scope.spawn(move || race(racer))).collect();
        racers.into_iter().flat_map(|racer| racer.join().unwrap()).collect()
    });
    let mut computed: BTreeMap<StageKey, usize> = BTreeMap::new();
    for event in &events {
        if let Event::StageFinished { key, .. } = event {
            *computed.entry(*key).or_default() += 1;
        }
    }
    let twice: Vec<_> = computed.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "seed {seed}: computed more than once: {twice:?}");

    let store = Store::open(&project.path("cache")).unwrap();
    assert_eq!(store.verify(None).unwrap().flaws, [], "seed {seed}");
    // The last rounds, computed again by a process alone.
    let rounds = round.load(Ordering::SeqCst) + 1;
    let outputs = |cache: &str| -> BTreeMap<StageKey, String> {
        let actions = Store::open(&project.path(cache)).unwrap().actions().unwrap();
        actions.into_iter().map(|action| (action.key(), format!("{:?}", action.outputs))).collect()
    };
    let raced = outputs("cache");
    for round in (0..rounds).rev().take(if is_long() { 20 } else { 2 }) {
        project.recflow(&format!("run many.yaml --set round={round} --cache-dir alone")).expect(0);
    }
    let alone = outputs("alone");
    let wrong: BTreeSet<_> = alone.iter().filter(|(key, _)| raced.contains_key(*key)).collect();
    let wrong: Vec<_> = wrong.into_iter().filter(|(key, outputs)| raced[*key] != **outputs).collect();
    assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
    tell(&format!(
        "{} runs of 8 processes, {} kills, {rounds} rounds, {} stages computed, none twice, no wrong byte",
        n_runs.into_inner(),
        n_kills.into_inner(),
        computed.len(),
    ));
}
