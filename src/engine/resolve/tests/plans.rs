//! What right pipelines come to.

use serde_json::json;

use super::{read, read_with};
use crate::engine::{Plan, StageIndex};

const WORKSHOP: &str = r#"
name: workshop
description: All with ${wood}.
params:
  wood: oak
  seed: 7
  sizes: [1, 2]

stages:
  compare: { uses: compare, needs: score }
  board: { uses: make, with: { material: "${wood}", seed: "${seed}", holes: "${sizes}", maker: "$${x} & ${seed}" } }
  join-glue: { uses: join, needs: board }
  score:
    each: join-*
    uses: score
    needs: board
    resources: { threads: 2, memory: 1.5GiB }
  join-nails: { uses: join, needs: board, with: { method: nails, nails: 3 } }
"#;

fn names(plan: &Plan) -> Vec<&str> {
    plan.stages().map(|(_, stage)| stage.name.as_str()).collect()
}

fn named(plan: &Plan, indices: &[StageIndex]) -> Vec<String> {
    indices.iter().map(|&index| plan[index].name.clone()).collect()
}

#[test]
fn stages_come_in_order_with_their_copies() {
    let plan = read(WORKSHOP);
    assert_eq!(plan.name(), "workshop");
    assert_eq!(plan.description(), Some("All with oak."));
    assert_eq!(names(&plan), ["board", "join-glue", "score/join-glue", "join-nails", "score/join-nails", "compare"]);
    assert!(plan.warnings().is_empty());
    let copy = plan.stage("score/join-nails").unwrap();
    assert_eq!((copy.declared.as_str(), copy.family.as_str()), ("score", "score/join-nails"));
    assert_eq!((copy.resources.threads, copy.resources.memory_bytes), (Some(2), Some(3 << 29)));
    assert_eq!(plan.source().line_column(copy.span.start), (13, 3));
}

#[test]
fn parameters_are_typed_complete_and_in_one_order() {
    let plan = read(WORKSHOP);
    let board = plan.stage("board").unwrap();
    assert_eq!(
        *board.parameters,
        json!({"material": "oak", "length": 1.0, "count": 0, "seed": 7, "maker": "${x} & 7", "holes": [1, 2]})
    );
    assert_eq!(
        *board.key_parameters,
        json!({"material": "oak", "length": 1.0, "count": 0, "seed": 7, "holes": [1, 2]})
    );
    let keys: Vec<&String> = board.parameters.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["material", "length", "count", "seed", "maker", "holes"]);
}

#[test]
fn outputs_go_to_the_ports_of_their_type() {
    let plan = read(WORKSHOP);
    let wired = |stage: &str| -> Vec<(&str, Vec<String>)> {
        let inputs = plan.inputs_of(plan.find(stage).unwrap()).iter();
        inputs
            .map(|input| {
                (input.port, input.wires.iter().map(|w| format!("{}.{}", plan[w.stage].name, w.port)).collect())
            })
            .collect()
    };
    assert_eq!(
        wired("score/join-glue"),
        [("part", vec!["board.part".into()]), ("whole", vec!["join-glue.whole".into()]), ("previous", vec![])]
    );
    assert_eq!(wired("compare"), [("scores", vec!["score/join-glue.score".into(), "score/join-nails.score".into()])]);
}

#[test]
fn overrides_take_the_place_of_defaults() {
    let plan = read_with(WORKSHOP, &["seed=1", "wood=two words: *x", "sizes=[3]", "seed=8"]).unwrap();
    let parameters = &plan.stage("board").unwrap().parameters;
    assert_eq!(parameters["material"], "two words: *x");
    assert_eq!(parameters["seed"], 8);
    assert_eq!(parameters["holes"], json!([3]));
}

