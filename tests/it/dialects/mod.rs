//! Each dialect gives the values that the program gives whose definitions it follows.
//!
//! `golden.json` holds a made-up ranking and what those programs say of it; `golden.py` beside it made it.

use std::collections::BTreeMap;

use ndarray::ArrayViewMut2;
use recflow::rec::Silent;
use recflow::rec::data::{Holdout, Interactions};
use recflow::rec::eval::{EvaluationOptions, evaluate};
use recflow::rec::metric::{DialectName, MetricSpec, dialects};
use recflow::rec::model::{Recommender, Scorer, UserBlock, Weights};
use serde::Deserialize;

use super::project::Project;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Golden {
    items: Vec<String>,
    history: Vec<Vec<u32>>,
    held_out: Vec<Vec<(u32, f32)>>,
    scores: Vec<Vec<f32>>,
    predicted: Vec<Vec<f32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Case {
    dialect: DialectName,
    relevant_from: Option<f32>,
    users: usize,
    values: BTreeMap<MetricName, f64>,
}

/// A metric's name as it stands in the file.
type MetricName = String;

/// A model that says of each user what stands in its tables.
struct Tables {
    scores: Table,
    predicted: Table,
}

struct Table(Vec<Vec<f32>>);

impl Recommender for Tables {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(&self.scores)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        Some(&self.predicted)
    }

    fn weights(&self) -> Weights {
        Weights::new()
    }
}

impl Scorer for Table {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        for (row, mut scores) in scores.rows_mut().into_iter().enumerate() {
            let user = users.training_row(row).unwrap();
            scores.iter_mut().zip(&self.0[user]).for_each(|(score, value)| *score = *value);
        }
    }
}

fn matrix(n_items: usize, rows: &[Vec<(u32, f32)>]) -> Interactions {
    let offsets = rows.iter().scan(0, |end, row| {
        *end += row.len();
        Some(*end)
    });
    let (items, ratings): (Vec<_>, Vec<_>) = rows.iter().flatten().copied().unzip();
    let n = items.len();
    Interactions::from_parts(n_items, std::iter::once(0).chain(offsets).collect(), items, ratings, vec![0; n])
}

#[test]
fn each_dialect_agrees_with_its_program() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    let n_items = golden.items.len();
    let known: Vec<Vec<(u32, f32)>> =
        golden.history.iter().map(|row| row.iter().map(|&item| (item, 1.0)).collect()).collect();
    let history = matrix(n_items, &known);
    let holdout = Holdout {
        users: (0..history.n_users() as u32).collect(),
        history: history.clone(),
        targets: matrix(n_items, &golden.held_out),
    };
    let model = Tables { scores: Table(golden.scores), predicted: Table(golden.predicted) };
    let mut checked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in golden.cases {
        let dialect = case.dialect.dialect();
        let options = EvaluationOptions {
            dialect: case.dialect,
            precedence: dialect.precedence(&golden.items),
            relevant_from: case.relevant_from,
            // The predictions go beyond it: whether they are cut makes a difference.
            rating_range: Some((1.0, 5.0)),
            ..EvaluationOptions::default()
        };
        let metrics: Vec<MetricSpec> = case.values.keys().map(|name| name.parse().unwrap()).collect();
        let evaluation = evaluate(&model, &holdout, &history, &metrics, &options, &Silent).unwrap();
        assert_eq!(evaluation.users.n_ranked(), case.users, "{} from {:?}", dialect.name, case.relevant_from);
        for (value, expected) in evaluation.values.iter().zip(case.values.values()) {
            let found = value.value.unwrap_or_else(|| panic!("{}: {value:?}", dialect.name));
            assert!(
                (found - expected).abs() < 1e-12,
                "{} from {:?}, {}: {found}, not {expected}",
                dialect.name,
                case.relevant_from,
                value.metric
            );
            checked.entry(dialect.name).or_default().push(value.metric.metric().name);
        }
    }
    // Everything that a dialect defines was compared.
    for dialect in dialects().iter().skip(1) {
        let undone = dialect.defined().find(|(metric, _)| !checked[dialect.name].contains(&metric.name));
        assert!(undone.is_none(), "{}: {undone:?}", dialect.name);
    }
}

#[test]
fn a_table_tells_its_dialect_and_mixes_none() {
    let project = Project::small();
    project.edit("small.yaml", "metrics: [rmse, precision@5, ndcg@5]", "metrics: [recall@5, map@5], dialect: recpack");
    project.recflow("run small.yaml").expect(0);
    let report = project.read("reports/small.md");
    for words in [
        "Metrics are as RecPack defines them (`dialect: recpack`",
        "the number of targets among the first k, divided by the user's number of targets",
        "The dialect `recpack` defines no `map`.",
    ] {
        assert!(report.contains(words), "{words} is not in\n{report}");
    }
    let in_recflow = "  own:
    uses: evaluate
    needs: [split, train-ease]
    with: { metrics: [recall@5] }
  report:
    uses: report
    needs: [evaluate, own]
";
    project.edit("small.yaml", "  report:\n    uses: report\n    needs: evaluate\n", in_recflow);
    let outcome = project.recflow("run small.yaml");
    outcome.expect(1);
    assert!(
        outcome.stderr.contains("were scored in different dialects, `recpack` and `recflow`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_stage_whose_dialect_defines_none_of_its_metrics_is_refused_before_anything_runs() {
    let project = Project::small();
    project.edit("small.yaml", "metrics: [rmse, precision@5, ndcg@5]", "metrics: [map@5, rmse], dialect: mult-vae");
    let outcome = project.recflow("validate small.yaml");
    outcome.expect(2);
    for words in ["the dialect `mult-vae` defines none of these metrics", "it defines `recall`, `ndcg`"] {
        assert!(outcome.stderr.contains(words), "{words} is not in\n{}", outcome.stderr);
    }
    project.edit("small.yaml", "dialect: mult-vae", "dialect: mult-vea");
    let outcome = project.recflow("validate small.yaml");
    outcome.expect(2);
    assert!(outcome.stderr.contains("mult-vae"), "{}", outcome.stderr);
}
