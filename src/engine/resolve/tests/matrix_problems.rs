//! Matrices that cannot be.

use super::refused;

fn of_carve(said: &str) -> String {
    refused(&format!(
        "name: a\nstages:\n  board: {{ uses: make, with: {{ material: oak }} }}\n  carve: {{ uses: carve, needs: board, {said} }}\n"
    ))
}

#[test]
fn matrices_of_the_wrong_form() {
    insta::assert_snapshot!(of_carve("matrix: [1, 2]"), @r#"
    error: `matrix` must be a mapping, not a list
     --> p.yaml:4:47
      |
    4 |   carve: { uses: carve, needs: board, matrix: [1, 2] }
      |                                               ^^^^^^^
      |
      = help: give each axis its values: `matrix: { lambda: [100, 200, 500] }`
    "#);
    insta::assert_snapshot!(of_carve("matrix: {}"), @r#"
    error: the matrix has no axis
     --> p.yaml:4:39
      |
    4 |   carve: { uses: carve, needs: board, matrix: {} }
      |                                       ^^^^^^
      |
      = help: give each axis its values: `matrix: { lambda: [100, 200, 500] }`
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [], shape: 3, 1st: [1] }"), @r#"
    error: the axis `depth` has no values
     --> p.yaml:4:56
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [], shape: 3, 1st: [1] } }
      |                                                        ^^
      |
      = help: give each axis its values: `matrix: { lambda: [100, 200, 500] }`

    error: the axis `shape` must have a list of values, not the number `3`
     --> p.yaml:4:67
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [], shape: 3, 1st: [1] } }
      |                                                                   ^
      |
      = help: give each axis its values: `matrix: { lambda: [100, 200, 500] }`

    error: `1st` cannot be the name of an axis
     --> p.yaml:4:70
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [], shape: 3, 1st: [1] } }
      |                                                                      ^^^
      |
      = help: a name begins with a letter and goes on with letters, digits, `_` and `-`
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, 2, 1.0, -.inf] }"), @r#"
    error: the axis `depth` lists the number `1.0` twice
     --> p.yaml:4:63
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2, 1.0, -.inf] } }
      |                                                         -     ^^^ again here
      |                                                         |
      |                                                         first here
      |
      = help: remove one of them

    error: the values of an axis must be finite numbers, texts, truth values, or lists of them
     --> p.yaml:4:68
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2, 1.0, -.inf] } }
      |                                                                    ^^^^^
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1], exclude: { depth: 1 } }"), @r#"
    error: `exclude` must be a list, not a mapping
     --> p.yaml:4:70
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1], exclude: { depth: 1 } } }
      |                                                                      ^^^^^^^^^^^^^
      |
      = help: list combinations: `exclude: [{ lambda: 100, seed: 1 }]`
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1], exclude: [1, {}] }"), @r#"
    error: what `exclude` lists must be values by axis, not the number `1`
     --> p.yaml:4:71
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1], exclude: [1, {}] } }
      |                                                                       ^
      |
      = help: list combinations: `exclude: [{ lambda: 100, seed: 1 }]`

    error: what `exclude` lists must be values by axis, not a mapping
     --> p.yaml:4:74
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1], exclude: [1, {}] } }
      |                                                                          ^^
      |
      = help: list combinations: `exclude: [{ lambda: 100, seed: 1 }]`
    "#);
}

#[test]
fn values_are_checked_where_they_stand() {
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, -2, deep] }"), @r#"
    error: `depth` must be a number of at least 0, not `-2`
     --> p.yaml:4:60
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, -2, deep] } }
      |                                                            ^^

    error: `depth` must be a number of at least 0, not the text `deep`
     --> p.yaml:4:64
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, -2, deep] } }
      |                                                                ^^^^
    "#);
    insta::assert_snapshot!(of_carve("matrix: { far: [1, deep] }, with: { depth: \"${matrix.far}\" }"), @r#"
    error: `depth` must be a number of at least 0, not the text `deep`
     --> p.yaml:4:82
      |
    4 |   carve: { uses: carve, needs: board, matrix: { far: [1, deep] }, with: { depth: "${matrix.far}" } }
      |                                                          ----                    ^^^^^^^^^^^^^^^
      |                                                          |
      |                                                          `matrix.far` has its value from here
    "#);
}

