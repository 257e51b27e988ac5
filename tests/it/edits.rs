//! What an edit costs: a run computes what the edit has an influence on, and the plan says so before.

use std::fs;

use super::outcome::{cached, finished};
use super::project::{Project, SMALL_STAGES};

const PIPELINE: &str = "small.yaml";

/// A project whose pipeline has run once.
fn done() -> Project {
    let project = Project::small();
    assert_eq!(run_as_planned(&project, ""), sorted(&SMALL_STAGES));
    project
}

fn sorted(stages: &[&str]) -> Vec<String> {
    let mut stages: Vec<String> = stages.iter().map(|&stage| stage.to_owned()).collect();
    stages.sort();
    stages
}

/// Runs the pipeline and holds the run to what the plan has promised; the stages computed.
fn run_as_planned(project: &Project, arguments: &str) -> Vec<String> {
    let words = |command: &str| project.recflow(&format!("{command} {arguments}")).expect(0).stdout.clone();
    assert_eq!(words(&format!("run {PIPELINE} --dry-run")), words(&format!("plan {PIPELINE}")));

    let planned = project.plan(PIPELINE, arguments);
    let run = project.recflow(&format!("run {PIPELINE} {arguments} --format json"));
    run.expect(0);
    let mut computed: Vec<String> = run.events().iter().filter_map(finished).collect();
    let known: Vec<String> = run.events().iter().filter_map(cached).collect();
    assert_eq!(planned.len(), computed.len() + known.len());
    for (stage, plan) in &planned {
        let kept = match plan["status"].as_str().unwrap() {
            "cached" => known.contains(stage),
            "run" => computed.contains(stage),
            "maybe" => known.contains(stage) || computed.contains(stage),
            other => panic!("{other}"),
        };
        assert!(kept, "{stage} was planned as {plan}; computed {computed:?}");
    }
    computed.sort();
    computed
}

