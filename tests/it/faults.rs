//! The cache's promise at every step: wherever a process dies, the disk is full or the system refuses, the next run succeeds,
//! runs only what was unfinished, and gives the bytes of a run that was never disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use recflow::disk::fault::POINTS;
use recflow::engine::Store;

use super::process::until;
use super::project::{Project, ratings};
use super::promise::Undisturbed;
use super::torture::{is_long, seed, tell};

const PIPELINE: &str = "\
name: faults
stages:
  ingest: { uses: ingest, with: { dataset: RATINGS } }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random, seed: 7 } }
  train-popularity: { uses: train-popularity, needs: split }
  train-mult-dae: { uses: train-mult-dae, needs: split, with: { hidden: [], latent: 4, epochs: 2 } }
  evaluate: { each: train-*, uses: evaluate, needs: split, with: { metrics: [ndcg@5] } }
  report: { uses: report, needs: evaluate, with: { title: Faults, output: reports/faults.md } }
";

/// A situation and what is done in it.
struct Scenario {
    name: &'static str,
    /// Whether everything is in the cache.
    is_warm: bool,
    prepare: fn(&World, &Project),
    arguments: &'static str,
}

const SCENARIOS: [Scenario; 7] = [
    Scenario { name: "cold", is_warm: false, prepare: |_, _| {}, arguments: "run faults.yaml --jobs 1" },
    Scenario { name: "warm", is_warm: true, prepare: leave_scratch, arguments: "run faults.yaml --jobs 1" },
    Scenario {
        name: "forced",
        is_warm: true,
        prepare: |_, _| {},
        arguments: "run faults.yaml --jobs 1 --force train-mult-dae --force split",
    },
    Scenario { name: "damaged", is_warm: true, prepare: damage, arguments: "run faults.yaml --jobs 1" },
    Scenario {
        name: "verify",
        is_warm: true,
        prepare: |world, project| {
            damage(world, project);
            fs::write(world.record(project, "split"), "{").unwrap();
        },
        arguments: "cache verify --repair",
    },
    Scenario { name: "long history", is_warm: true, prepare: repeat_history, arguments: "run faults.yaml --jobs 1" },
    Scenario {
        name: "collection",
        is_warm: true,
        prepare: |_, _| {},
        arguments: "cache gc --older-than 1d --grace 0s",
    },
];

/// What a process that was killed leaves.
fn leave_scratch(_: &World, project: &Project) {
    project.write("cache/scratch/dead.lock", "").write("cache/scratch/dead.work/half", "half");
}

/// As if every stage had been finished many times.
fn repeat_history(_: &World, project: &Project) {
    for name in project.names_in("cache/latest") {
        let path = project.path("cache/latest").join(name);
        fs::write(&path, fs::read_to_string(&path).unwrap().repeat(40)).unwrap();
    }
}

/// The stored report is not what it should be.
fn damage(world: &World, project: &Project) {
    let path = project.path("cache").join(&world.report);
    fs::remove_file(&path).unwrap();
    fs::write(path, "wrong").unwrap();
}

/// What an undisturbed run gives.
struct World {
    data: Project,
    /// Its folder has the cache of a finished run.
    done: Project,
    undisturbed: Undisturbed,
    /// Where the stored report is, below the cache.
    report: PathBuf,
    /// What is in the cache after a collection.
    tree: BTreeSet<PathBuf>,
    report_lines: usize,
}

impl World {
    fn new() -> Self {
        let data = Project::new();
        data.write("ratings.csv", ratings(12, 9));
        // Digests of files are remembered once the files have been left alone for a while.
        until("the ratings are old", || {
            let changed = fs::metadata(data.path("ratings.csv")).unwrap().modified().unwrap();
            changed.elapsed().unwrap() > Duration::from_millis(2100)
        });
        let done = project(&data);
        done.recflow("run faults.yaml").expect(0);
        let undisturbed = Undisturbed::of(&done, "cache");
        let store = Store::open(&done.path("cache")).unwrap();
        let action = store.action(undisturbed.keys["report"]).unwrap();
        let report = store.verified_path(*action.files().next().unwrap()).unwrap();
        let report = report.strip_prefix(done.path("cache")).unwrap().to_owned();
        let copy = project(&data);
        copy_tree(&done.path("cache"), &copy.path("cache"));
        copy.recflow("cache gc faults.yaml --grace 0s").expect(0);
        let tree = tree(&copy.path("cache"));
        let report_lines = done.read("reports/faults.md").lines().count();
        Self { data, done, undisturbed, report, tree, report_lines }
    }

    fn record(&self, project: &Project, stage: &str) -> PathBuf {
        let digits = self.undisturbed.keys[stage].to_string();
        project.path("cache/actions").join(&digits[..2]).join(format!("{}.json", &digits[2..]))
    }

    /// A folder in which the scenario can begin.
    fn begin(&self, scenario: &Scenario) -> Project {
        let project = project(&self.data);
        if scenario.is_warm {
            copy_tree(&self.done.path("cache"), &project.path("cache"));
            (scenario.prepare)(self, &project);
        }
        project
    }

