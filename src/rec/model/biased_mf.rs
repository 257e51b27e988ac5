//! Biased matrix factorisation: a rating is what is usual for the user and the item, and how well their tastes meet.
//!
//! Y. Koren, R. Bell, C. Volinsky, *Matrix factorization techniques for recommender systems*, IEEE Computer 42(8), 2009,
//! <https://doi.org/10.1109/MC.2009.263>; the alternating least squares after Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan,
//! *Large-scale parallel collaborative filtering for the Netflix Prize*, AAIM 2008.
//!
//! # Model
//!
//! `r̂_ui = μ + b_u + b_i + p_uᵀ q_i`, `μ` the mean of the training ratings; the minimum of
//! `Σ (r_ui − r̂_ui)² + Σ_u n_u (λ_b b_u² + λ ‖p_u‖²) + Σ_i n_i (λ_b b_i² + λ ‖q_i‖²)`, `n` the number of a user's or item's
//! ratings. An epoch solves for all users `(b_u, p_u)` together, each a ridge regression on `(1, q_i)`, then for all items.
//!
//! # Shapes
//!
//! `user-factors` `[n_users, factors]`, `item-factors` `[n_items, factors]`, `user-biases` `[n_users]`, `item-biases`
//! `[n_items]`, `mean` `[1]`.
//!
//! # Cost
//!
//! An epoch: `2 n_entries · factors²` operations and `factors³ / 3` for each user and item. Scoring: `factors` operations a score;
//! a user whom training has not seen costs one ridge regression more.
//!
//! # Departures from the paper
//!
//! Koren et al. fit by gradient descent, whose penalty for each rating is that of the objective above; biases have a
//! strength of their own. The best epoch is chosen on the validation part.
//!
//! It ranks nothing: the items with the highest predicted ratings are mostly ones that few people have rated, and such a
//! ranking says nothing of the model (P. Cremonesi, Y. Koren, R. Turrin, RecSys 2010).
//!
//! # Reference result
//!
//! MovieLens-1M, 90/10 at random: RMSE .845 (S. Sedhain, A. K. Menon, S. Sanner, L. Xie, *AutoRec*, WWW 2015, table 1).

mod als;

use ndarray::{ArcArray1, ArcArray2, Array1, Array2, ArrayViewMut2, Axis, aview0, s};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Card, Fit, FitError, Fitted, Problem, Recommender, Scorer, UnseenUsers, UserBlock, Weights, WeightsError,
    check_memory,
};
use crate::rec::Monitor;
use crate::rec::data::Split;

/// Hyper-parameters of biased matrix factorisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct BiasedMfParams {
    /// Length of the taste vectors of users and items.
    #[schemars(range(min = 1, max = 1024))]
    pub factors: u32,
    /// Strength of the L2 regularisation of the taste vectors for each rating (λ).
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub regularisation: f64,
    /// Strength of the L2 regularisation of the biases for each rating (λ_b).
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub bias_regularisation: f64,
    /// Passes over users and items, at most.
    #[schemars(range(min = 1))]
    pub epochs: u32,
    /// Ends after so many epochs without a lower RMSE on the validation part.
    #[schemars(range(min = 1))]
    pub patience: u32,
    /// Seed of the first item vectors.
    pub seed: u64,
}

impl Default for BiasedMfParams {
    fn default() -> Self {
        Self { factors: 32, regularisation: 0.075, bias_regularisation: 0.01, epochs: 20, patience: 3, seed: 0 }
    }
}

/// Biases and taste vectors of users and items.
#[derive(Debug, Clone)]
pub struct BiasedMf {
    params: BiasedMfParams,
    mean: f32,
    user_biases: ArcArray1<f32>,
    user_factors: ArcArray2<f32>,
    item_biases: ArcArray1<f32>,
    item_factors: ArcArray2<f32>,
    /// The item vectors by factor, for scoring. Shape: `[factors, n_items]`.
    by_factor: Array2<f32>,
}

impl Fit for BiasedMfParams {
    type Model = BiasedMf;

    const CARD: Card = Card {
        name: "biased-mf",
        title: "Biased MF",
        revision: 1,
        about: "A rating is what is usual for the user and the item, and how well their tastes meet.",
        paper: "Y. Koren, R. Bell, C. Volinsky: Matrix factorization techniques for recommender systems, IEEE Computer \
                42(8), 2009",
    };

