//! Limits: time, memory, another try after a failure, and what is begun first.

use std::time::Duration;

use recflow::engine::{Action, Durability, Event, Facts, Failure, KeyPreimage, Outcome};
use serde_json::json;

use crate::project::Project;
use crate::toy::{Told, Toy};

fn failures(told: &Told) -> Vec<&Failure> {
    let mut failures = Vec::new();
    for event in &told.0 {
        if let Event::StageFailed { failure, .. } = event {
            failures.push(failure);
        }
    }
    failures
}

fn count(toy: &Toy, more: &str, resources: &str) -> String {
    format!(
        "  s: {{ uses: count, resources: {{ {resources} }}, with: {{ letter: a, epochs: 5, diary: '{}'{more} }} }}\n",
        toy.path("diary").display()
    )
}

#[test]
fn a_stage_that_takes_too_long_fails_and_others_go_on() {
    let toy = Toy { keep_going: true, ..Toy::new() };
    let folder = tempfile::tempdir().unwrap();
    let (summary, told) = toy.run(&format!(
        "
  slow: {{ uses: meet, resources: {{ timeout: 30ms }}, with: {{ name: slow, folder: {}, party: 2 }} }}
  after: {{ uses: length, needs: slow }}
  other: {{ uses: write }}
",
        folder.path().display()
    ));
    assert_eq!((summary.outcome, summary.computed, summary.failed, summary.not_run), (Outcome::Failed, 1, 1, 1));
    assert_eq!(failures(&told), [&Failure::Timeout { limit: Duration::from_millis(30) }]);
}

#[test]
fn a_stage_within_its_time_is_left_alone() {
    let toy = Toy::new();
    let (summary, told) = toy.run(&count(&toy, "", "timeout: 1h"));
    assert_eq!((summary.outcome, failures(&told).len()), (Outcome::Done, 0));
}

#[test]
fn a_stage_that_fails_is_run_again_as_often_as_it_may() {
    let toy = Toy::new();
    let (summary, told) = toy.run(&count(&toy, ", fail-after: 3", "retries: 2"));
    assert_eq!((summary.outcome, summary.computed), (Outcome::Done, 1));
    let retried: Vec<_> = told
        .0
        .iter()
        .filter_map(|event| match event {
            Event::StageRetrying { failures, delay, .. } => Some((*failures, *delay)),
            _ => None,
        })
        .collect();
    assert_eq!(retried, [(1, Duration::from_millis(2))]);
    // It goes on from its checkpoint.
    assert_eq!(std::fs::read_to_string(toy.path("diary")).unwrap(), "a1\na2\na3\na4\na5\n");

    let (summary, told) = Toy::new().run("  bad: { uses: fail, resources: { retries: 3 } }\n");
    assert_eq!((summary.outcome, summary.failed), (Outcome::Failed, 1));
    let delays: Vec<u128> = told
        .0
        .iter()
        .filter_map(|event| match event {
            Event::StageRetrying { delay, .. } => Some(delay.as_millis()),
            _ => None,
        })
        .collect();
    assert_eq!(delays, [2, 4, 8]);
    let starts = told.0.iter().filter(|event| matches!(event, Event::StageStarted { .. })).count();
    assert_eq!(starts, 4);
}

#[test]
fn a_stage_that_rests_does_not_outlive_the_failure_of_another() {
    let mut toy = Toy::new();
    // One after the other: the first rests when the second fails.
    toy.capacity.jobs = 1;
    toy.retry_delay = Duration::from_hours(1);
    let (summary, told) = toy.run(
        "
  resting: { uses: fail, resources: { retries: 1 } }
  bad: { uses: fail, with: { how: badly } }
",
    );
    assert_eq!((summary.outcome, summary.failed, summary.not_run), (Outcome::Failed, 1, 1));
    assert!(told.0.contains(&Event::StageCancelled { stage: "resting".into() }), "{:?}", told.0);
}

/// Lets a stage have been computed in so many seconds.
fn pretend(toy: &Toy, stage: &str, seconds: u64) {
    let preimage = KeyPreimage {
        kind: "past".into(),
        revision: 1,
        parameters: json!({ "stage": stage }),
        inputs: Vec::new(),
        sources: Vec::new(),
        variables: Vec::new(),
    };
    let facts = Facts { wall: Duration::from_secs(seconds), ..Facts::default() };
    let action = Action { preimage, stage: stage.into(), outputs: [].into(), facts };
    toy.store().commit(&action, Durability::Synced).unwrap();
    toy.store().remember("toy", stage, action.key()).unwrap();
}

#[test]
fn the_longest_way_is_begun_first() {
    let mut toy = Toy::new();
    toy.capacity.jobs = 1;
    for (stage, seconds) in [("quick", 1), ("slow", 4), ("medium", 2), ("behind", 5)] {
        pretend(&toy, stage, seconds);
    }
    let (_, told) = toy.run(
        "
  quick: { uses: write, with: { text: a } }
  slow: { uses: write, with: { text: b } }
  medium: { uses: write, with: { text: c } }
  behind: { uses: length, needs: medium }
",
    );
    let started =
        |event: &Event| if let Event::StageStarted { stage, .. } = event { Some(stage.clone()) } else { None };
    let order: Vec<String> = told.0.iter().filter_map(started).collect();
    assert_eq!(order, ["medium", "behind", "slow", "quick"]);
}

/// A made-up data set that takes a while, and some memory.
fn long(resources: &str) -> String {
    format!(
        "name: long\nstages:\n  sample: {{ uses: sample, resources: {{ {resources} }}, \
         with: {{ users: 20000, items: 2000, interactions: 5000000 }} }}\n  \
         other: {{ uses: sample, with: {{ users: 20, items: 20, interactions: 100 }} }}\n"
    )
}

fn failure_in_process(resources: &str) -> Failure {
    let project = Project::new();
    project.write("long.yaml", long(resources));
    let outcome = project.recflow("run long.yaml --keep-going --format json");
    outcome.expect(1);
    let events = outcome.events();
    assert!(events.iter().any(|event| matches!(event, Event::StageFinished { stage, .. } if stage == "other")));
    assert!(project.names_in("cache/scratch").is_empty());
    let failure = |event| if let Event::StageFailed { failure, .. } = event { Some(failure) } else { None };
    events.into_iter().find_map(failure).unwrap()
}

#[test]
fn a_process_that_takes_too_long_is_ended() {
    assert_eq!(failure_in_process("timeout: 50ms"), Failure::Timeout { limit: Duration::from_millis(50) });
}

#[test]
fn a_process_that_outgrows_its_memory_is_ended_alone_with_the_figure() {
    let failure = failure_in_process("memory: 12MiB");
    let Failure::Memory { used, limit } = &failure else { panic!("{failure:?}") };
    assert_eq!(limit.bytes, 12 << 20);
    assert!(used.bytes > limit.bytes);
}
