//! What a user reads when a pipeline file or a command line is wrong, word for word.

use insta::assert_snapshot;

use super::project::Project;

/// What `validate` says of a pipeline, which must be wrong.
fn refused(pipeline: &str) -> String {
    let project = Project::new();
    project.write("wrong.yaml", pipeline);
    let outcome = project.recflow("validate wrong.yaml");
    outcome.expect(2);
    assert_eq!(outcome.stdout, "");
    outcome.seen()
}

/// The same for a pipeline that begins as most do.
fn refused_after_split(stages: &str) -> String {
    refused(&format!(
        "\
name: wrong
stages:
  ingest: {{ uses: ingest }}
  split: {{ uses: split, needs: ingest, with: {{ strategy: per-user-random }} }}
{stages}"
    ))
}

/// What a command says in a folder with a pipeline that is right.
fn said(arguments: &[&str]) -> String {
    let outcome = Project::small().recflow_with(arguments);
    outcome.expect(2);
    assert_eq!(outcome.stdout, "");
    outcome.seen()
}

#[test]
fn an_unknown_kind() {
    assert_snapshot!(refused_after_split("  train-ease: { uses: train-eas, needs: split }\n"));
}

#[test]
fn an_unknown_kind_that_is_like_no_other() {
    assert_snapshot!(refused_after_split("  cook: { uses: dinner, needs: split }\n"));
}

#[test]
fn an_unknown_parameter() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease:
    uses: train-ease
    needs: split
    with:
      lamda: 500
"
    ));
}

#[test]
fn an_unknown_choice() {
    assert_snapshot!(refused(
        "\
name: wrong
stages:
  ingest: { uses: ingest }
  split:
    uses: split
    needs: ingest
    with: { strategy: per-user-randm, test: 0.2 }
"
    ));
}

#[test]
fn unknown_metrics() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease: { uses: train-ease, needs: split }
  evaluate:
    uses: evaluate
    needs: [split, train-ease]
    with:
      metrics:
        - ndgc@100
        - recall
        - rmse@5
        - precision@0
        - beauty@10
"
    ));
}

#[test]
fn a_number_out_of_its_range() {
    assert_snapshot!(refused_after_split(
        "  train-ease: { uses: train-ease, needs: split, with: { lambda: -3 } }\n"
    ));
}

#[test]
fn a_number_that_is_none() {
    assert_snapshot!(refused_after_split(
        "  train-ease: { uses: train-ease, needs: split, with: { lambda: .nan } }\n"
    ));
}

#[test]
fn values_of_the_wrong_type() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease:
    uses: train-ease
    needs: split
    with:
      lambda: a lot
      non-negative: 1
      precision: [f64]
"
    ));
}

#[test]
fn a_required_parameter_that_is_missing() {
    assert_snapshot!(refused("name: wrong\nstages:\n  ingest: { uses: ingest }\n  split: { uses: split, needs: ingest }\n"));
}

#[test]
fn shares_that_leave_nothing() {
    assert_snapshot!(refused(
        "\
name: wrong
stages:
  ingest: { uses: ingest }
  split:
    uses: split
    needs: ingest
    with: { strategy: per-user-random, validation: 0.5, test: 0.5 }
"
    ));
}

#[test]
fn a_parameter_of_another_strategy() {
    assert_snapshot!(refused(
        "\
name: wrong
stages:
  ingest: { uses: ingest }
  split:
    uses: split
    needs: ingest
    with: { strategy: leave-one-out, test: 0.2, train-file: train.csv }
"
    ));
}

#[test]
fn an_output_outside_of_the_folder() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease: { uses: train-ease, needs: split }
  evaluate: { uses: evaluate, needs: [split, train-ease] }
  report: { uses: report, needs: evaluate, with: { output: ../../etc/report.md } }
"
    ));
}

#[test]
fn a_key_that_stands_twice() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease: { uses: train-ease, needs: split, with: { lambda: 1, lambda: 2 } }
  split: { uses: split, needs: ingest, with: { strategy: leave-one-out } }
"
    ));
}

#[test]
fn unknown_keys() {
    assert_snapshot!(refused(
        "\
name: wrong
desription: Two typing errors.
stages:
  ingest:
    use: ingest
"
    ));
}

#[test]
fn stages_that_need_each_other() {
    assert_snapshot!(refused(
        "\
name: wrong
stages:
  first: { uses: filter, needs: third }
  second: { uses: filter, needs: first }
  third: { uses: filter, needs: second }
"
    ));
}

#[test]
fn a_need_that_is_no_stage() {
    assert_snapshot!(refused_after_split("  train-ease: { uses: train-ease, needs: splt }\n"));
}

