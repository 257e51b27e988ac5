//! Stages that cannot be wired together.

use super::refused;

#[test]
fn unknown_stages() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  table: { uses: join, needs: [bord, chair, boa*, board/x] }\n"
    ), @r#"
    error: there is no stage `bord`
     --> p.yaml:4:32
      |
    4 |   table: { uses: join, needs: [bord, chair, boa*, board/x] }
      |                                ^^^^ unknown stage
      |
      = help: did you mean `board`?

    error: there is no stage `chair`
     --> p.yaml:4:38
      |
    4 |   table: { uses: join, needs: [bord, chair, boa*, board/x] }
      |                                      ^^^^^ unknown stage
      |
      = help: the other stages are `board`

    error: there is no stage `boa*`
     --> p.yaml:4:45
      |
    4 |   table: { uses: join, needs: [bord, chair, boa*, board/x] }
      |                                             ^^^^ unknown stage
      |
      = help: patterns work in `each`; `needs` lists stages by name

    error: `board` has no copies, so there is no `board/x`
     --> p.yaml:4:51
      |
    4 |   table: { uses: join, needs: [bord, chair, boa*, board/x] }
      |                                                   ^^^^^^^ unknown stage
      |
      = help: need `board`
    "#);
}

#[test]
fn needs_twice_and_itself() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  table: { uses: join, needs: [board, board, table] }\n"
    ), @r#"
    error: `table` needs `board` twice
     --> p.yaml:4:39
      |
    4 |   table: { uses: join, needs: [board, board, table] }
      |                                -----  ^^^^^ again here
      |                                |
      |                                first here

    error: `table` needs itself
     --> p.yaml:4:46
      |
    4 |   table: { uses: join, needs: [board, board, table] }
      |                                              ^^^^^
      |
      = help: remove it from `needs`
    "#);
}

#[test]
fn nothing_for_an_input() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  table: { uses: join }\n  rate: { uses: score, needs: board }\n"
    ), @r#"
    error: nothing is wired to the input `parts` of `table`
     --> p.yaml:4:3
      |
    4 |   table: { uses: join }
      |   ^^^^^ none of its `needs` writes `part`
      |
      = help: add `board` to its `needs`

    error: nothing is wired to the input `whole` of `rate`
     --> p.yaml:5:3
      |
    5 |   rate: { uses: score, needs: board }
      |   ^^^^ none of its `needs` writes `whole`
      |
      = help: add `table` to its `needs`
    "#);
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  table: { uses: join, needs: board }\n  show: { uses: compare, needs: table }\n  plank: { uses: make, needs: board, with: { material: elm } }\n  all: { uses: compare, needs: show }\n"
    ), @r#"
    error: `show` cannot read what `table` writes
     --> p.yaml:5:33
      |
    5 |   show: { uses: compare, needs: table }
      |                                 ^^^^^ `table` writes `whole`
      |
      = help: the kind `compare` reads any number of `score`

    error: `plank` cannot read what `board` writes
     --> p.yaml:6:31
      |
    6 |   plank: { uses: make, needs: board, with: { material: elm } }
      |                               ^^^^^ `board` writes `part`
      |
      = help: the kind `make` reads no other stages: remove its `needs`

    error: `all` cannot read what `show` writes
     --> p.yaml:7:32
      |
    7 |   all: { uses: compare, needs: show }
      |                                ^^^^ `show` writes nothing that others read
      |
      = help: the kind `compare` reads any number of `score`
    "#);
}

#[test]
fn two_for_one() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  table: { uses: join, needs: board }\n  desk: { uses: join, needs: board }\n  rate: { uses: score, needs: [board, table, desk] }\n"
    ), @r#"
    error: the input `whole` of `rate` takes one `whole`, but 2 are given
     --> p.yaml:6:39
      |
    6 |   rate: { uses: score, needs: [board, table, desk] }
      |                                       ^^^^^  ---- `whole` of `desk`
      |                                       |
      |                                       `whole` of `table`
      |
      = help: need one of them, or make a copy of the stage for each with `each`
    "#);
}

