//! However a run ends early, nothing goes on behind the user's back, what is finished is kept, and the next run goes on.

use std::collections::BTreeMap;

use recflow::engine::{Event, Outcome};
use rustix::process::Signal;

use super::outcome::{cached, finished};
use super::process::{stage_processes, until};
use super::project::{Project, SMALL_STAGES};

/// What an undisturbed run computes.
fn undisturbed(project: &Project) -> BTreeMap<String, String> {
    project.recflow("run small.yaml --cache-dir elsewhere").expect(0);
    project.digests("elsewhere")
}

fn interrupted_by(wanted: Signal) {
    let project = Project::small();
    let lock = project.hold(project.keys("small.yaml")["train-ease"]);
    let mut run = project.start("run small.yaml --format json");
    // From here on train-ease runs until the test lets it go on, which it does not.
    run.wait_for(|event| matches!(event, Event::StageWaiting { stage } if stage == "train-ease"));
    run.signal(wanted);
    let (events, outcome) = run.end();
    outcome.expect(130);
    assert_eq!(stage_processes(&project.path("")), [0_u32; 0], "no stage outlives its run");
    let ease_was_cancelled =
        events.iter().any(|event| matches!(event, Event::StageCancelled { stage } if stage == "train-ease"));
    assert!(ease_was_cancelled, "{events:?}");
    let Some(Event::RunFinished { outcome: Outcome::Interrupted, failed: 0, .. }) = events.last() else {
        panic!("{events:?}")
    };
    let kept: Vec<String> = events.iter().filter_map(finished).collect();
    assert!(kept.contains(&"split".to_owned()), "{kept:?}");
    assert!(project.names_in("cache/scratch").is_empty());

    drop(lock);
    let again = project.recflow("run small.yaml --format json");
    again.expect(0);
    let known: Vec<String> = again.events().iter().filter_map(cached).collect();
    for stage in &kept {
        assert!(known.contains(stage), "{stage} was finished and is computed again");
    }
    assert_eq!(project.digests("cache"), undisturbed(&project));
}

#[test]
fn ctrl_c_ends_a_run_and_keeps_what_is_finished() {
    interrupted_by(Signal::INT);
}

#[test]
fn a_terminate_signal_does_the_same() {
    interrupted_by(Signal::TERM);
}

#[test]
fn ctrl_c_tells_that_the_run_can_go_on() {
    let project = Project::small();
    let lock = project.hold(project.keys("small.yaml")["train-ease"]);
    let run = project.start("run small.yaml train-ease");
    run.wait_for_words("train-ease: waiting");
    run.signal(Signal::INT);
    let (_, outcome) = run.end();
    outcome.expect(130);
    assert!(outcome.stderr.contains("train-ease: cancelled\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("what is finished is kept, run again to go on"), "{}", outcome.stderr);
    drop(lock);
}

/// A made-up data set that takes long enough to be caught in the middle.
const LONG: &str = "\
name: long
stages:
  sample: { uses: sample, with: { users: 20000, items: 2000, interactions: 5000000 } }
  split: { uses: split, needs: sample, with: { strategy: per-user-random } }
";

#[test]
fn a_stage_in_the_middle_of_its_work_is_ended() {
    let project = Project::new();
    project.write("long.yaml", LONG);
    for wanted in [Signal::INT, Signal::TERM] {
        let mut run = project.start("run long.yaml --format json");
        run.wait_for(|event| matches!(event, Event::StageProgress { stage, .. } if stage == "sample"));
        run.signal(wanted);
        let (events, outcome) = run.end();
        outcome.expect(130);
        assert!(events.iter().find_map(finished).is_none(), "{events:?}");
        assert_eq!(stage_processes(&project.path("")), [0_u32; 0]);
        assert!(project.names_in("cache/scratch").is_empty());
        assert!(project.digests("cache").is_empty());
    }
}

#[test]
fn a_run_that_is_killed_takes_its_stages_with_it() {
    let project = Project::new();
    project.write("long.yaml", LONG);
    let mut run = project.start("run long.yaml --format json");
    run.wait_for(|event| matches!(event, Event::StageProgress { stage, .. } if stage == "sample"));
    assert_eq!(run.stage_processes().len(), 1);
    // Waits until no stage process is left.
    run.kill();
    until("the dead have let go", || project.scratch_is_abandoned("cache"));
    assert!(project.digests("cache").is_empty());
    assert!(!project.names_in("cache/scratch").is_empty(), "there is something to sweep");
    project.write("short.yaml", LONG.replace("20000", "100").replace("2000,", "200,").replace("5000000", "2000"));
    project.recflow("run short.yaml").expect(0);
    assert!(project.names_in("cache/scratch").is_empty());
}

#[test]
fn after_a_kill_at_any_moment_the_next_run_goes_on_as_if_nothing_had_been() {
    let project = Project::small();
    let expected = undisturbed(&project);
    let n_events = project.recflow("run small.yaml --format json --cache-dir counted").events().len();
    for moment in (1..n_events).step_by(2) {
        let cache = format!("cache-{moment}");
        let mut run = project.start(&format!("run small.yaml --format json --cache-dir {cache}"));
        for _ in 0..moment {
            run.next_event();
        }
        let before: Vec<String> = run.kill().iter().filter_map(finished).collect();
        if project.path(&format!("{cache}/scratch")).exists() {
            until("the dead have let go", || project.scratch_is_abandoned(&cache));
        }

        let again = project.recflow(&format!("run small.yaml --format json --cache-dir {cache}"));
        again.expect(0);
        let computed: Vec<String> = again.events().iter().filter_map(finished).collect();
        for stage in &before {
            assert!(!computed.contains(stage), "{stage} was finished and is computed again after moment {moment}");
        }
        assert_eq!(project.digests(&cache), expected, "after moment {moment}");
        assert!(project.names_in(&format!("{cache}/scratch")).is_empty());
    }
}

#[test]
fn two_runs_over_one_cache_compute_each_stage_once() {
    let project = Project::small();
    let expected = undisturbed(&project);
    // Both wait for the first stage, so that neither is done before the other has begun.
    let lock = project.hold(project.keys("small.yaml")["ingest"]);
    let mut runs = [0; 2].map(|_| project.start("run small.yaml --format json"));
    for run in &mut runs {
        run.wait_for(|event| matches!(event, Event::StageWaiting { stage } if stage == "ingest"));
    }
    drop(lock);
    let mut computed = Vec::new();
    for run in runs {
        let (events, outcome) = run.end();
        outcome.expect(0);
        let (mine, known): (Vec<String>, Vec<String>) =
            (events.iter().filter_map(finished).collect(), events.iter().filter_map(cached).collect());
        assert_eq!(mine.len() + known.len(), SMALL_STAGES.len(), "{events:?}");
        computed.extend(mine);
    }
    computed.sort();
    let mut all = SMALL_STAGES;
    all.sort_unstable();
    assert_eq!(computed, all);
    assert_eq!(project.digests("cache"), expected);
}
