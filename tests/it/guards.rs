//! What would make a table worthless fails the run with the reason. Each guard is tripped by a pipeline built to trip it.

use super::project::Project;

/// Runs a pipeline that must fail while a stage runs; what it said.
fn refused(project: &Project, pipeline: &str, stage: &str) -> String {
    project.write("guard.yaml", pipeline);
    let outcome = project.recflow("run guard.yaml");
    outcome.expect(1);
    let message = outcome.stderr.clone();
    assert!(message.contains(&format!("{stage}: failed: ")) && message.contains("help: "), "{message}");
    message
}

fn assert_told(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "{word} is not in\n{message}");
    }
}

/// A pipeline of one split that is given as files.
fn of_files(files: &str) -> String {
    format!("name: guard\nstages:\n  split: {{ uses: split, with: {{ strategy: predefined, {files} }} }}\n")
}

#[test]
fn a_test_item_in_the_training_row_is_refused() {
    let project = Project::new();
    project.write("train.csv", "user,item\nu1,a\nu1,b\nu2,a\n").write("test.csv", "user,item\nu1,b\n");
    let message = refused(&project, &of_files("train-file: train.csv, test-file: test.csv"), "split");
    assert_told(&message, &["user `u1` has item `b` in both parts", "what is to be found must not be known already"]);
}

#[test]
fn a_test_item_in_what_is_shown_of_an_unseen_user_is_refused() {
    let project = Project::new();
    project
        .write("train.csv", "user,item\nu1,a\nu1,b\nu2,a\n")
        .write("shown.csv", "user,item\nu3,a\nu3,b\n")
        .write("hidden.csv", "user,item\nu3,b\n");
    let files = "train-file: train.csv, test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    let message = refused(&project, &of_files(files), "split");
    assert_told(&message, &["user `u3` has item `b` in both parts"]);
}

#[test]
fn a_user_who_is_trained_on_is_no_unseen_user() {
    let project = Project::new();
    project
        .write("train.csv", "user,item\nu1,a\nu1,b\nu2,a\n")
        .write("shown.csv", "user,item\nu1,a\n")
        .write("hidden.csv", "user,item\nu1,b\n");
    let files = "train-file: train.csv, test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    let message = refused(&project, &of_files(files), "split");
    assert_told(&message, &["user `u1` is also a training user", "held-out users must be in no other part"]);
}

#[test]
fn the_test_part_is_nothing_to_choose_by() {
    let project = Project::new();
    project
        .write("train.csv", "user,item\nu1,a\nu2,b\n")
        .write("validation.csv", "user,item\nu1,b\n")
        .write("test.csv", "user,item\nu2,a\nu1,b\n");
    let files = "train-file: train.csv, validation-file: validation.csv, test-file: test.csv";
    let message = refused(&project, &of_files(files), "split");
    assert_told(&message, &["user `u1` has item `b` in both parts"]);
    // Unseen users cannot be in both parts at all.
    project.write("shown.csv", "user,item\nu3,a\n").write("hidden.csv", "user,item\nu3,b\n");
    let files = "train-file: train.csv, validation-fold-in-file: shown.csv, validation-held-out-file: hidden.csv, \
                 test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    let message = refused(&project, &of_files(files), "split");
    assert_told(&message, &["user `u3` is also a validation user"]);
}

const HELD_OUT: &str = "\
name: guard
stages:
  ingest: { uses: ingest, with: { dataset: ratings.csv } }
  split: { uses: split, needs: ingest, with: { strategy: held-out-users, validation-users: 6, test-users: 9 } }
  train-popularity: { uses: train-popularity, needs: split }
  choose: { uses: evaluate, needs: [split, train-popularity], with: { metrics: [ndcg@5], part: validation } }
  evaluate: { uses: evaluate, needs: [split, train-popularity], with: { metrics: [ndcg@5] } }
  report: { uses: report, needs: [evaluate], with: { title: Guard, output: guard.md } }
";

#[test]
fn a_split_that_cannot_hold_out_as_many_users_as_asked_for_is_refused() {
    let project = Project::small();
    let message = refused(&project, &HELD_OUT.replace("test-users: 9", "test-users: 25"), "split");
    assert_told(&message, &["6 users for validation and 25 for the test leave none of 30 for training"]);
}

#[test]
fn scores_to_choose_by_do_not_stand_beside_those_of_the_test() {
    let project = Project::small();
    let message = refused(&project, &HELD_OUT.replace("[evaluate]", "[evaluate, choose]"), "report");
    assert_told(&message, &["were scored on different parts", "choose by scores on the validation part"]);
    // Alone they make a table that says what it is.
    project.write("guard.yaml", HELD_OUT.replace("[evaluate]", "[choose]"));
    project.recflow("run guard.yaml").expect(0);
    let report = project.read("guard.md");
    assert_told(&report, &["# Guard (validation)", "validation users with a target", "they are to choose by"]);
    project.write("guard.yaml", HELD_OUT);
    project.recflow("run guard.yaml").expect(0);
    assert!(!project.read("guard.md").contains("(validation)"));
}

#[test]
fn without_a_validation_part_there_is_nothing_to_choose_by() {
    let project = Project::small();
    let pipeline = HELD_OUT.replace("validation-users: 6", "validation-users: 0");
    let message = refused(&project, &pipeline, "choose");
    assert_told(&message, &["the split holds nothing out for the validation", "give the split a `validation` share"]);
}
