//! A made-up comparison for tests.

use std::time::Duration;

use indexmap::IndexMap;

use super::{
    AgainstBest, Breakdown, BrokenDownBy, Cell, Column, Comparison, Cost, DatasetFacts, Direction, ExampleUser, Group,
    Interval, Item, LearningCurve, Measured, Overlap, PartSize, PopularityBias, Provenance, Recommendation, Replicate,
    Row, SplitFacts, Spread, Standing, Statistics, Verdict,
};

pub(super) fn column(metric: &str, title: &str, direction: Direction, definition: &str) -> Column {
    Column {
        metric: metric.into(),
        title: title.into(),
        direction,
        decimals: 4,
        definition: definition.into(),
        finding: None,
    }
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
        variant: IndexMap::new(),
        replicates: vec![],
        reads_order: false,
        is_reproduction: false,
        popularity_bias: None,
        learning_curves: vec![],
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
            other_splits: vec![],
            protocol: vec![
                "Every item is a candidate except those the user already has; ties go by item index.".into(),
            ],
            seeds: IndexMap::from([("split".to_owned(), vec![42]), ("MF".to_owned(), vec![7])]),
        },
        finding: None,
        statistics: None,
        breakdowns: vec![],
        overlap: None,
        examples: vec![],
    }
}

/// The same with everything that a comparison can tell.
pub(super) fn full_comparison() -> Comparison {
    let mut comparison = comparison();
    let interval = |value: f64, half: f64| Interval { low: value - half, high: value + half, level: 0.95 };
    for (index, row) in comparison.rows.iter_mut().enumerate() {
        for (column, cell) in row.cells.iter_mut().enumerate() {
            let Cell::Value(estimate) = cell else { continue };
            estimate.interval = Some(interval(estimate.value, estimate.value / 50.0));
            estimate.spread = (column != 3).then(|| Spread {
                replicates: 3,
                standard_deviation: estimate.value / 200.0,
                values: [0.995, 1.0, 1.005].map(|factor| estimate.value * factor).to_vec(),
            });
            let against_best = |difference, p_adjusted, effect_size| AgainstBest {
                difference,
                interval: Some(interval(difference, 0.004)),
                p_value: p_adjusted / 4.0,
                p_adjusted,
                effect_size: Some(effect_size),
            };
            estimate.standing = match (column, index) {
                (1 | 2, 1) => Some(Standing { verdict: Verdict::Best, against_best: None }),
                (1, 2) => Some(Standing {
                    verdict: Verdict::NotDistinguishable,
                    against_best: Some(against_best(-0.000_004, 0.84, 0.002)),
                }),
                (1 | 2, _) => {
                    Some(Standing { verdict: Verdict::Worse, against_best: Some(against_best(-0.08, 0.0003, 0.61)) })
                }
                _ => None,
            };
        }
        row.replicates = (1..=3)
            .map(|seed| Replicate {
                stage: format!("{}/seed={seed}", row.stage),
                variant: IndexMap::from([("seed".to_owned(), seed.into())]),
                split_digest: comparison.provenance.split.digest.clone(),
                epochs: row.epochs,
                best_epoch: row.best_epoch,
                parameters: IndexMap::new(),
                learning_curves: vec![],
            })
            .collect();
        row.popularity_bias = (index < 2).then_some(PopularityBias {
            cutoff: 100,
            recommended: 0.3 - 0.1 * index as f64,
            history: 0.15,
            lift: 1.0 - 0.5 * index as f64,
            shares: [0.9 - 0.3 * index as f64, 0.1 + 0.2 * index as f64, 0.1 * index as f64],
            history_shares: [0.5, 0.3, 0.2],
        });
    }
    comparison.rows[2].reads_order = true;
    for replicate in &mut comparison.rows[2].replicates {
        replicate.learning_curves = learning_curves();
    }
    comparison.columns[1].finding =
        Some("EASE is best on Precision@100 (0.1635); MF cannot be told from it; Popularity is worse.".into());
    comparison.columns[2].finding = Some("EASE is best on Recall@100 (0.5866); all others are worse.".into());
    comparison.finding = Some("EASE is best or not told from the best on Precision@100 and Recall@100.".into());
    comparison.statistics = Some(Statistics {
        level: 0.95,
        resamples: 2000,
        sign_flips: 10_000,
        significance_level: 0.05,
        replicate_axes: vec!["seed".into()],
        sentences: vec!["Intervals are over users.".into()],
    });
    let group = |name: &str, users, targets: Option<u64>, factor: f64| Group {
        name: name.into(),
        users,
        targets,
        cells: comparison
            .rows
            .iter()
            .map(|row| row.cells[1..3].iter().map(|cell| Cell::of(cell.value().unwrap_or(0.0) * factor)).collect())
            .collect(),
    };
    comparison.breakdowns = vec![
        Breakdown {
            by: BrokenDownBy::UserActivity,
            title: "By user activity".into(),
            about: "Users in four parts of equal size by the length of their histories.".into(),
            columns: vec![1, 2],
            groups: vec![group("14 to 33", 3020, None, 0.8), group("34 to 1,800", 3020, None, 1.2)],
        },
        Breakdown {
            by: BrokenDownBy::ItemPopularity,
            title: "By item popularity".into(),
            about: "Targets by the popularity of the item.".into(),
            columns: vec![1, 2],
            groups: vec![group("head", 6000, Some(100_000), 1.1), group("tail", 5000, Some(50_000), 0.2)],
        },
    ];
    comparison.overlap = Some(Overlap {
        cutoff: 100,
        shares: vec![vec![Some(1.0), Some(0.25), None], vec![Some(0.25), Some(1.0), None], vec![None, None, None]],
    });
    comparison.examples = vec![example_user()];
    comparison
}

fn learning_curves() -> Vec<LearningCurve> {
    let loss =
        LearningCurve { figure: "loss".into(), epochs: vec![1, 2, 3], values: vec![0.9, 0.7, 0.6], best: Some(2) };
    let validation = "validation-rmse".to_owned();
    vec![loss, LearningCurve { figure: validation, epochs: vec![1, 3], values: vec![0.95, 0.9], best: Some(1) }]
}

fn example_user() -> ExampleUser {
    let item = |id: &str, title: Option<&str>| Item { id: id.into(), title: title.map(str::to_owned) };
    ExampleUser {
        user: "17".into(),
        why: "a short history".into(),
        history: vec![item("260", Some("Star Wars: Episode IV - A New Hope (1977)")), item("9001", None)],
        history_length: 23,
        targets: 5,
        lists: vec![
            Some(vec![Recommendation { item: item("318", Some("Shawshank Redemption, The (1994)")), hit: false }]),
            Some(vec![
                Recommendation { item: item("1196", Some("Star Wars: Episode V (1980)")), hit: true },
                Recommendation { item: item("9002", None), hit: false },
            ]),
            None,
        ],
    }
}

pub(super) fn measured() -> Measured {
    let cost = |milliseconds, mebibytes: u64| Cost {
        trainings: None,
        replicates: None,
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
        pipeline: None,
    }
}
