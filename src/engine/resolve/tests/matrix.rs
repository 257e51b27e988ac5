//! `matrix` and `seeds`: copies, how they are read, and what they are set to.

use serde_json::json;

use super::{read, read_with};
use crate::engine::{Plan, PlannedStage};

fn names(plan: &Plan) -> Vec<&str> {
    plan.stages().map(|(_, stage)| stage.name.as_str()).collect()
}

fn stage<'p>(plan: &'p Plan, name: &str) -> &'p PlannedStage {
    plan.stage(name).unwrap_or_else(|| panic!("no `{name}` among {:?}", names(plan)))
}

/// What goes into a port of a stage.
fn wired<'p>(plan: &'p Plan, name: &str, port: &str) -> Vec<&'p str> {
    let input = stage(plan, name).inputs.iter().find(|input| input.port == port).unwrap();
    input.wires.iter().map(|wire| plan[wire.stage].name.as_str()).collect()
}

const SWEEP: &str = "
name: sweep
stages:
  board: { uses: make, with: { material: oak } }
  carve:
    uses: carve
    needs: board
    matrix:
      depth: [1, 2.5]
      shape: [[1, 2], [3]]
      exclude: [{ depth: 1, shape: [3] }]
  score: { uses: score, needs: [board, carve] }
  compare: { uses: compare, needs: score }
";

#[test]
fn a_stage_has_a_copy_for_each_combination_and_its_readers_too() {
    let plan = read(SWEEP);
    assert_eq!(
        names(&plan),
        [
            "board",
            "carve/depth=1,shape=1+2",
            "carve/depth=2.5,shape=1+2",
            "carve/depth=2.5,shape=3+",
            "score/depth=1,shape=1+2",
            "score/depth=2.5,shape=1+2",
            "score/depth=2.5,shape=3+",
            "compare"
        ]
    );
    let copy = stage(&plan, "carve/depth=2.5,shape=3+");
    assert_eq!(*copy.parameters, json!({"depth": 2.5, "shape": [3], "seed": 42}));
    assert_eq!((copy.declared.as_str(), copy.family.as_str()), ("carve", "carve"));
    assert_eq!(serde_json::to_value(&copy.variant).unwrap(), json!({"depth": 2.5, "shape": [3]}));
    assert_eq!(wired(&plan, "score/depth=2.5,shape=3+", "whole"), ["carve/depth=2.5,shape=3+"]);
    assert_eq!(wired(&plan, "score/depth=2.5,shape=3+", "part"), ["board"]);
    assert_eq!(wired(&plan, "compare", "scores").len(), 3);
    assert!(stage(&plan, "compare").variant.is_empty());
}

