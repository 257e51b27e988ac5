//! A training that was ended early goes on where it was, and one that is given more epochs goes on from its end; both with
//! the bytes that it would have had in one go.

use recflow::engine::{Event, Outcome};

use super::project::Project;

/// Networks with each kind of optimiser, and what makes them quick on little data. They train to their last epoch.
const NETWORKS: [(&str, &str); 6] = [
    ("mult-vae", "hidden: [20], latent: 10, batch: 50, patience: 1000"),
    ("mult-dae", "latent: 10, batch: 50, patience: 1000"),
    ("cdae", "latent: 10, patience: 1000"),
    ("autorec", "hidden: [20], batch: 50, patience: 1000"),
    ("deeprec", "hidden: [20, 10], batch: 50, patience: 1000"),
    ("svae", "embedding: 10, units: 10, encoder: [10], latent: 5, decoder: [10], batch: 50, patience: 1000"),
];

fn project(model: &str, parameters: &str) -> Project {
    let project = Project::new();
    project.write(
        "one.yaml",
        format!(
            "\
name: one
params: {{ epochs: 40 }}
stages:
  sample: {{ uses: sample, with: {{ users: 300, items: 200, interactions: 6000 }} }}
  split: {{ uses: split, needs: sample, with: {{ strategy: per-user-random }} }}
  train: {{ uses: train-{model}, needs: split, with: {{ epochs: \"${{epochs}}\", {parameters} }} }}
"
        ),
    );
    project
}

/// The epoch that a training says it is in.
fn epoch(event: &Event) -> Option<u32> {
    match event {
        Event::StageProgress { stage, detail, .. } if stage == "train" => {
            detail.strip_prefix("epoch ")?.split(' ').next()?.parse().ok()
        }
        _ => None,
    }
}

/// The first epoch of a whole run, which must count in what was spent before it.
fn first_epoch(project: &Project, arguments: &str) -> Option<u32> {
    let outcome = project.recflow(&format!("run one.yaml --format json {arguments}"));
    outcome.expect(0);
    let events = outcome.events();
    let first = events.iter().find_map(epoch);
    let training = events.iter().find_map(|event| match event {
        Event::StageFinished { stage, facts, .. } if stage == "train" => Some(facts),
        _ => None,
    });
    let training = training.expect("the training ended");
    assert_eq!(training.before_checkpoint.is_some(), first > Some(1), "{training:?}");
    assert!(
        training.before_checkpoint.is_none_or(|before| !before.is_zero() && before < training.wall),
        "{training:?}"
    );
    assert!(training.cpu.is_some() && training.peak_memory_bytes.is_some(), "{training:?}");
    first
}

/// Epochs that no training here gets through before it is ended.
const ENDLESS: u32 = 1_000_000;

/// The epochs in the newest checkpoint of the project's only training.
fn checkpointed_epochs(project: &Project) -> u32 {
    let folders = project.names_in("cache/checkpoints");
    assert_eq!(folders.len(), 1, "{folders:?}");
    let names = project.names_in(&format!("cache/checkpoints/{}", folders[0]));
    let epochs = |name: &String| name.strip_prefix("epoch-")?.split('-').next()?.parse().ok();
    names.iter().filter_map(epochs).max().expect("the first checkpoint comes after the first epoch")
}

/// Lets the training go on for three epochs more than its checkpoint has: it begins there and ends as one in one go.
fn goes_on(project: &Project, model: &str) {
    let stored = checkpointed_epochs(project);
    let epochs = stored + 3;
    assert_eq!(first_epoch(project, &format!("--set epochs={epochs}")), Some(stored + 1), "{model}");
    first_epoch(project, &format!("--set epochs={epochs} --cache-dir undisturbed"));
    assert_eq!(project.digests("cache"), project.digests("undisturbed"), "{model}");
}

#[test]
fn a_killed_training_goes_on_and_ends_with_the_same_bytes() {
    for (model, parameters) in NETWORKS {
        let project = project(model, parameters);
        let mut run = project.start(&format!("run one.yaml --format json --set epochs={ENDLESS}"));
        run.wait_for(|event| epoch(event).is_some_and(|epoch| epoch >= 3));
        run.kill();
        goes_on(&project, model);
    }
}

#[test]
fn ctrl_c_loses_no_more_than_a_kill() {
    let (model, parameters) = NETWORKS[0];
    let project = project(model, parameters);
    let mut run = project.start(&format!("run one.yaml --format json --set epochs={ENDLESS}"));
    run.wait_for(|event| epoch(event).is_some_and(|epoch| epoch >= 3));
    run.signal(rustix::process::Signal::INT);
    let (events, outcome) = run.end();
    outcome.expect(130);
    assert!(matches!(events.last(), Some(Event::RunFinished { outcome: Outcome::Interrupted, .. })), "{events:?}");
    goes_on(&project, model);
}

#[test]
fn more_epochs_go_on_from_the_end_of_fewer() {
    for (model, parameters) in NETWORKS {
        let project = project(model, parameters);
        assert_eq!(first_epoch(&project, "--set epochs=4"), Some(1), "{model}");
        assert_eq!(first_epoch(&project, "--set epochs=7"), Some(5), "{model} began anew");
        first_epoch(&project, "--set epochs=7 --cache-dir other");
        let listed = project.recflow("cache list --format json").stdout;
        for (place, digest) in project.digests("other") {
            assert!(listed.contains(&digest), "{model}: {place} is another than in one go");
        }
    }
}

#[test]
fn learning_curves_are_stored_with_the_model() {
    let (model, parameters) = NETWORKS[0];
    let project = project(model, parameters);
    first_epoch(&project, "--set epochs=5");
    let curve = project.artifact("train", "learning.csv");
    let lines: Vec<&str> = curve.lines().collect();
    assert_eq!((lines[0], lines.len()), ("epoch,loss,validation-ndcg@100", 6));
    for (epoch, line) in (1..).zip(&lines[1..]) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells[0], f64::from(epoch));
        assert!(cells[1] > 0.0 && (0.0..=1.0).contains(&cells[2]), "{line}");
    }
}
