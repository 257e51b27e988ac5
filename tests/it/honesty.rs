//! What makes the table honest: no item recommended that a user has, and empty cells where a number would mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::project::{Project, SMALL, events};

/// Everybody has the two best-sellers; what each tester is to find comes right after them in popularity.
#[test]
fn what_a_user_has_is_not_recommended_again() {
    let project = Project::new();
    let mut train = "user,item\n".to_owned();
    let mut test = "user,item\n".to_owned();
    for user in 0..9 {
        train += &format!("u{user},best-seller\nu{user},second\n");
        match user {
            0..3 => train += &format!("u{user},third\n"),
            3 => train += &format!("u{user},fourth\n"),
            _ => test += &format!("u{user},third\n"),
        }
    }
    project.write("train.csv", train).write("test.csv", test).write(
        "seen.yaml",
        "\
name: seen
stages:
  split: { uses: split, with: { strategy: predefined, train-file: train.csv, test-file: test.csv } }
  train-popularity: { uses: train-popularity, needs: split }
  evaluate:
    uses: evaluate
    needs: [split, train-popularity]
    with: { metrics: [precision@1, hit-rate@1, mrr@3, ndcg@3] }
",
    );
    project.recflow("run seen.yaml").expect(0);
    // Were anything that a user has recommended, the target would not come first.
    let users = project.artifact("evaluate", "users.csv");
    let lines: Vec<&str> = users.lines().collect();
    assert_eq!(lines.len(), 1 + 5, "{users}");
    assert_eq!(lines[0], "user,precision@1,hit-rate@1,mrr@3,ndcg@3");
    for line in &lines[1..] {
        let (user, values) = line.split_once(',').unwrap();
        assert_eq!(values, "1,1,1,1", "{user}");
    }
}

/// The cells of a report's table, by model and column.
fn cells(report: &str) -> BTreeMap<(String, String), String> {
    let mut rows = report.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let words =
        |line: &str| -> Vec<String> { line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect() };
    let heading = words(rows.next().unwrap());
    let rows: Vec<Vec<String>> = rows.skip(1).map(words).collect();
    let cell = |row: &Vec<String>, column: usize| ((row[0].clone(), heading[column].clone()), row[column].clone());
    rows.iter()
        .flat_map(|row| (1..heading.len()).map(move |column| (row, column)))
        .map(|(row, column)| cell(row, column))
        .collect()
}

/// Models of ratings only.
const OF_RATINGS: [&str; 3] = ["train-biased-mf", "train-autorec", "train-deeprec"];

/// Runs all kinds of model on this data, split in this way; the report.
fn compare_all(project: &Project, dataset: &str, strategy: &str, left_out: &[&str]) -> String {
    let registry = recflow::stages::registry();
    let models = registry.kinds().filter(|kind| kind.name.starts_with("train-"));
    let models = models.filter(|kind| !left_out.contains(&kind.name.as_str()));
    let stages: String = models.map(|kind| format!("  {0}: {{ uses: {0}, needs: split }}\n", kind.name)).collect();
    let (head, rest) = SMALL.split_once("  train-popularity:").unwrap();
    let (_, tail) = rest.split_once("  evaluate:").unwrap();
    let pipeline = format!("{head}{stages}  evaluate:{tail}")
        .replace("strategy: per-user-random, seed: 7", strategy)
        .replace("  lambda: 20\n", "")
        .replace("dataset: ratings.csv", &format!("dataset: {dataset}"));
    project.write("all.yaml", pipeline);
    project.recflow("run all.yaml").expect(0);
    let report = project.read("reports/small.md");
    let cells = cells(&report);
    let trained: BTreeSet<&String> = cells.keys().map(|(model, _)| model).collect();
    assert_eq!(trained.len(), stages.lines().count(), "{report}");
    for ((model, column), cell) in &cells {
        if ["Precision@5", "NDCG@5"].contains(&column.as_str()) && !cell.starts_with('–') {
            // Behind the number stands how sure it is.
            let number = cell.split_whitespace().next().unwrap_or_default().trim_matches('*');
            let value: f64 = number.parse().unwrap_or_else(|_| panic!("{model} {column}: {cell}"));
            assert!((0.0..=1.0).contains(&value), "{model} {column}: {cell}");
        }
        if cell.starts_with('–') {
            let mark = cell.trim_start_matches('–');
            let is_explained = !mark.is_empty() && report.lines().any(|line| line.starts_with(&format!("{mark} ")));
            assert!(is_explained, "{model} {column}: {cell} is not explained in\n{report}");
        }
    }
    report
}

const STRATEGIES: [&str; 6] = [
    "strategy: random-entries",
    "strategy: per-user-random",
    "strategy: per-user-temporal",
    "strategy: leave-one-out",
    "strategy: held-out-users, test-users: 6, validation-users: 4",
    "strategy: held-out-users, test: 0.3, fold-in: temporal, fold-out: 0.5",
];

#[test]
fn every_way_to_split_goes_through_with_every_model() {
    let project = Project::small();
    let mut digests = BTreeSet::new();
    for strategy in STRATEGIES {
        let report = compare_all(&project, "ratings.csv", strategy, &[]);
        digests.insert(report.lines().find(|line| line.contains("**Split digest**")).unwrap().to_owned());
    }
    assert_eq!(digests.len(), STRATEGIES.len(), "each way is another split");
}

