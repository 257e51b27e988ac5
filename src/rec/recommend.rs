//! What a fitted model recommends to one person.

use ndarray::Array2;

use super::data::Interactions;
use super::eval::TopK;
use super::model::{Recommender, Scorer, UserBlock};

/// By what items were put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankedBy {
    /// The scores that the model ranks by.
    Score,
    /// Predicted ratings: the model defines no ranking. Items that few people have rated may come first.
    Rating,
}

/// One recommended item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommended {
    /// Index of the item.
    pub item: u32,
    /// What it was ranked by.
    pub score: f32,
    /// The rating that the model predicts, not clipped; `None` if it predicts none.
    pub rating: Option<f32>,
}

/// The model gave a number that is not finite.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the model gives item `{item}` (by index) the score `{value}`")]
pub struct NotFinite {
    /// Index of the item.
    pub item: u32,
    /// The number.
    pub value: f32,
}

/// The up to `top` items that the model puts first for the person with this history, of those not in it; ties by lower
/// index. Fewer than asked for if the catalogue has no more.
///
/// Shape: `history` `[1, n_items]`; `training_row` is the person's in the training part, `None` if unseen there.
pub fn recommend(
    model: &dyn Recommender,
    history: &Interactions,
    training_row: Option<u32>,
    top: usize,
) -> Result<(RankedBy, Vec<Recommended>), NotFinite> {
    let score = |scorer: &dyn Scorer| {
        let mut scores = Array2::zeros((1, history.n_items()));
        scorer.score_into(&UserBlock::new(history, &[training_row], 0, 1), scores.view_mut());
        let scores = scores.into_raw_vec_and_offset().0;
        let bad = (0..).zip(&scores).find(|(_, score)| !score.is_finite());
        bad.map_or(Ok(scores.clone()), |(item, &value)| Err(NotFinite { item, value }))
    };
    let ratings = model.rating().map(score).transpose()?;
    let (ranked_by, scores) = match (model.ranking(), &ratings) {
        (Some(ranking), _) => (RankedBy::Score, score(ranking)?),
        (None, Some(ratings)) => (RankedBy::Rating, ratings.clone()),
        (None, None) => return Ok((RankedBy::Score, Vec::new())),
    };
    let mut open = scores.clone();
    history.items().iter().for_each(|&item| open[item as usize] = f32::NEG_INFINITY);
    let mut items = Vec::new();
    TopK::new(top.min(history.n_items())).select(&open, &mut items);
    let recommended = |item: u32| {
        let rating = ratings.as_ref().map(|ratings| ratings[item as usize]);
        Recommended { item, score: scores[item as usize], rating }
    };
    Ok((ranked_by, items.into_iter().map(recommended).collect()))
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayViewMut2;

    use super::*;
    use crate::rec::model::Weights;
    use crate::rec::model::testing::interactions_of;

    struct Fixed {
        scores: Vec<f32>,
        ranks: bool,
    }

    impl Recommender for Fixed {
        fn ranking(&self) -> Option<&dyn Scorer> {
            self.ranks.then_some(self)
        }

        fn rating(&self) -> Option<&dyn Scorer> {
            (!self.ranks).then_some(self)
        }

        fn weights(&self) -> Weights {
            Weights::new()
        }
    }

    impl Scorer for Fixed {
        fn score_into(&self, _: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
            scores.row_mut(0).iter_mut().zip(&self.scores).for_each(|(score, value)| *score = *value);
        }
    }

    fn items(recommended: &[Recommended]) -> Vec<u32> {
        recommended.iter().map(|recommended| recommended.item).collect()
    }

    #[test]
    fn the_best_come_first_and_what_the_person_has_never_does() {
        let history = interactions_of(5, &[&[3, 0]]);
        let mut model = Fixed { scores: vec![9.0, 1.0, 4.0, 8.0, 4.0], ranks: true };
        let (ranked_by, all) = recommend(&model, &history, None, 10).unwrap();
        assert_eq!((ranked_by, items(&all)), (RankedBy::Score, vec![2, 4, 1]));
        assert_eq!((all[0].score, all[0].rating), (4.0, None));
        assert_eq!(items(&recommend(&model, &history, None, 1).unwrap().1), [2]);
        model.ranks = false;
        let (ranked_by, by_rating) = recommend(&model, &history, Some(0), 2).unwrap();
        assert_eq!((ranked_by, items(&by_rating), by_rating[0].rating), (RankedBy::Rating, vec![2, 4], Some(4.0)));
    }

    #[test]
    fn numbers_that_are_none_are_an_error() {
        let model = Fixed { scores: vec![1.0, f32::NAN], ranks: true };
        let error = recommend(&model, &interactions_of(2, &[&[]]), None, 1).unwrap_err();
        assert_eq!(error.to_string(), "the model gives item `1` (by index) the score `NaN`");
    }
}
