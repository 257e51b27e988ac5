//! A made-up comparison for tests.

use std::time::Duration;

use indexmap::IndexMap;

use super::{Cell, Column, Comparison, Cost, DatasetFacts, Direction, Measured, PartSize, Provenance, Row, SplitFacts};

pub(super) fn column(metric: &str, title: &str, direction: Direction, definition: &str) -> Column {
    Column { metric: metric.into(), title: title.into(), direction, decimals: 4, definition: definition.into() }
}

pub(super) fn comparison() -> Comparison {
    let no_ratings = || Cell::Empty("The model ranks items and predicts no ratings.".into());
    let row = |model: &str, epochs, best_epoch, cells| Row {
        model: model.into(),
        stage: format!("train-{}", model.to_lowercase()),
        epochs,
        best_epoch,
        cells,
        users: 6040,
        parameters: IndexMap::new(),
    };
    let mut rows = vec![
        row("Popularity", None, None, vec![no_ratings(), Cell::of(0.0781), Cell::of(0.3101), Cell::of(11.2)]),
        row("EASE", None, None, vec![no_ratings(), Cell::of(0.163_512_34), Cell::of(0.5866), Cell::of(412.5)]),
        row("MF", Some(20), Some(15), vec![Cell::of(0.8612), Cell::of(0.163_508), Cell::of(0.5102), Cell::of(230.0)]),
    ];
    rows[1].parameters.insert("lambda".into(), 500.into());
    rows[2].parameters.insert("factors".into(), 64.into());
    rows[2].parameters.insert("solver".into(), "als".into());
    let mut novelty = column(
        "novelty@100",
        "Novelty@100",
        Direction::Neither,
        "Mean number of bits of surprise in a recommended item.",
    );
    novelty.decimals = 1;
    Comparison {
        title: "All models".into(),
        columns: vec![
            column("rmse", "RMSE", Direction::LowerIsBetter, "Root of the mean squared error over all test ratings."),
            column("precision@100", "Precision@100", Direction::HigherIsBetter, "Hits in the top 100, over 100."),
            column(
                "recall@100",
                "Recall@100",
                Direction::HigherIsBetter,
                "Hits in the top 100, over the smaller of 100 and the number of targets.",
            ),
            novelty,
        ],
        rows,
        notes: vec![],
        provenance: Provenance {
            dataset: DatasetFacts {
                name: "ml-1m".into(),
                users: 6040,
                items: 3706,
                interactions: 1_000_209,
                rating_range: Some((1.0, 5.0)),
                skipped_lines: 0,
            },
            filters: vec![],
            split: SplitFacts {
                description: "per-user-random: of each user's interactions 20 % test, 10 % validation".into(),
                digest: "5f1c9a7be4d20c63a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718".into(),
                train: PartSize { users: 6040, interactions: 700_146 },
                validation: PartSize { users: 6040, interactions: 100_021 },
                test: PartSize { users: 6040, interactions: 200_042 },
            },
            protocol: vec![
                "Every item is a candidate except those the user already has; ties go by item index.".into(),
            ],
            seeds: IndexMap::from([("split".to_owned(), 42), ("train-mf".to_owned(), 7)]),
        },
    }
}

pub(super) fn measured() -> Measured {
    let cost = |milliseconds, mebibytes: u64| Cost {
        wall: Duration::from_millis(milliseconds),
        cpu: Some(Duration::from_millis(milliseconds * 18 / 10)),
        peak_memory_bytes: Some(mebibytes << 20),
        threads: 2,
        version: "0.1.0".into(),
    };
    Measured {
        training: [
            ("train-popularity", cost(31, 48)),
            ("train-ease", cost(1234, 310)),
            ("train-mf", cost(185_000, 96)),
        ]
        .map(|(stage, cost)| (stage.to_owned(), cost))
        .into(),
        command: Some("recflow run pipelines/all_models.yaml --set dataset=ml-1m".into()),
        version: "0.1.0".into(),
        date: None,
    }
}
