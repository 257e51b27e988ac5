//! Asking a trained model what it recommends.

use serde_json::Value;

use super::project::{Project, events};

/// A sweep, models with vectors of users, and titles that want care.
const MODELS: &str = "\
name: models
stages:
  ingest: { uses: ingest, with: { dataset: films } }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random, seed: 7 } }
  train-ease: { uses: train-ease, needs: split, with: { lambda: 20 } }
  train-popularity: { uses: train-popularity, needs: split }
  train-cdae: { uses: train-cdae, needs: split, with: { latent: 4, epochs: 2 } }
  train-mf: { uses: train-biased-mf, needs: split, with: { factors: 2, epochs: 2 } }
  train-autorec: { uses: train-autorec, needs: split, with: { hidden: [4], epochs: 1 } }
  evaluate: { each: train-*, uses: evaluate, needs: split, with: { metrics: [rmse, ndcg@5] } }
";

/// A folder with [`MODELS`] over films in the form of MovieLens, run.
fn trained(stages: &str) -> Project {
    let project = Project::new();
    let lines: String = events(30, 24)
        .iter()
        .map(|event| format!("{}::{}::{}::{}\n", event.user + 1, event.item + 1, event.stars, event.time))
        .collect();
    let titles: String = (1..=24).map(|item| format!("{item}::Film {item}, The ({})::Drama\n", 1970 + item)).collect();
    project.write("films/ratings.dat", lines).write("films/movies.dat", titles).write("models.yaml", MODELS);
    project.recflow(&format!("run models.yaml {stages} --quiet")).expect(0);
    project
}

fn json(project: &Project, arguments: &[&str]) -> Value {
    let all = [&["recommend", "models.yaml"], arguments, &["--format", "json"]].concat();
    let outcome = project.recflow_with(&all);
    outcome.expect(0);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn ids(list: &Value) -> Vec<u32> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn a_user_is_recommended_what_is_new_with_titles_and_what_the_test_holds_is_marked() {
    let project = trained("evaluate/train-ease");
    let told = json(&project, &["train-ease", "--user", "3", "--top", "100"]);
    assert_eq!((&told["model"], &told["user"], &told["dataset"]), (&"EASE".into(), &"3".into(), &"films".into()));
    let (has, new) = (ids(&told["history"]), ids(&told["recommended"]));
    assert!(!has.is_empty() && has.iter().all(|item| !new.contains(item)), "{told}");
    assert_eq!(has.len() + new.len(), 24);
    let in_test: Vec<&Value> =
        told["recommended"].as_array().unwrap().iter().filter(|item| item["in-test"] == true).collect();
    assert_eq!(Some(in_test.len() as u64), told["in-test"].as_u64());
    assert!(!in_test.is_empty());

    let outcome = project.recflow("recommend models.yaml train-ease --user 3");
    outcome.expect(0);
    let first = told["recommended"][0]["title"].as_str().unwrap();
    let line = outcome.stdout.lines().find(|line| line.trim_start().starts_with("1 ")).unwrap();
    assert!(line.contains(first), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("EASE (train-ease) recommends to user 3 of films"), "{}", outcome.stdout);
    assert_eq!(outcome.stdout.lines().filter(|line| line.contains(", The (")).count(), 10);
}

#[test]
fn somebody_who_has_some_items_is_named_by_ids_or_titles() {
    let project = trained("train-ease");
    let by_id = json(&project, &["train-ease", "--items", "1,4"]);
    let by_title = json(&project, &["train-ease", "--items", "film 1, the (1971)", "--items", "4"]);
    assert_eq!(by_id, by_title);
    assert_eq!(ids(&by_id["history"]), [1, 4]);
    // The two items are of one camp, and so is what goes with them.
    assert!(ids(&by_id["recommended"])[..3].iter().all(|item| item % 3 == 1), "{by_id}");
    assert_eq!(by_id["user"], Value::Null);
}

#[test]
fn models_that_know_their_users_say_what_they_make_of_others() {
    let project = trained("train-*");
    let cdae = json(&project, &["train-cdae", "--items", "1,4"]);
    assert!(cdae["notes"][0].as_str().unwrap().contains("a vector for each user"), "{cdae}");
    assert_eq!(json(&project, &["train-cdae", "--user", "3"])["notes"], serde_json::json!([]));
    let rated = |ratings: &str| json(&project, &["train-mf", "--items", ratings]);
    let (high, low) = (rated("1=5,4=5"), rated("1=1,4=1"));
    let rating = |told: &Value| told["recommended"][0]["predicted-rating"].as_f64().unwrap();
    assert!(rating(&high) > rating(&low), "{high} {low}");
    assert_eq!(high["recommended"][0]["score"], Value::Null);
    let outcome = project.recflow("recommend models.yaml train-autorec --items 1");
    outcome.expect(2);
    assert!(outcome.stderr.contains("nothing to say to somebody whom its training has not seen"), "{}", outcome.stderr);
    project.recflow("recommend models.yaml train-autorec --user 1").expect(0);
}

#[test]
fn what_cannot_be_asked_for_is_told_with_the_remedy() {
    let project = trained("train-ease");
    let told: Vec<String> = [
        "train-ease --user 300",
        "train-ease --items 5,600",
        "train-ease",
        "train-ease --user 1 --items 2",
        "train-* --user 1",
        "split --user 1",
        "train-eese --user 1",
        "train-popularity --user 1 --set seed=1",
        "train-popularity --user 1",
    ]
    .iter()
    .map(|arguments| project.recflow(&format!("recommend models.yaml {arguments}")).seen())
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn nothing_runs_and_nothing_is_written() {
    let project = trained("train-ease");
    let before = (project.digests("cache"), project.names_in("cache/runs"));
    project.recflow("recommend models.yaml train-cdae --user 1").expect(3);
    project.recflow("recommend models.yaml train-ease --user 1").expect(0);
    assert_eq!((project.digests("cache"), project.names_in("cache/runs")), before);
    assert!(project.names_in("cache/scratch").is_empty());
}
