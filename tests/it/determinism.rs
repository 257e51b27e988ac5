//! The same pipeline gives the same bytes, however many stages and threads there are at once.

use std::collections::BTreeSet;

use recflow::engine::Event;

use super::outcome::{finished, started};
use super::project::Project;

/// Every kind of model and a few forms of them, over data large enough that work is cut into several chunks.
fn pipeline() -> String {
    let kinds = recflow::stages::registry();
    let models = kinds.kinds().filter(|kind| kind.name.starts_with("train-"));
    let stages: String = models
        .map(|kind| {
            // Two epochs are enough to see an update, and a validation, go wrong.
            let has_epochs = kind.parameters.as_json()["properties"].get("epochs").is_some();
            let with = if has_epochs { "    with: { epochs: 2 }\n" } else { "" };
            format!("  {0}:\n    uses: {0}\n    needs: split\n{with}", kind.name)
        })
        .collect();
    format!(
        "\
name: all
stages:
  sample: {{ uses: sample, with: {{ users: 400, items: 300, interactions: 8000 }} }}
  filter: {{ uses: filter, needs: sample, with: {{ min-per-user: 3 }} }}
  split: {{ uses: split, needs: filter, with: {{ strategy: per-user-random }} }}
{stages}  train-ease-f32: {{ uses: train-ease, needs: split, with: {{ precision: f32 }} }}
  train-ease-non-negative: {{ uses: train-ease, needs: split, with: {{ non-negative: true }} }}
  evaluate:
    each: train-*
    uses: evaluate
    needs: split
    with: {{ metrics: [rmse, mae, precision@10, recall@10, ndcg@10, map@10, novelty@10, coverage@10, gini@10] }}
  report: {{ uses: report, needs: evaluate, with: {{ title: All, output: reports/all.md }} }}
"
    )
}

#[test]
fn jobs_and_threads_do_not_change_a_byte() {
    let project = Project::new();
    project.write("all.yaml", pipeline());
    let ways = ["--jobs 1", "--jobs 4", "--threads 1", "--threads 2", "--jobs 4 --threads 4", "--jobs 1 --threads 3"];
    let mut results = Vec::new();
    for (number, way) in ways.into_iter().enumerate() {
        let cache = format!("cache-{number}");
        let outcome = project.recflow(&format!("run all.yaml {way} --format json --cache-dir {cache}"));
        outcome.expect(0);
        let computed = outcome.events().iter().filter_map(finished).count();
        let digests = project.digests(&cache);
        let stages: BTreeSet<&str> = digests.keys().filter_map(|place| place.split(' ').next()).collect();
        assert_eq!(stages.len(), computed, "every stage was computed and has files");
        assert!(digests.keys().any(|place| place == "train-ease model/weights.safetensors"), "{digests:?}");
        results.push((way, digests));
    }
    let (_, first) = &results[0];
    for (way, digests) in &results {
        assert_eq!(digests, first, "{} and {way}", ways[0]);
    }
}

#[test]
fn another_seed_gives_other_bytes() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    project.edit("small.yaml", "seed: 7", "seed: 8");
    project.recflow("run small.yaml --cache-dir other").expect(0);
    let (seven, eight) = (project.digests("cache"), project.digests("other"));
    assert_eq!(seven.keys().collect::<Vec<_>>(), eight.keys().collect::<Vec<_>>());
    let place = "train-ease model/weights.safetensors";
    assert_ne!(seven[place], eight[place]);
    assert_eq!(seven["ingest dataset/events.safetensors"], eight["ingest dataset/events.safetensors"]);
}

/// A stage that waits for its key's lock cannot end. If two are seen waiting, then both run at the same time.
#[test]
fn independent_stages_run_at_the_same_time() {
    let project = Project::small();
    let keys = project.keys("small.yaml");
    let locks = ["train-popularity", "train-ease"].map(|stage| project.hold(keys[stage]));
    let mut run = project.start("run small.yaml --format json --jobs 2 --threads 2");
    let mut waiting = BTreeSet::new();
    while waiting.len() < 2 {
        if let Event::StageWaiting { stage } = run.wait_for(|event| matches!(event, Event::StageWaiting { .. })) {
            waiting.insert(stage);
        }
    }
    assert_eq!(waiting.into_iter().collect::<Vec<_>>(), ["train-ease", "train-popularity"]);
    assert_eq!(run.stage_processes().len(), 2, "each in a process of its own");
    drop(locks);
    let (events, outcome) = run.end();
    outcome.expect(0);

    let place = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(wanted).unwrap();
    let begin = |stage: &str| place(&|event| started(event).is_some_and(|(name, _)| name == stage));
    let end = |stage: &str| place(&|event| finished(event).as_deref() == Some(stage));
    let last_begin = begin("train-popularity").max(begin("train-ease"));
    assert!(last_begin < end("train-popularity").min(end("train-ease")), "{events:?}");
}

#[test]
fn one_job_is_one_stage_at_a_time() {
    let project = Project::small();
    let outcome = project.recflow("run small.yaml --format json --jobs 1 --threads 2");
    outcome.expect(0);
    let mut running: Option<String> = None;
    for event in outcome.events() {
        if let Some((stage, _)) = started(&event) {
            assert_eq!(running.replace(stage), None);
        } else if let Some(stage) = finished(&event) {
            assert_eq!(running.take(), Some(stage));
        }
    }
}

#[test]
fn running_stages_never_have_more_threads_than_there_are() {
    let project = Project::small();
    for total in [1, 2, 3] {
        let outcome =
            project.recflow(&format!("run small.yaml --format json --threads {total} --cache-dir cache-{total}"));
        outcome.expect(0);
        let mut given = std::collections::BTreeMap::new();
        for event in outcome.events() {
            match event {
                Event::StageStarted { stage, threads, .. } => {
                    given.insert(stage, threads);
                }
                Event::StageFinished { stage, facts, .. } => {
                    assert_eq!(given.remove(&stage), Some(facts.threads));
                }
                _ => {}
            }
            assert!(given.values().sum::<usize>() <= total, "{given:?}");
        }
    }
}

#[test]
fn the_table_does_not_depend_on_the_folder_or_the_time() {
    let [here, there] = [Project::small(), Project::small()];
    for project in [&here, &there] {
        project.recflow("run small.yaml").expect(0);
        assert_eq!(project.digests("cache").keys().filter(|place| place.starts_with("report ")).count(), 2);
    }
    assert_eq!(here.digests("cache"), there.digests("cache"));
}