#[test]
fn a_circle_and_what_hangs_on_it() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a: { uses: join, needs: [b, d] }\n  b:\n    uses: join\n    needs: c\n  c: { uses: join, needs: a }\n  d: { uses: make, with: { material: oak } }\n"
    ), @r#"
    error: the stages need each other in a circle: `a` → `b` → `c` → `a`
     --> p.yaml:3:28
      |
    3 |   a: { uses: join, needs: [b, d] }
      |                            ^ `a` needs `b`
    ...
    6 |     needs: c
      |            - `b` needs `c`
    7 |   c: { uses: join, needs: a }
      |                           - `c` needs `a`
      |
      = help: remove one of these needs

    error: `a` cannot read what `b` writes
     --> p.yaml:3:28
      |
    3 |   a: { uses: join, needs: [b, d] }
      |                            ^ `b` writes `whole`
      |
      = help: the kind `join` reads any number of `part`

    error: `b` cannot read what `c` writes
     --> p.yaml:6:12
      |
    6 |     needs: c
      |            ^ `c` writes `whole`
      |
      = help: the kind `join` reads any number of `part`

    error: `c` cannot read what `a` writes
     --> p.yaml:7:27
      |
    7 |   c: { uses: join, needs: a }
      |                           ^ `a` writes `whole`
      |
      = help: the kind `join` reads any number of `part`
    "#);
}

#[test]
fn a_circle_through_copies() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  join-a: { uses: join, needs: [board, rate] }\n  rate: { uses: score, each: join-*, needs: board }\n"
    ), @r#"
    error: the stages need each other in a circle: `join-a` → `rate/join-a` → `join-a`
     --> p.yaml:4:40
      |
    4 |   join-a: { uses: join, needs: [board, rate] }
      |                                        ^^^^ `join-a` needs `rate/join-a`
    5 |   rate: { uses: score, each: join-*, needs: board }
      |                              ------ `rate/join-a` needs `join-a`
      |
      = help: remove one of these needs

    error: `join-a` cannot read what `rate/join-a` writes
     --> p.yaml:4:40
      |
    4 |   join-a: { uses: join, needs: [board, rate] }
      |                                        ^^^^ `rate/join-a` writes `score`
      |
      = help: the kind `join` reads any number of `part`
    "#);
}

#[test]
fn patterns_that_match_nothing() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  join-a: { uses: join, needs: board }\n  rate: { uses: score, each: jion-*, needs: board }\n  show: { uses: compare, needs: rate }\n"
    ), @r#"
    error: no stage has a name like `jion-*`
     --> p.yaml:5:30
      |
    5 |   rate: { uses: score, each: jion-*, needs: board }
      |                              ^^^^^^ matches nothing
      |
      = help: did you mean `join-*`?
    "#);
}

#[test]
fn patterns_that_match_themselves_or_other_copies() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  join-a: { uses: join, needs: board }\n  rate: { uses: score, each: \"*\", needs: board }\n  join-again: { uses: score, each: join-*, needs: board }\n"
    ), @r#"
    error: the pattern `*` matches `rate` itself
     --> p.yaml:5:30
      |
    5 |   rate: { uses: score, each: "*", needs: board }
      |   ---- this stage            ^^^
      |
      = help: choose a pattern that matches only the stages to make copies for

    error: the pattern `*` matches `join-again`, which has copies itself
     --> p.yaml:5:30
      |
    5 |   rate: { uses: score, each: "*", needs: board }
      |                              ^^^
    6 |   join-again: { uses: score, each: join-*, needs: board }
      |   ---------- has `each`, too
      |
      = help: choose a pattern that matches only the stages to make copies for

    error: the pattern `join-*` matches `join-again` itself
     --> p.yaml:6:36
      |
    6 |   join-again: { uses: score, each: join-*, needs: board }
      |   ---------- this stage            ^^^^^^
      |
      = help: choose a pattern that matches only the stages to make copies for
    "#);
}

#[test]
fn copies_that_are_not_there() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  board: { uses: make, with: { material: oak } }\n  join-a: { uses: join, needs: board }\n  rate: { uses: score, each: join-*, needs: board }\n  show: { uses: compare, needs: [rate/join-b, rate] }\n"
    ), @r#"
    error: `rate` has no copy for `join-b`
     --> p.yaml:6:34
      |
    6 |   show: { uses: compare, needs: [rate/join-b, rate] }
      |                                  ^^^^^^^^^^^ unknown stage
      |
      = help: did you mean `rate/join-a`?
    "#);
}
