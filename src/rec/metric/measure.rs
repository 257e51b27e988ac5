//! What a metric is, and what it is computed from.

/// A metric: its texts, and how it is computed.
#[derive(Debug)]
pub struct Metric {
    /// The name in pipeline files, without the cutoff.
    pub name: &'static str,
    /// The name in tables, without the cutoff.
    pub title: &'static str,
    /// Which values are better.
    pub direction: Direction,
    /// One sentence that fixes the definition, with denominators; `k` is the cutoff.
    pub definition: &'static str,
    /// How it is computed.
    pub measure: Measure,
}

/// Which values of a metric are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The higher the better.
    Higher,
    /// The lower the better.
    Lower,
    /// Neither: it describes recommendations and does not judge them.
    Neither,
}

/// How a metric is computed: its family.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// From one user's ranking, cut off at `k`; the value is the mean over users.
    List(fn(&RankedList<'_>, usize) -> f64),
    /// From how often each item stands in the first `k` of all users. Shape: `[n_items]`.
    Catalogue(fn(&[u64]) -> f64),
    /// From one user's rating errors; the value is the mean over users.
    UserErrors(fn(&RatingErrors) -> f64),
    /// From all rating errors together.
    PooledErrors(fn(&RatingErrors) -> f64),
}

impl Metric {
    /// Whether the name is written with a cutoff, as in `ndcg@100`.
    pub fn has_cutoff(&self) -> bool {
        matches!(self.measure, Measure::List(_) | Measure::Catalogue(_))
    }

    /// Whether it is a mean of values of single users.
    pub fn is_per_user(&self) -> bool {
        matches!(self.measure, Measure::List(_) | Measure::UserErrors(_))
    }

    /// Whether it judges predicted ratings (else rankings).
    pub fn is_of_ratings(&self) -> bool {
        matches!(self.measure, Measure::UserErrors(_) | Measure::PooledErrors(_))
    }
}

/// One user's ranking, and where the targets are in it.
#[derive(Debug, Clone)]
pub struct RankedList<'a> {
    items: &'a [u32],
    hits: Vec<u32>,
    n_targets: usize,
    self_information: &'a [f64],
}

impl<'a> RankedList<'a> {
    /// `items`, best first, when `targets` are to be found; `self_information` as given by
    /// [`super::self_information`] (read by novelty only).
    pub fn new(items: &'a [u32], targets: &[u32], self_information: &'a [f64]) -> Self {
        Self::with_hits(items, |item| targets.contains(&item), targets.len(), self_information)
    }

    /// As [`Self::new`], with a test in place of the `n_targets` targets.
    pub fn with_hits(
        items: &'a [u32],
        is_target: impl Fn(u32) -> bool,
        n_targets: usize,
        self_information: &'a [f64],
    ) -> Self {
        let hits = (0..).zip(items).filter(|&(_, &item)| is_target(item)).map(|(rank, _)| rank).collect();
        Self { items, hits, n_targets, self_information }
    }

    /// The items down to rank `k`, best first.
    pub fn items(&self, k: usize) -> &'a [u32] {
        &self.items[..k.min(self.items.len())]
    }

    /// The ranks, from 0, of the targets among the first `k` items, rising.
    pub fn hits(&self, k: usize) -> &[u32] {
        &self.hits[..self.hits.partition_point(|&rank| (rank as usize) < k)]
    }

    /// How many targets there are, in the list or not.
    pub fn n_targets(&self) -> usize {
        self.n_targets
    }

    /// The self-information of an item, in bits.
    pub fn self_information(&self, item: u32) -> f64 {
        self.self_information[item as usize]
    }

    /// `Σ 1/log2(rank + 1)` over the targets among the first `k`, ranks from 1.
    pub(super) fn discounted_gain(&self, k: usize) -> f64 {
        self.hits(k).iter().map(|&rank| discount(rank as usize)).sum()
    }
}

/// `Σ 1/log2(rank + 1)` over the ranks 1 to `n`.
pub(super) fn ideal_gain(n: usize) -> f64 {
    (0..n).map(discount).sum()
}

/// The weight of a hit at a rank counted from 0.
fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}

/// Sums over the differences between predicted and actual ratings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RatingErrors {
    /// Number of ratings.
    pub count: u64,
    /// Sum of the squared differences.
    pub squared: f64,
    /// Sum of the absolute differences.
    pub absolute: f64,
}

impl RatingErrors {
    /// Adds one prediction.
    pub fn add(&mut self, predicted: f64, actual: f64) {
        let error = predicted - actual;
        self.count += 1;
        self.squared += error * error;
        self.absolute += error.abs();
    }

    /// Adds other sums.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.squared += other.squared;
        self.absolute += other.absolute;
    }
}
