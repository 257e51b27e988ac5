//! What goes wrong is told with its remedy, and the exit code says what kind of thing it was.

use std::fs;

use recflow::engine::{Digest, Event, Failure, Outcome};
use rustix::process::Signal;

use super::outcome::finished;
use super::process::signal;
use super::project::Project;

/// A pipeline of two branches, of which one cannot go on: its ratings file has a bad line.
fn one_bad_branch() -> Project {
    let project = Project::small();
    project.write("bad.csv", "user,item,rating\nu1,i1,5\nu1,i2,five\n");
    project.write(
        "branches.yaml",
        "\
name: branches
stages:
  bad: { uses: ingest, with: { dataset: bad.csv } }
  bad-split: { uses: split, needs: bad, with: { strategy: per-user-random } }
  good: { uses: ingest, with: { dataset: ratings.csv } }
  good-split: { uses: split, needs: good, with: { strategy: per-user-random } }
",
    );
    project
}

#[test]
fn the_exit_code_says_what_kind_of_thing_went_wrong() {
    let project = one_bad_branch();
    project.write("no.yaml", "stages: [");
    project.recflow("run small.yaml").expect(0);
    project.recflow("validate small.yaml").expect(0);
    project.recflow("run branches.yaml").expect(1);
    for usage in [
        "run no.yaml",
        "run nosuch.yaml",
        "run",
        "rnu small.yaml",
        "run small.yaml nosuch",
        "run small.yaml --jobs 0",
        "run small.yaml --memory lots",
        "run small.yaml --set nosuch=1",
        "run small.yaml --set lambda=much",
        "plan no.yaml",
        "validate small.yaml no.yaml",
        "graph no.yaml",
        "kinds nosuch",
        "completions klingon",
    ] {
        let outcome = project.recflow(usage);
        outcome.expect(2);
        assert!(outcome.stdout.is_empty() || usage.starts_with("validate"), "{}", outcome.seen());
        assert!(outcome.stderr.contains("error"), "{}", outcome.seen());
    }
    for io in ["run small.yaml", "plan small.yaml", "cache list"] {
        project.recflow(&format!("{io} --cache-dir small.yaml")).expect(3);
    }
    for help in ["--help", "run --help", "--version"] {
        project.recflow(help).expect(0);
    }
}