    fn check(&self) -> Vec<Problem> {
        let problem = |parameter: &str, message| Problem { parameter: parameter.to_owned(), message, help: None };
        let mut problems = Vec::new();
        for (parameter, value) in [("factors", self.factors), ("epochs", self.epochs), ("patience", self.patience)] {
            if value == 0 {
                problems.push(problem(parameter, "`0` is not a positive whole number".to_owned()));
            }
        }
        let strengths = [("regularisation", self.regularisation), ("bias-regularisation", self.bias_regularisation)];
        for (parameter, value) in strengths {
            if !(value > 0.0 && value.is_finite()) {
                problems.push(problem(parameter, format!("`{value}` is not a positive number")));
            }
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        // Vectors in double precision, twice because of the best epoch's copy; the ratings by item.
        (n_users + n_items) as u64 * (u64::from(self.factors) + 1) * 20 + n_entries as u64 * 8
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<BiasedMf>, FitError> {
        let train = &split.train;
        if train.n_entries() == 0 {
            return Err(FitError::Data {
                message: "the training part has no ratings".to_owned(),
                help: "hold less out, or filter less away".to_owned(),
            });
        }
        if train.ratings().iter().all(|&rating| rating == train.ratings()[0]) {
            return Err(FitError::Data {
                message: format!("all ratings of the training part are `{}`", train.ratings()[0]),
                help: "biased-mf predicts ratings: leave it out for data that has none".to_owned(),
            });
        }
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), train.n_items(), train.n_entries());
        check_memory(
            || format!("a factorisation of {} users and items", train.n_users() + train.n_items()),
            needed_bytes,
            monitor,
        )?;
        let (als::Factors { mean, users, items }, training, curve) = als::fit(self, split, monitor)?;
        let single = |matrix: &Array2<f64>| matrix.slice(s![.., 1..]).mapv(|value| value as f32).into_shared();
        let biases = |matrix: &Array2<f64>| matrix.column(0).mapv(|value| value as f32).into_shared();
        let model = BiasedMf::new(
            self.clone(),
            mean as f32,
            (biases(&users), single(&users)),
            (biases(&items), single(&items)),
        );
        Ok(Fitted { model, training, curve })
    }

    fn restore(&self, weights: &Weights) -> Result<BiasedMf, WeightsError> {
        let mean: ArcArray1<f32> = weights.f32("mean")?;
        let users = (weights.f32("user-biases")?, weights.f32::<ndarray::Ix2>("user-factors")?);
        let items = (weights.f32("item-biases")?, weights.f32::<ndarray::Ix2>("item-factors")?);
        let factors = self.factors as usize;
        let fits = |(biases, vectors): &(ArcArray1<f32>, ArcArray2<f32>)| vectors.dim() == (biases.len(), factors);
        if mean.len() != 1 || !fits(&users) || !fits(&items) {
            return Err(WeightsError::Inconsistent("biases and factors do not fit together".to_owned()));
        }
        Ok(BiasedMf::new(self.clone(), mean[0], users, items))
    }
}

impl BiasedMf {
    fn new(
        params: BiasedMfParams,
        mean: f32,
        (user_biases, user_factors): (ArcArray1<f32>, ArcArray2<f32>),
        (item_biases, item_factors): (ArcArray1<f32>, ArcArray2<f32>),
    ) -> Self {
        let by_factor = item_factors.t().as_standard_layout().into_owned();
        Self { params, mean, user_biases, user_factors, item_biases, item_factors, by_factor }
    }

    /// Bias and vector of a user of the block: fitted, or for users unseen in training solved for from the history.
    fn user(&self, users: &UserBlock<'_>, row: usize) -> (f32, Array1<f32>) {
        if let Some(user) = users.training_row(row) {
            return (self.user_biases[user], self.user_factors.row(user).to_owned());
        }
        let mut scratch = als::Scratch::new(self.params.factors as usize);
        let items = als::with_biases(&self.item_biases, &self.item_factors);
        let solved = als::solve_row(
            &self.params,
            f64::from(self.mean),
            &items,
            users.items(row),
            users.ratings(row),
            &mut scratch,
        );
        (solved[0] as f32, solved[1..].iter().map(|&value| value as f32).collect())
    }
}

impl Recommender for BiasedMf {
    fn ranking(&self) -> Option<&dyn Scorer> {
        None
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn unseen_users(&self) -> UnseenUsers {
        UnseenUsers::WithoutWhatIsLearnt(
            "The model has learnt a bias and a vector for each user; those of one whom it has not seen are solved for from the \
             ratings of the items.",
        )
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        weights.insert("mean", Array1::from_elem(1, self.mean));
        weights.insert("user-biases", self.user_biases.clone());
        weights.insert("user-factors", self.user_factors.clone());
        weights.insert("item-biases", self.item_biases.clone());
        weights.insert("item-factors", self.item_factors.clone());
        weights
    }
}

impl Scorer for BiasedMf {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        for (row, mut scores) in scores.axis_iter_mut(Axis(0)).enumerate() {
            let (bias, vector) = self.user(users, row);
            scores.assign(&self.item_biases);
            scores += &aview0(&(self.mean + bias));
            for (&factor, items) in vector.iter().zip(self.by_factor.rows()) {
                scores.scaled_add(factor, &items);
            }
        }
    }
}

#[cfg(test)]
mod tests;
