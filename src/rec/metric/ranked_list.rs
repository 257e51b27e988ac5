//! One user's ranking, and what of it was to be found.

/// One user's ranking, and where the held-out items are in it.
///
/// Held-out items are *targets* if they are rated high enough; most metrics ask for these alone. Metrics with graded gains
/// read the ratings of all.
#[derive(Debug, Clone)]
pub struct RankedList<'a> {
    items: &'a [u32],
    /// Ranks of the targets, rising.
    hits: Vec<u32>,
    /// Ranks and ratings of all held-out items, by rising rank.
    found: Vec<(u32, f32)>,
    /// Ratings of all held-out items, falling.
    ratings: Vec<f32>,
    n_targets: usize,
    relevant_from: Option<f32>,
    self_information: &'a [f64],
}

impl<'a> RankedList<'a> {
    /// `items`, best first, when `targets` are to be found, all rated 1; `self_information` as given by
    /// [`super::self_information`] (read by novelty only).
    pub fn new(items: &'a [u32], targets: &[u32], self_information: &'a [f64]) -> Self {
        let held_out: Vec<(u32, f32)> = targets.iter().map(|&item| (item, 1.0)).collect();
        Self::rated(items, &held_out, None, self_information)
    }

    /// As [`Self::new`], with held-out items and their ratings, of which those rated `relevant_from` or higher are targets
    /// (`None`: all).
    pub fn rated(
        items: &'a [u32],
        held_out: &[(u32, f32)],
        relevant_from: Option<f32>,
        self_information: &'a [f64],
    ) -> Self {
        let rating_of = |item| held_out.iter().find(|(other, _)| *other == item).map(|(_, rating)| *rating);
        let ratings = held_out.iter().map(|(_, rating)| *rating);
        Self::with_ratings(items, rating_of, ratings, relevant_from, self_information)
    }

    /// As [`Self::rated`], with a look-up in place of a search: `rating_of` gives the ratings of held-out items, `ratings` all of
    /// them in any order.
    pub fn with_ratings(
        items: &'a [u32],
        rating_of: impl Fn(u32) -> Option<f32>,
        ratings: impl Iterator<Item = f32>,
        relevant_from: Option<f32>,
        self_information: &'a [f64],
    ) -> Self {
        let is_relevant = |rating: f32| relevant_from.is_none_or(|least| rating >= least);
        let found: Vec<(u32, f32)> =
            (0..).zip(items).filter_map(|(rank, &item)| Some((rank, rating_of(item)?))).collect();
        let mut ratings: Vec<f32> = ratings.collect();
        ratings.sort_unstable_by(|a, b| b.total_cmp(a));
        Self {
            items,
            hits: found.iter().filter(|&&(_, rating)| is_relevant(rating)).map(|&(rank, _)| rank).collect(),
            found,
            n_targets: ratings.iter().filter(|&&rating| is_relevant(rating)).count(),
            ratings,
            relevant_from,
            self_information,
        }
    }

    /// The items down to rank `k`, best first.
    pub fn items(&self, k: usize) -> &'a [u32] {
        &self.items[..k.min(self.items.len())]
    }

    /// The ranks, from 0, of the targets among the first `k` items, rising.
    pub fn hits(&self, k: usize) -> &[u32] {
        &self.hits[..self.hits.partition_point(|&rank| (rank as usize) < k)]
    }

    /// The ranks, from 0, of the held-out items among the first `k` items, rising, and their ratings.
    pub fn found(&self, k: usize) -> &[(u32, f32)] {
        &self.found[..self.found.partition_point(|&(rank, _)| (rank as usize) < k)]
    }

    /// The ratings of all held-out items, in the list or not, falling.
    pub fn ratings(&self) -> &[f32] {
        &self.ratings
    }

    /// How many targets there are, in the list or not.
    pub fn n_targets(&self) -> usize {
        self.n_targets
    }

    /// The lowest rating of a target; `None` if every held-out item is one.
    pub fn relevant_from(&self) -> Option<f32> {
        self.relevant_from
    }

    /// The self-information of an item, in bits.
    pub fn self_information(&self, item: u32) -> f64 {
        self.self_information[item as usize]
    }
}

/// `part / whole`; 0 of nothing, for users without a target where these count.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