const REPLICATES: &str = "
name: replicates
params: { depths: [1, 2], note: a }
stages:
  board: { uses: make, with: { material: oak, maker: \"${note} ${matrix.wood}\", seed: \"${matrix.wood}\" }, matrix: { wood: [1, 2, 3] } }
  carve-deep: { uses: carve, needs: board, matrix: { depth: \"${depths}\" } }
  carve-plain: { uses: carve, needs: board, with: { seed: \"${matrix.wood}\" } }
  pick: { uses: pick, needs: [board, carve-deep, carve-plain] }
  score: { each: [carve-*, pick], uses: score, needs: board }
  compare: { uses: compare, needs: score }
";

#[test]
fn what_is_read_at_one_place_is_read_there_by_all() {
    let plan = read(REPLICATES);
    let deep = "carve-deep/wood=2,depth=1";
    assert_eq!(wired(&plan, deep, "part"), ["board/wood=2"]);
    assert_eq!(wired(&plan, "score/carve-deep/wood=2,depth=1", "part"), ["board/wood=2"]);
    assert_eq!(wired(&plan, "score/carve-deep/wood=2,depth=1", "whole"), [deep]);
    assert_eq!(wired(&plan, "pick/wood=2", "wholes"), [deep, "carve-deep/wood=2,depth=2", "carve-plain/wood=2"]);
    assert_eq!(wired(&plan, "score/pick/wood=3", "whole"), ["pick/wood=3"]);
    // 3 boards, 6 and 3 carved, 3 picked, 6 + 3 + 3 scored, one comparison.
    assert_eq!((plan.len(), wired(&plan, "compare", "scores").len()), (28, 12));
    let copy = stage(&plan, "score/carve-deep/wood=2,depth=1");
    assert_eq!((copy.declared.as_str(), copy.family.as_str()), ("score", "score/carve-deep"));
}

#[test]
fn axes_are_typed_wherever_they_reach() {
    let plan = read(REPLICATES);
    assert_eq!(stage(&plan, "carve-plain/wood=3").parameters["seed"], 3);
    assert_eq!(stage(&plan, "board/wood=3").parameters["maker"], "a 3");
    let plan = read_with(REPLICATES, &["depths=[5]"]).unwrap();
    assert_eq!(stage(&plan, "carve-deep/wood=1,depth=5").parameters["depth"], 5.0);
}

#[test]
fn resources_can_follow_an_axis() {
    let plan = read(
        "name: a\nstages:\n  a: { uses: make, with: { material: oak }, matrix: { n: [1, 2] }, resources: { threads: \"${matrix.n}\" } }\n",
    );
    assert_eq!(stage(&plan, "a/n=2").resources.threads, Some(2));
}

#[test]
fn seeds_count_up_from_the_stages_own() {
    let plan = read(
        "name: a
params: { first: 7, n: 2 }
stages:
  board: { uses: make, with: { material: oak, seed: \"${first}\" }, seeds: \"${n}\" }
  other: { uses: make, with: { material: ash } }
  carve: { uses: carve, needs: other, seeds: 3, matrix: { depth: [1] } }
",
    );
    assert_eq!(
        names(&plan),
        [
            "board/seed=7",
            "board/seed=8",
            "other",
            "carve/depth=1,seed=42",
            "carve/depth=1,seed=43",
            "carve/depth=1,seed=44"
        ]
    );
    assert_eq!(stage(&plan, "board/seed=8").parameters["seed"], 8);
    assert_eq!(stage(&plan, "carve/depth=1,seed=44").parameters["seed"], 44);
}

#[test]
fn single_copies_and_slices_can_be_needed_by_name() {
    let text = REPLICATES.replace("needs: [board, carve-deep, carve-plain]", "needs: [board, carve-deep/depth=2]");
    let plan = read(&text);
    assert_eq!(wired(&plan, "pick/wood=2", "wholes"), ["carve-deep/wood=2,depth=2"]);
    let text = REPLICATES.replace("uses: score, needs: board", "uses: score, needs: board/wood=1");
    let plan = read(&text);
    // What `needs` fixes is no axis of the reader.
    assert_eq!(wired(&plan, "score/carve-plain/wood=1", "part"), ["board/wood=1"]);
    assert!(plan.find("score/carve-plain/wood=2").is_none());
    let one = SWEEP.replace("needs: [board, carve]", "needs: [board, 'carve/depth=1,shape=1+2']");
    assert_eq!(wired(&read(&one), "score", "whole"), ["carve/depth=1,shape=1+2"]);
}

#[test]
fn copies_are_selected_by_name_family_and_pattern() {
    let plan = read(REPLICATES);
    let selected = |pattern: &str| plan.select(&[pattern]).unwrap().len();
    assert_eq!(selected("score"), 12);
    assert_eq!(selected("score/carve-deep"), 6);
    assert_eq!(selected("score/carve-deep/wood=2,depth=1"), 1);
    assert_eq!(selected("*wood=2*"), 9);
    assert_eq!(selected("score/wood=2"), 4);
    assert_eq!(selected("carve-*/depth=1"), 3);
    let part = plan.only(&["score/pick/wood=2"]).unwrap();
    assert_eq!(
        names(&part),
        [
            "board/wood=2",
            "carve-deep/wood=2,depth=1",
            "carve-deep/wood=2,depth=2",
            "carve-plain/wood=2",
            "pick/wood=2",
            "score/pick/wood=2"
        ]
    );
    insta::assert_snapshot!(plan.only(&["score/carve-deep/wood=4,depth=1"]).unwrap_err().render(false), @r#"
    error: there is no stage `score/carve-deep/wood=4,depth=1`
     --> command line:1:1
      |
    1 | score/carve-deep/wood=4,depth=1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `score/carve-deep/wood=1,depth=1`?
    "#);
}

#[test]
fn many_axes_make_long_names_that_still_differ() {
    let axis = |n: i32| format!("an-axis-with-a-long-name-{n}: [\"a value that is long, too {n}\", b]");
    let axes: Vec<String> = (0..6).map(axis).collect();
    let used: Vec<String> = (0..6).map(|n| format!("${{matrix.an-axis-with-a-long-name-{n}}}")).collect();
    let (axes, used) = (axes.join(", "), used.join(" "));
    let plan = read(&format!(
        "name: a\nstages:\n  a: {{ uses: make, with: {{ material: oak, maker: \"{used}\" }}, matrix: {{ {axes} }} }}\n"
    ));
    assert_eq!(plan.len(), 64);
    assert!(plan.stages().all(|(_, stage)| stage.name.len() <= 230));
    assert_eq!(names(&plan).iter().collect::<std::collections::BTreeSet<_>>().len(), 64);
}
