//! What a model recommends, with ids and titles, and what has to be known of it.

use serde::Serialize;

use super::RecommendError;
use super::known::Known;
use crate::rec::data::Split;
use crate::rec::model::{Recommender, UnseenUsers};
use crate::rec::recommend::{RankedBy, recommend};
use crate::stages::train::StoredModel;

/// An item by its own name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The data's own id.
    pub id: String,
    /// Its title, if one is known.
    pub title: Option<String>,
}

/// A recommended item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Suggestion {
    /// Its place, counted from one.
    pub rank: usize,
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// The model's score, which only compares items for one person; `None` if the model ranks nothing itself.
    pub score: Option<f32>,
    /// The rating that the model predicts, within the range of the data's ratings; `None` if it predicts none.
    pub predicted_rating: Option<f32>,
    /// Whether it is one of the items that the user has in the test part, of which the model was not told.
    pub in_test: bool,
}

/// What a model recommends to one person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Recommendations {
    /// The stage that trained the model.
    pub stage: String,
    /// The model's name in tables.
    pub model: String,
    /// The data set.
    pub dataset: String,
    /// The user's own id; `None` for somebody who only has some items.
    pub user: Option<String>,
    /// What the model was told that the person has, oldest first. None of it is recommended.
    pub history: Vec<Item>,
    /// How many items the user has in the test part.
    pub in_test: usize,
    /// What it recommends, best first.
    pub recommended: Vec<Suggestion>,
    /// Sentences that have to be known.
    pub notes: Vec<String>,
}

/// What the model recommends to the person, at most `top` items.
pub(super) fn answer(
    stage: &str,
    stored: &StoredModel,
    model: &dyn Recommender,
    split: &Split,
    known: &Known,
    top: usize,
) -> Result<Recommendations, RecommendError> {
    let mut notes = Vec::new();
    if known.training_row.is_none() {
        match model.unseen_users() {
            UnseenUsers::Alike => {}
            UnseenUsers::WithoutWhatIsLearnt(sentence) => notes.push(sentence.to_owned()),
            UnseenUsers::Unknown(sentence) => {
                let message = format!("`{stage}` has nothing to say to somebody whom its training has not seen");
                let help = format!("{sentence} Choose a user of the training part, or a model that reads histories");
                return Err(RecommendError::Unseen { message, help });
            }
        }
    }
    let (ranked_by, best) = recommend(model, &known.history, known.training_row, top)?;
    if ranked_by == RankedBy::Rating {
        notes.push(
            "In the order of predicted ratings: the model defines no ranking. Items that few people have rated may come first."
                .to_owned(),
        );
        if known.user.is_none() {
            notes.push("Items without a rating behind `=` count as rated as high as the data go.".to_owned());
        }
    }
    if known.history.n_entries() == 0 {
        notes.push("The model was told of no item that the person has: it recommends the same to all such.".to_owned());
    }
    let item = |index: u32| {
        let (id, title) = (&split.items.ids[index as usize], &split.items.titles[index as usize]);
        Item { id: id.clone(), title: (!title.is_empty()).then(|| title.clone()) }
    };
    let (lowest, highest) = split.about.rating_range;
    let suggestions = best.into_iter().enumerate().map(|(place, best)| Suggestion {
        rank: place + 1,
        item: item(best.item),
        score: (ranked_by == RankedBy::Score).then_some(best.score),
        predicted_rating: best.rating.map(|rating| rating.clamp(lowest, highest)),
        in_test: known.targets.contains(&best.item),
    });
    Ok(Recommendations {
        stage: stage.to_owned(),
        model: stored.title.clone(),
        dataset: split.about.dataset.name.clone(),
        user: known.user.clone(),
        history: known.history.items().iter().map(|&index| item(index)).collect(),
        in_test: known.targets.len(),
        recommended: suggestions.collect(),
        notes,
    })
}