/// The reasons that the plan gives for running a stage.
fn reasons(project: &Project, stage: &str, arguments: &str) -> String {
    let planned = project.plan(PIPELINE, arguments);
    let (_, plan) = planned.iter().find(|(name, _)| name == stage).unwrap();
    assert_eq!(plan["status"], "run", "{plan}");
    plan["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect::<Vec<_>>().join("; ")
}

const OF_EASE: [&str; 3] = ["evaluate/train-ease", "report", "train-ease"];
const OF_METRICS: [&str; 3] = ["evaluate/train-ease", "evaluate/train-popularity", "report"];

#[test]
fn another_lambda_trains_scores_and_reports_that_model_again() {
    let project = done();
    project.edit(PIPELINE, "lambda: 20", "lambda: 10");
    assert_eq!(reasons(&project, "train-ease", ""), "with.lambda 20 → 10");
    let shown = project.recflow(&format!("plan {PIPELINE}"));
    let line = shown.stdout.lines().find(|line| line.contains(" train-ease ")).unwrap();
    assert!(line.starts_with("run ") && line.contains("with.lambda 20 → 10 (took "), "{}", shown.stdout);
    assert_eq!(run_as_planned(&project, ""), OF_EASE);
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn going_back_to_what_was_runs_nothing() {
    let project = done();
    project.edit(PIPELINE, "lambda: 20", "lambda: 10");
    run_as_planned(&project, "");
    project.edit(PIPELINE, "lambda: 10", "lambda: 20");
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn setting_a_parameter_is_like_editing_it() {
    let project = done();
    assert_eq!(reasons(&project, "train-ease", "--set lambda=10"), "with.lambda 20 → 10");
    assert_eq!(run_as_planned(&project, "--set lambda=10"), OF_EASE);
    project.edit(PIPELINE, "lambda: 20", "lambda: 10");
    assert!(run_as_planned(&project, "").is_empty(), "the edit and the setting are the same");
    assert!(run_as_planned(&project, "--set lambda=20.0").is_empty(), "20 and 20.0 are the same number");
    assert!(run_as_planned(&project, "--set lambda=30 --set lambda=20").is_empty(), "the last setting counts");
}

#[test]
fn another_metric_scores_and_reports_again() {
    let project = done();
    project.edit(PIPELINE, "[rmse, precision@5, ndcg@5]", "[rmse, precision@5, ndcg@5, recall@5]");
    assert!(reasons(&project, "evaluate/train-ease", "").starts_with("with.metrics "));
    assert_eq!(run_as_planned(&project, ""), OF_METRICS);
    assert!(project.read("reports/small.md").contains("Recall@5"));
}

#[test]
fn words_for_the_reader_run_nothing() {
    let project = done();
    let text = project.read(PIPELINE);
    project.write(PIPELINE, format!("# A comment.\n{text}\n# Another one.\n"));
    project.edit(PIPELINE, "    uses: split\n", "    uses: split    # cuts\n\n");
    project.edit(PIPELINE, "name: small\n", "name: small\ndescription: A comparison.\n");
    project.edit(PIPELINE, "strategy: per-user-random", "strategy: 'per-user-random'");
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn another_order_of_stages_and_keys_runs_nothing() {
    let project = done();
    project.write(
        PIPELINE,
        "stages:
  train-ease: { with: { lambda: \"${lambda}\" }, needs: split, uses: train-ease }
  split: { with: { seed: 7, strategy: per-user-random }, needs: ingest, uses: split }
  report: { with: { output: reports/small.md, title: Small }, needs: evaluate, uses: report }
  ingest: { with: { dataset: \"${dataset}\" }, uses: ingest }
  evaluate: { with: { metrics: [rmse, precision@5, ndcg@5] }, needs: split, uses: evaluate, each: train-* }
  train-popularity: { needs: split, uses: train-popularity }
params: { lambda: 20, dataset: ratings.csv }
name: small
",
    );
    assert_eq!(run_as_planned(&project, ""), [""; 0]);
    let report = project.read("reports/small.md");
    let place = |model: &str| report.find(&format!("| {model} ")).unwrap();
    assert!(place("EASE") < place("Popularity"), "the rows are in the order of the file\n{report}");
}

#[test]
fn writing_a_default_down_runs_nothing() {
    let project = done();
    project.edit(PIPELINE, "lambda: \"${lambda}\"", "lambda: \"${lambda}\", precision: f64, non-negative: false");
    project.edit(PIPELINE, "seed: 7", "seed: 7, validation: 0.1, test: 0.2");
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn another_name_of_the_pipeline_runs_nothing() {
    let project = done();
    project.edit(PIPELINE, "name: small", "name: renamed");
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn a_touched_ratings_file_runs_nothing() {
    let project = done();
    let path = project.path("ratings.csv");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    fs::File::options().append(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    assert!(run_as_planned(&project, "").is_empty());
    // The same bytes in another file of the same name.
    let text = project.read("ratings.csv");
    fs::remove_file(&path).unwrap();
    project.write("ratings.csv", text);
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn a_copied_ratings_file_runs_nothing() {
    let project = done();
    project.write("elsewhere/copy.csv", project.read("ratings.csv"));
    assert!(run_as_planned(&project, "--set dataset=elsewhere/copy.csv").is_empty());
    project.edit(PIPELINE, "dataset: ratings.csv", "dataset: elsewhere/copy.csv");
    fs::remove_file(project.path("ratings.csv")).unwrap();
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn another_rating_runs_all_that_depends_on_it() {
    let project = done();
    let text = project.read("ratings.csv");
    let (first, rest) = text.split_once('\n').unwrap();
    let (line, rest) = rest.split_once('\n').unwrap();
    let (user, other) = line.rsplit_once(',').unwrap();
    project.write("ratings.csv", format!("{first}\n{user},{}\n{rest}", other.parse::<u64>().unwrap() + 1));
    assert!(reasons(&project, "ingest", "").contains("ratings` has changed"));
    let computed = run_as_planned(&project, "");
    // Its time plays no part in how a model of this pipeline is fitted, but the split keeps it.
    assert!(computed.contains(&"ingest".to_owned()) && computed.contains(&"split".to_owned()), "{computed:?}");

    project.edit("ratings.csv", "u1,i1,", "u1,i2000,");
    assert_eq!(run_as_planned(&project, ""), sorted(&SMALL_STAGES), "an item that nobody had is another data set");
}

#[test]
fn an_upstream_result_that_stays_the_same_stops_there() {
    let project = done();
    // A comment line makes another file; another order of columns too. What is read is the same.
    let swapped: String = project
        .read("ratings.csv")
        .lines()
        .map(|line| {
            let [user, item, rating, time] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            format!("{time},{rating},{item},{user}\n")
        })
        .collect();
    project.write("ratings.csv", swapped);
    assert_eq!(run_as_planned(&project, ""), ["ingest"]);
}

#[test]
fn another_output_only_writes_the_file_there() {
    let project = done();
    project.edit(PIPELINE, "output: reports/small.md", "output: elsewhere/other.md");
    assert!(run_as_planned(&project, "").is_empty());
    assert_eq!(project.read("elsewhere/other.md"), project.read("reports/small.md"));
}

#[test]
fn another_title_runs_the_report_only() {
    let project = done();
    project.edit(PIPELINE, "title: Small", "title: Tiny");
    assert_eq!(reasons(&project, "report", ""), "with.title Small → Tiny");
    assert_eq!(run_as_planned(&project, ""), ["report"]);
}

#[test]
fn one_more_model_trains_only_that_one() {
    let project = done();
    project.edit(
        PIPELINE,
        "  evaluate:\n",
        "  train-ease-strong: { uses: train-ease, needs: split, with: { lambda: 500 } }\n  evaluate:\n",
    );
    let expected = ["evaluate/train-ease-strong", "report", "train-ease-strong"];
    assert_eq!(run_as_planned(&project, ""), expected);
}

#[test]
fn more_or_fewer_threads_and_jobs_run_nothing() {
    let project = done();
    for arguments in ["--jobs 1", "--threads 1", "--memory 512MiB", "--keep-going"] {
        assert!(project.computed(PIPELINE, arguments).is_empty(), "{arguments}");
    }
    project.edit(PIPELINE, "    uses: train-ease\n", "    uses: train-ease\n    resources: { threads: 1 }\n");
    assert!(run_as_planned(&project, "").is_empty());
}

#[test]
fn parts_of_a_split_that_are_copied_run_nothing() {
    let project = Project::small();
    let text = project.read("ratings.csv");
    let (header, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let part = |wanted: fn(usize) -> bool| {
        let kept = lines.iter().enumerate().filter(|(place, _)| wanted(*place)).map(|(_, line)| format!("{line}\n"));
        format!("{header}\n{}", kept.collect::<String>())
    };
    project.write("parts/train.csv", part(|place| place % 5 != 0));
    project.write("parts/test.csv", part(|place| place % 5 == 0));
    project.edit(PIPELINE, "    needs: ingest\n", "");
    project.edit(PIPELINE, "  ingest:\n    uses: ingest\n    with: { dataset: \"${dataset}\" }\n", "");
    project.edit(PIPELINE, "dataset: ratings.csv", "dataset: parts");
    let files = "{ strategy: predefined, train-file: \"${dataset}/train.csv\", test-file: \"${dataset}/test.csv\" }";
    project.edit(PIPELINE, "{ strategy: per-user-random, seed: 7 }", files);
    assert_eq!(run_as_planned(&project, "").len(), SMALL_STAGES.len() - 1);
    fs::rename(project.path("parts"), project.path("moved")).unwrap();
    assert!(run_as_planned(&project, "--set dataset=moved").is_empty());
}