#[test]
fn axes_that_are_not_there() {
    insta::assert_snapshot!(of_carve("matrix: { deep: [1, 2] }, with: { depth: \"${matrix.dep}\" }"), @r#"
    error: nothing uses the axis `deep` of `carve`
     --> p.yaml:4:49
      |
    4 |   carve: { uses: carve, needs: board, matrix: { deep: [1, 2] }, with: { depth: "${matrix.dep}" } }
      |                                                 ^^^^
      |
      = help: use it as `"${matrix.deep}"` in `with`, there or in a stage that reads it

    error: `carve` has no axis `dep`
     --> p.yaml:4:81
      |
    4 |   carve: { uses: carve, needs: board, matrix: { deep: [1, 2] }, with: { depth: "${matrix.dep}" } }
      |                                                                                 ^^^^^^^^^^^^^ used here
      |
      = help: did you mean `deep`?
    "#);
    insta::assert_snapshot!(of_carve("with: { depth: \"${matrix.depth}\" }"), @r#"
    error: `carve` has no axis `depth`
     --> p.yaml:4:55
      |
    4 |   carve: { uses: carve, needs: board, with: { depth: "${matrix.depth}" } }
      |                                                       ^^^^^^^^^^^^^^^ used here
      |
      = help: add it to the `matrix` of this stage, or of one that this stage reads one of
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, \"${matrix.depth}\"] }"), @r#"
    error: there is no axis `depth` here
     --> p.yaml:4:61
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, "${matrix.depth}"] } }
      |                                                             ^^^^^^^^^^^^^^^ used here
      |
      = help: axes can be used in the `with` and `resources` of the stages that have them
    "#);
}

#[test]
fn axes_that_nothing_uses() {
    insta::assert_snapshot!(of_carve("matrix: { dept: [1, 2] }"), @r#"
    error: nothing uses the axis `dept` of `carve`
     --> p.yaml:4:49
      |
    4 |   carve: { uses: carve, needs: board, matrix: { dept: [1, 2] } }
      |                                                 ^^^^
      |
      = help: did you mean `depth`?
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, 2] }, with: { depth: 3 }"), @r#"
    error: nothing uses the axis `depth` of `carve`
     --> p.yaml:4:49
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2] }, with: { depth: 3 } }
      |                                                 ^^^^^                    ----- this has a value of its own
      |
      = help: remove it there, or write `depth: "${matrix.depth}"`
    "#);
}

#[test]
fn excludes_that_leave_nothing_out_or_nothing_over() {
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, 2], seed: [1], exclude: [{ dept: 1 }, { depth: 3 }, { depth: 1, seed: 1 }] }"), @r#"
    error: `carve` has no axis `dept`
     --> p.yaml:4:87
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2], seed: [1], exclude: [{ dept: 1 }, { depth: 3 }, { depth: 1, seed: 1 }]...
      |                                                                                       ^^^^ unknown axis
      |
      = help: did you mean `depth`?

    error: the axis `depth` has no value `3`
     --> p.yaml:4:100
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2], seed: [1], exclude: [{ dept: 1 }, { depth: 3 }, { depth: 1, seed: 1 }]...
      |                                                                                                    ^^^^^
      |
      = help: its values are `1`, `2`
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, 2], exclude: [{ depth: 1 }, { depth: 2 }] }"), @r#"
    error: `exclude` leaves nothing of `carve`
     --> p.yaml:4:74
      |
    4 |   carve: { uses: carve, needs: board, matrix: { depth: [1, 2], exclude: [{ depth: 1 }, { depth: 2 }] } }
      |                                                                          ^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(of_carve("matrix: { depth: [1, 2], seed: [1, 2], exclude: [{ depth: 1, seed: 1 }, { depth: 1, seed: 1 }, { seed: 2, depth: 1 }, { depth: 2, seed: 1.5 }] }"), @r#"
    error: the axis `seed` has no value `1.5`
     --> p.yaml:4:169
      |
    4 | ...1 }, { depth: 1, seed: 1 }, { seed: 2, depth: 1 }, { depth: 2, seed: 1.5 }] } }
      |                                                                   ^^^^
      |
      = help: its values are `1`, `2`
    "#);
}