#[test]
fn resources_and_whole_mappings_can_come_from_parameters() {
    let text = "name: a
params: { n: 4, all: { material: oak, seed: 5 } }
stages:
  a: { uses: make, with: \"${all}\", resources: { threads: \"${n}\", memory: \"${n} GiB\" } }
";
    let plan = read_with(text, &["n=3"]).unwrap();
    let stage = plan.stage("a").unwrap();
    assert_eq!((stage.resources.threads, stage.resources.memory_bytes), (Some(3), Some(3 << 30)));
    assert_eq!(stage.parameters["seed"], 5);
}

#[test]
fn one_copy_can_be_needed_by_its_name() {
    let text = WORKSHOP.replace("needs: score }", "needs: [score/join-nails, score] }");
    let plan = read(&text);
    let scores = &plan.inputs_of(plan.find("compare").unwrap())[0];
    let stages: Vec<StageIndex> = scores.wires.iter().map(|wire| wire.stage).collect();
    assert_eq!(named(&plan, &stages), ["score/join-nails", "score/join-glue"]);
}

#[test]
fn relatives_are_found() {
    let plan = read(WORKSHOP);
    let of = |name: &str| plan.find(name).unwrap();
    assert_eq!(named(&plan, &plan.dependencies_of(of("score/join-glue"))), ["board", "join-glue"]);
    assert_eq!(named(&plan, &plan.dependents_of(of("join-nails"))), ["score/join-nails"]);
    assert_eq!(named(&plan, &plan.ancestors_of(of("score/join-nails"))), ["board", "join-nails"]);
    assert_eq!(named(&plan, &plan.descendants_of(of("join-nails"))), ["score/join-nails", "compare"]);
}

#[test]
fn a_part_of_a_plan_has_what_it_needs() {
    let plan = read(WORKSHOP);
    assert_eq!(names(&plan.only(&["score/*-nails"]).unwrap()), ["board", "join-nails", "score/join-nails"]);
    assert_eq!(names(&plan.only(&["score"]).unwrap()).len(), 5);
    assert_eq!(names(&plan.only(&["compare"]).unwrap()), names(&plan));
    let part = plan.only(&["score/join-nails"]).unwrap();
    let copy = part.find("score/join-nails").unwrap();
    assert_eq!(named(&part, &part.dependencies_of(copy)), ["board", "join-nails"]);
}

#[test]
fn parts_that_are_not_there_are_reported_together() {
    let plan = read(WORKSHOP);
    let error = plan.only(&["bord", "compare", "x*"]).unwrap_err();
    insta::assert_snapshot!(error.render(false), @r#"
    error: there is no stage `bord`
     --> command line:1:1
      |
    1 | bord
      | ^^^^
      |
      = help: did you mean `board`?

    error: no stage has a name like `x*`
     --> command line:1:1
      |
    1 | x*
      | ^^
      |
      = help: the stages are `board`, `join-glue`, `score`, `join-nails`, `compare`
    "#);
}

#[test]
fn unused_parameters_are_warned_of() {
    let plan = read(
        "name: a\nparams: { wood: oak, metal: tin }\nstages: { a: { uses: make, with: { material: \"${wood}\" } } }",
    );
    insta::assert_snapshot!(plan.warnings().render(false), @r#"
    warning: the parameter `metal` is not used
     --> p.yaml:2:22
      |
    2 | params: { wood: oak, metal: tin }
      |                      ^^^^^
      |
      = help: use it as `"${metal}"` or remove it
    "#);
}

#[test]
fn anchors_and_merge_keys_work() {
    let plan = read(
        "name: a\nstages:\n  a: { uses: make, with: &w { material: oak, seed: 3 } }\n  b:\n    uses: make\n    with:\n      <<: *w\n      seed: 4\n  c: { uses: make, with: *w }\n",
    );
    assert_eq!(plan.stage("b").unwrap().parameters["material"], "oak");
    assert_eq!(plan.stage("b").unwrap().parameters["seed"], 4);
    assert_eq!(plan.stage("c").unwrap().parameters, plan.stage("a").unwrap().parameters);
}
