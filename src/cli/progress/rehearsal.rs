//! Made-up runs for the observers' tests.

use std::time::{Duration, UNIX_EPOCH};

use crate::engine::{Digest, Event, Facts, Failure, Observer, Outcome, StageKey};

/// An event and when it happens, in seconds after the beginning.
pub(super) type Script = Vec<(f64, Event)>;

/// Plays the events to the observer.
pub(super) fn play(observer: &mut dyn Observer, script: &Script) {
    for (seconds, event) in script {
        observer.observe(UNIX_EPOCH + Duration::from_millis(1_772_323_200_000 + (seconds * 1e3).round() as u64), event);
    }
}

/// What stands on both streams.
pub(super) fn both(stderr: &[u8], stdout: &[u8]) -> String {
    format!("--- stderr\n{}--- stdout\n{}", String::from_utf8_lossy(stderr), String::from_utf8_lossy(stdout))
}

/// One stage cached, one fetched and finished, one failed, one skipped, one cancelled.
pub(super) fn failing_run() -> Script {
    vec![
        (0.0, run_started(&["ingest", "split", "train-ease", "train-mf", "evaluate@train-ease", "report"])),
        (0.0, Event::StageFetching { stage: "ingest".into(), what: "ml-1m, 6 MB from files.grouplens.org".into() }),
        (0.5, progress("ingest", 1 << 20, 6 << 20, "downloading")),
        (6.0, progress("ingest", 5 << 20, 6 << 20, "downloading")),
        (7.0, started("ingest", 1)),
        (8.0, finished("ingest", 1.0, 120)),
        (8.0, Event::StageCached { stage: "split".into(), key: key("split"), facts: facts(0.2, Some(90)) }),
        (8.1, started("train-ease", 1)),
        (8.1, started("train-mf", 1)),
        (8.2, Event::StageWaiting { stage: "train-mf".into() }),
        (9.0, progress("train-mf", 1, 50, "loss 0.912")),
        (13.2, progress("train-mf", 12, 50, "loss 0.812")),
        (13.5, progress("train-mf", 13, 50, "loss 0.802")),
        (
            14.0,
            Event::StageFailed {
                stage: "train-ease".into(),
                failure: Failure::Error {
                    message: "the Gram matrix of 200,000 items needs 320 GiB of memory and 8 GiB is allowed".into(),
                    help: Some("filter rare items first: `uses: filter`, `with: { min-per-item: 5 }`".into()),
                },
                log: Some("cache/runs/7/train-ease.log".into()),
            },
        ),
        (14.0, Event::StageSkipped { stage: "evaluate@train-ease".into(), cause: "train-ease".into() }),
        (14.0, Event::StageSkipped { stage: "report".into(), cause: "train-ease".into() }),
        (14.1, Event::StageCancelled { stage: "train-mf".into() }),
        (14.2, run_finished(Outcome::Failed, [1, 1, 1, 3], 14.2)),
    ]
}

/// Two stages computed, one of which publishes a table.
pub(super) fn finished_run() -> Script {
    vec![
        (0.0, run_started(&["train-ease", "report"])),
        (0.0, started("train-ease", 2)),
        (1.2, finished("train-ease", 1.234, 310)),
        (1.2, started("report", 1)),
        (
            1.3,
            Event::StageFinished {
                stage: "report".into(),
                key: key("report"),
                facts: facts(0.012, None),
                artifacts: [].into(),
                log: None,
            },
        ),
        (
            1.3,
            Event::Published {
                stage: "report".into(),
                path: "reports/all_models.md".into(),
                changed: true,
                display: Some("All models\n\nModel  NDCG@100\n─────  ────────\nEASE     0.4787\n".into()),
            },
        ),
        (1.3, run_finished(Outcome::Done, [2, 0, 0, 0], 1.3)),
    ]
}

fn run_started(stages: &[&str]) -> Event {
    Event::RunStarted {
        run: "7".into(),
        pipeline: "all-models".into(),
        stages: stages.iter().map(|&stage| stage.to_owned()).collect(),
        jobs: 2,
        threads: 2,
        memory_bytes: 8 << 30,
        command: "recflow run all_models.yaml".into(),
        host: "a machine, 2 × processor".into(),
        versions: [("recflow".into(), "0.1.0".into())].into(),
    }
}

fn started(stage: &str, threads: usize) -> Event {
    Event::StageStarted {
        stage: stage.into(),
        key: key(stage),
        threads,
        memory_bytes: 0,
        reasons: vec!["not computed yet".into()],
    }
}

fn progress(stage: &str, done: u64, total: u64, detail: &str) -> Event {
    Event::StageProgress { stage: stage.into(), done, total, detail: detail.into() }
}

fn finished(stage: &str, seconds: f64, mebibytes: u64) -> Event {
    Event::StageFinished {
        stage: stage.into(),
        key: key(stage),
        facts: facts(seconds, Some(mebibytes)),
        artifacts: [].into(),
        log: Some(format!("cache/runs/7/{stage}.log").into()),
    }
}

fn run_finished(outcome: Outcome, [computed, cached, failed, not_run]: [usize; 4], seconds: f64) -> Event {
    Event::RunFinished { outcome, computed, cached, failed, not_run, wall: Duration::from_secs_f64(seconds) }
}

fn key(stage: &str) -> StageKey {
    StageKey(Digest::of(stage.as_bytes()))
}

fn facts(seconds: f64, mebibytes: Option<u64>) -> Facts {
    Facts {
        wall: Duration::from_secs_f64(seconds),
        peak_memory_bytes: mebibytes.map(|mebibytes| mebibytes << 20),
        threads: 1,
        version: "0.1.0".into(),
        ..Facts::default()
    }
}
