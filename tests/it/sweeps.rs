//! Matrices, seeds, and the best of a sweep.

use serde_json::Value;

use crate::project::{Project, SMALL};
use crate::toy::Toy;

const TOY: &str = "
  first: { uses: write, matrix: { text: [a, bb] } }
  second: { uses: join, needs: first/text=a, with: { between: \"${matrix.n}\" }, matrix: { n: [x, yy] } }
  length: { each: [first, second], uses: length }
  all: { uses: list, needs: length }
";

#[test]
fn each_copy_is_a_stage_with_coordinates_that_its_readers_are_told() {
    let toy = Toy::new();
    // Nine stages; of three that measure the same text, one does it for all.
    assert_eq!(toy.computes(TOY).len(), 7);
    assert_eq!(
        toy.text("all"),
        "length/first/text=a [text=a]\nlength/first/text=bb [text=bb]\nlength/second/n=x [n=x]\nlength/second/n=yy [n=yy]\n"
    );
    assert_eq!(toy.text("length/first/text=bb"), "2");
    // Another value runs its own copies and what reads all.
    let more = TOY.replace("[a, bb]", "[a, bb, ccc]");
    assert_eq!(toy.computes(&more), ["all", "first/text=ccc", "length/first/text=ccc"]);
    // Another order of values changes no key but the order of what is read.
    assert_eq!(toy.computes(&TOY.replace("[a, bb]", "[bb, a]")), [""; 0]);
}

#[test]
fn a_record_tells_the_coordinates() {
    let toy = Toy::new();
    toy.computes(TOY);
    let store = toy.store();
    let run = recflow::engine::RunRecord::find(&store, None).unwrap();
    let record = recflow::engine::RunRecord::read(&store, &run).unwrap();
    assert_eq!(record.stage("length/second/n=yy").unwrap().variant.to_string(), "n=yy");
}

const SWEEP: &str = "\
name: sweep
stages:
  ingest: { uses: ingest, with: { dataset: ratings.csv } }
  split:
    uses: split
    needs: ingest
    with: { strategy: per-user-random, validation: 0.2, test: 0.2 }
    seeds: 2
  train-popularity: { uses: train-popularity, needs: split }
  train-ease: { uses: train-ease, needs: split, matrix: { lambda: [5, 500] } }
  best: { uses: best, needs: [split, train-ease, train-popularity], with: { metric: ndcg@5 } }
  evaluate:
    each: [train-*, best]
    uses: evaluate
    needs: split
    with: { metrics: [ndcg@5] }
";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_best_of_each_split_is_chosen_on_its_validation_part() {
    let project = Project::small();
    project.write("sweep.yaml", SWEEP);
    let planned: Vec<String> = project.plan("sweep.yaml", "").into_iter().map(|(stage, _)| stage).collect();
    // 1 + 2 splits + 2 + 4 trainings + 2 choices + 8 evaluations.
    assert_eq!(planned.len(), 19, "{planned:?}");
    let mut computed = project.computed("sweep.yaml", "");
    let mut sorted = planned;
    computed.sort();
    sorted.sort();
    assert_eq!(computed, sorted, "a plan tells what the run does");
    let choice = json(&project.artifact("best/seed=42", "choice.json"));
    let candidates = choice["candidates"].as_array().unwrap();
    let stages: Vec<&str> = candidates.iter().map(|candidate| candidate["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["train-ease/seed=42,lambda=5", "train-ease/seed=42,lambda=500", "train-popularity/seed=42"]);
    let value = |candidate: &Value| candidate["value"].as_f64().unwrap();
    let best = candidates.iter().map(value).fold(f64::MIN, f64::max);
    let chosen = candidates.iter().find(|candidate| candidate["stage"] == choice["chosen"]).unwrap();
    assert_eq!((value(chosen), &choice["part"]), (best, &"validation".into()));
    assert_eq!(chosen["variant"]["seed"], 42);
    // The model that is passed on is the chosen one.
    let name = choice["chosen"].as_str().unwrap();
    let [passed, trained] = ["best/seed=42", name].map(|stage| json(&project.artifact(stage, "model.json")));
    assert_eq!(passed["parameters"], trained["parameters"]);
    assert_eq!(passed["chosen"]["of"], 3);
    assert_eq!(project.computed("sweep.yaml", ""), [""; 0]);
    let one = project.plan("sweep.yaml", "evaluate/best/seed=43");
    assert_eq!(one.len(), 7, "{one:?}");
    let wrong = project.recflow("explain sweep.yaml train-ease/seed=42,lambda=6");
    assert!(wrong.expect(2).stderr.contains("did you mean `train-ease/seed=42,lambda=5`?"), "{}", wrong.stderr);
}

#[test]
fn there_is_no_choosing_without_a_validation_part() {
    let project = Project::small();
    project.write("sweep.yaml", SWEEP.replace("validation: 0.2, ", "validation: 0, "));
    let failed = project.recflow("run sweep.yaml --keep-going");
    assert!(failed.expect(1).stderr.contains("the split has no validation part to choose on"), "{}", failed.stderr);
    project.write("ratings.yaml", SWEEP.replace("metric: ndcg@5", "metric: rmse"));
    let failed = project.recflow("run ratings.yaml");
    assert!(failed.expect(1).stderr.contains("has no `rmse` on the validation part"), "{}", failed.stderr);
    project.write("neither.yaml", SWEEP.replace("metric: ndcg@5", "metric: novelty@5"));
    let refused = project.recflow("validate neither.yaml");
    assert!(refused.expect(2).stderr.contains("does not say which of two models is better"), "{}", refused.stderr);
}

#[test]
fn choosing_takes_memory_for_the_largest_of_all_models() {
    let project = Project::new();
    let models = "  a-small: { uses: train-popularity, needs: split }\n  large: { uses: train-ease, needs: split }\n  \
                  split: { uses: split, needs: sample, with: { strategy: per-user-random, validation: 0.2 } }\n  \
                  sample: { uses: sample, with: { users: 100, items: 1000, interactions: 3000 } }\n";
    let best = "  best: { uses: best, needs: [split, a-small, large], with: { metric: ndcg@5 } }\n";
    project.write("large.yaml", format!("name: large\nstages:\n{models}{best}"));
    project.write("small.yaml", format!("name: small\nstages:\n{models}{}", best.replace(", large]", "]")));
    project.recflow("run large.yaml --until large --until a-small").expect(0);
    // A process and a block of scores go into it, and so does the small model, but not a thousand by a thousand numbers.
    let limits = "--threads 1 --memory 15MiB";
    assert_eq!(project.plan("small.yaml", &format!("best {limits}")).last().unwrap().1["status"], "run");
    let planned = project.recflow(&format!("plan large.yaml {limits}"));
    assert_eq!(planned.expect(1).stdout, project.recflow(&format!("run large.yaml -n {limits}")).expect(1).stdout);
    let words = "MiB of memory, and 15 MiB are allowed";
    assert!(planned.stdout.contains(words), "{}", planned.stdout);
    let ran = project.recflow(&format!("run large.yaml {limits}"));
    assert!(ran.expect(1).stderr.contains(words), "{}", ran.stderr);
    project.recflow("run large.yaml --threads 1 --memory 30MiB").expect(0);
}

#[test]
fn the_table_says_what_was_chosen_and_what_choosing_cost() {
    let project = Project::small();
    let text = SWEEP.replace("    seeds: 2\n", "")
        + "  report: { uses: report, needs: evaluate, with: { output: sweep.md } }\n";
    project.write("sweep.yaml", text);
    project.recflow("run sweep.yaml").expect(0);
    let report = project.read("sweep.md");
    assert!(report.contains("(best of 3)"), "{report}");
    assert!(report.contains("chosen on the validation part by NDCG@5"), "{report}");
    assert!(report.contains("The sum over the 3 models that it was chosen from."), "{report}");
    let shown = project.recflow("runs show");
    assert!(shown.expect(0).stdout.contains("validation-ndcg@5"), "{}", shown.stdout);
}

#[test]
fn the_committed_sweep_runs() {
    let project = Project::new();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/sweep.yaml")).unwrap();
    project.write("sweep.yaml", text);
    let ran = project.recflow("run sweep.yaml");
    ran.expect(0);
    assert!(project.read("reports/sweep.md").contains("(best of 4)"));
    assert_eq!(project.recflow("plan sweep.yaml --format json").expect(0).stdout.matches("\"cached\"").count(), 24);
}

#[test]
fn seeds_of_a_kind_without_any_are_refused() {
    let project = Project::small();
    project.write("a.yaml", SMALL.replace("  train-ease:\n", "  train-ease:\n    seeds: 3\n"));
    let refused = project.recflow("validate a.yaml");
    assert!(refused.expect(2).stderr.contains("`train-ease` has no parameter `seed`"), "{}", refused.stderr);
}

#[test]
fn copies_of_a_stage_have_the_same_outputs() {
    let project = Project::new();
    project.write(
        "ports.yaml",
        "\
name: ports
stages:
  sample: { uses: sample }
  split: { uses: split, needs: sample, with: { strategy: per-user-random } }
  train-other:
    uses: command
    needs: split
    matrix: { scores: [scores.csv, null], title: [Other, null], exclude: [{ scores: scores.csv, title: null }, { scores: null, title: Other }] }
    with: { shell: \"true\", outputs: [other.txt] }
  evaluate: { uses: evaluate, needs: [split, train-other] }
",
    );
    let outcome = project.recflow("validate ports.yaml");
    outcome.expect(2);
    let words = "`train-other/scores=null,title=null` does not write `model`";
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
}