#[test]
fn a_stage_wired_to_the_wrong_one() {
    assert_snapshot!(refused_after_split("  train-ease: { uses: train-ease, needs: ingest }\n"));
}

#[test]
fn an_input_that_nothing_is_wired_to() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease: { uses: train-ease }
  evaluate: { uses: evaluate, needs: train-ease }
"
    ));
}

#[test]
fn two_models_where_one_is_scored() {
    assert_snapshot!(refused_after_split(
        "\
  train-ease: { uses: train-ease, needs: split }
  train-popularity: { uses: train-popularity, needs: split }
  evaluate: { uses: evaluate, needs: [split, train-ease, train-popularity] }
"
    ));
}

#[test]
fn one_copy_for_each_of_none() {
    assert_snapshot!(refused_after_split("  evaluate: { each: fit-*, uses: evaluate, needs: split }\n"));
}

#[test]
fn a_name_between_braces_that_is_no_parameter() {
    assert_snapshot!(refused(
        "\
name: wrong
params: { dataset: sample }
stages:
  ingest: { uses: ingest, with: { dataset: \"${datset}\" } }
"
    ));
}

#[test]
fn a_parameter_of_the_wrong_type_for_its_place() {
    assert_snapshot!(refused(
        "\
name: wrong
params: { strength: strong }
stages:
  ingest: { uses: ingest }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random } }
  train-ease: { uses: train-ease, needs: split, with: { lambda: \"${strength}\" } }
"
    ));
}

#[test]
fn several_problems_at_once() {
    assert_snapshot!(refused(
        "\
name: wrong
params: { seed: 42 }
stages:
  ingest: { uses: ingest, with: { dataset: 7, format: csv } }
  split: { uses: split, needs: ingst, with: { strategy: random, seed: \"${sed}\" } }
  train-ease: { uses: train-ese, needs: split }
  report: { uses: report, needs: split, with: { titel: All } }
"
    ));
}

#[test]
fn text_that_is_no_yaml() {
    assert_snapshot!(refused("name: wrong\nstages:\n  ingest: { uses: ingest\n  split: { uses: split }\n"));
}

#[test]
fn a_tab_for_indentation() {
    assert_snapshot!(refused("name: wrong\nstages:\n\tingest: { uses: ingest }\n"));
}

#[test]
fn an_empty_file() {
    assert_snapshot!(refused(""));
}

#[test]
fn no_stages() {
    assert_snapshot!(refused("name: wrong\nstages: {}\n"));
}

#[test]
fn resources_that_cannot_be() {
    assert_snapshot!(refused_after_split(
        "  train-ease: { uses: train-ease, needs: split, resources: { threads: 0, memory: huge } }\n"
    ));
}

#[test]
fn two_wrong_files_at_once() {
    let project = Project::small();
    project.write("a.yaml", "name: a\nstages: { x: { uses: sampel } }\n");
    project.write("b.yaml", "name: b\nstages: { y: { uses: splti } }\n");
    let outcome = project.recflow("validate a.yaml small.yaml b.yaml");
    outcome.expect(2);
    assert_snapshot!(outcome.seen());
}

#[test]
fn setting_what_is_no_parameter() {
    assert_snapshot!(said(&["run", "small.yaml", "--set", "lamda=3"]));
}

#[test]
fn setting_without_a_value() {
    assert_snapshot!(said(&["run", "small.yaml", "--set", "lambda"]));
}

#[test]
fn setting_a_value_of_the_wrong_type() {
    assert_snapshot!(said(&["run", "small.yaml", "--set", "lambda=much"]));
}

#[test]
fn setting_the_same_twice() {
    assert_snapshot!(said(&["run", "small.yaml", "--set", "lambda=3", "--set", "lambda=4"]));
}

#[test]
fn a_stage_that_the_pipeline_does_not_have() {
    assert_snapshot!(said(&["run", "small.yaml", "train-eese", "split"]));
}

#[test]
fn a_subcommand_that_is_none() {
    assert_snapshot!(said(&["rnu", "small.yaml"]));
}

#[test]
fn an_amount_of_memory_that_is_none() {
    assert_snapshot!(said(&["run", "small.yaml", "--memory", "8 gigs"]));
}

#[test]
fn no_jobs() {
    assert_snapshot!(said(&["run", "small.yaml", "--jobs", "0"]));
}

#[test]
fn a_pipeline_file_that_is_not_there() {
    assert_snapshot!(said(&["run", "smal.yaml"]));
}

#[test]
fn no_pipeline_file() {
    assert_snapshot!(said(&["run"]));
}

#[test]
fn a_kind_that_is_none() {
    assert_snapshot!(said(&["kinds", "train-eas"]));
}

#[test]
fn an_option_that_is_none() {
    assert_snapshot!(said(&["run", "small.yaml", "--thread", "2"]));
}
