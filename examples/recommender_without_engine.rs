//! A recommender without the engine: make data up, split it, fit EASE, score it, recommend to one user.
//!
//! ```sh
//! cargo run --release --example recommender_without_engine
//! ```

use std::error::Error;

use ndarray::Array2;
use recflow::rec::Silent;
use recflow::rec::data::{SampleParams, SplitParams, Strategy};
use recflow::rec::eval::{EvaluationOptions, evaluate};
use recflow::rec::metric::MetricSpec;
use recflow::rec::model::{EaseParams, Fit, Recommender, UserBlock};

#[expect(clippy::print_stdout, reason = "an example shows what it does")]
fn main() -> Result<(), Box<dyn Error>> {
    let dataset =
        SampleParams { users: 300, items: 400, interactions: 20_000, ..SampleParams::default() }.generate(&Silent)?;
    let split = SplitParams::new(Strategy::PerUserTemporal).apply(Some(&dataset), &Silent)?;
    let model = EaseParams { lambda: 100.0, ..EaseParams::default() }.fit(&split, &Silent)?.model;

    let metrics: Vec<MetricSpec> =
        ["precision@10", "recall@10", "ndcg@10"].iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let options = EvaluationOptions { model: "EASE".to_owned(), ..EvaluationOptions::default() };
    let evaluation = evaluate(&model, &split.test, &split.train, &metrics, &options, &Silent)?;
    for value in &evaluation.values {
        println!("{:14} {:.4}", value.metric.to_string(), value.value.unwrap_or(f64::NAN));
    }

    // The first test user: what the model would recommend, without what she has.
    let history = &split.test.history;
    let training_rows: Vec<Option<u32>> = split.test.users.iter().copied().map(Some).collect();
    let mut scores = Array2::zeros((1, history.n_items()));
    let ranking = model.ranking().ok_or("EASE ranks")?;
    ranking.score_into(&UserBlock::new(history, &training_rows, 0, 1), scores.view_mut());
    let mut items: Vec<usize> =
        (0..history.n_items()).filter(|&item| !history.items_of(0).contains(&(item as u32))).collect();
    items.sort_by(|&a, &b| scores[[0, b]].total_cmp(&scores[[0, a]]).then(a.cmp(&b)));
    println!("\nfor {}:", split.users[split.test.users[0] as usize]);
    for &item in items.iter().take(5) {
        println!("  {:.3}  {}", scores[[0, item]], split.items.titles[item]);
    }
    Ok(())
}
