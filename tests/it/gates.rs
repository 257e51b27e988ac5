//! `expect`: figures that have to be as the pipeline file says.

use recflow::engine::{Event, Failure, Outcome, Plan, SourceText, Status, Workspace, status};

use crate::project::{Project, SMALL};
use crate::toy::{Toy, registry};

fn gated(expect: &str) -> String {
    format!(
        "
  first: {{ uses: write, with: {{ text: abcd }} }}
  length: {{ uses: length, needs: first, expect: {{ {expect} }} }}
  end: {{ uses: join, needs: length }}
"
    )
}

/// The messages of failures, and the stages computed.
fn outcome(toy: &Toy, pipeline: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (summary, told) = toy.run(pipeline);
    let (mut failures, mut computed) = (Vec::new(), Vec::new());
    for event in told.0 {
        match event {
            Event::StageFailed { stage, failure, .. } => {
                assert!(matches!(failure, Failure::Unexpected { .. }), "{failure}");
                failures.push((stage, failure.to_string()));
            }
            Event::StageFinished { stage, .. } => computed.push(stage),
            _ => {}
        }
    }
    assert_eq!(summary.outcome == Outcome::Failed, !failures.is_empty());
    (failures, computed)
}

#[test]
fn a_gate_names_both_numbers_and_the_result_stays() {
    let toy = Toy::new();
    let (failures, computed) = outcome(&toy, &gated("length: { at-least: 5, at-most: 9 }"));
    assert_eq!(failures, [("length".to_owned(), "`length` is 4, expected at least 5 and at most 9".to_owned())]);
    assert_eq!(computed, ["first", "length"]);
    // Checked again though nothing runs; an expectation that is met lets the rest run, and only that.
    assert_eq!(outcome(&toy, &gated("length: { near: 5, within: 0.5 }")).0[0].1, "`length` is 4, expected 5 ± 0.5");
    assert_eq!(outcome(&toy, &gated("length: 3")).0[0].1, "`length` is 4, expected 3");
    assert_eq!(outcome(&toy, &gated("length: { near: 3, within: 1 }")), (Vec::new(), vec!["end".to_owned()]));
    assert_eq!(outcome(&toy, &gated("length: 4")), (Vec::new(), Vec::new()));
}

#[test]
fn a_plan_knows_of_gates_that_will_not_open() {
    let toy = Toy::new();
    let told = |pipeline: &str| {
        let workspace = Workspace::default();
        let told = status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &[].into(), toy.capacity);
        told.into_iter().map(|told| told.status).collect::<Vec<_>>()
    };
    toy.computes(&gated("length: 4"));
    assert_eq!(told(&gated("length: 4")), [Status::Cached, Status::Cached, Status::Cached]);
    let message = "`length` is 4, expected 3".to_owned();
    let behind = Status::Maybe { waits_on: vec!["length".to_owned()] };
    assert_eq!(told(&gated("length: 3"))[1..], [Status::Fail { message, help: None }, behind]);
}

const COPIES: &str = "
  first: { uses: write, matrix: { text: [a, abc, abcde] } }
  length: { uses: length, needs: first, expect: { length: EXPECTED } }
  end: { uses: join, needs: length }
";

#[test]
fn a_gate_stands_at_each_copy_or_at_their_mean() {
    let toy = Toy::new();
    let with = |expected: &str| outcome(&toy, &COPIES.replace("EXPECTED", expected));
    let (failures, _) = with("{ near: 3.5, within: 0.4, over: mean }");
    let message = "the mean of `length` over 3 copies is 3, expected 3.5 ± 0.4".to_owned();
    assert_eq!(failures, [("length/text=a".to_owned(), message)]);
    assert_eq!(with("{ near: 3, within: 0, over: mean }"), (Vec::new(), vec!["end".to_owned()]));
    let mut each = Toy::new();
    each.keep_going = true;
    let (failures, _) = outcome(&each, &COPIES.replace("EXPECTED", "{ at-least: 3 }"));
    assert_eq!(failures, [("length/text=a".to_owned(), "`length` is 1, expected at least 3".to_owned())]);
}

#[test]
fn what_a_part_of_the_copies_shows_is_no_mean() {
    let toy = Toy::new();
    let plan = Toy::plan(&COPIES.replace("EXPECTED", "{ near: 100, within: 1, over: text }"));
    let part = plan.only(&["length/text=abc"]).unwrap();
    let summary = toy.executor().run(&part, &mut crate::toy::Told::default()).unwrap();
    assert_eq!(summary.outcome, Outcome::Done);
}

#[test]
fn expectations_that_cannot_be_are_found_before_anything_runs() {
    let refused = |expect: &str| {
        let text = format!("name: toy\nstages:{}", gated(expect));
        Plan::read(&SourceText::new("toy.yaml", text), &[], &registry()).unwrap_err().render(false)
    };
    insta::assert_snapshot!(refused("lenght: 4"));
    insta::assert_snapshot!(refused("length: { near: 3 }"));
    insta::assert_snapshot!(refused("length: { at-least: 3, at-most: 2 }"));
    insta::assert_snapshot!(refused("length: { atleast: 3 }"));
    insta::assert_snapshot!(refused("length: { at-least: 3, over: seed }"));
    insta::assert_snapshot!(refused("length: many"));
}

#[test]
fn metrics_and_counts_are_figures() {
    let project = Project::small();
    let evaluate = "    with: { metrics: [rmse, precision@5, ndcg@5] }";
    let gated = SMALL
        .replace(evaluate, &format!("{evaluate}\n    expect: {{ ndcg@5: {{ at-least: 0.999 }} }}"))
        .replace("    with: { strategy: per-user-random, seed: 7 }", "    with: { strategy: per-user-random, seed: 7 }\n    expect: { users: 30, items: 24, train-interactions: { at-least: 10 } }");
    project.write("gated.yaml", &gated);
    let failed = project.recflow("run gated.yaml --keep-going");
    assert!(failed.expect(1).stderr.contains("expected at least 0.999"), "{}", failed.stderr);
    // All but the report is there.
    assert!(!project.path("reports/small.md").exists());
    project.write("open.yaml", gated.replace("0.999", "0"));
    assert_eq!(project.computed("open.yaml", ""), ["report"]);
    project.write("typo.yaml", gated.replace("ndcg@5: {", "ndcg@50: {"));
    let typo = project.recflow("validate typo.yaml");
    assert!(typo.expect(2).stderr.contains("`evaluate` has no figure `ndcg@50`"), "{}", typo.stderr);
    project.write(
        "counts.yaml",
        SMALL.replace(
            "    with: { dataset: \"${dataset}\" }",
            "    with: { dataset: \"${dataset}\" }\n    expect: { users: 31 }",
        ),
    );
    let counted = project.recflow("run counts.yaml");
    assert!(counted.expect(1).stderr.contains("`users` is 30, expected 31"), "{}", counted.stderr);
}
