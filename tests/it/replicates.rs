//! Several seeds end in one row a model: the mean, how far the seeds lie apart, and beside it the interval over users.

use serde_json::Value;

use crate::project::Project;

/// Seeds on the training alone: all models have one split.
const OF_TRAINING: &str = "\
name: seeds
stages:
  ingest: { uses: ingest, with: { dataset: ratings.csv } }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random, validation: 0.2, test: 0.2, seed: 7 } }
  train-popularity: { uses: train-popularity, needs: split }
  train-dae:
    uses: train-mult-dae
    needs: split
    matrix: { seed: [1, 2, 3] }
    with: { hidden: [], latent: 4, epochs: 6, patience: 2, seed: \"${matrix.seed}\" }
  train-mf:
    uses: train-biased-mf
    needs: split
    matrix: { seed: [1, 2, 3] }
    with: { factors: 2, epochs: 3, seed: \"${matrix.seed}\" }
  score-popularity: { uses: evaluate, needs: [split, train-popularity], with: { metrics: [rmse, ndcg@5] } }
  score-dae: { uses: evaluate, needs: [split, train-dae], with: { metrics: [rmse, ndcg@5] } }
  score-mf: { uses: evaluate, needs: [split, train-mf], with: { metrics: [rmse, ndcg@5] } }
  report:
    uses: report
    needs: [score-popularity, score-dae, score-mf]
    with: { title: Seeds, output: [r.md, r.html, r.tex, r.csv, r.groups.csv, r.differences.csv, r.json] }
";

/// Seeds on the split: each seed has a split, and everything after it.
fn of_split() -> String {
    let of_training = OF_TRAINING.replace("    matrix: { seed: [1, 2, 3] }\n", "");
    of_training.replace("seed: 7 } }", "seed: \"${matrix.seed}\" }, matrix: { seed: [1, 2, 3] } }")
}

fn reported(pipeline: &str) -> (Project, Value) {
    let project = Project::small();
    project.write("seeds.yaml", pipeline);
    project.recflow("run seeds.yaml --threads 1").expect(0);
    let report = serde_json::from_str(&project.read("r.json")).unwrap();
    (project, report)
}

fn rows(report: &Value) -> Vec<(&str, usize)> {
    let of = |row: &Value| row["replicates"].as_array().map_or(0, Vec::len);
    report["rows"].as_array().unwrap().iter().map(|row| (row["model"].as_str().unwrap(), of(row))).collect()
}

/// The NDCG@5 of a row.
fn ndcg(report: &Value, row: usize) -> &Value {
    &report["rows"][row]["cells"][1]["value"]
}

/// What each evaluation of a model by itself says of NDCG@5.
fn scored(project: &Project, stages: &[String]) -> Vec<f64> {
    let of = |stage: &String| {
        let scores: Value = serde_json::from_str(&project.artifact(stage, "scores.json")).unwrap();
        let values = scores["values"].as_array().unwrap();
        values.iter().find(|value| value["metric"] == "ndcg@5").unwrap()["value"].as_f64().unwrap()
    };
    stages.iter().map(of).collect()
}

fn seeds_of(stage: &str) -> Vec<String> {
    (1..=3).map(|seed| format!("{stage}/seed={seed}")).collect()
}

/// A model's row is the mean of its evaluations, with their standard deviation, and an interval that is another thing.
fn assert_mean(report: &Value, row: usize, values: &[f64]) {
    let cell = ndcg(report, row);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt();
    let near = |a: &Value, b: f64| (a.as_f64().unwrap() - b).abs() < 1e-12;
    assert!(near(&cell["value"], mean) && near(&cell["spread"]["standard-deviation"], deviation), "{cell}");
    assert_eq!(cell["spread"]["values"], serde_json::json!(values));
    let (low, high) = (cell["interval"]["low"].as_f64().unwrap(), cell["interval"]["high"].as_f64().unwrap());
    assert!(low < mean && mean < high, "{cell}");
}

#[test]
fn seeds_of_trainings_are_one_row_beside_models_without_any() {
    let (project, report) = reported(OF_TRAINING);
    assert_eq!(rows(&report), [("Popularity", 0), ("Mult-DAE", 3), ("Biased MF", 3)]);
    assert!(ndcg(&report, 0).get("spread").is_none() && ndcg(&report, 0).get("interval").is_some());
    assert_mean(&report, 1, &scored(&project, &seeds_of("score-dae")));
    assert!(ndcg(&report, 1).get("standing").is_some(), "tested against the model without seeds");

    // What differs from seed to seed is told seed by seed, the rest once.
    let row = &report["rows"][1];
    assert!(row["parameters"].get("seed").is_none() && row["parameters"]["latent"] == 4);
    for (place, replicate) in row["replicates"].as_array().unwrap().iter().enumerate() {
        assert_eq!(replicate["stage"], seeds_of("train-dae")[place]);
        assert_eq!(replicate["parameters"]["seed"], place + 1);
        assert_eq!(replicate["learning-curves"][0]["figure"], "loss");
    }
    assert_eq!(report["provenance"]["seeds"]["Mult-DAE"], serde_json::json!([1, 2, 3]));
    assert!(report["provenance"].get("other-splits").is_none());

    // Costs are the mean over the trainings, and say so.
    let costs = &report["measured"]["training"];
    assert_eq!(costs["train-dae/seed=1"]["replicates"], 3);
    assert_eq!(costs["train-popularity"]["replicates"], Value::Null);

    let markdown = project.read("r.md");
    for words in [
        "±: the standard deviation over replicates",
        "The mean over 3 replicates.",
        "The 95 % intervals over users:",
        "Each replicate (seed) by itself:",
        "train-dae/seed={1, 2, 3}",
        "seed: 1, 2, 3",
        "Of several replicates, the lists are those of the first (seed 1).",
        "**Seeds**: split 7, Mult-DAE 1 / 2 / 3, Biased MF 1 / 2 / 3",
    ] {
        assert!(markdown.contains(words), "{words} is not in\n{markdown}");
    }
    assert!(markdown.lines().find(|line| line.starts_with("| Mult-DAE ")).unwrap().contains(" ± "), "{markdown}");
    assert!(project.read("r.tex").contains(" $\\pm$ "));
    for file in ["r.md", "r.html", "r.tex", "r.json"] {
        assert!(project.read(file).contains("stand behind RMSE, NDCG@5: their intervals are rough"), "{file}");
    }
    // Every test and every number of a group is a line.
    let columns = report["columns"].as_array().unwrap().len();
    let differences = project.read("r.differences.csv");
    assert_eq!(differences.lines().next().unwrap().split(',').nth(6), Some("p_value"));
    assert!(differences.lines().skip(1).all(|line| ["rmse,", "ndcg@5,"].iter().any(|metric| line.starts_with(metric))));
    assert!((2..=2 * columns + 1).contains(&differences.lines().count()), "{differences}");
    let groups = project.read("r.groups.csv");
    let sizes = report["breakdowns"].as_array().into_iter().flatten().map(|breakdown| {
        let count = |list: &str| breakdown[list].as_array().unwrap().len();
        count("groups") * count("columns") * rows(&report).len()
    });
    assert_eq!(groups.lines().count(), 1 + sizes.sum::<usize>(), "{groups}");
    let csv = project.read("r.csv");
    assert!(csv.lines().next().unwrap().contains(",users,replicates,") && csv.lines().count() == 4, "{csv}");
    let page = project.read("r.html");
    assert!(
        page.contains("the standard deviation over 3 replicates (seed)") && page.contains("<figcaption>3 trainings, ")
    );
    // Each figure of each training but the first has a thin line.
    let rows = report["rows"].as_array().unwrap().iter();
    let others = rows.flat_map(|row| row["replicates"].as_array().into_iter().flatten().skip(1));
    let curves: usize = others.map(|replicate| replicate["learning-curves"].as_array().unwrap().len()).sum();
    assert!(curves >= 4);
    assert_eq!(page.matches("class=\"curve thin ").count(), curves);
}

#[test]
fn seeds_of_splits_are_one_row_over_all_of_their_splits() {
    let (project, report) = reported(&of_split());
    assert_eq!(rows(&report), [("Popularity", 3), ("Mult-DAE", 3), ("Biased MF", 3)]);
    assert_mean(&report, 0, &scored(&project, &seeds_of("score-popularity")));
    assert_mean(&report, 1, &scored(&project, &seeds_of("score-dae")));
    let provenance = &report["provenance"];
    assert_eq!(provenance["other-splits"].as_array().unwrap().len(), 2);
    assert_eq!(provenance["seeds"]["split"], serde_json::json!([1, 2, 3]));
    let markdown = project.read("r.md");
    for words in [
        "(seed {1, 2, 3})",
        "**Split digests**",
        "Replicates are of 3 splits. A user is the same in all of them",
        "the p-value is the greater of the permutation's and that of a test over users and replicates crossed",
        "Sizes are those of the first split.",
    ] {
        assert!(markdown.contains(words), "{words} is not in\n{markdown}");
    }
}

#[test]
fn replicates_of_other_splits_are_no_replicates_of_these() {
    let project = Project::small();
    let others = "  split-b: { uses: split, needs: ingest, with: { strategy: per-user-random, validation: 0.2, test: 0.2, seed: 8 } }\n  train-mf:";
    let pipeline = OF_TRAINING.replace("  train-mf:", others);
    let (head, tail) = pipeline.split_at(pipeline.find("  train-mf:").unwrap());
    let tail = tail.replacen("needs: split", "needs: split-b", 1).replace("[split, train-mf]", "[split-b, train-mf]");
    project.write("seeds.yaml", format!("{head}{tail}"));
    let refused = project.recflow("run seeds.yaml --threads 1");
    assert!(refused.expect(1).stderr.contains("were scored on different splits"), "{}", refused.stderr);
}

#[test]
fn rows_are_called_as_the_user_says() {
    let project = Project::small();
    let names = "title: Seeds, names: { score-dae: \"DAE, shallow\" }";
    project.write("seeds.yaml", OF_TRAINING.replace("title: Seeds", names));
    project.recflow("run seeds.yaml --threads 1").expect(0);
    let report: Value = serde_json::from_str(&project.read("r.json")).unwrap();
    assert_eq!(rows(&report), [("Popularity", 0), ("DAE, shallow", 3), ("Biased MF", 3)]);
    // It is its name everywhere.
    assert!(report["finding"].to_string().contains("DAE, shallow"), "{}", report["finding"]);
    assert!(!project.read("r.md").contains("Mult-DAE"));

    project.edit("seeds.yaml", "score-dae: \"", "score-dea: \"");
    let outcome = project.recflow("run seeds.yaml --threads 1");
    let told = &outcome.expect(1).stderr;
    assert!(told.contains("`names` has one for `score-dea`, which no row of the table is of"), "{told}");
    assert!(told.contains("rows are of `score-dae`, `score-mf`, `score-popularity`"), "{told}");
    project.edit("seeds.yaml", "score-dea: \"DAE, shallow\"", "score-dae: ' '");
    let outcome = project.recflow("run seeds.yaml --threads 1");
    let told = &outcome.expect(2).stderr;
    assert!(told.contains("the name of `score-dae` is empty"), "{told}");
}
