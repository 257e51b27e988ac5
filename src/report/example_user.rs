//! What the models recommend to single users.

use serde::{Deserialize, Serialize};

/// One user with the recommendations of every model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ExampleUser {
    /// The data's own id.
    pub user: String,
    /// Why this user: `a short history`.
    pub why: String,
    /// The last items of the history, newest first.
    pub history: Vec<Item>,
    /// The length of the whole history.
    pub history_length: u64,
    /// How many items were to be found.
    pub targets: u64,
    /// The head of each model's list; none where a model ranks nothing. Shape: `[n_rows]`.
    pub lists: Vec<Option<Vec<Recommendation>>>,
}

/// An item by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    /// The data's own id.
    pub id: String,
    /// The title, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Item {
    /// What to call it: the title, or else the id.
    pub fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }
}

/// A recommended item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recommendation {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// Whether it was to be found.
    pub hit: bool,
}
