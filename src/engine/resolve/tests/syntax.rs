//! Files that are no YAML, and what is said of them.

use super::{refused, refused_with};

#[test]
fn unclosed_bracket() {
    insta::assert_snapshot!(refused("name: a\nstages:\n  a: { uses: make, with: { material: oak }\n  b: 1\n"), @r#"
    error: this is not YAML: invalid indentation in flow construct
     --> p.yaml:4:3
      |
    4 |   b: 1
      |   ^ the reader stopped here
    "#);
}

#[test]
fn tab_as_indentation() {
    insta::assert_snapshot!(refused("name: a\nstages:\n\ta:\n\t\tuses: make\n"), @r#"
    error: this is not YAML: tabs disallowed within this context (block indentation)
     --> p.yaml:3:2
      |
    3 |     a:
      |     ^ the reader stopped here
      |
      = help: indent with spaces; YAML allows no tabs there
    "#);
}

#[test]
fn unquoted_interpolation_in_a_flow_mapping() {
    insta::assert_snapshot!(refused("name: a\nparams: { wood: oak }\nstages:\n  a: { uses: make, with: { material: ${wood} } }\n"), @r#"
    error: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
     --> p.yaml:4:39
      |
    4 |   a: { uses: make, with: { material: ${wood} } }
      |                                       ^ the reader stopped here
      |
      = help: inside `{ … }` and `[ … ]`, write `"${name}"` with quotes
    "#);
}

#[test]
fn bad_indentation_after_letters_of_several_bytes() {
    insta::assert_snapshot!(refused("name: a\ndescription: \"ärger\" über\nstages: {}\n"), @r#"
    error: this is not YAML: invalid trailing content after double-quoted scalar
     --> p.yaml:2:22
      |
    2 | description: "ärger" über
      |                      ^ the reader stopped here
    "#);
}

#[test]
fn duplicate_keys_at_two_levels() {
    insta::assert_snapshot!(refused(
        "name: a\nstages:\n  a:\n    uses: make\n    with:\n      material: oak\n      length: 2\n      material: elm\n  a: { uses: make }\nname: b\n"
    ), @r#"
    error: the key `material` stands here twice
     --> p.yaml:8:7
      |
    6 |       material: oak
      |       -------- first here
    7 |       length: 2
    8 |       material: elm
      |       ^^^^^^^^ again here
      |
      = help: remove one of them

    error: the key `a` stands here twice
     --> p.yaml:9:3
      |
    3 |   a:
      |   - first here
    ...
    9 |   a: { uses: make }
      |   ^ again here
      |
      = help: remove one of them

    error: the key `name` stands here twice
      --> p.yaml:10:1
       |
     1 | name: a
       | ---- first here
    ...
    10 | name: b
       | ^^^^ again here
       |
       = help: remove one of them
    "#);
}

#[test]
fn two_documents() {
    insta::assert_snapshot!(refused("name: a\n---\nname: b\n"), @r#"
    error: the file has more than one YAML document
     --> p.yaml:2:1
      |
    2 | ---
      | ^^^ the second one begins here
      |
      = help: put each pipeline into a file of its own
    "#);
}

#[test]
fn tags() {
    insta::assert_snapshot!(refused("name: !!str 5\n"), @r#"
    error: the YAML tag `!!str` is not supported
     --> p.yaml:1:7
      |
    1 | name: !!str 5
      |       ^^^^^^^
      |
      = help: quote what is to be text; other tags have no use here
    "#);
}

#[test]
fn keys_that_are_lists() {
    insta::assert_snapshot!(refused("name: a\nstages:\n  [a, b]: { uses: make }\n"), @r#"
    error: a key must be text, not a list
     --> p.yaml:3:3
      |
    3 |   [a, b]: { uses: make }
      |   ^^^^^^
    "#);
}

#[test]
fn merging_something_that_is_no_mapping() {
    insta::assert_snapshot!(refused("name: a\nstages:\n  a: { uses: make, with: { <<: 5, material: oak } }\n"), @r#"
    error: the merge key `<<` takes a mapping or a list of mappings
     --> p.yaml:3:32
      |
    3 |   a: { uses: make, with: { <<: 5, material: oak } }
      |                            --  ^ this is the number `5`
    "#);
}

#[test]
fn unknown_alias() {
    insta::assert_snapshot!(refused("name: a\nstages:\n  a: *b\n"), @r#"
    error: this is not YAML: while parsing node, found unknown anchor
     --> p.yaml:3:6
      |
    3 |   a: *b
      |      ^ the reader stopped here
    "#);
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(refused(""), @r#"
    error: a pipeline must be a mapping, not nothing
     --> p.yaml:1:1
      |
    1 |
      | ^
      |
      = help: its keys are `name`, `description`, `params`, `stages`
    "#);
}

#[test]
fn control_characters() {
    insta::assert_snapshot!(refused("name: a\u{1b}[31m\n"), @r#"
    error: the file has a character that YAML does not allow
     --> p.yaml:1:8
      |
    1 | name: a␛[31m
      |        ^ \u{1b}
    "#);
}

#[test]
fn overrides_without_a_value_or_with_broken_ones() {
    insta::assert_snapshot!(refused_with(
        "name: a\nparams: { wood: oak }\nstages: { a: { uses: make, with: { material: \"${wood}\" } } }\n",
        &["wood", "wod=elm", "wood=[1, 2", "plank=3"]
    ), @r#"
    error: an override must have the form `name=value`
     --> --set:1:1
      |
    1 | wood
      | ^^^^ no `=` here

    error: the pipeline has no parameter `wod`
     --> --set:1:1
      |
    1 | wod=elm
      | ^^^ unknown parameter
      |
      = help: did you mean `wood`?

    error: this is not YAML: while parsing a flow sequence, expected ',' or ']'
     --> --set:1:11
      |
    1 | wood=[1, 2
      |           ^ the reader stopped here

    error: the pipeline has no parameter `plank`
     --> --set:1:1
      |
    1 | plank=3
      | ^^^^^ unknown parameter
      |
      = help: its parameters are `wood`
    "#);
}
