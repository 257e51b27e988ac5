//! What would make a table worthless fails the run with the reason. Each guard is tripped by a pipeline, or by a model, that was
//! built to trip it; what a user then reads is kept word for word.

use insta::assert_snapshot;

use super::command::script_model;
use super::project::Project;

/// What is said of a pipeline that must fail while it runs.
fn refused(project: &Project, pipeline: &str) -> String {
    project.write("guard.yaml", format!("name: guard\nstages:\n{pipeline}"));
    let outcome = project.recflow("run guard.yaml --quiet");
    outcome.expect(1);
    assert_eq!(outcome.stdout, "");
    let lines = outcome.stderr.lines().filter(|line| !line.trim_start().starts_with("log:"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What is said of a pipeline that cannot even begin.
fn invalid(project: &Project, pipeline: &str) -> String {
    project.write("guard.yaml", format!("name: guard\nstages:\n{pipeline}"));
    let outcome = project.recflow("run guard.yaml --quiet");
    outcome.expect(2);
    assert!(outcome.stdout.is_empty() && !project.path("cache").join("actions").exists(), "nothing has run");
    outcome.stderr
}

/// Runs a pipeline that no guard is in the way of.
fn passes(project: &Project, pipeline: &str) {
    project.write("guard.yaml", format!("name: guard\nstages:\n{pipeline}"));
    project.recflow("run guard.yaml --quiet").expect(0);
}

/// A pipeline of one split that is given as files.
fn of_files(files: &str) -> String {
    format!("  split: {{ uses: split, with: {{ strategy: predefined, {files} }} }}\n")
}

const INGEST: &str = "  ingest: { uses: ingest, with: { dataset: ratings.csv } }\n";

/// A stage of a split of the small ratings.
fn split(name: &str, with: &str) -> String {
    format!("  {name}: {{ uses: split, needs: ingest, with: {{ {with} }} }}\n")
}

/// A script that keeps a file of what it reads.
fn features(name: &str, needs: &str, more: &str) -> String {
    format!(
        "  {name}:
    uses: command
    needs: {needs}
    with: {{ shell: 'cd $RECFLOW_INPUT_DIR; ls -R > $RECFLOW_OUTPUT_DIR/features.txt', outputs: [features.txt]{more} }}\n"
    )
}

/// Guard: a seen item in a top-k. A model that recommends only what everybody has gets nothing of it into a list. (That a list
/// with such an item would be refused is tested beside the code: no pipeline comes that far.)
#[test]
fn a_model_that_recommends_what_users_have_does_not_get_it_into_a_list() {
    let project = Project::new();
    let (mut train, mut test) = ("user,item\n".to_owned(), "user,item\n".to_owned());
    for user in 0..4 {
        // Everybody has all but one of the ten items that the model recommends, and is to find another one.
        (0..10).filter(|item| *item != user).for_each(|item| train += &format!("u{user},i{item}\n"));
        test += &format!("u{user},i{user}\n");
    }
    project.write("train.csv", train).write("test.csv", test);
    let evaluate =
        "  evaluate: { uses: evaluate, needs: [split, train-script], with: { metrics: [hit-rate@1, coverage@10] } }\n";
    let files = of_files("train-file: train.csv, test-file: test.csv");
    passes(&project, &format!("{files}{}{evaluate}", script_model("", "split")));
    // The first that is left is the one to be found.
    assert_snapshot!(project.artifact("evaluate", "users.csv"), @r"
    user,hit-rate@1
    u0,1
    u1,1
    u2,1
    u3,1
    ");
}

/// Guard: a test interaction reachable from a training input, by way of the training part or of what is shown of a user.
#[test]
fn a_test_item_among_what_is_known_is_refused() {
    let project = Project::new();
    project
        .write("train.csv", "user,item\nu1,a\nu1,b\nu2,a\n")
        .write("test.csv", "user,item\nu1,b\n")
        .write("shown.csv", "user,item\nu3,a\nu3,b\n")
        .write("hidden.csv", "user,item\nu3,b\n");
    assert_snapshot!(
        "in_the_training_part",
        refused(&project, &of_files("train-file: train.csv, test-file: test.csv"))
    );
    let unseen = "train-file: train.csv, test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    assert_snapshot!("in_what_is_shown", refused(&project, &of_files(unseen)));
}

/// Guard: a test interaction reachable from a training input, by way of a program's files, over any number of programs.
#[test]
fn a_program_that_has_seen_the_test_part_cannot_feed_a_model() {
    let project = Project::small();
    let begin = format!("{INGEST}{}", split("split", "strategy: per-user-random"));
    let fed = |stages: &str| format!("{begin}{stages}{}", script_model("", "split, features"));
    let told = [
        refused(&project, &fed(&features("features", "split", ", reads-test: true"))),
        refused(&project, &fed(&features("features", "ingest", ""))),
        refused(&project, &fed(&(features("first", "ingest", "") + &features("features", "first", "")))),
    ];
    assert_snapshot!("by_way_of_programs", told.join("\n"));
    let measured = "  train-popularity: { uses: train-popularity, needs: split }
  evaluate: { uses: evaluate, needs: [split, train-popularity], with: { metrics: [ndcg@5], part: PART } }\n";
    let of_scores = |part: &str| fed(&(measured.replace("PART", part) + &features("features", "evaluate", "")));
    assert_snapshot!("by_way_of_scores", refused(&project, &of_scores("test")));
    // What models see is theirs, directly or not; where files come from is no business of programs.
    let validation = begin.replace("per-user-random", "per-user-random, validation: 0.2");
    passes(&project, &of_scores("validation").replace(&begin, &validation));
    let more = features("first", "split", "") + &features("features", "[first, train-popularity]", "");
    passes(&project, &fed(&(measured.replace("PART", "test") + &more)));
    assert!(!project.artifact("features", "features.txt").contains("origins"));
    // To ask for it as a model, or for a data set, is refused before anything runs.
    let asking = script_model("", "split").replace("title: Script", "title: Script\n      reads-test: true");
    let told = [
        invalid(&Project::small(), &format!("{begin}{asking}")),
        invalid(&Project::small(), &format!("{begin}{}", script_model("", "split, ingest"))),
    ];
    assert_snapshot!("a_model_that_asks_for_the_test_part", told.join("\n"));
}

/// Guard: selection on test.
#[test]
fn nothing_is_chosen_on_the_test_part() {
    let project = Project::small();
    let begin = |with: &str| {
        format!(
            "{INGEST}{}  train-ease: {{ uses: train-ease, needs: split, matrix: {{ lambda: [5, 50] }} }}\n",
            split("split", with)
        )
    };
    let (with, without) = ("strategy: per-user-random, validation: 0.2", "strategy: per-user-random, validation: 0");
    let best = |begin: String, more: &str| {
        format!("{begin}  best: {{ uses: best, needs: [split, train-ease], with: {{ metric: ndcg@5{more} }} }}\n")
    };
    assert_snapshot!("best_is_given_the_test_part", invalid(&project, &best(begin(with), ", part: test")));
    assert_snapshot!("best_without_a_validation_part", refused(&project, &best(begin(without), "")));
    passes(&project, &best(begin(with), ""));
    let of_scores = "  evaluate: { uses: evaluate, needs: [split, train-ease] }\n  \
                     best: { uses: best, needs: [split, evaluate], with: { metric: ndcg@5 } }\n";
    assert_snapshot!("best_of_scores", invalid(&Project::small(), &format!("{}{of_scores}", begin(with))));
    let validate = "  train-popularity: { uses: train-popularity, needs: split }\n  choose: { uses: evaluate, needs: [split, \
                    train-popularity], with: { metrics: [ndcg@5], part: validation } }\n";
    let pipeline = format!("{INGEST}{}{validate}", split("split", without));
    assert_snapshot!("scores_to_choose_by_of_no_part", refused(&project, &pipeline));
}

/// Guard: selection on test, by a validation part that is the test part.
#[test]
fn a_validation_part_that_is_in_the_test_part_is_refused() {
    let project = Project::new();
    project
        .write("train.csv", "user,item\nu1,a\nu2,b\n")
        .write("validation.csv", "user,item\nu1,b\n")
        .write("test.csv", "user,item\nu2,a\nu1,b\n")
        .write("shown.csv", "user,item\nu3,a\n")
        .write("hidden.csv", "user,item\nu3,b\n");
    let seen = "train-file: train.csv, validation-file: validation.csv, test-file: test.csv";
    let unseen = "train-file: train.csv, validation-fold-in-file: shown.csv, validation-held-out-file: hidden.csv, \
                  test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    let told = [refused(&project, &of_files(seen)), refused(&project, &of_files(unseen))];
    assert_snapshot!("in_both_held_out_parts", told.join("\n"));
}

/// Two models, each trained and scored with these, in one report.
fn two(splits: [&str; 2], evaluations: [&str; 2]) -> String {
    let mut stages = INGEST.to_owned();
    for (name, (with, evaluation)) in ["a", "b"].into_iter().zip(splits.into_iter().zip(evaluations)) {
        stages += &split(&format!("split-{name}"), with);
        stages += &format!(
            "  train-{name}: {{ uses: train-popularity, needs: split-{name} }}
  evaluate-{name}: {{ uses: evaluate, needs: [split-{name}, train-{name}], with: {{ metrics: [ndcg@5]{evaluation} }} }}\n"
        );
    }
    stages + "  report: { uses: report, needs: [evaluate-a, evaluate-b], with: { title: Two, output: two.md } }\n"
}

/// Guard: a report mixing split digests or dialects, and what is as bad.
#[test]
fn a_report_of_scores_that_cannot_be_compared_is_refused() {
    let project = Project::small();
    let (one, other) =
        ("strategy: per-user-random, validation: 0.2, seed: 1", "strategy: per-user-random, validation: 0.2, seed: 2");
    assert_snapshot!("of_two_splits", refused(&project, &two([one, other], ["", ""])));
    assert_snapshot!("of_two_dialects", refused(&project, &two([one, one], ["", ", dialect: trec-eval"])));
    assert_snapshot!("of_two_notions_of_a_target", refused(&project, &two([one, one], ["", ", relevant-from: 4"])));
    assert_snapshot!("of_two_parts", refused(&project, &two([one, one], ["", ", part: validation"])));
    assert!(!project.path("two.md").exists());
    // It is the content that counts: a split of another name that is the same is the same.
    passes(&project, &two([one, one], ["", ""]));
    assert!(!project.read("two.md").contains("(validation)"));
    // Scores to choose by make a table that says what it is.
    passes(&project, &two([one, one], [", part: validation", ", part: validation"]));
    let report = project.read("two.md");
    for words in ["# Two (validation)", "validation users with a target", "they are to choose by"] {
        assert!(report.contains(words), "{words} is not in\n{report}");
    }
}

/// Guard: a model scored on its training users' targets.
#[test]
fn a_model_is_not_scored_on_what_it_was_trained_on() {
    let project = Project::small();
    // Who is held out of one split is trained on in the other.
    let held_out = |seed: u8| format!("strategy: held-out-users, test-users: 9, validation-users: 0, seed: {seed}");
    let splits = format!("{INGEST}{}{}", split("split", &held_out(1)), split("split-b", &held_out(2)));
    let of_other = "  train-ease: { uses: train-ease, needs: split-b }\n";
    let evaluate = "  evaluate: { uses: evaluate, needs: [split, train-ease] }\n";
    assert_snapshot!("fitted_on_another_split", refused(&project, &format!("{splits}{of_other}{evaluate}")));
    let chosen = "  best: { uses: best, needs: [split-b, train-ease], with: { metric: ndcg@5 } }\n";
    let own = "  train-ease: { uses: train-ease, needs: split }\n";
    let with_validation = splits.replace("validation-users: 0", "validation-users: 4");
    assert_snapshot!("chosen_on_another_split", refused(&project, &format!("{with_validation}{own}{chosen}")));
    let script = script_model("", "split, train-ease");
    assert_snapshot!("made_of_a_model_of_another_split", refused(&project, &format!("{splits}{of_other}{script}")));
    let script = features("features", "split-b", "") + &script_model("", "split, features");
    assert_snapshot!("made_of_files_of_another_split", refused(&project, &format!("{splits}{script}")));
    passes(&project, &format!("{splits}{own}{evaluate}{}", script_model("", "split, train-ease")));
    project
        .write("train.csv", "user,item\nu1,a\nu1,b\nu2,a\n")
        .write("shown.csv", "user,item\nu1,a\n")
        .write("hidden.csv", "user,item\nu1,b\n");
    let files = "train-file: train.csv, test-fold-in-file: shown.csv, test-held-out-file: hidden.csv";
    assert_snapshot!("a_training_user_as_an_unseen_one", refused(&project, &of_files(files)));
}

/// Guard: fewer users than asked for.
#[test]
fn fewer_users_than_asked_for_are_refused() {
    let project = Project::small();
    let held_out =
        |users: u8| split("split", &format!("strategy: held-out-users, validation-users: 6, test-users: {users}"));
    assert_snapshot!("more_than_there_are", refused(&project, &format!("{INGEST}{}", held_out(25))));
    // Some of them have one event only: there is nothing to show, or nothing to find.
    let mut ratings = project.read("ratings.csv");
    (0..30).for_each(|user| ratings += &format!("v{user},i1,3,9\n"));
    project.write("ratings.csv", ratings);
    assert_snapshot!("of_whom_too_little_is_known", refused(&project, &format!("{INGEST}{}", held_out(20))));
    let share = split("split", "strategy: held-out-users, validation: 0.1, test: 0.3");
    passes(&project, &format!("{INGEST}{share}"));
    let filter = "  filter: { uses: filter, needs: ingest, with: { min-per-user: 5 } }\n";
    passes(&project, &format!("{INGEST}{filter}{}", held_out(9).replace("needs: ingest", "needs: filter")));
    // A model that leaves users out leaves out those it is bad at.
    let splits = format!("{INGEST}{}", split("split", "strategy: per-user-random"));
    let lazy = script_model("", "split").replace("tail -n +2", "tail -n +4");
    assert_snapshot!("a_model_that_leaves_users_out", refused(&project, &format!("{splits}{lazy}")));
}
