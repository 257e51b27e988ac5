//! `${name}` where it does not work, and values that come from elsewhere.

use super::{refused, refused_with};

#[test]
fn interpolation_of_what_is_not_there_or_not_text() {
    insta::assert_snapshot!(refused(
        "name: a\nparams: { wood: oak, sizes: [1] }\nstages:\n  a: { uses: make, with: { material: \"${wod}\", maker: \"a ${sizes} b\" } }\n  b: { uses: make, with: { material: \"${wood\", maker: \"${}\" } }\n"
    ), @r#"
    error: there is no parameter `wod`
     --> p.yaml:4:39
      |
    4 |   a: { uses: make, with: { material: "${wod}", maker: "a ${sizes} b" } }
      |                                       ^^^^^^ used here
      |
      = help: did you mean `wood`?

    error: `${sizes}` is a list, which cannot stand inside a text
     --> p.yaml:4:58
      |
    4 |   a: { uses: make, with: { material: "${wod}", maker: "a ${sizes} b" } }
      |                                                          ^^^^^^^^
      |
      = help: `"${sizes}"` alone takes the value as it is

    error: `${` must be followed by the name of a parameter and `}`
     --> p.yaml:5:39
      |
    5 |   b: { uses: make, with: { material: "${wood", maker: "${}" } }
      |                                       ^^
      |
      = help: write `$${` for a literal `${`

    error: `${` must be followed by the name of a parameter and `}`
     --> p.yaml:5:56
      |
    5 |   b: { uses: make, with: { material: "${wood", maker: "${}" } }
      |                                                        ^^^
      |
      = help: write `$${` for a literal `${`
    "#);
}

#[test]
fn interpolation_where_it_is_not_done() {
    insta::assert_snapshot!(refused(
        "name: \"${wood}\"\nparams: { wood: oak, other: \"${wood}\" }\nstages:\n  a: { uses: \"${wood}\", needs: \"${wood}\", with: { \"${wood}\": 1 } }\n  \"${wood}\": { uses: make, each: \"${wood}-*\", with: { material: \"${wood}\" } }\n"
    ), @r#"
    error: `name` cannot hold `${…}`
     --> p.yaml:1:7
      |
    1 | name: "${wood}"
      |       ^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`

    error: the default of a parameter cannot hold `${…}`
     --> p.yaml:2:29
      |
    2 | params: { wood: oak, other: "${wood}" }
      |                             ^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`

    error: `uses` cannot hold `${…}`
     --> p.yaml:4:14
      |
    4 |   a: { uses: "${wood}", needs: "${wood}", with: { "${wood}": 1 } }
      |              ^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`

    error: a stage in `needs` cannot hold `${…}`
     --> p.yaml:4:32
      |
    4 |   a: { uses: "${wood}", needs: "${wood}", with: { "${wood}": 1 } }
      |                                ^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`

    error: a key cannot hold `${…}`
     --> p.yaml:4:51
      |
    4 |   a: { uses: "${wood}", needs: "${wood}", with: { "${wood}": 1 } }
      |                                                   ^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`

    error: `${wood}` cannot be the name of a stage
     --> p.yaml:5:3
      |
    5 |   "${wood}": { uses: make, each: "${wood}-*", with: { material: "${wood}" } }
      |   ^^^^^^^^^
      |
      = help: at most 100 lower-case letters, digits, `-` and `_`, and first a letter or a digit; for example `wood`

    error: `each` cannot hold `${…}`
     --> p.yaml:5:34
      |
    5 |   "${wood}": { uses: make, each: "${wood}-*", with: { material: "${wood}" } }
      |                                  ^^^^^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`
    "#);
}

#[test]
fn parameters_cannot_hold_parameters() {
    insta::assert_snapshot!(refused_with(
        "name: a\nparams: { wood: oak }\nstages: { a: { uses: make, with: { material: \"${wood}\" } } }\n",
        &["wood=${wood}"]
    ), @r#"
    error: the value of a parameter cannot hold `${…}`
     --> --set:1:6
      |
    1 | wood=${wood}
      |      ^^^^^^^
      |
      = help: parameters can be used in the values of `with` and `resources`, and in `description`
    "#);
}

#[test]
fn keys_inside_a_mapping_from_a_parameter() {
    insta::assert_snapshot!(refused(
        "name: a\nparams:\n  all:\n    material: oak\n    lenght: 3\nstages: { a: { uses: make, with: \"${all}\" } }\n"
    ), @r#"
    error: `make` has no parameter `lenght`
     --> p.yaml:6:34
      |
    5 |     lenght: 3
      |             - `all` has its value from here
    6 | stages: { a: { uses: make, with: "${all}" } }
      |                                  ^^^^^^^^
      |
      = help: did you mean `length`?
    "#);
}

#[test]
fn values_from_the_command_line_are_named_as_such() {
    insta::assert_snapshot!(refused_with(
        "name: a\nparams: { seed: 1, length: 20 }\nstages:\n  a: { uses: make, with: { material: oak, seed: \"${seed}\", length: \"${length}\" } }\n",
        &["seed=many"]
    ), @r#"
    error: `seed` must be a whole number of at least 0, not the text `many`
     --> p.yaml:4:49
      |
    4 |   a: { uses: make, with: { material: oak, seed: "${seed}", length: "${length}" } }
      |                                                 ^^^^^^^^^
      |
     ::: --set:1:6
      |
    1 | seed=many
      |      ---- `seed` has its value from here

    error: `length` must be a number from 0.1 to 10, not `20`
     --> p.yaml:4:68
      |
    2 | params: { seed: 1, length: 20 }
      |                            -- `length` has its value from here
    3 | stages:
    4 |   a: { uses: make, with: { material: oak, seed: "${seed}", length: "${length}" } }
      |                                                                    ^^^^^^^^^^^
    "#);
}
