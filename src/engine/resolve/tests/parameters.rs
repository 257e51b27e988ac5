//! Parameters that do not fit their kinds.

use super::{read, refused};

fn make(with: &str) -> String {
    refused(&format!("name: a\nstages:\n  board: {{ uses: make, with: {{ {with} }} }}\n"))
}

fn join(with: &str) -> String {
    refused(&format!(
        "name: a\nstages:\n  board: {{ uses: make, with: {{ material: oak }} }}\n  table:\n    uses: join\n    needs: board\n    with:\n      {}\n",
        with.replace('\n', "\n      ")
    ))
}

#[test]
fn unknown_and_missing() {
    insta::assert_snapshot!(make("lenght: 2, colour: red"), @r#"
    error: `make` needs the parameter `material`
     --> p.yaml:3:24
      |
    3 |   board: { uses: make, with: { lenght: 2, colour: red } }
      |                        ^^^^ here
      |
      = help: `material` is text

    error: `make` has no parameter `lenght`
     --> p.yaml:3:32
      |
    3 |   board: { uses: make, with: { lenght: 2, colour: red } }
      |                                ^^^^^^ unknown here
      |
      = help: did you mean `length`?

    error: `make` has no parameter `colour`
     --> p.yaml:3:43
      |
    3 |   board: { uses: make, with: { lenght: 2, colour: red } }
      |                                           ^^^^^^ unknown here
      |
      = help: its parameters are `material`, `length`, `count`, `seed`, `maker`, `holes`
    "#);
    insta::assert_snapshot!(refused("name: a\nstages:\n  board: { uses: make }\n"), @r#"
    error: `make` needs the parameter `material`
     --> p.yaml:3:3
      |
    3 |   board: { uses: make }
      |   ^^^^^ in this stage
      |
      = help: `material` is text
    "#);
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(make("material: 5, length: \"2\", count: 2.0, seed: 1.5, maker: true, holes: 3"), @r#"
    error: `material` must be text, not the number `5`
     --> p.yaml:3:42
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                          ^
      |
      = help: quote it: `"5"`

    error: `length` must be a number from 0.1 to 10, not the text `2`
     --> p.yaml:3:53
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                                     ^^^
      |
      = help: remove the quotes

    error: `count` must be a whole number of at least 0, not the number `2.0`
     --> p.yaml:3:65
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                                                 ^^^
      |
      = help: write `2`

    error: `seed` must be a whole number of at least 0, not the number `1.5`
     --> p.yaml:3:76
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                                                            ^^^

    error: `maker` must be text or nothing, not `true`
     --> p.yaml:3:88
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                                                                        ^^^^
      |
      = help: quote it: `"true"`

    error: `holes` must be a list, each a whole number from 1 to 255, not the number `3`
     --> p.yaml:3:101
      |
    3 |   board: { uses: make, with: { material: 5, length: "2", count: 2.0, seed: 1.5, maker: true, holes: 3 } }
      |                                                                                                     ^
      |
      = help: write a list: `[…]`
    "#);
}

#[test]
fn out_of_range() {
    insta::assert_snapshot!(make("material: \"\", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1]"), @r#"
    error: `material` must not be empty
     --> p.yaml:3:42
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                          ^^

    error: `length` must be a number from 0.1 to 10, not `11`
     --> p.yaml:3:54
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                      ^^

    error: `count` must be a whole number of at least 0, not `-1`
     --> p.yaml:3:65
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                                 ^^

    error: `seed` must be a whole number of at least 0, not `-1`
     --> p.yaml:3:75
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                                           ^^

    error: `holes` must have at most 3 items, not 4
     --> p.yaml:3:86
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                                                      ^^^^^^^^^^^^^^^

    error: `holes[0]` must be a whole number from 1 to 255, not `0`
     --> p.yaml:3:87
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                                                       ^

    error: `holes[2]` must be a whole number from 1 to 255, not `256`
     --> p.yaml:3:93
      |
    3 |   board: { uses: make, with: { material: "", length: 11, count: -1, seed: -1, holes: [0, 2, 256, 1] } }
      |                                                                                             ^^^
    "#);
}

#[test]
fn too_large_for_its_type() {
    insta::assert_snapshot!(make("material: oak, count: 4294967296, seed: 18446744073709551616"), @r#"
    error: `count` must be a whole number from 0 to 4294967295, not `4294967296`
     --> p.yaml:3:54
      |
    3 |   board: { uses: make, with: { material: oak, count: 4294967296, seed: 18446744073709551616 } }
      |                                                      ^^^^^^^^^^

    error: `seed` must be a whole number of at least 0, not the number `1.8446744073709552e+19`
     --> p.yaml:3:72
      |
    3 |   board: { uses: make, with: { material: oak, count: 4294967296, seed: 18446744073709551616 } }
      |                                                                        ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn too_large_for_single_precision() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  b: { uses: make, with: { material: oak } }\n  c: { uses: stack, needs: b, with: { slope: 1e300 } }\n"
    ), @r#"
    error: `slope` is too large for 32 bits: `1e+300`
     --> p.yaml:4:46
      |
    4 |   c: { uses: stack, needs: b, with: { slope: 1e300 } }
      |                                              ^^^^^
    "#);
}

#[test]
fn numbers_that_are_not_finite() {
    insta::assert_snapshot!(make("material: oak, length: .nan, seed: .inf"), @r#"
    error: `.nan` is not a finite number
     --> p.yaml:3:55
      |
    3 |   board: { uses: make, with: { material: oak, length: .nan, seed: .inf } }
      |                                                       ^^^^

    error: `.inf` is not a finite number
     --> p.yaml:3:67
      |
    3 |   board: { uses: make, with: { material: oak, length: .nan, seed: .inf } }
      |                                                                   ^^^^
    "#);
}

#[test]
fn listed_words() {
    insta::assert_snapshot!(join("method: dove-tail\npainted: yes"), @r#"
    error: `method` cannot be `dove-tail`
     --> p.yaml:8:15
      |
    8 |       method: dove-tail
      |               ^^^^^^^^^
      |
      = help: did you mean `dovetail`?

    error: `painted` must be `true` or `false`, not the text `yes`
     --> p.yaml:9:16
      |
    9 |       painted: yes
      |                ^^^
      |
      = help: write `true`
    "#);
    insta::assert_snapshot!(join("method: magic"), @r#"
    error: `method` cannot be `magic`
     --> p.yaml:8:15
      |
    8 |       method: magic
      |               ^^^^^
      |
      = help: it can be `glue`, `nails`, `dovetail`
    "#);
    insta::assert_snapshot!(join("method: 3\nleast: ~"), @r#"
    error: `method` cannot be the number `3`
     --> p.yaml:8:15
      |
    8 |       method: 3
      |               ^
      |
      = help: it can be `glue`, `nails`, `dovetail`

    error: `least` must be a number, not nothing
     --> p.yaml:9:14
      |
    9 |       least: ~
      |              ^
    "#);
}

#[test]
fn unions_of_types() {
    insta::assert_snapshot!(join("nails: al"), @r#"
    error: `nails` must be a whole number of at least 0 or one of `none`, `all`, not the text `al`
     --> p.yaml:8:14
      |
    8 |       nails: al
      |              ^^
      |
      = help: did you mean `all`?
    "#);
    insta::assert_snapshot!(join("nails: [1]"), @r#"
    error: `nails` must be a whole number of at least 0 or one of `none`, `all`, not a list
     --> p.yaml:8:14
      |
    8 |       nails: [1]
      |              ^^^
    "#);
}

#[test]
fn tagged_unions() {
    insta::assert_snapshot!(join("finish: { shape: round, radius: 0.1 }"), @r#"
    error: `finish.radius` must be a number of at least 0.5, not `0.1`
     --> p.yaml:8:39
      |
    8 |       finish: { shape: round, radius: 0.1 }
      |                                       ^^^
    "#);
    insta::assert_snapshot!(join("finish: { shape: roud, radius: 1 }"), @r#"
    error: `finish.shape` cannot be `roud`
     --> p.yaml:8:24
      |
    8 |       finish: { shape: roud, radius: 1 }
      |                        ^^^^
      |
      = help: did you mean `round`?
    "#);
    insta::assert_snapshot!(join("finish: { radius: 1 }"), @r#"
    error: `finish` needs the key `shape`
     --> p.yaml:8:15
      |
    8 |       finish: { radius: 1 }
      |               ^^^^^^^^^^^^^
      |
      = help: it can be `round`, `flat`
    "#);
    insta::assert_snapshot!(join("finish: { shape: flat, radius: 1 }"), @r#"
    error: `finish` has no key `radius`
     --> p.yaml:8:30
      |
    8 |       finish: { shape: flat, radius: 1 }
      |                              ^^^^^^ unknown here
      |
      = help: its keys are `shape`
    "#);
    insta::assert_snapshot!(join("finish: round"), @r#"
    error: `finish` must be a mapping, not the text `round`
     --> p.yaml:8:15
      |
    8 |       finish: round
      |               ^^^^^
    "#);
}

#[test]
fn values_that_do_not_go_together() {
    insta::assert_snapshot!(join("least: 5\nmost: 4"), @r#"
    error: `least` is 5, which is more than `most`, 4
     --> p.yaml:8:14
      |
    8 |       least: 5
      |              ^
      |
      = help: lower it
    "#);
}

#[test]
fn an_item_twice() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  b: { uses: make, with: { material: oak } }\n  j: { uses: join, needs: b }\n  s: { uses: score, needs: [b, j], with: { aspects: [looks, use, looks] } }\n"
    ), @r#"
    error: `aspects` lists the text `looks` twice
     --> p.yaml:5:66
      |
    5 |   s: { uses: score, needs: [b, j], with: { aspects: [looks, use, looks] } }
      |                                                                  ^^^^^
      |
      = help: remove one of them
    "#);
}

#[test]
fn integers_do_for_numbers_and_unions_take_each_of_their_types() {
    let plan = read(
        "name: a\nstages:\n  b: { uses: make, with: { material: oak, length: 2, maker: ~ } }\n  j: { uses: join, needs: b, with: { nails: all, finish: { shape: round, radius: 1 } } }\n",
    );
    assert_eq!(plan.stage("b").unwrap().parameters["length"], 2.0);
    assert_eq!(plan.stage("j").unwrap().parameters["finish"]["radius"], 1.0);
}

#[test]
fn every_keyword_of_the_schemas_is_checked() {
    for kind in super::kinds::registry().kinds() {
        assert_eq!(kind.parameters.unread_keywords(), std::collections::BTreeSet::new(), "{}", kind.name);
    }
}
