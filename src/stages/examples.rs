//! What a model recommends to a few users of the test: chosen and written by `evaluate`, laid side by side by `report`.
//!
//! The users depend on the split alone, so that all models of a report tell of the same ones.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::evaluate::LISTS_FILE;
use super::user_terms::{TermSources, UserTerms, relevant};
use crate::engine::StageError;
use crate::rec::data::Items;
use crate::rec::eval::{NO_ITEM, StoredLists};

/// The file.
pub(super) const FILE: &str = "examples.json";
/// Whom to take, by the share of users whose histories are shorter.
const CHOSEN: [(f64, &str); 3] =
    [(0.1, "a short history"), (0.5, "a history of middle length"), (0.9, "a long history")];
/// Items told of a history.
const LAST_ITEMS: usize = 5;
/// Recommendations told.
const RECOMMENDED: usize = 10;

/// One user and what the model recommends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Example {
    /// The data's own id.
    pub user: String,
    /// Why this user.
    pub why: String,
    /// The last items of the history, newest first.
    pub history: Vec<ExampleItem>,
    /// The length of the whole history.
    pub history_length: u64,
    /// How many items are to be found.
    pub targets: u64,
    /// The head of the list; `None` if the model ranks nothing.
    pub list: Option<Vec<Recommended>>,
}

/// An item by its names; the title is empty where none is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExampleItem {
    /// The data's own id.
    pub id: String,
    /// The title.
    pub title: String,
}

/// A recommended item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recommended {
    /// The item.
    pub item: ExampleItem,
    /// Whether it was to be found.
    pub hit: bool,
}

/// The examples of an evaluation whose other files are in `folder`; `ids` are the users' own.
pub(super) fn examples(
    folder: &Path,
    sources: TermSources<'_>,
    ids: &[String],
    items: &Items,
) -> Result<Vec<Example>, StageError> {
    let lengths = UserTerms::open(folder)?.history_lengths()?;
    let lists = folder.join(LISTS_FILE);
    let lists = lists.exists().then(|| StoredLists::open(&lists)).transpose()?;
    let named =
        |item: u32| ExampleItem { id: items.ids[item as usize].clone(), title: items.titles[item as usize].clone() };
    let mut examples = Vec::new();
    for (row, why) in chosen(&lengths) {
        let user = sources.holdout.rows(row..row + 1)?;
        let targets: Vec<u32> = relevant(&user, 0, sources.relevant_from).collect();
        let list = lists.as_ref().map(|lists| lists.read(row..row + 1)).transpose()?;
        let recommended = |item: u32| Recommended { item: named(item), hit: targets.contains(&item) };
        examples.push(Example {
            user: ids[user.users[0] as usize].clone(),
            why: why.to_owned(),
            history: user.history.items_of(0).iter().rev().take(LAST_ITEMS).map(|&item| named(item)).collect(),
            history_length: u64::from(lengths[row]),
            targets: targets.len() as u64,
            list: list.map(|list| {
                let items = list.items.iter().copied().take(RECOMMENDED).take_while(|&item| item != NO_ITEM);
                items.map(recommended).collect()
            }),
        });
    }
    Ok(examples)
}

/// Rows of the users to tell of, each once.
fn chosen(lengths: &[u32]) -> Vec<(usize, &'static str)> {
    let mut rising: Vec<usize> = (0..lengths.len()).collect();
    rising.sort_by_key(|&row| lengths[row]);
    let mut chosen: Vec<(usize, &str)> = Vec::new();
    for (share, why) in CHOSEN {
        let row = rising.get((share * rising.len() as f64) as usize).copied();
        chosen.extend(row.filter(|row| chosen.iter().all(|(other, _)| other != row)).map(|row| (row, why)));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn users_are_chosen_by_the_lengths_of_their_histories() {
        let rows: Vec<usize> =
            chosen(&[50, 20, 90, 10, 70, 30, 80, 40, 60, 100]).into_iter().map(|(row, _)| row).collect();
        assert_eq!(rows, [1, 8, 9]);
        assert_eq!(chosen(&[7]).len(), 1);
        assert!(chosen(&[]).is_empty());
    }
}