#[test]
fn a_stage_that_fails_says_why_and_where() {
    let project = one_bad_branch();
    let outcome = project.recflow("run branches.yaml bad-split");
    outcome.expect(1);
    for words in ["bad: failed: ", "bad.csv` line 3: the rating `five` is not a number", "help: correct the file"] {
        assert!(outcome.stderr.contains(words), "{words} is not in\n{}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("bad-split: skipped, because bad failed\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.trim_end().ends_with(": 1 failed, 1 not run"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    // Once corrected, it goes on.
    project.write("bad.csv", project.read("ratings.csv"));
    assert_eq!(project.computed("branches.yaml", "bad-split"), ["bad", "bad-split"]);
}

#[test]
fn what_does_not_need_the_failed_stage_still_runs_if_asked_for() {
    let project = one_bad_branch();
    let stopped = project.recflow("run branches.yaml --jobs 1 --format json");
    stopped.expect(1);
    assert!(stopped.events().iter().find_map(finished).is_none(), "nothing is begun after a failure");
    let kept_going = project.recflow("run branches.yaml --jobs 1 --format json --keep-going");
    kept_going.expect(1);
    let computed: Vec<String> = kept_going.events().iter().filter_map(finished).collect();
    assert_eq!(computed, ["good", "good-split"]);
    let Some(Event::RunFinished { outcome: Outcome::Failed, computed: 2, failed: 1, not_run: 1, .. }) =
        kept_going.events().pop()
    else {
        panic!("{}", kept_going.stdout)
    };
}

#[test]
fn a_stage_that_is_killed_from_outside_is_told_apart() {
    let project = Project::small();
    let keys = project.keys("small.yaml");
    let lock = project.hold(keys["train-ease"]);
    let mut run = project.start("run small.yaml train-ease --format json");
    run.wait_for(|event| matches!(event, Event::StageWaiting { stage } if stage == "train-ease"));
    let [stage] = run.stage_processes()[..] else { panic!("one stage runs") };
    signal(stage, Signal::KILL);
    let (events, outcome) = run.end();
    outcome.expect(1);
    let failure = events.into_iter().find_map(|event| match event {
        Event::StageFailed { stage, failure, .. } if stage == "train-ease" => Some(failure),
        _ => None,
    });
    let Some(Failure::Killed { signal: 9, peak_memory_bytes: Some(bytes) }) = failure else { panic!("{failure:?}") };
    assert!(bytes > 1 << 20, "{bytes} bytes are too few for a process");

    // In words it differs from a failure that the stage tells of, and from a bug.
    let run = project.start("run small.yaml train-ease");
    run.wait_for_words("train-ease: waiting");
    signal(run.stage_processes()[0], Signal::KILL);
    let (_, outcome) = run.end();
    outcome.expect(1);
    for words in ["train-ease: failed: its process was killed by signal 9 (SIGKILL)", "--jobs 1", "at its peak"] {
        assert!(outcome.stderr.contains(words), "{words} is not in\n{}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    drop(lock);
    assert_eq!(project.computed("small.yaml", "train-ease"), ["train-ease"]);
}

#[test]
fn a_cache_that_is_a_file_is_told_with_the_remedy() {
    let project = Project::small();
    project.write("cache", "not a folder");
    let outcome = project.recflow("run small.yaml");
    outcome.expect(3);
    assert!(outcome.stderr.contains("cache"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("help: ") && outcome.stderr.contains("`--cache-dir`"), "{}", outcome.stderr);
    assert_eq!(project.read("cache"), "not a folder");
}

#[test]
fn a_report_that_cannot_be_written_fails_and_is_written_once_it_can() {
    let project = Project::small();
    project.write("reports", "a file where a folder should be");
    let outcome = project.recflow("run small.yaml");
    outcome.expect(1);
    assert!(outcome.stderr.contains("report: failed: cannot "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("reports"), "{}", outcome.stderr);
    fs::remove_file(project.path("reports")).unwrap();
    assert!(project.computed("small.yaml", "").is_empty(), "only the writing had failed");
    assert!(project.read("reports/small.md").starts_with("# Small"));
}

#[test]
fn too_little_memory_is_told_before_anything_is_allocated() {
    let project = Project::new();
    project.write("ratings.csv", super::project::ratings(40, 1500));
    project.write("small.yaml", super::project::SMALL);
    let outcome = project.recflow("run small.yaml --memory 24MiB --keep-going");
    outcome.expect(1);
    let line = outcome.stderr.lines().find(|line| line.starts_with("train-ease: failed: ")).unwrap();
    assert!(line.contains("it needs ") && line.ends_with("MiB of memory, and 24 MiB are allowed"), "{line}");
    assert!(outcome.stderr.contains("--memory"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("train-ease: started"), "{}", outcome.stderr);
    project.recflow("run small.yaml --memory 1GiB").expect(0);
}

#[test]
fn a_damaged_result_is_computed_again() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    let whole = project.digests("cache");
    let weights = &whole["train-ease model/weights.safetensors"];
    let object = format!("cache/objects/{}/{}", &weights[..2], &weights[2..]);
    let mut bytes = fs::read(project.path(&object)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::remove_file(project.path(&object)).unwrap();
    project.write(&object, bytes);
    // It is read when something new needs it.
    project.edit("small.yaml", "ndcg@5]", "ndcg@5, recall@5]");
    let outcome = project.recflow("run small.yaml --format json");
    outcome.expect(0);
    let computed: Vec<String> = outcome.events().iter().filter_map(finished).collect();
    assert!(computed.contains(&"train-ease".to_owned()), "{computed:?}");
    assert!(computed.contains(&"evaluate/train-ease".to_owned()), "{computed:?}");
    assert_eq!(Digest::of(&fs::read(project.path(&object)).unwrap()).to_string(), *weights);
}

#[test]
fn an_unreadable_pipeline_file_is_told() {
    let project = Project::new();
    project.write("folder.yaml/file", "");
    project.write("latin.yaml", b"name: caf\xe9\nstages: {}\n");
    for (name, words) in [("nosuch.yaml", "cannot read"), ("folder.yaml", "cannot read"), ("latin.yaml", "UTF-8")] {
        for command in ["run", "plan", "validate", "graph"] {
            let outcome = project.recflow(&format!("{command} {name}"));
            outcome.expect(2);
            assert!(outcome.stderr.contains(name) && outcome.stderr.contains(words), "{}", outcome.seen());
        }
    }
    assert!(!project.path("cache").exists(), "a wrong command line leaves no cache behind");
}