/// The form of LightGCN's files: ids only, the train part and the test part in two files.
#[test]
fn without_ratings_and_times_no_number_is_made_up() {
    let project = Project::small();
    let mut of_user: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for event in events(30, 24) {
        of_user.entry(event.user).or_default().push(event.item);
    }
    let file = |wanted: fn(usize) -> bool| -> String {
        let line = |(user, items): (&usize, &Vec<usize>)| {
            let items = items.iter().enumerate().filter(|(place, _)| wanted(user + place));
            format!("{user}{}\n", items.map(|(_, item)| format!(" {item}")).collect::<String>())
        };
        of_user.iter().map(line).collect()
    };
    project
        .write("lists/train.txt", file(|place| place % 4 != 0))
        .write("lists/test.txt", file(|place| place % 4 == 0));
    for strategy in STRATEGIES {
        let report = compare_all(&project, "lists", strategy, &OF_RATINGS);
        for ((model, column), cell) in cells(&report) {
            if column == "RMSE" {
                assert!(cell.starts_with('–'), "{model} has an RMSE without any rating: {cell}");
            }
        }
        assert!(!report.contains("ratings from"), "{report}");
        let is_by_time = ["temporal", "leave-one-out"].iter().any(|word| strategy.contains(word));
        assert_eq!(report.contains("the data has no times"), is_by_time, "{report}");
    }
    let files = "strategy: predefined, train-file: lists/train.txt, test-file: lists/test.txt";
    let report = compare_all(&project, "lists", files, &OF_RATINGS);
    assert!(report.contains("30 users, 24 items, "), "{report}");

    // A model of ratings has nothing to learn here, and says so.
    let without = project.read("all.yaml");
    for model in OF_RATINGS {
        let stage = format!("  {model}: {{ uses: {model}, needs: split }}\n  evaluate:");
        project.write("ratings.yaml", without.replace("  evaluate:", &stage));
        let outcome = project.recflow("run ratings.yaml");
        outcome.expect(1);
        let complaint = format!("{model}: failed: all ratings of the training part are `1`");
        assert!(outcome.stderr.contains(&complaint), "{}", outcome.stderr);
    }
}

/// A published evaluation that lets users be recommended what they have stands beside the others, and is not one of them.
#[test]
fn a_reproduction_is_shown_and_not_compared() {
    let project = Project::new();
    let sizes = "embedding: 10, units: 10, encoder: [10], latent: 5, decoder: [10], batch: 20, epochs: 3";
    project.write(
        "one.yaml",
        format!(
            "\
name: one
stages:
  sample: {{ uses: sample, with: {{ users: 300, items: 100, interactions: 6000 }} }}
  split: {{ uses: split, needs: sample, with: {{ strategy: per-user-temporal }} }}
  train-popularity: {{ uses: train-popularity, needs: split }}
  train-svae: {{ uses: train-svae, needs: split, with: {{ {sizes} }} }}
  train-upstream: {{ uses: train-svae, needs: split, with: {{ {sizes}, upstream-evaluation: true }} }}
  evaluate: {{ each: train-*, uses: evaluate, needs: split, with: {{ metrics: [ndcg@100, recall@100] }} }}
  report: {{ uses: report, needs: evaluate, with: {{ title: One, output: [one.json, one.md] }} }}
"
        ),
    );
    project.recflow("run one.yaml").expect(0);
    let told: serde_json::Value = serde_json::from_str(&project.read("one.json")).unwrap();
    let rows = told["rows"].as_array().unwrap();
    let standings = |row: &serde_json::Value| {
        let cells = row["cells"].as_array().unwrap();
        cells.iter().filter(|cell| cell["value"]["standing"].is_object()).count()
    };
    let reproductions: Vec<_> = rows.iter().filter(|row| row["is-reproduction"] == true).collect();
    assert_eq!(reproductions.len(), 1, "{rows:?}");
    for row in rows {
        let is_tested = if row["is-reproduction"] == true { 0 } else { 2 };
        assert_eq!(standings(row), is_tested, "{row}");
        assert!(row["cells"][0]["value"]["interval"].is_object(), "{row}");
    }
    let report = project.read("one.md");
    for ((model, column), cell) in cells(&report) {
        assert!(!model.contains("upstream-evaluation true") || !cell.contains("**"), "{column}: {cell}");
    }
    assert!(!told["finding"].to_string().contains("upstream-evaluation true"), "{}", told["finding"]);
    assert!(report.contains("they are in no test and are never the best"), "{report}");
    // The second of two trainings that are one went on from the first's end, and costs what both cost.
    let [upstream, svae] = ["train-upstream", "train-svae"].map(|stage| {
        let seconds = told["measured"]["training"][stage]["wall"]["secs"].as_f64().unwrap();
        seconds + told["measured"]["training"][stage]["wall"]["nanos"].as_f64().unwrap() * 1e-9
    });
    assert!((0.5..2.0).contains(&(upstream / svae)), "{upstream} and {svae} seconds");
}
