//! What each model recommends to a few users.

use serde::Serialize;

use super::chart::Series;
use crate::report::comparison::Comparison;
use crate::report::example_user::{ExampleUser, Recommendation};
use crate::report::units;

#[derive(Debug, Serialize)]
pub(super) struct ExampleView {
    user: String,
    why: String,
    has: String,
    history: Vec<String>,
    targets: String,
    lists: Vec<ListView>,
}

#[derive(Debug, Serialize)]
struct ListView {
    icon: String,
    label: String,
    hits: usize,
    items: Vec<ItemView>,
}

#[derive(Debug, Serialize)]
struct ItemView {
    name: String,
    hit: bool,
}

pub(super) fn views(comparison: &Comparison) -> Vec<ExampleView> {
    let labels = comparison.labels();
    let item =
        |recommended: &Recommendation| ItemView { name: recommended.item.name().to_owned(), hit: recommended.hit };
    let view = |example: &ExampleUser| {
        let lists = labels.iter().zip(&example.lists).enumerate().filter_map(|(row, (label, list))| {
            let items: Vec<ItemView> = list.as_ref()?.iter().map(item).collect();
            let hits = items.iter().filter(|item| item.hit).count();
            Some(ListView { icon: Series::of(row).icon(), label: label.clone(), hits, items })
        });
        ExampleView {
            user: example.user.clone(),
            why: example.why.clone(),
            has: units::counted(example.history_length, "item", "items"),
            history: example.history.iter().map(|item| item.name().to_owned()).collect(),
            targets: units::counted(example.targets, "item", "items"),
            lists: lists.collect(),
        }
    };
    comparison.examples.iter().map(view).collect()
}