#[test]
fn too_many_copies() {
    let values: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let values = values.join(", ");
    let text = of_carve(&format!("matrix: {{ depth: [{values}], seed: [{values}] }}"));
    assert!(text.starts_with("error: the pipeline has more than 10000 stages"), "{text}");
}

#[test]
fn seeds_that_cannot_be() {
    insta::assert_snapshot!(of_carve("seeds: 0"), @r#"
    error: `seeds` must be a whole number from 1 up, not the number `0`
     --> p.yaml:4:46
      |
    4 |   carve: { uses: carve, needs: board, seeds: 0 }
      |                                              ^
      |
      = help: say how many seeds there should be: `seeds: 5`
    "#);
    insta::assert_snapshot!(of_carve("seeds: 2, matrix: { seed: [1] }"), @r#"
    error: `seeds` and `matrix` both give the axis `seed` its values
     --> p.yaml:4:39
      |
    4 |   carve: { uses: carve, needs: board, seeds: 2, matrix: { seed: [1] } }
      |                                       ^^^^^               ---- here, too
      |
      = help: remove one of them
    "#);
    insta::assert_snapshot!(of_carve("seeds: 2, with: { seed: many }"), @r#"
    error: `seeds` counts up from `seed`, which must be a whole number
     --> p.yaml:4:63
      |
    4 |   carve: { uses: carve, needs: board, seeds: 2, with: { seed: many } }
      |                                                               ^^^^
      |
      = help: give the first one: `with: { seed: 42 }`

    error: `seed` must be a whole number of at least 0, not the text `many`
     --> p.yaml:4:63
      |
    4 |   carve: { uses: carve, needs: board, seeds: 2, with: { seed: many } }
      |                                                               ^^^^
    "#);
    insta::assert_snapshot!(of_carve("seeds: 2, matrix: { depth: [1] }, with: { seed: \"${matrix.depth}\" }"), @r#"
    error: `seeds` counts up from `seed`, which must be a whole number
     --> p.yaml:4:87
      |
    4 |   carve: { uses: carve, needs: board, seeds: 2, matrix: { depth: [1] }, with: { seed: "${matrix.depth}" } }
      |                                                                                       ^^^^^^^^^^^^^^^^^
      |
      = help: give the first one: `with: { seed: 42 }`
    "#);
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a: { uses: make, with: { material: oak } }\n  b: { uses: stack, needs: a, seeds: 2 }\n"
    ), @r#"
    error: `stack` has no parameter `seed`
     --> p.yaml:4:31
      |
    4 |   b: { uses: stack, needs: a, seeds: 2 }
      |                               ^^^^^ so it has no seeds
      |
      = help: remove it: with equal parameters and inputs the result is the same
    "#);
}

#[test]
fn an_axis_that_comes_from_two_sides() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a: { uses: make, with: { material: oak }, seeds: 2 }\n  b: { uses: carve, needs: a, seeds: 2 }\n  c: { uses: carve, needs: a, matrix: { seed: [1] } }\n"
    ), @r#"
    error: `b` has the axis `seed` already, from `a`
     --> p.yaml:4:31
      |
    3 |   a: { uses: make, with: { material: oak }, seeds: 2 }
      |                                             ----- `a` has it here
    4 |   b: { uses: carve, needs: a, seeds: 2 }
      |                               ^^^^^ a second one
      |
      = help: remove `seeds` and write `with: { seed: "${matrix.seed}" }`: it has a copy for each

    error: `c` has the axis `seed` already, from `a`
     --> p.yaml:5:41
      |
    3 |   a: { uses: make, with: { material: oak }, seeds: 2 }
      |                                             ----- `a` has it here
    4 |   b: { uses: carve, needs: a, seeds: 2 }
    5 |   c: { uses: carve, needs: a, matrix: { seed: [1] } }
      |                                         ^^^^ a second one
      |
      = help: give it another name, or use `${matrix.seed}` of `a`: it has a copy for each
    "#);
}

#[test]
fn copies_that_are_not_there_or_do_not_meet() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a: { uses: make, with: { material: oak }, matrix: { seed: [1, 2] } }\n  b: { uses: carve, needs: a/seed=3 }\n  c: { uses: carve, needs: a }\n  d: { uses: score, needs: [a/seed=1, c/seed=2] }\n  e: { uses: score, needs: [a, b/depth=1] }\n"
    ), @r#"
    error: `a` has no copy with `seed=3`
     --> p.yaml:4:28
      |
    4 |   b: { uses: carve, needs: a/seed=3 }
      |                            ^^^^^^^^ unknown stage
      |
      = help: did you mean `a/seed=1`?

    error: `d` cannot read `c` at the coordinates of what else it reads
     --> p.yaml:6:39
      |
    6 |   d: { uses: score, needs: [a/seed=1, c/seed=2] }
      |                             --------  ^^^^^^^^ has no copy there
      |                             |
      |                             has the axes `seed`
      |
      = help: copies meet where they have the same value on every axis that both have
    "#);
}

