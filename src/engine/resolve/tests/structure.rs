//! Files that are YAML but no pipelines.

use super::refused;

#[test]
fn missing_and_unknown_keys_at_every_level() {
    insta::assert_snapshot!(refused(
        "nme: a\nstages:\n  a: { use: make, with: { material: oak }, timeout: 30m }\n  b: { uses: make, with: { material: oak }, resources: { cpu: 1, thread: 2 } }\n"
    ), @r#"
    error: the pipeline has no `name`
     --> p.yaml:1:1
      |
    1 | nme: a
      | ^ expected in this mapping
      |
      = help: name it: `name: my-comparison`

    error: a pipeline has no key `nme`
     --> p.yaml:1:1
      |
    1 | nme: a
      | ^^^ unknown key
      |
      = help: did you mean `name`?

    error: the stage `a` does not say what it `uses`
     --> p.yaml:3:3
      |
    3 |   a: { use: make, with: { material: oak }, timeout: 30m }
      |   ^ this stage
      |
      = help: name its kind: `uses: …`

    error: the stage `a` has no key `use`
     --> p.yaml:3:8
      |
    3 |   a: { use: make, with: { material: oak }, timeout: 30m }
      |        ^^^ unknown key
      |
      = help: did you mean `uses`?

    error: the stage `a` has no key `timeout`
     --> p.yaml:3:44
      |
    3 |   a: { use: make, with: { material: oak }, timeout: 30m }
      |                                            ^^^^^^^ unknown key
      |
      = help: its keys are `uses`, `needs`, `with`, `each`, `matrix`, `seeds`, `frozen`, `expect`, `resources`

    error: `resources` has no key `cpu`
     --> p.yaml:4:58
      |
    4 |   b: { uses: make, with: { material: oak }, resources: { cpu: 1, thread: 2 } }
      |                                                          ^^^ unknown key
      |
      = help: its keys are `threads`, `memory`, `timeout`, `retries`

    error: `resources` has no key `thread`
     --> p.yaml:4:66
      |
    4 |   b: { uses: make, with: { material: oak }, resources: { cpu: 1, thread: 2 } }
      |                                                                  ^^^^^^ unknown key
      |
      = help: did you mean `threads`?
    "#);
}

#[test]
fn wrong_yaml_types() {
    insta::assert_snapshot!(refused(
        "name: 5\ndescription: [a]\nparams: [seed]\nstages:\n  a: make\n  b: { uses: [make], needs: { c: d }, with: [oak] }\n  c: { uses: make, with: oak, each: true }\n"
    ), @r#"
    error: `name` must be text, not the number `5`
     --> p.yaml:1:7
      |
    1 | name: 5
      |       ^
      |
      = help: quote it to make it text

    error: `description` must be text, not a list
     --> p.yaml:2:14
      |
    2 | description: [a]
      |              ^^^

    error: `params` must be a mapping, not a list
     --> p.yaml:3:9
      |
    3 | params: [seed]
      |         ^^^^^^
      |
      = help: give each parameter its default: `seed: 42`

    error: the stage `a` must be a mapping, not the text `make`
     --> p.yaml:5:6
      |
    5 |   a: make
      |      ^^^^
      |
      = help: its keys are `uses`, `needs`, `with`, `each`, `matrix`, `seeds`, `frozen`, `expect`, `resources`

    error: `uses` must be text, not a list
     --> p.yaml:6:14
      |
    6 |   b: { uses: [make], needs: { c: d }, with: [oak] }
      |              ^^^^^^

    error: a stage in `needs` must be text, not a mapping
     --> p.yaml:6:29
      |
    6 |   b: { uses: [make], needs: { c: d }, with: [oak] }
      |                             ^^^^^^^^

    error: `with` must be a mapping, not the text `oak`
     --> p.yaml:7:26
      |
    7 |   c: { uses: make, with: oak, each: true }
      |                          ^^^
      |
      = help: write each parameter with its value: `with: { name: value }`

    error: `each` must be text, not `true`
     --> p.yaml:7:37
      |
    7 |   c: { uses: make, with: oak, each: true }
      |                                     ^^^^
      |
      = help: quote it to make it text
    "#);
}

#[test]
fn no_stages() {
    insta::assert_snapshot!(refused("name: a\nstages:\n"), @r#"
    error: `stages` must be a mapping of names to stages, not nothing
     --> p.yaml:2:1
      |
    2 | stages:
      | ^^^^^^
      |
      = help: write each stage under its name: `split: { uses: …, needs: … }`
    "#);
    insta::assert_snapshot!(refused("name: a\nstages: {}\n"), @r#"
    error: the pipeline has no stages
     --> p.yaml:2:9
      |
    2 | stages: {}
      |         ^^
    "#);
    insta::assert_snapshot!(refused("name: a\n"), @r#"
    error: the pipeline has no `stages`
     --> p.yaml:1:1
      |
    1 | name: a
      | ^ expected in this mapping
      |
      = help: list what is to be done under `stages:`
    "#);
    insta::assert_snapshot!(refused("just text\n"), @r#"
    error: a pipeline must be a mapping, not the text `just text`
     --> p.yaml:1:1
      |
    1 | just text
      | ^^^^^^^^^
      |
      = help: its keys are `name`, `description`, `params`, `stages`
    "#);
}

#[test]
fn names_that_cannot_be() {
    insta::assert_snapshot!(refused(
        "name: My Pipeline\nparams: { 1st: 2 }\nstages:\n  Board: { uses: make, with: { material: oak } }\n  a/b: { uses: make, with: { material: oak } }\n"
    ), @r#"
    error: `My Pipeline` cannot be the name of a pipeline
     --> p.yaml:1:7
      |
    1 | name: My Pipeline
      |       ^^^^^^^^^^^
      |
      = help: at most 100 lower-case letters, digits, `-` and `_`, and first a letter or a digit; for example `my-pipeline`

    error: `1st` cannot be the name of a parameter
     --> p.yaml:2:11
      |
    2 | params: { 1st: 2 }
      |           ^^^
      |
      = help: a name begins with a letter and goes on with letters, digits, `_` and `-`

    error: `Board` cannot be the name of a stage
     --> p.yaml:4:3
      |
    4 |   Board: { uses: make, with: { material: oak } }
      |   ^^^^^
      |
      = help: at most 100 lower-case letters, digits, `-` and `_`, and first a letter or a digit; for example `board`

    error: `a/b` cannot be the name of a stage
     --> p.yaml:5:3
      |
    5 |   a/b: { uses: make, with: { material: oak } }
      |   ^^^
      |
      = help: at most 100 lower-case letters, digits, `-` and `_`, and first a letter or a digit; for example `a-b`
    "#);
}

#[test]
fn unknown_kinds() {
    insta::assert_snapshot!(refused("name: a\nstages:\n  a: { uses: mkae, with: { material: oak } }\n  b: { uses: paint }\n"), @r#"
    error: there is no kind of stage called `mkae`
     --> p.yaml:3:14
      |
    3 |   a: { uses: mkae, with: { material: oak } }
      |              ^^^^ unknown kind
      |
      = help: did you mean `make`?

    error: there is no kind of stage called `paint`
     --> p.yaml:4:14
      |
    4 |   b: { uses: paint }
      |              ^^^^^ unknown kind
      |
      = help: the kinds are `make`, `join`, `score`, `stack`, `carve`, `pick`, `compare`
    "#);
}

#[test]
fn resources_out_of_range() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a:\n    uses: make\n    with: { material: oak }\n    resources: { threads: 0, memory: 2 lumps }\n  b:\n    uses: make\n    with: { material: oak }\n    resources: { threads: two, memory: -1 }\n"
    ), @r#"
    error: `threads` must be a whole number from 1 to 1024, not the number `0`
     --> p.yaml:6:27
      |
    6 |     resources: { threads: 0, memory: 2 lumps }
      |                           ^
      |
      = help: leave it out to share all threads

    error: `memory` must be an amount of memory, not the text `2 lumps`
     --> p.yaml:6:38
      |
    6 |     resources: { threads: 0, memory: 2 lumps }
      |                                      ^^^^^^^
      |
      = help: write it like `512MiB`, `2GiB` or `1.5GB`

    error: `threads` must be a whole number from 1 to 1024, not the text `two`
      --> p.yaml:10:27
       |
    10 |     resources: { threads: two, memory: -1 }
       |                           ^^^
       |
       = help: leave it out to share all threads

    error: `memory` must be an amount of memory, not the number `-1`
      --> p.yaml:10:40
       |
    10 |     resources: { threads: two, memory: -1 }
       |                                        ^^
       |
       = help: write it like `512MiB`, `2GiB` or `1.5GB`
    "#);
}