    /// The points that the scenario reaches, and how often each.
    fn reached(&self, scenario: &Scenario) -> BTreeMap<String, usize> {
        let project = self.begin(scenario);
        let mut command = project.command(&words(scenario));
        command.env("RECFLOW_FAULT_LOG", project.path("points"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut counts = BTreeMap::new();
        for point in project.read("points").lines() {
            *counts.entry(point.to_owned()).or_default() += 1;
        }
        counts
    }

    /// Lets the point strike; what is wrong afterwards.
    fn strike(&self, scenario: &Scenario, fault: &str) -> Result<(), String> {
        let project = self.begin(scenario);
        let mut command = project.command(&words(scenario));
        command.env("RECFLOW_FAULT_LOG", project.path("points")).env("RECFLOW_FAULT", fault);
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = format!("{}: {fault}: {}\n{stderr}", scenario.name, output.status);
        let demand = |is_so: bool, what: &str| if is_so { Ok(()) } else { Err(format!("{what}: {told}")) };
        // Which of several processes is first to reach a point may vary by one where they run side by side.
        demand(project.read("points").lines().any(|line| line == "struck"), "it did not strike")?;
        match output.status.code() {
            None => demand(output.status.signal() == Some(9) && !fault.contains(":e"), "it died of something else")?,
            Some(0) => {}
            Some(code) => {
                demand([1, 3].contains(&code), "exit code")?;
                let number = if fault.ends_with(":enospc") { "os error 28" } else { "os error 5" };
                let is_clear = if fault.contains(":e") { stderr.contains(number) } else { stderr.contains("killed") };
                demand(is_clear, "it does not say what is wrong")?;
                demand(!fault.contains(":e") || code == 3, "it is not the stage's fault")?;
            }
        }
        self.undisturbed.demand(&project, "faults.yaml", "cache").map_err(|what| format!("{what}: {told}"))?;
        demand(project.read("reports/faults.md").lines().count() == self.report_lines, "another report")?;
        demand(project.names_in("reports").len() == 1, "something is left in the workspace")?;
        demand(project.recflow("runs list").code == Some(0), "the runs cannot be listed")?;
        demand(project.recflow("cache gc faults.yaml --grace 0s").code == Some(0), "collection")?;
        let tree = tree(&project.path("cache"));
        let odd: Vec<_> = tree.symmetric_difference(&self.tree).collect();
        demand(odd.is_empty(), &format!("something is left or missing: {odd:?}"))
    }
}

fn words(scenario: &Scenario) -> Vec<&str> {
    scenario.arguments.split_whitespace().collect()
}

fn project(data: &Project) -> Project {
    let project = Project::new();
    project.write("faults.yaml", PIPELINE.replace("RATINGS", &data.path("ratings.csv").display().to_string()));
    project
}

/// Copies a folder; the copies were last used two days ago.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy_tree(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
            fs::File::open(&to).unwrap().set_modified(SystemTime::now() - Duration::from_hours(48)).unwrap();
        }
    }
}

/// Whether the file is a whole state to go on from: which of them are there depends on what was interrupted.
fn is_checkpoint(place: &Path) -> bool {
    place.starts_with("checkpoints") && place.file_name().unwrap().to_string_lossy().starts_with("epoch-")
}

/// All files below a cache but those that differ from run to run.
fn tree(cache: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut open = vec![cache.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let place = path.strip_prefix(cache).unwrap();
            if path.is_dir() {
                if place != Path::new("runs") {
                    open.push(path);
                }
            } else if place != Path::new("sources.json") && !is_checkpoint(place) {
                files.insert(place.to_owned());
            }
        }
    }
    files
}

/// The effects that are tried when a point is reached for the nth time.
fn effects(point: &str, nth: usize) -> Vec<&'static str> {
    let mut effects = vec!["kill", "enospc", "eio"];
    // Where nothing was synced, and what is found is of another boot, other points are reached.
    if !point.contains(".sync") && !point.contains(".set-times") && nth == 1 {
        effects.extend(["power", "power-partly"]);
    }
    effects
}

/// Every point, in the first scenario that reaches it, when it is reached first, with `kill` and one other effect, which
/// depends on the seed; with `RECFLOW_TORTURE`, in every scenario each time that it is reached, with every effect.
#[test]
fn wherever_it_is_cut_off_the_next_run_goes_on() {
    let world = World::new();
    let (is_long, seed) = (is_long(), seed());
    let mut cases = Vec::new();
    let mut seen = BTreeSet::new();
    for scenario in &SCENARIOS {
        for (point, times) in world.reached(scenario) {
            let is_new = seen.insert(point.clone());
            let last = if is_long { times } else { usize::from(is_new) };
            for nth in 1..=last {
                let mut effects = effects(&point, nth);
                if !is_long {
                    let others = effects.split_off(1);
                    effects.push(others[(seed as usize + seen.len()) % others.len()]);
                }
                cases.extend(effects.into_iter().map(|effect| (scenario, format!("{point}:{nth}:{effect}"))));
            }
        }
    }
    let listed: BTreeSet<String> = POINTS.iter().map(ToString::to_string).collect();
    assert_eq!(seen, listed, "the points that are reached are those that are listed");
    let failed = Mutex::new(Vec::new());
    let next = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let case = next.lock().unwrap().next();
                    let Some((scenario, fault)) = case else { break };
                    if let Err(what) = world.strike(scenario, fault) {
                        failed.lock().unwrap().push(what);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "seed {seed}, {} of {}:\n{}", failed.len(), cases.len(), failed.join("\n"));
    tell(&format!("{} points, {} faults, none of them lost anything", POINTS.len(), cases.len()));
}