#[test]
fn all_problems_at_once() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a: { uses: make, with: { materiel: oak }, matrix: { seed: [], count: [1] } }\n  b: { uses: carve, needs: a, matrix: { depth: [1, 1] }, with: { shap: [1] } }\n  c: { each: [b, d*], uses: score, needs: a, with: { aspects: [\"${matrix.dept}\", \"${what}\"] } }\n"
    ), @r#"
    error: `make` has no parameter `materiel`
     --> p.yaml:3:28
      |
    3 |   a: { uses: make, with: { materiel: oak }, matrix: { seed: [], count: [1] } }
      |                            ^^^^^^^^ unknown here
      |
      = help: did you mean `material`?

    error: the axis `seed` has no values
     --> p.yaml:3:61
      |
    3 |   a: { uses: make, with: { materiel: oak }, matrix: { seed: [], count: [1] } }
      |                                                             ^^
      |
      = help: give each axis its values: `matrix: { lambda: [100, 200, 500] }`

    error: the axis `depth` lists the number `1` twice
     --> p.yaml:4:52
      |
    4 |   b: { uses: carve, needs: a, matrix: { depth: [1, 1] }, with: { shap: [1] } }
      |                                                 -  ^ again here
      |                                                 |
      |                                                 first here
      |
      = help: remove one of them

    error: `carve` has no parameter `shap`
     --> p.yaml:4:66
      |
    4 |   b: { uses: carve, needs: a, matrix: { depth: [1, 1] }, with: { shap: [1] } }
      |                                                                  ^^^^ unknown here
      |
      = help: did you mean `shape`?

    error: no stage has a name like `d*`
     --> p.yaml:5:18
      |
    5 |   c: { each: [b, d*], uses: score, needs: a, with: { aspects: ["${matrix.dept}", "${what}"] } }
      |                  ^^ matches nothing
      |
      = help: `*` stands for any text; the other stages are `a`, `b`

    error: there is no parameter `what`
     --> p.yaml:5:83
      |
    5 |   c: { each: [b, d*], uses: score, needs: a, with: { aspects: ["${matrix.dept}", "${what}"] } }
      |                                                                                   ^^^^^^^ used here
      |
      = help: the pipeline has no `params`; add it there with its default
    "#);
}
