//! What the pages look like, for made-up runs.

use std::time::{Duration, UNIX_EPOCH};

use indexmap::IndexMap;
use serde_json::json;

use super::differences::Differences;
use super::{compare, list, show};
use crate::cli::colors::Colors;
use crate::engine::{Digest, Facts, Failure, Figures, RunRecord, RunState, StageKey, StageRecord, StageState};
use crate::stages::LearningCurve;

fn stage(name: &str, state: StageState, begun: f64, ended: f64) -> StageRecord {
    let ran = matches!(state, StageState::Computed | StageState::Failed);
    let facts = Facts {
        wall: Duration::from_secs_f64(ended - begun),
        cpu: Some(Duration::from_secs_f64((ended - begun) * 1.9)),
        peak_memory_bytes: Some(210 << 20),
        before_checkpoint: None,
        threads: 2,
        finished_at: ended as u64,
        version: "0.1.0".into(),
    };
    StageRecord {
        stage: name.into(),
        kind: name.split('/').next().unwrap().into(),
        parameters: json!({}),
        state,
        key: Some(StageKey(Digest::of(name.as_bytes()))),
        begun: ran.then(|| Duration::from_secs_f64(begun)),
        ended: ran.then(|| Duration::from_secs_f64(ended)),
        facts: matches!(state, StageState::Computed | StageState::Cached).then_some(facts),
        ..StageRecord::default()
    }
}

fn run() -> RunRecord {
    let mut stages = vec![
        stage("ingest", StageState::Cached, 0.0, 0.2),
        stage("split", StageState::Cached, 0.0, 0.1),
        stage("train-ease", StageState::Computed, 0.0, 2.5),
        stage("train-mult-vae", StageState::Computed, 0.1, 7.9),
        stage("evaluate/train-ease", StageState::Computed, 2.5, 3.1),
        stage("evaluate/train-mult-vae", StageState::Computed, 7.9, 8.9),
        stage("report", StageState::Computed, 8.9, 8.95),
    ];
    stages[2].parameters = json!({ "lambda": 250.0 });
    stages[2].reasons = vec!["with.lambda 500 → 250".into()];
    stages[3].facts.as_mut().unwrap().before_checkpoint = Some(Duration::from_secs(6));
    stages[3].reasons = vec!["with.epochs 50 → 100".into(), "with.hidden [600] → [200]".into()];
    stages[4].reasons = vec!["the input `model` has changed".into()];
    stages[5].reasons = stages[4].reasons.clone();
    stages[6].reasons = vec!["the input `evaluate/train-ease` has changed".into()];
    stages[4].figures = Some(figures(
        "EASE",
        json!({
        "rmse": null, "precision@100": 0.1596, "recall@100": 0.5729, "ndcg@100": 0.4673,
        "novelty@100": 8.123_456, "gini@100": 0.91, "coverage@100": 0.52 }),
    ));
    stages[5].figures = Some(figures(
        "Mult-VAE",
        json!({
        "rmse": null, "precision@100": 0.1611, "recall@100": 0.5800, "ndcg@100": 0.4701,
        "novelty@100": 8.2, "gini@100": 0.89, "coverage@100": 0.55 }),
    ));
    RunRecord {
        run: "20260301T000000.000-4711".into(),
        pipeline: "all-models".into(),
        state: RunState::Done,
        command: "recflow run pipelines/all_models.yaml --set dataset=ml-1m".into(),
        host: "machine, 2 × A Processor 3000".into(),
        versions: [("recflow".into(), "0.1.0".into()), ("BLAS".into(), "OpenBLAS 0.3.30; kernel Haswell".into())]
            .into(),
        started_at: UNIX_EPOCH + Duration::from_hours(492_312),
        wall: Duration::from_secs(9),
        jobs: 2,
        threads: 2,
        memory_bytes: 8 << 30,
        stages,
    }
}

fn figures(title: &str, values: serde_json::Value) -> Figures {
    Figures { title: Some(title.to_owned()), values: serde_json::from_value(values).unwrap() }
}

fn failed_run() -> RunRecord {
    let mut run = run();
    (run.run, run.state) = ("20260301T010000.000-4712".into(), RunState::Failed);
    run.stages[3].state = StageState::Failed;
    run.stages[3].facts = None;
    run.stages[3].failure = Some(Failure::Error {
        message: "the loss is not a number after epoch 3, batch 17".into(),
        help: Some("lower `learning-rate`".into()),
    });
    run.stages[3].log = Some("cache/runs/20260301T010000.000-4712/logs/train-mult-vae.log".into());
    for place in [5, 6] {
        let name = run.stages[place].stage.clone();
        run.stages[place] = StageRecord {
            cause: Some("train-mult-vae".into()),
            parameters: json!({}),
            ..stage(&name, StageState::Skipped, 0.0, 0.0)
        };
    }
    run.stages[2].parameters = json!({ "lambda": 500.0 });
    run.stages[4].figures = Some(figures("EASE", json!({ "rmse": null, "ndcg@100": 0.4512, "gini@100": 0.9 })));
    run.command = "recflow run pipelines/all_models.yaml --set dataset=ml-1m --set lambda=500".into();
    run.stages.remove(0);
    run
}

fn curves() -> IndexMap<String, Vec<LearningCurve>> {
    let values: Vec<f64> = (0..100).map(|epoch| 0.7 + 0.5 / f64::from(epoch + 1)).collect();
    let ndcg: Vec<f64> = (0..20).map(|step| 0.47 - f64::from(step - 12).powi(2) * 1e-3).collect();
    let loss = LearningCurve { figure: "loss".into(), epochs: (1..=100).collect(), best: Some(99), values };
    let ndcg = LearningCurve {
        figure: "validation-ndcg@100".into(),
        epochs: (1..=20).map(|step| step * 5).collect(),
        best: Some(12),
        values: ndcg,
    };
    [("train-mult-vae".to_owned(), vec![loss, ndcg])].into()
}

#[test]
fn a_run() {
    for width in [80, 120] {
        insta::assert_snapshot!(format!("a_run_{width}"), show::page(&run(), &curves(), width, Colors::Off));
    }
}

#[test]
fn a_failed_run() {
    let page = show::page(&failed_run(), &IndexMap::new(), 100, Colors::Off);
    insta::assert_snapshot!(page);
}

#[test]
fn two_runs() {
    let (first, second) = (failed_run(), run());
    let differences = Differences::between(&first, &second);
    for width in [80, 120] {
        let page = compare::page(&first, &second, &differences, width, Colors::Off);
        insta::assert_snapshot!(format!("two_runs_{width}"), page);
    }
    let same = compare::page(&second, &second, &Differences::between(&second, &second), 80, Colors::Off);
    assert!(same.ends_with("stages, parameters and metrics are the same\n"), "{same}");
}

#[test]
fn a_list_of_runs() {
    let mut killed = run();
    (killed.run, killed.state) = ("20260301T020000.000-4713".into(), RunState::Killed);
    killed.stages[6].state = StageState::Waiting;
    let runs = [run(), failed_run(), killed];
    insta::assert_snapshot!([80, 120].map(|width| list::table(&runs, 5, width, Colors::Off)).join("\n"));
}
