//! What the models recommend to a few users.

use std::fmt::Write as _;

use super::super::comparison::Comparison;
use super::super::example_user::{ExampleUser, Item, Recommendation};
use super::super::facts::lists_of_replicates;
use super::super::units;
use super::escape::text;

/// Recommendations shown of each list.
const SHOWN: usize = 5;

/// The section; empty where there are none.
pub(super) fn examples(comparison: &Comparison) -> String {
    let labels = comparison.labels();
    let users = comparison.examples.iter().map(|example| user(example, &labels));
    let users = users.collect::<Vec<String>>().join("\n");
    match lists_of_replicates(comparison).filter(|_| !users.is_empty()) {
        Some(note) => format!("{}\n\n{users}", text(&note)),
        None => users,
    }
}

fn user(example: &ExampleUser, labels: &[String]) -> String {
    let history = example.history.iter().map(|item| text(item.name()));
    let mut body = format!(
        "User {} ({}): {} in the history, {} to be found. Last: {}.\n\n",
        text(&example.user),
        text(&example.why),
        units::counted(example.history_length, "item", "items"),
        units::count(example.targets),
        history.collect::<Vec<String>>().join(" · ")
    );
    for (label, list) in labels.iter().zip(&example.lists) {
        let Some(list) = list else { continue };
        let items = list.iter().take(SHOWN).map(recommendation);
        let _ = writeln!(body, "- {}: {}", text(label), items.collect::<Vec<String>>().join(" · "));
    }
    body
}

/// A hit is bold.
fn recommendation(recommendation: &Recommendation) -> String {
    let name = text(Item::name(&recommendation.item));
    if recommendation.hit { format!("**{name}**") } else { name }
}
